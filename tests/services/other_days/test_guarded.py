"""Days beside those of cycles after a restored database: what may have been mailed waits until somebody releases it."""

from datetime import date

import pytest
from kit.exams import hold, seat
from kit.forecast import Days, foretell, list_foretold
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import OtherDay
from certtrack.language import say_by
from certtrack.services.reminders.causes import list_held, release_all, release_cause, release_person
from certtrack.services.reminders.held_mail import HeldCause, count_held, list_held_mail
from certtrack.services.reminders.restored import note_restored

HELD = date(2026, 6, 20)
STAGE_DAY = date(2026, 6, 5)
MANY = 26


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_shipped()


def seat_many(world: World, size: int = MANY) -> list[int]:
    sitting_id = hold(world, size, held_on=HELD)
    people = [world.person(f"Carol {number}", address=f"carol{number}@example.org") for number in range(size)]
    for person in people:
        seat(world, sitting_id, person)
    return people


def note(world: World) -> str:
    with world.database.writing() as session:
        return note_restored(session, actor=world.actor, at=world.at)


def states(planner: Planner) -> set[tuple[str, str | None]]:
    return {(row.state, row.reason) for row in planner.rows()}


def restore(world: World, planner: Planner, size: int = MANY) -> tuple[list[int], str]:
    """People whose stage was planned when the backup was made, and the cause once the planner has looked."""
    people = seat_many(world, size)
    planner.look(STAGE_DAY)
    world.move_to(date(2026, 6, 8))
    key = note(world)
    assert states(planner) == {("held", "cause")}
    planner.look()
    return people, key


def held(world: World) -> tuple[HeldCause, ...]:
    with world.database.reading() as session:
        return list_held_mail(session, world.rulebook, {world.organization_id}, world.at)


def test_many_are_held_and_a_release_of_the_cause_lets_them_go(world: World, planner: Planner) -> None:
    _, key = restore(world, planner)
    assert states(planner) == {("held", "cause")}
    with world.database.writing() as session:
        assert count_held(session, {world.organization_id}) == MANY
        assert release_cause(session, key, actor=world.actor, at=world.at) == MANY
    assert states(planner) == {("planned", None)}
    planner.look()
    assert states(planner) == {("planned", None)}


def test_what_is_held_is_foreseen_with_its_reason_and_a_later_stage_that_takes_its_place(
    world: World, planner: Planner
) -> None:
    restore(world, planner)
    mails = foretell(world, HELD)
    kept = [(mail.stage, mail.kept_back, mail.then) for mail in mails if mail.kept_back is not None]
    assert kept == [("before_14", "cause", "replaced")] * MANY
    days = Days(world, planner)
    days.run(HELD)
    assert list_foretold(mails) == days.list_told(date(2026, 6, 8), HELD)
    assert len(mails) == 3 * MANY


def test_a_few_go_out_by_themselves(world: World, planner: Planner) -> None:
    _, key = restore(world, planner, 3)
    assert states(planner) == {("planned", None)}
    assert planner.cause(key).state == "passed"


def test_what_was_not_planned_yet_when_the_backup_was_made_is_held_too(world: World, planner: Planner) -> None:
    seat_many(world)
    world.move_to(date(2026, 6, 8))
    note(world)
    planner.look()
    assert states(planner) == {("held", "cause")}


def test_people_of_cycles_and_of_other_days_are_counted_together(world: World, planner: Planner) -> None:
    seat_many(world, 13)
    for number in range(13):
        world.certify(world.person(f"Dave {number}"), date(2026, 12, 1))
    planner.look(STAGE_DAY)
    world.move_to(date(2026, 6, 8))
    note(world)
    planner.look()
    assert {row.state for row in planner.rows()} == {"held"}


def test_what_was_put_on_record_since_is_told_at_once(world: World, planner: Planner) -> None:
    restore(world, planner)
    late = seat_many(world, 1)
    planner.look(date(2026, 6, 17))
    assert [row.state for row in planner.rows() if row.recipient_id in late][-1] == "planned"
    assert {row.stage for row in planner.rows() if row.state == "held"} == set()


def test_one_person_is_let_go_by_name_with_their_later_stages(world: World, planner: Planner) -> None:
    (carol, *_), _ = restore(world, planner)
    with world.database.writing() as session:
        assert release_person(session, carol, actor=world.actor, at=world.at) == 1
    planner.look()
    assert {row.recipient_id for row in planner.rows() if row.state == "planned"} == {carol}
    planner.look()
    assert {row.recipient_id for row in planner.rows() if row.state == "planned"} == {carol}


def test_everything_at_once_lets_them_go_with_those_of_cycles(world: World, planner: Planner) -> None:
    restore(world, planner)
    with world.database.writing() as session:
        assert release_all(session, actor=world.actor, at=world.at) == MANY
    planner.look()
    assert states(planner) == {("planned", None)}


def test_the_page_and_the_command_say_what_waits(world: World, planner: Planner) -> None:
    restore(world, planner)
    [cause] = held(world)
    assert (cause.kind, len(cause.people), cause.mails) == ("restored", MANY, MANY)
    stage = cause.people[0].stages[0]
    said = say_by("held/words.jinja", "en", "stage_line", stage).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Exam on June 20, 2026: 14 days before"
    with world.database.writing() as session:
        [listed] = list_held(session)
        assert {mail.kind for person in listed.people for mail in person.mails} == {"exam_sitting"}
        for day in session.scalars(select(OtherDay)):
            day.closed_on, day.closed_for = world.today, "withdrawn"
    assert {stage.obstacle for cause in held(world) for one in cause.people for stage in one.stages} == {"day_closed"}
    world.move_to(date(2026, 6, 21))
    assert {stage.verdict for cause in held(world) for one in cause.people for stage in one.stages} == {"past"}
