"""How many of a supervisor's people are where, as of a day: read from spans, as the list of people reads them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Organization, Person, StandingSpan
from certtrack.db.queries.merges import same_person
from certtrack.mail.content import TeamCounts
from certtrack.rules.calendar import add_days
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.actors import visible_certifications, visible_people
from certtrack.services.credits.waiting import count_waiting
from certtrack.services.people import load_holders
from certtrack.services.undeliverable import count_undeliverable

DUE_DAYS = 60
_PAST = ("grace", "late", "exam_route")

_Stands = Row[int, str, str, date | None, bool]


def supervise(person_id: int, organization_ids: Collection[int]) -> Actor:
    """Somebody as the supervisor that they are there, whether they have an account or not."""
    grants = frozenset(RoleGrant(Role.SUPERVISOR, number) for number in organization_ids)
    return Actor(key="job:weekly_team_mail", person_id=person_id, grants=grants)


def list_packs(session: Session, actor: Actor, today: date) -> Sequence[str]:
    """The keys of the packs that the team's certifications go by, in their order."""
    theirs = (visible_certifications(actor, today), Certification.person_id.not_in(same_person(actor.person_id or 0)))
    query = select(Certification.pack_key).where(*theirs).distinct()
    return session.scalars(query.order_by(Certification.pack_key)).all()


def count_team(session: Session, actor: Actor, *, today: date, at: datetime) -> TeamCounts:
    """Those whom the supervisor has, or has in another's place, never the supervisor; as of `today`.

    Somebody is all set where each certification that is on time is; past the day where one of them is. What has ended,
    or was suspended, asks nothing. Names stand in it where the certification's organization wants them in mails.
    """
    own = same_person(actor.person_id or 0)
    living = (Person.merged_into_id.is_(None), Person.died_on.is_(None), Person.id.not_in(own))
    team = set(session.scalars(select(Person.id).where(visible_people(actor, today), *living)))
    stands = _load(session, actor, team, today)
    past = {number for number, row in stands if row.validity in _PAST}
    current = [(number, row) for number, row in stands if row.validity == "current" and number not in past]
    open_ = {number for number, row in current if row.hours != "complete"}
    due = [(number, row) for number, row in current if row.next_on and row.next_on <= add_days(today, DUE_DAYS)]
    named = {number for number, row in due if row.names_in_team_mail}
    return TeamCounts(
        people=len(team),
        all_set=len({number for number, _ in current} - open_),
        to_do=len(open_),
        due=len({number for number, _ in due}),
        past=len(past),
        waiting=count_waiting(session, actor, today),
        unreached=count_undeliverable(session, actor, today=today, at=at),
        names=_list_names(session, named),
    )


def _load(session: Session, actor: Actor, team: Collection[int], today: date) -> list[tuple[int, _Stands]]:
    """Where each certification of the team stands, with its holder's number, merges followed."""
    query = (
        select(
            Certification.person_id,
            StandingSpan.validity,
            StandingSpan.hours,
            StandingSpan.next_on,
            Organization.names_in_team_mail,
        )
        .join(StandingSpan, StandingSpan.certification_id == Certification.id)
        .join(Organization, Organization.id == Certification.organization_id)
        .where(visible_certifications(actor, today), StandingSpan.from_on <= today, today <= StandingSpan.until_on)
    )
    rows = session.execute(query).all()
    holders = load_holders(session, {row.person_id for row in rows})
    return [(number, row) for row in rows if (number := holders[row.person_id].id) in team]


def _list_names(session: Session, people: Collection[int]) -> tuple[str, ...]:
    found = session.scalars(select(Person).where(Person.id.in_(people)).order_by(Person.folded_name, Person.id))
    return tuple(person.shown_name for person in found)
