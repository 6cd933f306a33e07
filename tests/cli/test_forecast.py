"""`certtrack reminders forecast` and `preview`."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from kit.databases import on_both
from kit.rules import CPS
from kit.typed import Typed
from kit.world import ZONE, World, load_shipped
from sqlalchemy import select

from certtrack.clock import WallClock, today_in
from certtrack.db.models import AuditEvent, AuditPerson, Reminder
from certtrack.services.people import get_person

TODAY = today_in(WallClock(), ZONE)
DUE = TODAY + timedelta(days=200)


def enter(world: World, **values: str | None) -> int:
    """Somebody who is due in 200 days, entered today."""
    world.at = WallClock().now()
    person = world.person(**values)  # type: ignore[arg-type]  # as the world takes them
    world.certify(person, DUE, armed_on=TODAY, number=f"CPS-{person}", computed_due_on=None)
    return person


@on_both
def test_what_comes_is_listed_by_day_with_whom_it_is_for_and_the_look_is_kept(typed: Typed, world: World) -> None:
    carol, dave = enter(world), enter(world, given_name="Dave", address=None)
    done = typed("reminders", "forecast", "--to", DUE, "--format", "json")
    rows = json.loads(done.stdout)
    assert [row["day"] for row in rows] == sorted(row["day"] for row in rows)
    mine = [(row["stage"], row["kept_back"]) for row in rows if row["person"] == carol]
    assert mine[0] == ("before_180", None)
    assert {row["kept_back"] for row in rows if row["person"] == dave} == {"no_address"}
    assert {row["name"] for row in rows} == {"Carol Example", "Dave Example"}
    assert f"{len(mine)} to go out, {len(rows) - len(mine)} kept back as things are." in done.stderr
    with world.database.reading() as session:
        looks = session.scalars(
            select(AuditPerson.person_id)
            .join(AuditEvent, AuditEvent.id == AuditPerson.event_id)
            .where(AuditEvent.action == "reminders.foreseen")
        )
        assert set(looks) == {carol, dave}
        assert session.scalars(select(Reminder.id)).all() == [], "nothing is written but the look"
    only = typed("reminders", "forecast", "--to", DUE, "--person", f"CPS-{carol}", "--format", "csv").stdout
    assert {line["person"] for line in csv.DictReader(io.StringIO(only))} == {str(carol)}
    with world.database.reading() as session:
        assert get_person(session, carol).address


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--from", TODAY - timedelta(days=9)), "certtrack reminders ledger"),
        (("--from", DUE, "--to", TODAY + timedelta(days=1)), "comes before the first"),
        (("--to", TODAY + timedelta(days=2000)), "more than five years ahead"),
        (("--person", "CPS-99"), "CPS-99"),
    ],
)
def test_days_that_cant_be_foreseen_are_refused(
    typed: Typed, world: World, words: tuple[object, ...], says: str
) -> None:
    done = typed("reminders", "forecast", *words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr


def test_a_policy_in_a_file_is_previewed_and_one_that_cant_be_used_is_refused(
    typed: Typed, world: World, tmp_path: Path
) -> None:
    enter(world)
    file = tmp_path / "policy.toml"
    newest = load_shipped().find_policy(CPS, world.at)
    assert newest is not None
    text = re.sub(r"^version = .*$", "version = 9", newest.raw, flags=re.MULTILINE)
    file.write_text(text.replace("[calendar]", "[[stages]]\ndays_before = 45\n\n[calendar]", 1))
    done = typed("reminders", "preview", file, "--to", DUE, "--format", "json")
    [row] = json.loads(done.stdout)
    assert (row["change"], row["stage"]) == ("added", "before_45")
    assert "People concerned: 1. Mails added: 1, dropped: 0, moved: 0, that would wait: 0." in done.stderr
    assert ": 0; they go out at their hour." in done.stderr
    file.write_text(text.replace("send_at = 09:00:00", "send_at = 9"))
    refused = typed("reminders", "preview", file)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "policy.toml" in refused.stderr
    assert "send_at" in refused.stderr
