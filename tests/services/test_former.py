"""People who have left: their office sees the record as it stood on the last day, and nothing that came later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kit.credits import DUE, act_as, amend, decide, find_claim, log, make_new
from kit.databases import on_both
from kit.files import keep, pdf
from kit.planning import Planner
from kit.rules import CPPS
from kit.world import ZONE, World
from sqlalchemy import select, update

from certtrack.db.models import AuditEvent, AuditValue, Person
from certtrack.errors import NotAllowed, NotFound
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.certifications import get_certification, record_number, record_status
from certtrack.services.credits.page import HoursPage, show_hours
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.credits.rights import check_can_decide, check_can_log
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.evidence.earlier import get_shown_evidence
from certtrack.services.finding_list import FindingFilters, count_findings, list_findings
from certtrack.services.findings import open_finding
from certtrack.services.former import closed_people, count_former, find_last_day, list_former
from certtrack.services.organizations import (
    affiliate,
    assign_supervisor,
    create_organization,
    end_affiliation,
    find_affiliation,
    get_organization,
    set_role,
)
from certtrack.services.people import change_person
from certtrack.services.person_page import PersonPage, get_person_page
from certtrack.services.reminders.held_mail import count_held, list_held_mail, load_held_mail

LAST = date(2026, 5, 20)
AFTER = date(2026, 6, 1)
ETHICS = make_new(3, last_on=date(2026, 3, 2))


@dataclass
class Gone:
    """Carol, who was with the world's office until May 20, 2026; it is June 1 there."""

    world: World
    carol: int
    cps: int
    cycle: int
    credit: int
    office: Actor

    def page(self, actor: Actor | None = None, **values: Any) -> PersonPage:
        world = self.world
        with world.database.reading() as session:
            return get_person_page(
                session, world.rulebook, actor or self.office, self.carol, world.clock, **values
            )  # fmt: skip

    def hours(self, **values: Any) -> HoursPage:
        world, page = self.world, self.page(**values)
        with world.database.reading() as session:
            return show_hours(session, world.rulebook, page)

    def change(self, **changes: Any) -> None:
        with self.world.database.writing() as session:
            carol = session.get_one(Person, self.carol)
            change_person(session, carol, changes, actor=self.world.actor, at=self.world.at)


def leave(world: World, person_id: int, until_on: date, organization_id: int | None = None) -> None:
    with world.database.writing() as session:
        lasting = find_affiliation(session, person_id, organization_id or world.organization_id)
        assert lasting is not None
        end_affiliation(session, lasting, until_on, reason=None, actor=world.actor, at=world.at)


def come(world: World, person_id: int, from_on: date, organization_id: int | None = None) -> None:
    number = organization_id or world.organization_id
    with world.database.writing() as session:
        affiliate(session, person_id, number, from_on=from_on, actor=world.actor, at=world.at)


def add_office(world: World, key: str, zone: str = ZONE) -> int:
    with world.database.writing() as session:
        return create_organization(
            session, key=key, name=key.title(), zone=zone, actor=world.actor, at=world.at
        ).id  # fmt: skip


def administer(*places: int | None) -> Actor:
    return Actor("account:77", 77, grants=frozenset(RoleGrant(Role.AGENCY_ADMINISTRATOR, one) for one in places))


def last_on(world: World, actor: Actor, person_id: int) -> tuple[str, date] | None:
    with world.database.reading() as session:
        last = find_last_day(session, actor, person_id, world.today)
        return (last.organization, last.on) if last else None


@pytest.fixture
def gone(world: World) -> Gone:
    carol = world.person("Carol", address="carol@example.org", chosen_name="Caz Example")
    cps, cycle = world.certify(carol, DUE, number=None)
    credit = log(world, carol, ETHICS, cps)
    world.move_to(AFTER)
    leave(world, carol, LAST)
    return Gone(world, carol, cps, cycle, credit, administer(world.organization_id))


def test_the_record_is_shown_as_of_the_last_day_and_no_later_day_or_moment(gone: Gone) -> None:
    end = datetime(2026, 5, 21, 4, 59, 59, tzinfo=UTC)  # midnight in Chicago
    asks: tuple[dict[str, Any], ...] = ({}, {"as_of": AFTER, "known_at": gone.world.at})
    for asked in asks:
        page = gone.page(**asked)
        assert page.last_day is not None
        assert (page.last_day.organization, page.last_day.on) == ("Lakeside Peers", LAST)
        assert (page.as_of, page.known_at) == (LAST, end)
        assert [shown.standing.as_of for shown in page.certifications] == [LAST]

    earlier = gone.page(as_of=date(2026, 5, 16), known_at=datetime(2026, 5, 17, tzinfo=UTC))
    assert (earlier.as_of, earlier.known_at) == (date(2026, 5, 16), datetime(2026, 5, 17, tzinfo=UTC))


def test_it_says_what_was_on_record_by_then_with_names_addresses_and_places(gone: Gone) -> None:
    page = gone.page()
    assert (page.person.id, page.person.shown_name, page.person.language) == (gone.carol, "Caz Example", "en")
    assert (page.addresses, page.can_see_mail) == (("carol@example.org",), True)
    assert [(one.organization, one.until_on) for one in page.belongings] == [("Lakeside Peers", LAST)]
    (credit,) = gone.hours().hours[gone.cps].credits
    assert (credit.id, credit.minutes) == (gone.credit, 180)


def _rename(gone: Gone) -> None:
    gone.change(given_name="Carla", family_name="Newname", chosen_name="Cee", language="es")


def _move_house(gone: Gone) -> None:
    gone.change(private_address="new@example.org", work_address="new-office@example.org")


def _die(gone: Gone) -> None:
    gone.change(died_on=date(2026, 5, 19))


def _move_the_day(gone: Gone) -> None:
    world = gone.world
    with world.database.writing() as session:
        move_due_day(
            session, world.rulebook, get_cycle(session, gone.cycle), date(2027, 1, 31), due_source="extended",
            computed_due_on=None, armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip


def _revoke(gone: Gone) -> None:
    world = gone.world
    with world.database.writing() as session:
        one = get_certification(session, gone.cps)
        record_status(session, world.rulebook, one, "revoked", LAST, reason="x", actor=world.actor, at=world.at)


def _number(gone: Gone) -> None:
    with gone.world.database.writing() as session:
        record_number(session, get_certification(session, gone.cps), "CPS-9", actor=gone.world.actor, at=gone.world.at)


def _certify(gone: Gone) -> None:
    gone.world.certify(gone.carol, DUE, pack=CPPS)


def _log(gone: Gone) -> None:
    log(gone.world, gone.carol, make_new(5, last_on=date(2026, 3, 9)), gone.cps)


def _amend(gone: Gone) -> None:
    amend(gone.world, gone.credit, make_new(9, last_on=date(2026, 3, 2)))


def _withdraw(gone: Gone) -> None:
    with gone.world.database.writing() as session:
        credit = get_credit(session, gone.credit)
        withdraw_credit(
            session, gone.world.rulebook, credit, expected_no=1, reason="x", actor=gone.world.actor, at=gone.world.at
        )


def _check(gone: Gone) -> None:
    claim, _, _ = find_claim(gone.world, gone.credit, gone.cps)
    decide(gone.world, claim, "checked")


def _find(gone: Gone) -> None:
    with gone.world.database.writing() as session:
        open_finding(
            session, "no_address", "1", organization_id=gone.world.organization_id, person_id=gone.carol,
            details={"value": ""}, actor=gone.world.actor, at=gone.world.at,
        )  # fmt: skip


def _supervise(gone: Gone) -> None:
    world, bob = gone.world, gone.world.person("Bob")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=gone.carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=LAST - timedelta(days=3), actor=world.actor, at=world.at,
        )  # fmt: skip


@on_both
@pytest.mark.parametrize(
    "later",
    [
        _rename, _move_house, _die, _move_the_day, _revoke, _number, _certify, _log, _amend, _withdraw, _check, _find,
        _supervise,
    ],
)  # fmt: skip
def test_nothing_that_was_put_on_record_later_is_shown(gone: Gone, later: Callable[[Gone], None]) -> None:
    before, hours, now = _tell(gone.page()), gone.hours(), _tell(gone.page(gone.world.actor))
    later(gone)
    assert _tell(gone.page()) == before
    assert gone.hours() == hours
    changed = _tell(gone.page(gone.world.actor))
    with_credits = {_log, _amend, _withdraw, _check}
    assert changed != now or later in with_credits, "the change is to be one that others do see"


def _tell(page: PersonPage) -> object:
    person = page.person
    whose = (person.shown_name, person.certificate_name, person.language, person.died_on)
    certified = [(one.certification.id, one.number, one.standing, one.because) for one in page.certifications]
    return (
        whose, certified, page.findings, page.mail, page.addresses, page.belongings,
        [one.shown_name for one in page.supervisors],
    )  # fmt: skip


def test_mail_is_told_as_far_as_it_had_been_sent_by_then(world: World, planner: Planner) -> None:
    carol = world.person("Carol", address="carol@example.org")
    world.certify(carol, DUE)
    planner.look(date(2026, 5, 4))
    planner.settle()
    planner.look(date(2026, 8, 3))
    planner.settle()
    leave(world, carol, date(2026, 6, 1))
    office = administer(world.organization_id)
    with world.database.reading() as session:
        page = get_person_page(session, world.rulebook, office, carol, world.clock)
        whole = get_person_page(session, world.rulebook, world.actor, carol, world.clock)
    assert [(entry.stage, entry.state) for entry in page.mail] == [("before_180", "sent")]
    assert len(whole.mail) > 2


def test_what_the_audit_cannot_tell_any_more_is_left_out(gone: Gone) -> None:
    gone.change(chosen_name="Cee")
    with gone.world.database.writing() as session:
        numbers = select(AuditEvent.id).where(AuditEvent.action == "person.changed")
        session.execute(update(AuditValue).where(AuditValue.event_id.in_(numbers)).values(details=None))
    page = gone.page()
    assert (page.person.shown_name, page.addresses) == ("", ())


def test_a_record_that_came_after_the_last_day_is_not_shown_at_all(world: World) -> None:
    world.move_to(AFTER)
    dave = world.person("Dave")
    leave(world, dave, LAST)
    office = administer(world.organization_id)
    assert last_on(world, office, dave) is None
    with world.database.reading() as session, pytest.raises(NotFound):
        get_person_page(session, world.rulebook, office, dave, world.clock)


def test_the_present_view_holds_until_the_day_after_and_comes_back_with_the_person(gone: Gone) -> None:
    world = gone.world
    world.move_to(LAST)
    assert (gone.page().last_day, gone.page().as_of) == (None, None)
    world.move_to(LAST + timedelta(days=1))
    assert gone.page().last_day is not None
    world.move_to(AFTER)
    come(world, gone.carol, AFTER + timedelta(days=1))
    assert last_on(world, gone.office, gone.carol) == ("Lakeside Peers", LAST), "who is to come isn't back yet"
    world.move_to(AFTER + timedelta(days=1))
    assert gone.page().last_day is None
    leave(world, gone.carol, date(2026, 6, 30))
    world.move_to(date(2026, 7, 1))
    assert last_on(world, gone.office, gone.carol) == ("Lakeside Peers", date(2026, 6, 30))


def test_of_several_places_the_latest_last_day_counts_and_only_those_of_the_reader(gone: Gone) -> None:
    world = gone.world
    other, third = add_office(world, "other", "Pacific/Auckland"), add_office(world, "third")
    come(world, gone.carol, date(2026, 5, 22), other)
    come(world, gone.carol, date(2026, 5, 22), third)
    leave(world, gone.carol, date(2026, 5, 25), other)
    here = world.organization_id
    assert last_on(world, administer(here), gone.carol) == ("Lakeside Peers", LAST)
    assert last_on(world, administer(here, other), gone.carol) == ("Other", date(2026, 5, 25))
    page = gone.page(administer(here, other))
    assert page.known_at == datetime(2026, 5, 25, 11, 59, 59, tzinfo=UTC), "the end of the day there"
    assert {one.organization for one in gone.page().belongings} == {"Lakeside Peers"}
    for sees_today in (administer(here, third), administer(None)):
        assert last_on(world, sees_today, gone.carol) is None
        assert gone.page(sees_today).last_day is None


def test_whoever_sees_the_record_today_otherwise_sees_it_as_it_is_today(gone: Gone) -> None:
    world = gone.world
    own = Actor("account:77", 77, gone.carol, gone.office.grants)
    granter = Actor(
        "account:78", 78, grants=gone.office.grants | {RoleGrant(Role.PROGRAMME_ADMINISTRATOR, world.organization_id)}
    )
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), "cps", "granter", actor=world.actor, at=world.at)
    _rename(gone)
    for actor in (own, granter, world.actor):
        assert (gone.page(actor).last_day, gone.page(actor).person.shown_name) == (None, "Cee")
    assert gone.page(granter).addresses == (), "and nothing of then beside it"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.SPECIALIST])
def test_no_other_role_sees_who_has_left(gone: Gone, role: Role) -> None:
    world = gone.world
    bob = world.person("Bob")
    actor = Actor("account:77", 77, bob, frozenset({RoleGrant(role, world.organization_id)}))
    assert last_on(world, actor, gone.carol) is None
    with pytest.raises(NotFound):
        gone.page(actor)


def test_of_merged_people_only_what_belonged_to_the_office_is_shown_under_the_number_of_today(gone: Gone) -> None:
    world = gone.world
    world.at = datetime(2026, 5, 15, 17, tzinfo=UTC)
    here, world.organization_id = world.organization_id, add_office(world, "other")
    later = world.person("Carolina", address="lina@example.org")
    elsewhere, _ = world.certify(later, DUE)
    world.organization_id = here
    with world.database.writing() as session:
        session.get_one(Person, gone.carol).merged_into_id = later
    world.move_to(AFTER)
    page = gone.page()
    assert (page.person.id, page.person.shown_name) == (later, "Caz Example")
    assert [one.certification.id for one in page.certifications] == [gone.cps] != [elsewhere]
    come(world, later, AFTER)
    assert gone.page().last_day is None, "whoever is here under the other number is here"


def test_nothing_can_be_done_on_such_a_record(gone: Gone) -> None:
    world = gone.world
    _find(gone)
    hours = gone.hours()
    assert (hours.can_log, hours.is_holder) == (False, False)
    with world.database.reading() as session:
        with pytest.raises(NotAllowed):
            check_can_log(session, gone.office, gone.carol, world.at)
        with pytest.raises(NotAllowed):
            check_can_decide(session, gone.office, get_certification(session, gone.cps), world.at)
        found = list_findings(session, world.rulebook, gone.office, FindingFilters(), world.today)
        assert (found.total, count_findings(session, gone.office, world.today)) == (0, 0)
        assert count_findings(session, gone.office, LAST) == 1, "while she was here it was theirs"


def test_held_mail_of_who_has_left_is_not_the_office_s_to_release_but_told_of(world: World, planner: Planner) -> None:
    (carol, _), (dave, _) = planner.roster(2, date(2026, 5, 1), release_by_name=True, computed_due_on=None)
    planner.look()
    leave(world, carol, world.today)
    world.move_to(world.today + timedelta(days=1))
    office = administer(world.organization_id)
    with world.database.reading() as session:
        closed = closed_people(office, world.today)
        numbers = set(session.scalars(closed))
        causes = list_held_mail(session, world.rulebook, None, world.at, numbers)
        assert [one.person_id for cause in causes for one in cause.by_name] == [dave]
        gone = select(Person.id).where(Person.id.in_(numbers))
        assert load_held_mail(session, world.rulebook, [world.organization_id], world.at, gone).closed == 1
        assert (count_held(session, None), count_held(session, None, closed)) == (2, 1)


def test_a_certificate_opens_as_long_as_it_backed_a_credit_by_then(gone: Gone, tmp_path: Path) -> None:
    world = gone.world
    world.at = datetime(2026, 5, 16, 17, tzinfo=UTC)
    early = keep(world, tmp_path, gone.carol, pdf())
    credit = log(world, gone.carol, make_new(2, last_on=date(2026, 3, 3), files=(early,)), gone.cps)
    world.move_to(AFTER)
    late = keep(world, tmp_path, gone.carol, pdf(pages=2))
    amend(world, credit, make_new(2, last_on=date(2026, 3, 3), files=(late,)))
    _rename(gone)

    shown = next(one for one in gone.hours().hours[gone.cps].credits if one.id == credit)
    assert [(file.id, file.is_attached) for file in shown.files] == [(early, True)]
    with world.database.reading() as session:
        file, person = get_shown_evidence(session, gone.office, gone.carol, early, world.today)
        assert (file.id, person.id, person.shown_name) == (early, gone.carol, "Caz Example")
        with pytest.raises(NotFound):
            get_shown_evidence(session, gone.office, gone.carol, late, world.today)


def test_those_who_left_are_listed_by_their_name_of_then_the_last_one_first(gone: Gone) -> None:
    world = gone.world
    world.move_to(LAST)
    dave, erin = world.person("Dave"), world.person("Erin")
    world.move_to(AFTER)
    leave(world, dave, LAST + timedelta(days=2))
    _rename(gone)
    with world.database.reading() as session:
        page = list_former(session, gone.office, world.today)
        assert [(row.person.id, row.person.shown_name) for row in page.rows] == [
            (dave, "Dave Example"), (gone.carol, "Caz Example"),
        ]  # fmt: skip
        assert erin not in page.person_ids
        assert (page.total, page.first, count_former(session, gone.office, world.today)) == (2, 1, 2)
        beyond = list_former(session, gone.office, world.today, page=2)
        assert (beyond.rows, beyond.total, beyond.first) == ((), 2, 51)
        assert count_former(session, world.actor, world.today) == 0, "a command sees everybody as they are"


def test_an_account_is_bound_by_its_roles_of_today(gone: Gone) -> None:
    office = act_as(gone.world, gone.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    assert gone.page(office).as_of == LAST
