"""Putting the demonstration on record: once, and never among real people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from certtrack.clock import Clock
from certtrack.db.models import Account, Organization, Person, Reminder
from certtrack.errors import Refused
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.accounts import create_account
from certtrack.services.demo.background_checks import add_checks
from certtrack.services.demo.credits import add_credits
from certtrack.services.demo.drafts import add_draft
from certtrack.services.demo.exams import add_exams
from certtrack.services.demo.letters import add_letter
from certtrack.services.demo.looks import add_looks
from certtrack.services.demo.offerings import add_offerings
from certtrack.services.demo.people import BOB, CAROL, PEOPLE, DemoPerson
from certtrack.services.demo.place import ACTOR, Place, open_office
from certtrack.services.demo.recertifying import add_recertification
from certtrack.services.demo.records import add_person
from certtrack.services.demo.returned import add_returned
from certtrack.services.demo.stand_ins import add_stand_in
from certtrack.services.demo.supervision import add_supervision
from certtrack.services.demo.team import add_views
from certtrack.services.demo.tellings import add_tellings
from certtrack.services.demo.trainings import add_trainings
from certtrack.services.evidence.store import EvidenceStore
from certtrack.services.organizations import assign_supervisor
from certtrack.services.other_days.planning import plan_other_batch
from certtrack.services.reminders.planning import plan_batch
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import projecting_once

_KNOWN_FOR = timedelta(days=90)


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
    Login("pat@example.org", "lakeside-demo-pat", "administrator of the program"),
)


def has_demo(session: Session) -> bool:
    """True where the demonstration was loaded."""
    return session.scalar(select(Organization.id).where(Organization.recorded_by == ACTOR.key).limit(1)) is not None


def check_demo_fits(session: Session) -> None:
    """Raise Refused where anybody else is on record: fictional people never stand among real ones."""
    if has_demo(session):
        return
    if any(session.scalar(select(table.id).limit(1)) is not None for table in (Person, Account, Organization)):
        raise Refused(
            "There are records here already, and --demo never puts fictional people among them. "
            "Give it a folder of its own: CERTTRACK_INSTANCE=demo-instance certtrack up --demo"
        )


def load_demo(
    session: Session,
    rulebook: Rulebook,
    *,
    clock: Clock,
    hash_password: Callable[[str], str],
    store: EvidenceStore | None = None,
) -> tuple[Login, ...]:
    """Put the demonstration on record, its first mails planned, unless it is there already; its logins.

    The store keeps its certificate; None where there is to be no file.
    Raises Refused where anybody else is on record.
    """
    check_demo_fits(session)
    if has_demo(session):
        return LOGINS
    place = open_office(session, rulebook, clock)
    with projecting_once(session, rulebook, at=place.at):
        people, actors = _add_records(place, hash_password, store)
    # here, and not only by the schedule: its first delivery would find nothing, and the next is a minute later
    for plan in (plan_batch, plan_other_batch):
        while plan(session, rulebook, at=place.at).looked_at:
            pass
    add_tellings(place, people, actors[Role.SUPERVISOR])
    add_views(place, actors[Role.SUPERVISOR])
    return LOGINS


def _add_records(
    place: Place, hash_password: Callable[[str], str], store: EvidenceStore | None
) -> tuple[dict[DemoPerson, Person], dict[Role, Actor]]:
    people = {one: add_person(place, one) for one in PEOPLE}
    _assign(place, people)
    accounts = _add_accounts(place, people, hash_password)
    actors = _make_actors(place, accounts, people)
    add_credits(place, people, actors[Role.AGENCY_ADMINISTRATOR], actors[Role.SUPERVISOR], store)
    add_trainings(place, people, actors[Role.AGENCY_ADMINISTRATOR])
    add_exams(place, people, actors[Role.PROGRAMME_ADMINISTRATOR])
    add_checks(place, people, actors[Role.AGENCY_ADMINISTRATOR])
    add_supervision(
        place, people, actors[Role.SUPERVISOR], actors[Role.SPECIALIST], actors[Role.AGENCY_ADMINISTRATOR]
    )  # fmt: skip
    add_letter(place, actors[Role.AGENCY_ADMINISTRATOR])
    add_returned(place, people)
    add_stand_in(place, people, actors[Role.AGENCY_ADMINISTRATOR])
    add_looks(place, people, actors[Role.SUPERVISOR])
    add_recertification(place, people[CAROL], actors[Role.SPECIALIST], actors[Role.AGENCY_ADMINISTRATOR])
    add_offerings(place, people, actors[Role.SPECIALIST])
    add_draft(place, people, actors[Role.SPECIALIST])
    return people, actors


def _make_actors(place: Place, accounts: dict[Role, int], people: dict[DemoPerson, Person]) -> dict[Role, Actor]:
    owners = {Role.SUPERVISOR: people[BOB].id, Role.SPECIALIST: people[CAROL].id}
    grants = {
        role: RoleGrant(role, (place.programme if role is Role.PROGRAMME_ADMINISTRATOR else place.organization).id)
        for role in accounts
    }
    return {
        role: Actor(f"account:{number}", number, owners.get(role), frozenset({grants[role]}))
        for role, number in accounts.items()
    }


def count_mails(session: Session, *, clock: Clock) -> int:
    """How many mails go out as soon as somebody delivers: one for each person who is to be told of something."""
    query = select(func.count(distinct(Reminder.recipient_id)))
    return session.scalar(query.where(Reminder.state == "planned", Reminder.send_after <= clock.now())) or 0


def _assign(place: Place, people: dict[DemoPerson, Person]) -> None:
    for one, person in people.items():
        if one.has_supervisor:
            assign_supervisor(
                place.session,
                person_id=person.id,
                supervisor_id=people[BOB].id,
                organization_id=place.organization.id,
                from_on=place.today - _KNOWN_FOR,
                actor=ACTOR,
                at=place.at,
            )


def _add_accounts(
    place: Place, people: dict[DemoPerson, Person], hash_password: Callable[[str], str]
) -> dict[Role, int]:
    roles = (Role.AGENCY_ADMINISTRATOR, Role.SUPERVISOR, Role.SPECIALIST, Role.PROGRAMME_ADMINISTRATOR)
    owners = (None, people[BOB].id, people[CAROL].id, None)
    made = {}
    for login, role, owner in zip(LOGINS, roles, owners, strict=True):
        account = create_account(
            place.session,
            login.sign_in_name,
            role=role,
            organization_id=(place.programme if role is Role.PROGRAMME_ADMINISTRATOR else place.organization).id,
            person_id=owner,
            actor=ACTOR,
            at=place.at,
        )
        account.password = hash_password(login.password)
        made[role] = account.id
    place.session.flush()
    return made
