"""The list of people: who comes first, what is near, and what each row says. Read from spans, never computed whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Select, Text, cast, distinct, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person, SavedView, StandingSpan
from certtrack.db.queries.facts import load_facts
from certtrack.rules.calendar import add_days
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.standing import NextCode, Position, find_next, find_position
from certtrack.security import RECORD_RIGHTS, Actor, Fields
from certtrack.services.actors import list_ways, visible_certifications
from certtrack.services.finding_people import list_without_certification
from certtrack.services.people_list import PAGE, Filters, Listed, PeopleList, Place, Sorted, load_listed
from certtrack.services.people_selects import ListSelects
from certtrack.services.reader_zone import find_zone
from certtrack.services.reminders.next_mail import NextMail, NextMails, load_next_mail
from certtrack.services.reminders.obstacles import is_silent
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import pack_for
from certtrack.services.team.beside import View, list_views

__all__ = [
    "MOST_COUNTED",
    "NEAR_DAYS",
    "PAGE",
    "Filters",
    "Overview",
    "Row",
    "find_zone",
    "list_overview",
    "load_chunks",
]

NEAR_DAYS = 180
MOST_COUNTED = 100
"""Of more than these a list says that there are more: to count all of them takes longer, the more they are."""
_PAST = ("grace", "late", "exam_route")
_CHUNK = 500


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

    @property
    def due_on(self) -> date | None:
        """When its cycle is due, or the next one where that is on record; None without one."""
        if self.standing.following is not None:
            return self.standing.following.due_on
        return self.standing.days.due_on if self.standing.days else None


@dataclass(frozen=True, slots=True)
class Overview:
    """One page of the list; its places are those of `ListPage`.

    `near` people have a day to act by within 180 days, `past` ones are past a due day with a way back that still has a
    day: both counted up to one more than `MOST_COUNTED`, and None on a later page and on a narrowed one. `others` are
    people whom the words fit and who have no certification, 50 at most; `is_cut`: the words fit more than were found.
    `views` are the reader's own; where words were typed they aren't asked for.
    """

    rows: tuple[Row, ...]
    next_place: Place | None
    previous_place: Place | None
    near: int | None = None
    past: int | None = None
    others: tuple[Person, ...] = ()
    is_cut: bool = False
    views: tuple[View, ...] = ()

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
        is_whole = filters.place is None and not replace(filters, words="").is_narrowed
        others = list_without_certification(session, people.found, actor, today, PAGE) if is_whole else ()
        return Overview(rows, page.next_place, page.previous_place, others=others, is_cut=people.found.is_cut)
    near, past, views = _load_beside(session, actor, people)
    return Overview(rows, page.next_place, page.previous_place, near, past, views=views)


def _make_rows(
    session: Session, rulebook: Rulebook, actor: Actor, listed: Sequence[Listed], as_of: date, today: date
) -> tuple[Row, ...]:
    ids = [row.certification.id for row in listed]
    facts, rules = load_facts(session, ids, counts_hours=False), confirmed_rules(session, rulebook)
    is_open = None if _opens_mail_too(actor, today) else visible_certifications(actor, today, Fields.MAIL)
    mails = load_next_mail(session, rulebook, ids, today, is_open)
    return tuple(_make_row(row, facts[row.certification.id], rules, as_of, mails) for row in listed)


def _opens_mail_too(actor: Actor, today: date) -> bool:
    """True where of whoever's standing the actor may see, they may see the mail: of most readers. Nothing is asked."""
    rights = [] if actor.is_command else [RECORD_RIGHTS[relation] for relation, _ in list_ways(actor, today)]
    return all((Fields.STANDING in one) == (Fields.MAIL in one) for one in rights)


def _make_row(
    row: Listed,
    facts: CertificationFacts,
    rules: Rulebook,
    as_of: date,
    mails: NextMails,
) -> Row:
    number = row.certification.id
    pack = pack_for(rules, row.certification.pack_key, facts)
    at = find_position(pack, facts, as_of)
    next_code, next_on = find_next(pack, facts, at.now, at.following, at.validity, as_of)
    mail = mails.mails.get(number)
    if mail is not None and mail.state == "coming" and is_silent(row.person, at):
        mail = None
    return Row(row.certification, row.person, at, next_code, next_on, mail, number in mails.open_ids)


def load_chunks(
    session: Session, rulebook: Rulebook, actor: Actor, rows: Sequence[Sorted], *, as_of: date, today: date
) -> Iterator[tuple[Row, ...]]:
    """The rows of the list for each of these, 500 at a time; nothing is kept in between."""
    for start in range(0, len(rows), _CHUNK):
        ids = [row.certification_id for row in rows[start : start + _CHUNK]]
        yield _make_rows(session, rulebook, actor, load_listed(session, ids, as_of), as_of, today)
        session.expunge_all()


def _load_beside(session: Session, actor: Actor, people: PeopleList) -> tuple[int | None, int | None, tuple[View, ...]]:
    """How many people have a day to act by that is near, and how many are past one, on the list as it opens; views.

    One query.
    """
    if people.filters.is_narrowed or people.filters.place is not None:
        return None, None, list_views(session, actor.account_id, "people")
    rows: Sequence[Any] = people.ask("beside the list", _select_beside).all()
    numbers = {row[0]: row[1] for row in rows}
    named = sorted((View(*row[1:]) for row in rows if row[0] == "view"), key=lambda view: view.name)
    return numbers["near"], numbers["past"], tuple(named)


def _select_beside(selects: ListSelects) -> Any:  # noqa: ANN401  # a union of selects
    as_of = selects.filters.as_of
    spans = selects.select_spans(Certification.person_id)
    near = spans.where(StandingSpan.next_on.between(as_of, add_days(as_of, NEAR_DAYS)))
    past = spans.where(StandingSpan.validity.in_(_PAST))
    counts = [_select_number(sort, _count_people(each)) for sort, each in (("near", near), ("past", past))]
    mine = (SavedView.account_id == selects.reader.account_id, SavedView.page == "people")
    return union_all(*counts, select(literal("view"), SavedView.id, SavedView.name, SavedView.query).where(*mine))


def _select_number(sort: str, number: Any) -> Select[str, int, str, str]:  # noqa: ANN401  # a number in a statement
    return select(literal(sort), cast(number, BigInteger), cast(null(), Text), cast(null(), Text))


def _count_people(spans: Select[int]) -> Any:  # noqa: ANN401  # a number in a statement
    """The people of the first that are found, one more of them at the most than are counted."""
    first = spans.limit(MOST_COUNTED + 1).subquery()
    return select(func.count(distinct(first.c.person_id))).scalar_subquery()
