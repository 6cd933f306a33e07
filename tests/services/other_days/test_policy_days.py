"""A changed policy and days beside those of cycles: each is looked at again, and nothing is told twice."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.exams import hold, seat
from kit.forecast import foretell, list_foretold
from kit.own_days import certify_first, load_states, open_term
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import OtherDay, Reminder
from certtrack.packs import Policies, parse_policy
from certtrack.rules.reminders import Policy
from certtrack.services.other_days.checking import list_ripe_days
from certtrack.services.people import get_person
from certtrack.services.reminders.causes import release_cause
from certtrack.services.reminders.policy_terms import note_policies, rearm_batch

HELD = date(2026, 6, 20)
TOLD = date(2026, 6, 5)
"""The stage 14 days before the exam, which everybody here was told of; the next is on June 17."""
CHANGED = date(2026, 6, 10)
ISSUED = date(2026, 3, 2)
LAST = date(2026, 9, 2)
_STAGE = "\n[[subjects.stages]]\ndays_before = {}\n"
_SITTING = '[[subjects]]\nkind = "exam_sitting"\n'
_TERM = '[[subjects]]\nkind = "provisional_term"\n'


def newest(world: World, key: str) -> Policy:
    return max((one for one in world.rulebook.policies.list() if one.key == key), key=lambda one: one.version)


def change(world: World, old: str, new: str, *, key: str = "us-wi", **values: str) -> str:
    """Put a next version of the policy beside those that are there; the name of its cause."""
    last = newest(world, key)
    text = last.raw.replace(old, new, 1)
    assert text != last.raw
    text = re.sub(r"^version = .*$", f"version = {last.version + 1}", text, flags=re.MULTILINE)
    for name, value in values.items():
        text = text.replace("\n", f"\n{name} = {value}\n", 1)
    policies = Policies([*world.rulebook.policies.list(), parse_policy(text)])
    world.rulebook = replace(world.rulebook, policies=policies)
    return f"policy:{key}@{last.version + 1}"


def list_table(world: World, key: str, head: str) -> str:
    """The text of one kind's table in the newest version."""
    _, _, rest = newest(world, key).raw.partition(head)
    return head + rest.partition("[[subjects]]")[0]


def says(planner: Planner, kind: str = "exam_sitting") -> list[str]:
    rows = [row for row in planner.rows() if row.subject_kind == kind]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def seat_many(world: World, planner: Planner, size: int) -> None:
    """So many people with a seat, told of the stage 14 days before."""
    world.rulebook = load_shipped()
    sitting_id = hold(world, size, held_on=HELD)
    for number in range(size):
        seat(world, sitting_id, world.person(f"Carol {number}"))
    planner.look(TOLD)
    planner.settle()


def test_a_new_stage_reaches_days_that_were_to_be_looked_at_later_and_a_mass_of_it_waits(
    world: World, planner: Planner
) -> None:
    seat_many(world, planner, 26)
    key = change(world, _SITTING, _SITTING + _STAGE.format(11))
    assert planner.look(CHANGED)["held"] == 26
    assert says(planner)[-1] == "before_11 held cause"
    assert planner.cause(key).state == "held"
    with world.database.writing() as session:
        assert release_cause(session, key, actor=world.actor, at=world.at) == 26
    assert says(planner)[-1] == "before_11 planned"
    planner.settle()
    assert planner.look()["planned"] == 0
    assert planner.look(date(2026, 6, 17))["planned"] == 26


def test_a_few_go_out_at_once_and_what_was_told_is_not_told_again(world: World, planner: Planner) -> None:
    seat_many(world, planner, 2)
    key = change(world, _SITTING, _SITTING + _STAGE.format(12))
    assert planner.look(CHANGED)["planned"] == 2
    assert planner.cause(key).state == "passed"
    planner.settle()
    key = change(world, "guard_above = 25", "guard_above = 20")
    assert planner.look()["planned"] == 0
    assert planner.cause(key).state == "passed"
    assert sorted(says(planner)) == ["before_12 sent"] * 2 + ["before_14 sent"] * 2


def test_nobody_is_mailed_before_the_last_batch_was_counted(world: World, planner: Planner) -> None:
    seat_many(world, planner, 26)
    change(world, _SITTING, _SITTING + _STAGE.format(11))
    world.move_to(CHANGED)
    with world.database.writing() as session:
        note_policies(session, world.rulebook, actor=world.actor, at=world.at)
        for _ in range(2):  # the cycles, of which there are none, and the first of the days
            assert rearm_batch(session, world.rulebook, at=world.at, limit=10)
    with world.database.reading() as session:
        assert len(session.scalars(select(OtherDay).where(OtherDay.next_look_at <= world.at)).all()) == 10
    assert planner.other_batch(limit=10).planned == 0
    planner.look()
    assert {row.state for row in planner.rows() if row.stage == "before_11"} == {"held"}


def test_what_waits_goes_out_on_the_day_on_which_the_former_policy_would_have_told(
    world: World, planner: Planner
) -> None:
    seat_many(world, planner, 26)
    change(world, _STAGE.format(3), _STAGE.format(11))
    planner.look(CHANGED)
    assert says(planner)[-1] == "before_11 held cause"
    planner.look(date(2026, 6, 17))
    assert says(planner)[-1] == "before_11 planned"


def test_a_policy_without_stages_for_it_takes_what_was_planned_away_and_one_with_them_brings_it_back(
    world: World, planner: Planner
) -> None:
    world.rulebook = load_shipped()
    person = world.person()
    seat(world, hold(world, held_on=HELD), person)
    planner.look(TOLD)
    table = list_table(world, "us-wi", _SITTING)
    change(world, table, "")
    with world.database.writing() as session:
        found = list_ripe_days(session, world.rulebook, [get_person(session, person)], world.at)
        assert found == {}, "asked once more when it is about to be mailed"
    assert says(planner) == ["before_14 superseded policy_changed"]
    planner.look(hour_utc=18)
    change(world, "[[subjects]]", f"{table}\n[[subjects]]")
    planner.look(hour_utc=19)
    assert says(planner) == ["before_14 planned"]
    change(world, table, "")
    planner.look(hour_utc=20)
    assert says(planner) == ["before_14 superseded policy_changed"], "the planner takes it away as well"


def test_when_a_policy_drops_the_stages_of_a_term_its_cycle_goes_on_where_those_ended(
    world: World, planner: Planner
) -> None:
    world.rulebook = load_states()
    open_term(world, certify_first(world, world.person(), ISSUED), ISSUED, LAST)
    planner.look(date(2026, 7, 3))
    planner.settle()
    table = list_table(world, "us", _TERM)
    change(world, table, "", key="us")
    planner.look(date(2026, 7, 6))
    assert (says(planner, "cycle"), says(planner, "provisional_term")[-1]) == ([], "before_60 sent")
    planner.look(date(2026, 8, 3))
    assert says(planner, "cycle")[-1] == "before_30 planned"
    planner.settle()
    change(world, "[[subjects]]", f"{table}\n[[subjects]]", key="us")
    planner.look(date(2026, 8, 4))
    assert "before_30" not in " ".join(says(planner, "provisional_term")), "its cycle said so"
    planner.look(date(2026, 8, 19))
    assert says(planner, "provisional_term")[-1] == "before_14 planned"
    assert says(planner, "cycle")[-1] == "before_30 sent"


@pytest.mark.parametrize("size", [2, 26])
def test_the_forecast_knows_of_a_policy_to_come(world: World, planner: Planner, size: int) -> None:
    seat_many(world, planner, size)
    change(world, _SITTING, _SITTING + _STAGE.format(11), from_on=CHANGED.isoformat())
    foretold = list_foretold(foretell(world, HELD))
    for day in range(1, 16):
        planner.look(TOLD + timedelta(days=day))
        planner.settle()
    with world.database.reading() as session:
        rows = session.scalars(select(Reminder).where(Reminder.state == "sent", Reminder.stage != "before_14")).all()
        made = {
            (row.subject_id, row.stage, row.occurrence, row.recipient_id, row.settled_at.date())
            for row in rows
            if row.settled_at
        }
    assert foretold == made
    assert {mail[1] for mail in made} == {"before_3", "before_1"} | ({"before_11"} if size < 26 else set())
