"""Background checks: who keeps them, and who is reminded of which."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.background_checks import keep_check
from kit.credits import act_as
from kit.delivery import Deliverer
from kit.exams import Office, open_office
from kit.mails import read
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import AuditEvent, BackgroundCheck, BackgroundCheckVersion, OtherDay
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.background_checks.records import NewCheck, amend_check, get_check
from certtrack.services.other_days.page import list_shown_days

CHECK = NewCheck(date(2026, 5, 1), date(2026, 11, 1), "The state's letter of May 1, 2026")


@pytest.fixture
def office(world: World) -> Office:
    world.rulebook = load_shipped()
    return open_office(world, grants=("cps",))


def keep(world: World, person_id: int, new: NewCheck = CHECK, actor: Actor | None = None) -> int:
    """The number of the check."""
    return keep_check(world, person_id, new, actor=actor)


def amend(world: World, check_id: int, new: NewCheck, *, no: int = 1, actor: Actor | None = None) -> bool:
    with world.database.writing() as session:
        record = session.get_one(BackgroundCheck, check_id)
        common = {"expected_no": no, "reason": "misread", "actor": actor or world.actor, "at": world.at}
        return amend_check(session, record, new, **common)  # type: ignore[arg-type]  # values of several kinds


def says(planner: Planner) -> list[str]:
    rows = [row for row in planner.rows() if row.subject_kind == "background_check"]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def test_the_office_alone_keeps_checks_and_nobody_their_own(world: World, office: Office) -> None:
    for actor in (office.holder, office.supervisor, office.programme):
        with pytest.raises(NotAllowed):
            keep(world, office.carol, actor=actor)
    check = keep(world, office.carol, actor=office.agency)
    for actor in (office.holder, office.supervisor, office.programme):
        with pytest.raises(NotAllowed):
            amend(world, check, replace(CHECK, is_withdrawn=True), actor=actor)
    own = act_as(world, world.account("ann", Role.AGENCY_ADMINISTRATOR, person_id=office.carol))
    with pytest.raises(Refused):
        keep(world, office.carol, actor=own)


def test_each_change_is_a_version_and_an_event_and_a_second_look_wins_over_none(world: World, office: Office) -> None:
    check = keep(world, office.carol, actor=office.agency)
    assert not amend(world, check, CHECK, actor=office.agency)
    assert amend(world, check, replace(CHECK, good_until=date(2026, 12, 1)), actor=office.agency)
    with pytest.raises(StaleRecord):
        amend(world, check, CHECK, actor=office.agency)
    assert amend(world, check, replace(CHECK, is_withdrawn=True), no=2, actor=office.agency)
    with world.database.reading() as session:
        days = session.scalars(select(BackgroundCheckVersion.good_until).order_by(BackgroundCheckVersion.no))
        assert list(days) == [date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 1)]
        said = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_kind == "background_check"))
        assert list(said) == [f"background_check.{what}" for what in ("recorded", "amended", "withdrawn")]
        with pytest.raises(NotFound):
            get_check(session, office.agency, office.carol, check)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CHECK, done_on=date(2026, 5, 16)),
        replace(CHECK, good_until=date(2026, 4, 30)),
        replace(CHECK, source=""),
    ],
)
def test_what_can_not_be_is_refused(world: World, office: Office, wrong: NewCheck) -> None:
    with pytest.raises(BadInput):
        keep(world, office.carol, wrong)


def test_the_person_is_reminded_before_it_ends_and_once_after(world: World, office: Office, planner: Planner) -> None:
    keep(world, office.carol)
    planner.look(date(2026, 8, 3))
    assert says(planner) == ["before_90 planned"]  # moved from August 3, a Monday
    planner.settle()
    planner.look(date(2026, 11, 1))
    planner.look(date(2026, 11, 2))
    assert says(planner)[-1] == "after_1 planned"


def test_a_newer_check_ends_the_reminders_of_the_former_and_taken_back_lets_it_speak_again(
    world: World, office: Office, planner: Planner
) -> None:
    keep(world, office.carol)
    planner.look(date(2026, 8, 3))
    newer = keep(world, office.carol, NewCheck(date(2026, 8, 1), date(2030, 8, 1), "A letter"))
    planner.look()
    assert says(planner) == ["before_90 superseded day_closed"]
    amend(world, newer, NewCheck(date(2026, 8, 1), date(2030, 8, 1), "A letter", is_withdrawn=True))
    planner.look(date(2026, 10, 2))
    assert says(planner)[-1] == "before_30 planned"
    with world.database.reading() as session:
        query = select(OtherDay.closed_for).order_by(OtherDay.id)
        assert list(session.scalars(query)) == [None, "withdrawn"]


def test_a_mail_after_the_last_day_never_says_that_it_is_good(
    world: World, office: Office, deliverer: Deliverer
) -> None:
    keep(world, office.carol)
    deliverer.planner.look(date(2026, 11, 2), hour_utc=18)
    deliverer.deliver()
    [mail] = deliverer.smtp.list_taken()
    assert "Your background check was good until Sunday, November 1, 2026." in read(mail.data).flat


def test_a_check_is_shown_to_its_holder_and_the_office_with_its_form_and_to_nobody_else(
    world: World, office: Office
) -> None:
    check = keep(world, office.carol)
    world.at += timedelta(days=400)

    def show(actor: Actor) -> list[tuple[bool, int | None]]:
        with world.database.reading() as session:
            days = list_shown_days(session, world.rulebook, actor, office.carol, world.clock)
            return [(day.is_over, day.check_id) for day in days]

    assert show(office.agency) == [(True, check)]
    assert show(office.holder) == [(True, None)]
    assert show(office.programme) == []
