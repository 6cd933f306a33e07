"""The list of people: who comes first, what is near, and what each row says. Read from spans, never computed whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, distinct, false, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Organization, Person, StandingSpan
from certtrack.db.queries.merges import same_people
from certtrack.rules.calendar import add_days
from certtrack.rules.standing import Standing
from certtrack.security import Actor, Fields
from certtrack.services.actors import opens_alike, visible_certifications, visible_people
from certtrack.services.next_mail import NextMail, find_next_mail
from certtrack.services.people import fold, get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings

PAGE = 50
NEAR_DAYS = 180
_PAST = ("grace", "late", "exam_route")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty texts narrow nothing. `page` counts from 1."""

    as_of: date
    words: str = ""
    validity: str = ""
    credential: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One certification in the list; `mail` is None where no mail is to come, or where it isn't the reader's to see."""

    certification: Certification
    person: Person
    standing: Standing
    mail: NextMail | None
    can_see_mail: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of the list. `total` counts certifications that the filters leave, whatever the page.

    `near` people have a day to act by within 180 days, `past` ones are past a due day with a way back that still has a
    day. `others` are people whom the words fit and who have no certification, 50 at most.
    """

    rows: tuple[Row, ...]
    total: int
    near: int
    past: int
    first: int
    others: tuple[Person, ...] = ()

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({row.person.id for row in self.rows} | {person.id for person in self.others})


def list_overview(session: Session, rulebook: Rulebook, actor: Actor, filters: Filters, today: date) -> Overview:
    """The page that `filters` ask for, most urgent first, of those whom `actor` may see today."""
    conditions = _conditions(session, actor, filters, today)
    total, near, past = session.execute(_counting(filters).where(*conditions)).one()
    first = (max(filters.page, 1) - 1) * PAGE
    query = _spans(select(Certification, Person), filters).where(*conditions)
    found = session.execute(query.order_by(*_urgency()).limit(PAGE).offset(first)).all()
    ids = [row.Certification.id for row in found]
    standings = load_standings(session, rulebook, ids, filters.as_of)
    open_ones = _list_with_open_mail(session, actor, ids, today)
    mails = find_next_mail(session, rulebook, open_ones, today)
    rows = tuple(
        Row(
            row.Certification,
            get_person(session, row.Person.id),
            standings[row.Certification.id],
            mails.get(row.Certification.id),
            row.Certification.id in open_ones,
        )
        for row in found
    )
    return Overview(rows, total, near, past, first + 1, _list_others(session, actor, filters, today))


def _list_with_open_mail(session: Session, actor: Actor, ids: Sequence[int], today: date) -> list[int]:
    """Those of the certifications, all of which the actor may see, whose mail they may see."""
    if opens_alike(actor, today, Fields.STANDING, Fields.MAIL):  # most readers: nothing has to be asked
        return list(ids)
    visible = visible_certifications(actor, today, Fields.MAIL)
    return list(session.scalars(select(Certification.id).where(Certification.id.in_(ids), visible)))


def find_zone(session: Session, actor: Actor) -> str:
    """The zone whose day a list opens with: the actor's organization's, else the first one's, else UTC."""
    own = {grant.organization_id for grant in actor.grants if grant.organization_id is not None}
    query = select(Organization.zone).order_by(Organization.id).limit(1)
    zone = session.scalar(query.where(Organization.id.in_(own))) if own else None
    return zone or session.scalar(query) or "UTC"


def list_credentials(session: Session) -> list[str]:
    """The credentials that are on record."""
    return list(session.scalars(select(Certification.credential).distinct().order_by(Certification.credential)))


def _spans(query: Any, filters: Filters) -> Any:  # noqa: ANN401  # any select, with its own columns
    holds = and_(
        StandingSpan.certification_id == Certification.id,
        StandingSpan.from_on <= filters.as_of,
        filters.as_of <= StandingSpan.until_on,
    )
    return query.select_from(Certification).join(Person, Person.id == Certification.person_id).join(StandingSpan, holds)


def _counting(filters: Filters) -> Any:  # noqa: ANN401  # likewise
    until = add_days(filters.as_of, NEAR_DAYS)
    is_past = StandingSpan.validity.in_(_PAST)
    is_near = and_(StandingSpan.next_on <= until, StandingSpan.next_on >= filters.as_of)
    return _spans(select(func.count(), _count_people(is_near), _count_people(is_past)), filters)


def _count_people(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(distinct(case((condition, Certification.person_id))))


def _urgency() -> tuple[Any, ...]:
    """Whose day to act by comes first, whatever they stand in; then those for whom no day is left or known."""
    return (StandingSpan.next_on.is_(None), StandingSpan.next_on, Person.folded_name, Certification.id)


def _conditions(session: Session, actor: Actor, filters: Filters, today: date) -> list[ColumnElement[bool]]:
    conditions = [visible_certifications(actor, today)]
    if filters.validity:
        conditions.append(StandingSpan.validity == filters.validity)
    if filters.credential:
        conditions.append(Certification.credential == filters.credential)
    if filters.words.strip():
        conditions.append(_matches(session, actor, filters.words, today))
    return conditions


def _matches(session: Session, actor: Actor, words: str, today: date) -> ColumnElement[bool]:
    has_number = func.lower(Certification.number).contains(words.strip().lower(), autoescape=True)
    return or_(has_number, Person.id.in_(same_people(_find_people(session, actor, words, today))))


def _find_people(session: Session, actor: Actor, words: str, today: date) -> Select[int]:
    typed, wanted = words.strip().lower(), fold(words).replace(",", " ").split()
    has_address = and_(
        or_(
            Person.private_address.contains(typed, autoescape=True),
            Person.work_address.contains(typed, autoescape=True),
        ),
        visible_people(actor, today, Fields.ADDRESSES),
    )
    named = [Person.folded_name.contains(word, autoescape=True) for word in wanted]
    called = _list_called(session, actor, wanted, today)
    return select(Person.id).where(or_(and_(*named) if named else false(), has_address, Person.id.in_(called)))


def _list_called(session: Session, actor: Actor, wanted: Sequence[str], today: date) -> list[int]:
    """Whose chosen name, or that with the name on the certificate, has all these words."""
    query = select(Person.id, Person.chosen_name, Person.folded_name)
    chosen = session.execute(query.where(Person.chosen_name.is_not(None), visible_people(actor, today)))
    names = [(number, f"{fold(name or '')} {folded}") for number, name, folded in chosen]
    return [number for number, name in names if wanted and all(word in name for word in wanted)]


def _list_others(session: Session, actor: Actor, filters: Filters, today: date) -> tuple[Person, ...]:
    """People without a certification, such as supervisors, whom the words fit; nobody where no words were typed."""
    if not filters.words.strip() or filters.validity or filters.credential or filters.page > 1:
        return ()
    query = select(Person).where(
        Person.id.in_(_find_people(session, actor, filters.words, today)),
        Person.merged_into_id.is_(None),
        Person.id.not_in(same_people(select(Certification.person_id))),
        visible_people(actor, today),
    )
    return tuple(session.scalars(query.order_by(Person.folded_name, Person.id).limit(PAGE)))
