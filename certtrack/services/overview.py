"""The list of people: who comes first, what is near, and what each row says. Read from spans, never computed whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Organization, Person, StandingSpan
from certtrack.db.queries.facts import load_facts
from certtrack.rules.calendar import add_days
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.standing import NextCode, Position, find_next, find_position
from certtrack.security import Actor, Fields
from certtrack.services.actors import opens_alike, visible_certifications
from certtrack.services.finding_people import list_without_certification
from certtrack.services.next_mail import NextMail, find_next_mail
from certtrack.services.people_list import PAGE, Filters, Listed, PeopleList, Place
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import pack_for

__all__ = ["MOST_COUNTED", "NEAR_DAYS", "PAGE", "Filters", "Overview", "Row", "find_zone", "list_overview"]

NEAR_DAYS = 180
MOST_COUNTED = 100
"""Of more than these a list says that there are more: to count all of them takes longer, the more they are."""
_PAST = ("grace", "late", "exam_route")


@dataclass(frozen=True, slots=True)
class Row:
    """One certification in the list, where it stands by its days, and the next one to act by, None where none is.

    `mail` is None where no mail is to come, or where it isn't the reader's to see.
    """

    certification: Certification
    person: Person
    standing: Position
    next_code: NextCode | None
    next_on: date | None
    mail: NextMail | None
    can_see_mail: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of the list. `next_place` is behind which the next one begins, None where this is the last.

    `near` people have a day to act by within 180 days, `past` ones are past a due day with a way back that still has a
    day: both counted up to one more than `MOST_COUNTED`, and None on a later page and on a narrowed one. `others` are
    people whom the words fit and who have no certification, 50 at most; `is_cut`: the words fit more than were found.
    """

    rows: tuple[Row, ...]
    next_place: Place | None
    near: int | None = None
    past: int | None = None
    others: tuple[Person, ...] = ()
    is_cut: bool = False

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({row.person.id for row in self.rows} | {person.id for person in self.others})


def list_overview(
    session: Session, rulebook: Rulebook, actor: Actor, filters: Filters, *, today: date, at: datetime
) -> Overview:
    """The page that `filters` ask for, most urgent first, of those whom `actor` may see today."""
    people = PeopleList(session, actor, filters, today=today, at=at)
    page = people.load_page()
    rows = _make_rows(session, rulebook, actor, page.rows, filters.as_of, today)
    if people.found is not None:
        is_whole = filters == replace(filters, validity="", credential="", open="", due_before=None, after=None)
        others = list_without_certification(session, people.found, actor, today, PAGE) if is_whole else ()
        return Overview(rows, page.next_place, others=others, is_cut=people.found.is_cut)
    near, past = _count(session, people) if filters.after is None and not filters.is_narrowed else (None, None)
    return Overview(rows, page.next_place, near, past)


def _make_rows(
    session: Session, rulebook: Rulebook, actor: Actor, listed: Sequence[Listed], as_of: date, today: date
) -> tuple[Row, ...]:
    ids = [row.certification.id for row in listed]
    facts, rules = load_facts(session, ids, counts_hours=False), confirmed_rules(session, rulebook)
    open_ones = set(_list_with_open_mail(session, actor, ids, today))
    mails = find_next_mail(session, rulebook, sorted(open_ones), today)
    return tuple(_make_row(row, facts[row.certification.id], rules, as_of, mails, open_ones) for row in listed)


def _make_row(
    row: Listed,
    facts: CertificationFacts,
    rules: Rulebook,
    as_of: date,
    mails: Mapping[int, NextMail],
    open_ones: Collection[int],
) -> Row:
    number = row.certification.id
    pack = pack_for(rules, row.certification.pack_key, facts)
    at = find_position(pack, facts, as_of)
    next_code, next_on = find_next(pack, facts, at.now, at.following, at.validity, as_of)
    return Row(row.certification, row.person, at, next_code, next_on, mails.get(number), number in open_ones)


def _list_with_open_mail(session: Session, actor: Actor, ids: Sequence[int], today: date) -> list[int]:
    """Those of the certifications, all of which the actor may see, whose mail they may see."""
    if opens_alike(actor, today, Fields.STANDING, Fields.MAIL):  # most readers: nothing has to be asked
        return list(ids)
    visible = visible_certifications(actor, today, Fields.MAIL)
    return list(session.scalars(select(Certification.id).where(Certification.id.in_(ids), visible)))


def _count(session: Session, people: PeopleList) -> tuple[int, int]:
    """How many people have a day to act by that is near, and how many are past one; one query."""
    until = add_days(people.filters.as_of, NEAR_DAYS)
    spans = people.select_spans(Certification.person_id)
    near = spans.where(StandingSpan.next_on.between(people.filters.as_of, until))
    past = spans.where(StandingSpan.validity.in_(_PAST))
    row = session.execute(select(_count_people(near), _count_people(past))).one()
    return row[0], row[1]


def _count_people(spans: Select[int]) -> Any:  # noqa: ANN401  # a number in a statement
    """The people of the first that are found, one more of them at the most than are counted."""
    first = spans.limit(MOST_COUNTED + 1).subquery()
    return select(func.count(distinct(first.c.person_id))).scalar_subquery()


def find_zone(session: Session, actor: Actor) -> str:
    """The zone whose day a list opens with: the actor's organization's, else the first one's, else UTC."""
    own = {grant.organization_id for grant in actor.grants if grant.organization_id is not None}
    query = select(Organization.zone).order_by(Organization.id).limit(1)
    zone = session.scalar(query.where(Organization.id.in_(own))) if own else None
    return zone or session.scalar(query) or "UTC"
