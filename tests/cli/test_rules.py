"""`certtrack rules list`: every pack there is, whether it is used, and how much of it stands on firm ground."""

import json
from datetime import date
from pathlib import Path

import pytest
from kit.typed import Typed, type_line
from kit.world import World

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
    used = {ref: row["used"] for ref, row in rows.items() if ref[0].startswith("us-wi-cp")}
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
