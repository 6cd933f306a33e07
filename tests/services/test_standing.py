"""Standing as known at a moment, and as projected."""

from datetime import date, timedelta

from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Person, StandingSpan
from certtrack.services.certifications import get_certification, record_status, withdraw_status
from certtrack.services.cycles import close_cycle, get_cycle, move_due_day
from certtrack.services.people import change_person, get_person
from certtrack.services.standing import load_standings

DUE = date(2026, 10, 31)


def check_spans(world: World, certification_id: int) -> None:
    """Each span says what the function says, on its first day, its last, and the days around."""
    with world.database.reading() as session:
        query = select(StandingSpan).where(StandingSpan.certification_id == certification_id)
        found = list(session.scalars(query.order_by(StandingSpan.from_on)))
        assert found
        for span in found:
            for day in (span.from_on, min(span.from_on + timedelta(1), span.until_on), span.until_on):
                now = load_standings(session, world.rulebook, [certification_id], day)[certification_id]
                assert (now.validity, now.next_on) == (span.validity, span.next_on)


def test_spans_follow_each_kind_of_change(world: World) -> None:
    certification_id, cycle_id = world.certify(world.person(), DUE)
    check_spans(world, certification_id)
    common = {"reason": None, "actor": world.actor, "at": world.at}
    with world.database.writing() as session:
        cycle = get_cycle(session, cycle_id)
        moved = {"due_source": "stated", "computed_due_on": DUE, "armed_on": world.today}
        move_due_day(session, world.rulebook, cycle, date(2026, 10, 30), **moved, **common)  # type: ignore[arg-type]  # fields of one call
    check_spans(world, certification_id)
    with world.database.writing() as session:
        certification = get_certification(session, certification_id)
        day = date(2026, 6, 1)
        change = record_status(session, world.rulebook, certification, "suspended", day, **common)  # type: ignore[arg-type]  # likewise
        change_id = change.id
    check_spans(world, certification_id)
    with world.database.writing() as session:
        change = session.get_one(type(change), change_id)
        withdraw_status(session, world.rulebook, change, actor=world.actor, at=world.at)
        close_cycle(session, world.rulebook, get_cycle(session, cycle_id), date(2026, 7, 1), **common)  # type: ignore[arg-type]  # likewise
    check_spans(world, certification_id)


def test_an_amended_day_is_not_known_before_its_moment(world: World) -> None:
    certification_id, cycle_id = world.certify(world.person(), DUE)
    first = world.at
    world.at += timedelta(seconds=1)
    for day in (date(2026, 9, 30), date(2026, 8, 31)):  # twice within one moment: the later one stands
        with world.database.writing() as session:
            move_due_day(
                session,
                world.rulebook,
                get_cycle(session, cycle_id),
                day,
                due_source="stated",
                computed_due_on=None,
                armed_on=world.today,
                reason="a slip",
                actor=world.actor,
                at=world.at,
            )
    known = {}
    with world.database.reading() as session:
        for at in (first - timedelta(seconds=1), first, world.at, None):
            found = load_standings(session, world.rulebook, [certification_id], world.today, at)
            known[at] = [standing.days.due_on for standing in found.values() if standing.days]
    assert list(known.values()) == [[], [DUE], [date(2026, 8, 31)], [date(2026, 8, 31)]]


def test_a_death_is_not_known_before_it_was_recorded(world: World) -> None:
    person_id = world.person()
    certification_id, _ = world.certify(person_id, DUE)
    before = world.at
    world.at += timedelta(days=1)
    with world.database.writing() as session:
        person: Person = get_person(session, person_id)
        change_person(session, person, {"died_on": date(2026, 5, 1)}, actor=world.actor, at=world.at)
    with world.database.reading() as session:
        codes = [
            {
                reason.code
                for reason in load_standings(session, world.rulebook, [certification_id], world.today, at)[
                    certification_id
                ].because
            }
            for at in (before, world.at)
        ]
    assert codes[0] < codes[1]
