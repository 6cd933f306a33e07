"""A certificate with a later day: the next cycle is on record at once, and nobody is told to act for the old one."""

from collections.abc import Mapping
from datetime import date

import pytest
from kit.delivery import Deliverer
from kit.planning import Planner
from kit.roster import Office, carol, make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, Cycle, Reminder, StandingSpan
from certtrack.rules.standing import Standing
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.overview import Filters, list_overview
from certtrack.services.person_page import PersonPage, get_person_page
from certtrack.services.reminders.causes import release_person
from certtrack.services.standing import load_standings

OLD, NEW = date(2026, 10, 31), date(2028, 10, 31)


def take(office: Office, day: date, name: str) -> int:
    work = office.take(make_csv(carol(expires=day.strftime("%m/%d/%Y"))), name)
    assert work.run_id is not None
    return work.run_id


def page_of(world: World, **values: object) -> PersonPage:
    with world.database.reading() as session:
        person_id = session.scalars(select(Certification.person_id)).one()
        return get_person_page(session, world.rulebook, world.actor, person_id, world.clock, **values)  # type: ignore[arg-type]  # a day or a moment


def standing_on(world: World, day: date) -> Standing:
    with world.database.reading() as session:
        (number,) = session.scalars(select(Certification.id))
        return load_standings(session, world.rulebook, [number], day)[number]


def sources(page: PersonPage) -> Mapping[str, tuple[date, str | None]]:
    (shown,) = page.certifications
    return {
        why.reason.code: (why.record.recorded_on, why.record.file_name)
        for why in shown.because
        if why.record is not None
    }


def cycle_ids(world: World) -> list[int]:
    with world.database.reading() as session:
        return list(session.scalars(select(Cycle.id).order_by(Cycle.due_on)))


@pytest.fixture
def renewed(world: World, office: Office) -> World:
    """Carol's old day came in April, her new one in June."""
    world.move_to(date(2026, 4, 10))
    take(office, OLD, "april.csv")
    world.move_to(date(2026, 6, 15))
    take(office, NEW, "june.csv")
    return world


def test_until_the_old_day_has_passed_the_next_cycle_is_shown_with_its_own_source(renewed: World) -> None:
    page = page_of(renewed)
    (shown,) = page.certifications
    standing = shown.standing
    assert standing.days is not None
    assert standing.following is not None
    assert (standing.days.due_on, standing.following.due_on) == (OLD, NEW)
    assert (standing.validity, standing.next_code, standing.next_on) == ("current", "due", NEW)
    assert sources(page) == {
        "due_stated": (date(2026, 4, 10), "april.csv"),
        "next_cycle_on_record": (date(2026, 6, 15), "june.csv"),
    }
    assert shown.following is not None
    assert (shown.following.recorded_on, shown.following.file_name) == (date(2026, 6, 15), "june.csv")
    assert shown.readings == ()


def test_no_reason_tells_to_act_by_the_old_day(renewed: World) -> None:
    codes = {why.reason.code for why in page_of(renewed).certifications[0].because}
    assert codes == {"due_stated", "next_cycle_on_record", "exam_outcome_not_known"}


def test_once_the_old_day_has_passed_the_new_cycle_speaks_and_its_source_is_its_own(renewed: World) -> None:
    page = page_of(renewed, as_of=date(2026, 11, 1))
    standing = page.certifications[0].standing
    assert standing.cycle is not None
    assert (standing.cycle.due_on, standing.following, standing.validity) == (NEW, None, "current")
    assert sources(page)["due_stated"] == (date(2026, 6, 15), "june.csv")


def test_as_known_before_the_second_file_there_is_one_cycle(renewed: World) -> None:
    known = renewed.at.replace(month=5)
    page = page_of(renewed, known_at=known)
    assert page.certifications[0].standing.following is None
    assert sources(page)["due_stated"] == (date(2026, 4, 10), "april.csv")


def test_a_list_counts_nobody_as_near_for_a_day_that_is_renewed(renewed: World) -> None:
    with renewed.database.reading() as session:
        filters = Filters(as_of=date(2026, 10, 1))
        overview = list_overview(
            session, renewed.rulebook, renewed.actor, filters, today=renewed.today, at=renewed.at
        )  # fmt: skip
        spans = session.execute(select(StandingSpan.from_on, StandingSpan.next_on).order_by(StandingSpan.from_on)).all()
    assert (overview.near, overview.past) == (0, 0)
    assert {on for start, on in spans if date(2024, 11, 1) <= start <= NEW} == {NEW}
    for start, on in spans:
        assert standing_on(renewed, start).next_on == on


def test_the_planner_plans_nothing_of_the_old_cycle_after_the_import(renewed: World, planner: Planner) -> None:
    old, new = cycle_ids(renewed)
    for day in (renewed.today, date(2026, 8, 2), date(2026, 10, 30), date(2026, 11, 2), date(2027, 6, 1)):
        planner.look(day)
    assert planner.rows() == []
    assert (planner.next_on(old), planner.next_on(new)) == (None, date(2028, 5, 4))
    planner.look(date(2028, 5, 4))
    assert [(row.subject_id, row.stage, row.anchor_on) for row in planner.rows() if row.state == "planned"] == [
        (new, "before_180", NEW)
    ]


def test_what_was_planned_for_the_old_cycle_and_not_sent_is_never_sent(
    world: World, office: Office, planner: Planner, deliverer: Deliverer
) -> None:
    world.move_to(date(2026, 4, 10))
    take(office, OLD, "april.csv")
    planner.look(date(2026, 5, 4), hour_utc=9)
    (old,) = cycle_ids(world)
    assert planner.waiting(old) == ["before_180"]
    world.move_to(date(2026, 5, 4), 10)
    take(office, NEW, "may.csv")
    assert planner.says(old) == {"before_180": "superseded:cycle_closed"}
    for day in (date(2026, 5, 4), date(2026, 8, 3), date(2026, 10, 30), date(2026, 11, 5)):
        planner.look(day)
        deliverer.deliver()
    assert deliverer.recipients() == []
    assert planner.says(old) == {"before_180": "superseded:cycle_closed"}


def test_what_is_held_for_the_old_cycle_is_not_sent_by_a_later_release(
    world: World, office: Office, planner: Planner, deliverer: Deliverer
) -> None:
    world.move_to(date(2026, 12, 10))
    take(office, OLD, "december.csv")  # past her day when she comes in: held by name
    planner.look(date(2026, 12, 11))
    old = cycle_ids(world)[0]
    assert "held:by_name" in planner.says(old).values()
    take(office, NEW, "again.csv")
    with world.database.writing() as session:
        holder = session.scalars(select(Certification.person_id)).one()
        assert release_person(session, holder, actor=world.actor, at=world.at) == 0
    planner.look(date(2026, 12, 12))
    deliverer.deliver()
    assert deliverer.recipients() == []
    with world.database.reading() as session:
        states = set(session.scalars(select(Reminder.state).where(Reminder.subject_id == old)))
    assert states == {"superseded"}


def test_a_day_that_a_person_moved_is_not_said_to_come_from_the_file(world: World, office: Office) -> None:
    take(office, OLD, "may.csv")
    world.move_to(date(2026, 6, 1))
    with world.database.writing() as session:
        cycle = get_cycle(session, cycle_ids(world)[0])
        move_due_day(
            session, world.rulebook, cycle, date(2026, 11, 30), due_source="extended", computed_due_on=None,
            armed_on=world.today, reason="a letter", actor=world.actor, at=world.at,
        )  # fmt: skip
        assert get_certification(session, cycle.certification_id).cycles == [cycle]
    assert sources(page_of(world))["due_extended"] == (date(2026, 6, 1), None)


def test_a_day_that_a_file_moved_comes_from_that_file(world: World, office: Office) -> None:
    take(office, OLD, "may.csv")
    world.move_to(date(2026, 6, 1))
    take(office, date(2026, 11, 30), "june.csv")
    assert sources(page_of(world))["due_stated"] == (date(2026, 6, 1), "june.csv")
