"""`certtrack rules list`, `check` and `schema`: which packs there are, and what whoever writes one is told."""

import json
from datetime import date
from pathlib import Path

import pytest
from kit.author import TEXT
from kit.databases import on_both
from kit.typed import Typed, type_line
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditPerson
from certtrack.packs.format import make_schema
from certtrack.resources import get_resource
from certtrack.services.confirmations import confirm_rule

PACK = (get_resource("config") / "packs" / "us-wi-cpps.toml").read_text()


@pytest.fixture
def no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instance with a pack of its own and nothing else."""
    monkeypatch.setenv("CERTTRACK_ENV", "test")
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CERTTRACK_PACKS", "us-wi-cps")
    (tmp_path / "packs").mkdir()
    text = PACK.replace("version = 1", "version = 2", 1).replace("2022-01-01", "2027-01-01")
    (tmp_path / "packs" / "newer.toml").write_text(text)
    return tmp_path


def test_every_pack_is_listed_with_its_use_and_no_database_is_needed_or_made(no_database: Path) -> None:
    done = type_line("rules", "list", "--format", "json")

    assert (done.exit_code, done.stderr) == (0, "")
    rows = {(row["key"], row["version"]): row for row in json.loads(done.stdout)}
    used = {ref: row["used"] for ref, row in rows.items() if ref[0] in ("us-wi-cps", "us-wi-cpps")}
    assert used == {("us-wi-cps", 1): "yes", ("us-wi-cpps", 1): "no", ("us-wi-cpps", 2): "yes"}
    assert [rows["us-wi-cpps", number]["place"] for number in (1, 2)] == ["shipped", "own"]
    assert rows["us-wi-cpps", 2]["from_on"] == "2027-01-01"
    assert rows["us-wi-dhs36", 1]["kind"] == "service"
    assert rows["us-wi-cps", 1]["confirmed"] is None
    assert not (no_database / "certtrack.db").exists()


def test_what_is_unknown_has_several_readings_or_was_confirmed_is_counted_and_named(typed: Typed, world: World) -> None:
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, "us-wi-cpps", "weekend", "next_day",
            source="Letter", on=date(2026, 1, 5), actor=world.actor, at=world.at,
        )  # fmt: skip

    rows = {row["key"]: row for row in json.loads(typed("rules", "list", "--format", "json").stdout)}

    row = rows["us-wi-cpps"]
    assert (row["unknown"], row["conflicting"], row["confirmed"]) == (PACK.count('= "unknown"\n') // 2, 2, 1)
    assert set(row["unknown_keys"]) >= {"parity.rule", "weekend.rule", "hours.areas.area_4.minimum.minutes"}
    assert row["conflicting_keys"] == ["late", "exam_route"]
    assert row["confirmed_keys"] == ["weekend.rule"]
    assert rows["us-wi-cps"]["confirmed"] == 0
    assert rows["us-wi-dhs36"]["unknown_keys"] == ["week_begins.on", "ways.remote.counts"]


def type_check(text: str, folder: Path, name: str = "ruritania-cpc.toml") -> tuple[int, str, list[dict[str, object]]]:
    """Exit code, message and findings for a pack with this text."""
    (folder / name).write_text(text)
    done = type_line("rules", "check", folder / name, "--format", "json")
    return done.exit_code, done.stderr, json.loads(done.stdout or "[]")


def test_an_author_is_told_what_is_open_in_a_pack_that_can_be_used(no_database: Path) -> None:
    code, said, findings = type_check(TEXT, no_database)
    assert (code, said) == (0, "ok: ruritania-cpc@1 can be used. Findings: 6.\n")
    assert findings[0] == {
        "finding": "conflicting",
        "key": "late",
        "says": "several readings: until month 7 day 31 or month 8 day 31",
        "values": {"until": [{"month": 7, "day": 31}, {"month": 8, "day": 31}]},
    }
    assert {row["key"] for row in findings[1:]} == {
        *("window.days_before", "exam_route.attempts", "weekend.rule", "holds.late.holds", "hours.ceu.minutes"),
    }


def test_an_author_is_told_where_the_parts_do_not_add_up_to_the_total(no_database: Path) -> None:
    _, _, findings = type_check(TEXT.replace("minutes = 840", "minutes = 660"), no_database)
    assert (findings[0]["finding"], findings[0]["key"]) == ("sum", "hours")
    assert findings[0]["says"] == "the parts make 1260 minutes, and the total is 1440"
    known, left_open = (
        'minutes = 240\nsource = "page"\nsure = "verified"',
        'minutes = "unknown"\nsource = "page"\nsure = "unknown"',
    )
    unknown = TEXT.replace(known, left_open)
    _, _, findings = type_check(unknown.replace("minutes = 840", "minutes = 660"), no_database)
    assert findings[0]["says"] == "the parts make 1020 minutes, and the total is 1440; parts that are unknown: 1"
    assert "sum" not in {row["finding"] for row in type_check(TEXT, no_database)[2]}


def test_a_shipped_pack_whose_page_does_not_add_up_says_so(no_database: Path) -> None:
    trainers = (get_resource("config") / "packs" / "us-wi-cpps-trainer.toml").read_text()
    code, _, findings = type_check(trainers, no_database, "us-wi-cpps-trainer.toml")
    assert (code, findings[0]["finding"]) == (0, "sum")
    assert findings[0]["values"] == {"parts": 13 * 60, "total": 16 * 60, "unknown": 1}


def test_a_version_is_held_against_the_others_that_are_here(no_database: Path) -> None:
    own = no_database / "packs" / "cpc.toml"
    own.write_text(TEXT)
    newer = TEXT.replace("version = 1\n", "version = 2\n", 1)
    code, said, _ = type_check(newer, no_database)
    assert code == 1
    assert f"{no_database / 'ruritania-cpc.toml'}: 'applies_to' lets version 2 speak from 2025-01-01, as {own}" in said
    code, _, findings = type_check(newer.replace("2025-01-01", "2024-01-01"), no_database)
    assert (code, findings[0]["finding"], findings[0]["key"]) == (0, "overlap", "applies_to")
    assert findings[0]["says"] == "version 1 speaks from 2025-01-01: the newer one speaks for all of the older"
    code, _, findings = type_check(newer.replace("2025-01-01", "2027-01-01"), no_database)
    assert (code, findings[0]["finding"]) == (0, "conflicting")


def test_a_pack_that_can_not_be_used_is_refused_by_file_and_key(no_database: Path) -> None:
    code, said, findings = type_check(TEXT.replace("day = 30", "day = 31", 1), no_database)
    place = no_database / "ruritania-cpc.toml"
    assert (code, findings) == (1, [])
    assert said == f"certtrack: {place}: 'deadline.day' must be a day that there is: April has at most 30 days.\n"


def test_the_schema_is_written_for_editors_and_programs() -> None:
    done = type_line("rules", "schema")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == make_schema()


def test_what_is_asked_for_beside_the_hours_is_listed_by_step(no_database: Path) -> None:
    asked = {"age": ("years = 18", "entry.age"), "service": ('minutes = "unknown"', "renewal.service")}
    text = TEXT
    for said, key in asked.values():
        sure = "unknown" if "unknown" in said else "verified"
        text += f'\n[{key}]\n{said}\nsource = "page"\nsure = "{sure}"\n'
    (no_database / "packs" / "cpc.toml").write_text(text)
    rows = {row["key"]: row for row in json.loads(type_line("rules", "list", "--format", "json").stdout)}
    assert rows["ruritania-cpc"]["asks"] == [
        {"step": "entry", "kind": "age", "years": 18, "sure": "verified"},
        {"step": "renewal", "kind": "service", "minutes": None, "sure": "unknown"},
    ]
    assert rows["us-wi-cps"]["asks"] == rows["us-wi-dhs36"]["asks"] == []


@on_both
def test_a_difference_is_told_value_by_value_and_for_whom_and_the_look_is_in_the_audit(
    typed: Typed, world: World, tmp_path: Path
) -> None:
    carol = world.person("Carol")
    world.certify(carol, date(2026, 10, 31), number="CPS-7")
    newer = (
        (get_resource("config") / "packs" / "us-wi-cps.toml").read_text().replace("minutes = 1200", "minutes = 1260")
    )
    newer = newer.replace("version = 1\n", "version = 2\n", 1).replace("2022-01-01", "2026-01-01")
    (tmp_path / "next.toml").write_text(newer)

    done = typed("rules", "diff", "us-wi-cps@1", "next.toml", "--format", "json", "--as", "alice")
    table = typed("rules", "diff", "us-wi-cps@1", "next.toml", "--as", "alice").stdout.splitlines()

    told = json.loads(done.stdout)
    assert told["values"][-1] == {"key": "hours.total.minutes", "old": 1200, "new": 1260}
    assert [(row["person_id"], row["name"], row["what"]) for row in told["certifications"]] == [
        (carol, "Carol Example", "open")
    ]
    assert done.stderr == "Certifications looked at: 1. It would be another answer for 1.\n"
    assert table[0].split() == ["KEY", "OLD", "NEW"]
    assert table[-1].split()[:5] == [str(carol), "Carol", "Example", "CPS-7", "open"]
    with world.database.reading() as session:
        looks = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.listed")).all()
        people = session.scalars(select(AuditPerson.person_id).where(AuditPerson.event_id == looks[0].id)).all()
    assert [look.actor for look in looks] == ["alice", "alice"]
    assert people == [carol]


def test_values_alone_are_compared_without_a_database(no_database: Path) -> None:
    newer = no_database / "packs" / "newer.toml"
    done = type_line("rules", "diff", "us-wi-cpps@1", newer, "--no-certifications")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["KEY", "version", "applies_to.due_on_or_after"]
    assert type_line("rules", "diff", "us-wi-cpps@1", "us-wi-cpps@2", "--no-certifications").stdout == done.stdout


@pytest.mark.parametrize(
    ("old", "words"),
    [
        ("us-wi-cpps@9", "pack names 'us-wi-cpps@9', and us-wi-cpps has no version 9; it has: 1, 2."),
        ("us-wi-cps@1", "us-wi-cps@1 and us-wi-cpps@2 are of two credentials"),
        ("nowhere.toml", "pack names the file 'nowhere.toml', and there is none"),
    ],
)
def test_what_can_not_be_compared_is_said(no_database: Path, old: str, words: str) -> None:
    done = type_line("rules", "diff", old, "us-wi-cpps@2")
    assert done.exit_code == 1
    assert words in done.stderr
    assert done.stdout == ""
