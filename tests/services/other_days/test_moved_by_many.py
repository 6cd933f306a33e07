"""A day that an import or an operation on many moves: it says nothing by itself, and its mail waits for release."""

from datetime import date

import pytest
from kit.forecast import foretell
from kit.own_days import certify_first, list_days, load_states, open_term
from kit.planning import Planner
from kit.world import World

from certtrack.language import say_by
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.reminders.causes import release_all, release_cause, release_person
from certtrack.services.reminders.held_mail import HeldCause, count_held, list_held_mail
from certtrack.services.standing import projecting_once

ISSUED = date(2026, 3, 2)
LAST = date(2026, 9, 2)
LATER = date(2027, 3, 2)
KEY = "import:7"


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_states()


def says(planner: Planner) -> list[str]:
    rows = [row for row in planner.rows() if row.subject_kind == "provisional_term"]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def tell(world: World, planner: Planner, size: int = 1) -> list[tuple[int, int]]:
    """So many people in a provisional term who were told that it ends on September 2: person and cycle."""
    found = []
    for number in range(size):
        person = world.person(f"Carol {number}")
        found.append((person, open_term(world, certify_first(world, person, ISSUED), ISSUED, LAST)))
    planner.look(date(2026, 8, 3))
    planner.settle()
    return found


def move(world: World, cycle_ids: list[int], due_on: date, key: str = KEY) -> None:
    """Move these days as an import does, in one transaction."""
    with world.database.writing() as session, projecting_once(
        session, world.rulebook, at=world.at, cause_key=key
    ):  # fmt: skip
        for number in cycle_ids:
            move_due_day(
                session, world.rulebook, get_cycle(session, number), due_on, due_source="stated", computed_due_on=None,
                armed_on=world.today, reason=None, cause_key=key, actor=world.actor, at=world.at,
            )  # fmt: skip


def held(world: World) -> tuple[HeldCause, ...]:
    with world.database.reading() as session:
        return list_held_mail(session, world.rulebook, {world.organization_id}, world.at)


def test_the_mail_that_says_so_is_held_listed_and_released_and_goes_out_once(world: World, planner: Planner) -> None:
    [(person, cycle)] = tell(world, planner)
    move(world, [cycle], LATER)
    assert planner.look(hour_utc=18)["held"] == 1
    assert says(planner)[-1] == "day_moved held moved"
    [cause] = held(world)
    assert (cause.key, cause.mails, [one.person_id for one in cause.people]) == (KEY, 1, [person])
    said = say_by("held/words.jinja", "en", "stage_line", cause.people[0].stages[0])
    assert "March 2, 2027" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert [mail.kept_back for mail in foretell(world, date(2026, 8, 10))] == ["moved"]
    with world.database.writing() as session:
        assert count_held(session, {world.organization_id}) == 1
        assert release_cause(session, KEY, actor=world.actor, at=world.at) == 1
    assert says(planner)[-1] == "day_moved planned"
    planner.look(hour_utc=19)
    assert [mail.stage for mail in foretell(world, date(2026, 8, 10)) if mail.kept_back is None] == ["day_moved"]
    planner.settle()
    planner.look(date(2026, 8, 4))
    assert says(planner).count("day_moved sent") == 1
    assert says(planner)[-1] == "day_moved sent"


def test_a_stage_that_comes_before_the_release_says_the_new_day_in_its_place(world: World, planner: Planner) -> None:
    [(_, cycle)] = tell(world, planner)
    move(world, [cycle], LATER)
    planner.look(hour_utc=18)
    planner.look(date(2026, 12, 2))
    assert [one for one in says(planner) if not one.endswith("before_record")][-2:] == [
        "day_moved superseded overtaken", "before_90 planned",
    ]  # fmt: skip
    with world.database.writing() as session:
        assert release_all(session, actor=world.actor, at=world.at) == 0


def test_one_person_is_let_go_by_name_and_the_others_wait(world: World, planner: Planner) -> None:
    people = tell(world, planner, 2)
    move(world, [cycle for _, cycle in people], LATER)
    planner.look(hour_utc=18)
    with world.database.writing() as session:
        assert release_person(session, people[0][0], actor=world.actor, at=world.at) == 1
    planner.look(hour_utc=19)
    assert {(row.recipient_id, row.state) for row in planner.rows() if row.stage == "day_moved"} == {
        (people[0][0], "planned"), (people[1][0], "held"),
    }  # fmt: skip


def test_moved_back_before_its_release_nothing_is_to_be_told(world: World, planner: Planner) -> None:
    [(_, cycle)] = tell(world, planner)
    move(world, [cycle], LATER)
    planner.look(hour_utc=18)
    move(world, [cycle], LAST, "import:8")
    planner.look(hour_utc=19)
    assert says(planner)[-1] == "day_moved superseded day_moved"
    assert list_days(world) == [("provisional_term", LAST, None)]


def test_many_whom_one_import_tells_for_the_first_time_wait_for_its_release(world: World, planner: Planner) -> None:
    world.move_to(date(2026, 7, 1))
    cycles = [
        open_term(world, certify_first(world, world.person(f"Carol {number}"), ISSUED), ISSUED, LAST)
        for number in range(26)
    ]
    move(world, cycles, date(2026, 9, 20))
    planner.look(date(2026, 7, 22))
    assert {one for one in says(planner) if one.startswith("before_60")} == {"before_60 held cause"}
    with world.database.writing() as session:
        assert release_cause(session, KEY, actor=world.actor, at=world.at) == 26
    planner.look(hour_utc=18)
    assert says(planner)[-1] == "before_60 planned"


def test_what_another_look_at_the_rules_moves_is_told_by_its_stages_alone(world: World, planner: Planner) -> None:
    [(_, cycle)] = tell(world, planner)
    with world.database.writing() as session, projecting_once(session, world.rulebook, at=world.at):
        move_due_day(
            session, world.rulebook, get_cycle(session, cycle), LATER, due_source="stated", computed_due_on=None,
            armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip
    planner.look(hour_utc=18)
    assert not [one for one in says(planner) if one.startswith("day_moved")]
