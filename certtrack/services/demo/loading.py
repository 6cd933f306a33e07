"""Putting the demonstration on record: once, and never among real people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Account, Certification, Organization, Person
from certtrack.errors import BadPack, Refused
from certtrack.rules.cycles import first_start_on, is_parity_odd_one_out
from certtrack.rules.pack import Pack
from certtrack.security import Actor, Role
from certtrack.services.accounts import create_account
from certtrack.services.certifications import record_certification, record_exam_result, record_status
from certtrack.services.cycles import NewCycle, open_cycle
from certtrack.services.demo.people import BOB, CAROL, PEOPLE, DemoPerson
from certtrack.services.findings import open_finding
from certtrack.services.organizations import affiliate, assign_supervisor, create_organization, set_role
from certtrack.services.people import NewPerson, create_person
from certtrack.services.rulebook import Rulebook

_ACTOR = Actor(key="demo", is_command=True)
_ZONE = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Login:
    """An account of the demonstration. The password is known to everybody who reads this."""

    sign_in_name: str
    password: str
    what: str


LOGINS = (
    Login("alice@example.org", "lakeside-demo-alice", "administrator"),
    Login("bob@example.org", "lakeside-demo-bob", "supervisor"),
    Login("carol@example.org", "lakeside-demo-carol", "specialist"),
)


@dataclass(frozen=True, slots=True)
class _Place:
    session: Session
    rulebook: Rulebook
    organization: Organization
    at: datetime
    today: date


def has_demo(session: Session) -> bool:
    """True where the demonstration was loaded."""
    return session.scalar(select(Organization.id).where(Organization.recorded_by == _ACTOR.key).limit(1)) is not None


def load_demo(
    session: Session, rulebook: Rulebook, *, clock: Clock, hash_password: Callable[[str], str]
) -> tuple[Login, ...]:
    """Put the demonstration on record unless it is there already; its logins.

    Raises Refused where anybody else is on record: fictional people never stand among real ones.
    """
    if has_demo(session):
        return LOGINS
    if any(session.scalar(select(table.id).limit(1)) is not None for table in (Person, Account, Organization)):
        raise Refused(
            "There are records here already, and --demo never puts fictional people among them. "
            "Give it a folder of its own: CERTTRACK_INSTANCE=demo-instance certtrack up --demo"
        )
    place = _open_office(session, rulebook, clock)
    people = {one: _add_person(place, one) for one in PEOPLE}
    _assign(place, people)
    _add_findings(place, people)
    _add_accounts(place, people, hash_password)
    return LOGINS


def _open_office(session: Session, rulebook: Rulebook, clock: Clock) -> _Place:
    at = clock.now()
    office = create_organization(
        session,
        key="lakeside",
        name="Lakeside Peers",
        zone=_ZONE,
        reply_to="office@example.org",
        actor=_ACTOR,
        at=at,
    )
    for credential in sorted({one.credential for one in PEOPLE}):
        set_role(session, office, credential, "keeper", actor=_ACTOR, at=at)
    return _Place(session, rulebook, office, at, today_in(clock, _ZONE))


def _add_person(place: _Place, one: DemoPerson) -> Person:
    new = NewPerson(
        given_name=one.given_name,
        family_name=one.family_name,
        zone=_ZONE,
        chosen_name=one.chosen_name,
        private_address=_address_of(one),
        language=one.language,
        died_on=_day(place, one.died_in),
    )
    person = create_person(place.session, new, actor=_ACTOR, at=place.at)
    affiliate(place.session, person.id, place.organization.id, from_on=None, actor=_ACTOR, at=place.at)
    _certify(place, one, person)
    return person


def _address_of(one: DemoPerson) -> str | None:
    if one.address is None:
        return None
    plain = one.family_name.split()[0].lower().replace("ú", "u").replace("ñ", "n")
    return one.address or f"{plain}@example.org"


def _certify(place: _Place, one: DemoPerson, person: Person) -> None:
    pack = _find_pack(place.rulebook, one.credential)
    certification = record_certification(
        place.session,
        place.rulebook,
        person_id=person.id,
        organization_id=place.organization.id,
        pack=pack,
        number=f"{pack.short_name.en}-{1000 + person.id}",
        issued_on=_day(place, one.starts_in),
        actor=_ACTOR,
        at=place.at,
    )
    if one.due_in is not None:
        _open_cycle(place, one, pack, certification)
    if (sat_on := _day(place, one.sat_in)) is not None:
        record_exam_result(
            place.session,
            place.rulebook,
            person_id=person.id,
            organization_id=place.organization.id,
            credential=one.credential,
            taken_on=sat_on,
            actor=_ACTOR,
            at=place.at,
        )
    if one.act is not None:
        kind, acted_in = one.act
        acted_on = place.today + timedelta(days=acted_in)
        record_status(
            place.session,
            place.rulebook,
            certification,
            kind,
            acted_on,
            reason="Part of the demonstration",
            actor=_ACTOR,
            at=place.at,
        )


def _open_cycle(place: _Place, one: DemoPerson, pack: Pack, certification: Certification) -> None:
    due_on = place.today + timedelta(days=one.due_in or 0)
    new = NewCycle(
        start_on=_day(place, one.starts_in) or first_start_on(pack, due_on),
        due_on=due_on,
        due_source="stated",
        computed_due_on=_day(place, one.computed_in),
        armed_on=due_on - timedelta(days=400),
    )
    open_cycle(place.session, place.rulebook, certification, new, actor=_ACTOR, at=place.at)


def _find_pack(rulebook: Rulebook, credential: str) -> Pack:
    for pack in reversed(rulebook.packs.list()):
        if pack.credential == credential:
            return pack
    raise BadPack(f"The demonstration needs a rule pack for the credential {credential!r}, and there is none.")


def _day(place: _Place, days: int | None) -> date | None:
    return None if days is None else place.today + timedelta(days=days)


def _assign(place: _Place, people: dict[DemoPerson, Person]) -> None:
    for one, person in people.items():
        if one.has_supervisor:
            assign_supervisor(
                place.session,
                person_id=person.id,
                supervisor_id=people[BOB].id,
                organization_id=place.organization.id,
                from_on=place.today - timedelta(days=90),
                actor=_ACTOR,
                at=place.at,
            )


def _add_findings(place: _Place, people: dict[DemoPerson, Person]) -> None:
    for one, person in people.items():
        if one.address is None:
            _find(place, "no_address", person, {"value": ""})
        if one.due_in is not None and one.computed_in is not None:
            stated, computed = _day(place, one.due_in), _day(place, one.computed_in)
            details = {"credential": one.credential, "stated": str(stated), "computed": str(computed)}
            _find(place, "stated_day_differs", person, details)
        if one.due_in is not None and one.sat_in is not None:
            _compare_years(place, one, person)


def _compare_years(place: _Place, one: DemoPerson, person: Person) -> None:
    sat_on, due_on = _day(place, one.sat_in), _day(place, one.due_in)
    pack = _find_pack(place.rulebook, one.credential)
    if sat_on and due_on and is_parity_odd_one_out(pack, sat_on, due_on):
        details = {"credential": one.credential, "exam_on": str(sat_on), "due_on": str(due_on)}
        _find(place, "exam_year_parity", person, details)


def _find(place: _Place, kind: str, person: Person, details: dict[str, str]) -> None:
    open_finding(
        place.session,
        kind,
        f"person:{person.id}",
        organization_id=place.organization.id,
        person_id=person.id,
        details=details,
        actor=_ACTOR,
        at=place.at,
    )


def _add_accounts(place: _Place, people: dict[DemoPerson, Person], hash_password: Callable[[str], str]) -> None:
    roles = (Role.AGENCY_ADMINISTRATOR, Role.SUPERVISOR, Role.SPECIALIST)
    owners = (None, people[BOB].id, people[CAROL].id)
    for login, role, owner in zip(LOGINS, roles, owners, strict=True):
        account = create_account(
            place.session,
            login.sign_in_name,
            role=role,
            organization_id=place.organization.id,
            person_id=owner,
            actor=_ACTOR,
            at=place.at,
        )
        account.password = hash_password(login.password)
    place.session.flush()
