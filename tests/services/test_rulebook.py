"""The rules in force: read from two folders, pinned with their text, and held to it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import PackVersion
from certtrack.errors import BadPack
from certtrack.packs import Packs, Policies
from certtrack.resources import get_resource
from certtrack.services.rulebook import Rulebook, check_unchanged, load_rulebook, pin

PACK = (get_resource("config") / "packs" / "us-wi-cps.toml").read_text()
POLICY = (get_resource("config") / "policies" / "us-wi.toml").read_text()


def write(instance: Path, folder: str, text: str, name: str = "own.toml") -> Path:
    file = instance / folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def test_the_shipped_rules_are_there_without_an_instance(tmp_path: Path) -> None:
    rulebook = load_rulebook(tmp_path / "nowhere")
    assert {pack.key for pack in rulebook.packs.list()} >= {"us-wi-cps", "us-wi-cpps"}
    assert {policy.ref for policy in rulebook.policies.list()} >= {"us@1", "us-wi@1"}


def test_the_instance_s_newer_version_goes_before_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "packs", PACK.replace("version = 1", "version = 2", 1).replace("2022-01-01", "2027-01-01"))
    write(tmp_path, "policies", POLICY.replace("version = 1", "version = 90", 1).replace("09:00:00", "10:00:00"))
    rulebook = load_rulebook(tmp_path)
    assert rulebook.packs.get("us-wi-cps").version == 2
    policy = rulebook.policies.for_pack("us-wi-cps", date(2026, 5, 15))
    assert policy is not None
    assert (policy.ref, policy.send_at.hour) == ("us-wi@90", 10)


@pytest.mark.parametrize(
    ("folder", "text", "said"),
    [
        ("policies", POLICY.replace("send_at = 09:00:00", ""), "'send_at' is missing"),
        ("policies", POLICY.replace("guard_above = 25", "guard_above = -1"), "'guard_above' must be a whole number"),
        ("policies", POLICY.replace("days_before = 7\n", ""), "'stages[6].days_before' is missing"),
        ("policies", POLICY.replace("[calendar]", "calendar]"), "isn't TOML"),
        ("policies", "", "'calendar' is missing; it must be a table."),
        ("packs", PACK.replace("version = 1", "version = 0", 1), "'version' must be a whole number"),
        ("packs", PACK.replace('zone = "America/Chicago"', "", 1), "'zone' is missing"),
    ],
)
def test_a_broken_file_ends_the_start_by_its_name_and_key(tmp_path: Path, folder: str, text: str, said: str) -> None:
    file = write(tmp_path, folder, text)
    with pytest.raises(BadPack) as caught:
        load_rulebook(tmp_path)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_no_text_or_can_not_be_opened_is_named(tmp_path: Path) -> None:
    file = write(tmp_path, "policies", "")
    file.write_bytes(b"key = '\xff'")
    with pytest.raises(BadPack, match=r"own\.toml isn't UTF-8 text \(byte 7\); save it as UTF-8"):
        load_rulebook(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.raises(BadPack, match=r"own\.toml can't be read"):
        load_rulebook(tmp_path)


def test_a_version_is_pinned_once_with_its_text(world: World) -> None:
    pack = world.rulebook.packs.get("us-wi-cps")
    with world.database.writing() as session:
        first = pin(session, pack, world.at)
        assert pin(session, pack, world.at) == first
        row = session.scalars(select(PackVersion)).one()
        assert (row.id, row.kind, row.key, row.version) == (first, "pack", "us-wi-cps", 1)
        assert (row.content, row.sha256, row.first_used_at) == (pack.raw, pack.sha256, world.at)


def test_a_pack_a_policy_and_each_version_are_pinned_apart(world: World) -> None:
    pack, policy = world.rulebook.packs.get("us-wi-cps"), world.policy
    same_key = replace(policy, key=pack.key)
    with world.database.writing() as session:
        numbers = {pin(session, item, world.at) for item in (pack, same_key, replace(pack, version=2, sha256="0" * 64))}
    assert len(numbers) == 3


def test_a_text_that_changed_under_its_version_can_not_be_pinned(world: World) -> None:
    pack = world.rulebook.packs.get("us-wi-cps")
    with world.database.writing() as session:
        pin(session, pack, world.at)
        with pytest.raises(BadPack, match="The pack us-wi-cps@1 has changed since records were made by it"):
            pin(session, replace(pack, sha256="0" * 64), world.at)


def test_rules_that_no_record_rests_on_may_change_or_go(world: World) -> None:
    with world.database.reading() as session:
        check_unchanged(session, Rulebook(Packs([]), Policies([])))


def test_a_changed_file_is_refused_at_the_start_and_a_new_version_is_not(world: World) -> None:
    policy = world.policy
    with world.database.writing() as session:
        pin(session, policy, world.at)
    changed = replace(policy, sha256="0" * 64)
    with world.database.reading() as session:
        check_unchanged(session, world.rulebook)
        with pytest.raises(BadPack) as caught:
            check_unchanged(session, replace(world.rulebook, policies=Policies([changed])))
        check_unchanged(session, replace(world.rulebook, policies=Policies([policy, replace(changed, version=2)])))
    assert str(caught.value) == (
        "The policy us-wi@1 has changed since records were made by it. "
        "Put the old text back, or give the new one the version 2."
    )


@pytest.mark.parametrize("kind", ["pack", "policy"])
def test_rules_that_are_gone_are_missed_at_the_start_by_file_and_key(world: World, kind: str) -> None:
    pack, policy = world.rulebook.packs.get("us-wi-cps"), world.policy
    with world.database.writing() as session:
        pin(session, pack, world.at)
        pin(session, policy, world.at)
    without = {
        "pack": replace(world.rulebook, packs=Packs([])),
        "policy": replace(world.rulebook, policies=Policies([])),
    }[kind]
    said = {
        "pack": "The pack us-wi-cps@1 is missing, and records were made by it. "
        "Name it in the setting 'packs', or put its file back, with key = 'us-wi-cps', "
        "into the instance's folder packs.",
        "policy": "The policy us-wi@1 is missing, and records were made by it. "
        "Put its file back, with key = 'us-wi', into the instance's folder policies.",
    }[kind]
    with world.database.reading() as session, pytest.raises(BadPack) as caught:
        check_unchanged(session, without)
    assert str(caught.value) == said
