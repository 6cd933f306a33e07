"""What stands beside a team's rows, asked by one statement: days to come, whom mail doesn't reach, who was told."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    Text,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from certtrack.db.models import Cycle, Intention, Person, Reminder, SavedView, Telling
from certtrack.db.parameters import a_moment
from certtrack.db.queries.among import is_among
from certtrack.db.queries.unindexed import unindexed
from certtrack.db.types import Moment
from certtrack.rules.calendar import add_days, add_months
from certtrack.services.people_list import Listed, ListPage, PeopleList
from certtrack.services.people_selects import ListSelects
from certtrack.services.unreached import find_since, find_trusted, has_no_way

MONTHS = 6
DUE_DAYS = 60


@dataclass(frozen=True, slots=True)
class ComingDay:
    """A day in the coming months on which so many certifications have something: `code` is a validity, or `plan`.

    `person_id` is whose it is where it is one alone.
    """

    on: date
    code: str
    count: int
    person_id: int


@dataclass(frozen=True, slots=True)
class View:
    """A view that somebody has given a name; `query` are its filters as they stand in the address."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Beside:
    """`certifications` and `people` are all that the filters leave, None where they are too many to be counted.

    `due` is how many certifications are due within DUE_DAYS, one of whose due day there are two readings being one.
    `told_at` is by certification when its holder was told last: a moment, or the day that somebody noted. `since` is
    by person, of those whom mail doesn't reach: since when, None where there is no address.
    """

    certifications: int | None = None
    people: int | None = None
    days: tuple[ComingDay, ...] = ()
    due: int = 0
    told_at: dict[int, datetime | date] = field(default_factory=dict)
    since: dict[int, datetime | None] = field(default_factory=dict)
    views: tuple[View, ...] = ()


def find_last_day(as_of: date) -> date:
    """The last day of the months that are shown, the one of `as_of` the first of them."""
    return add_days(add_months(as_of.replace(day=1), MONTHS), -1)


def load_beside(people: PeopleList, page: ListPage) -> Beside:
    """All of it, for the rows of `page`; one query."""
    is_wide = people.is_wide

    def make(selects: ListSelects) -> Any:  # noqa: ANN401  # a union of selects
        parts = [
            *(_select_days(selects), _select_due(selects), _select_plans(selects)),
            *_select_notes(selects.trusted_before),
            _select_views(selects.reader.account_id),
        ]
        return union_all(*parts, *([] if is_wide else [_select_total(selects)]))

    return _gather(people.ask("beside the team", make, _list_noted(page.rows)))


def load_days(people: PeopleList) -> tuple[ComingDay, ...]:
    """The days of the coming months alone, of all that the list has; one query."""

    def make(selects: ListSelects) -> Any:  # noqa: ANN401  # a union of selects
        return union_all(_select_days(selects), _select_plans(selects))

    return _gather(people.ask("days of the team", make)).days


def load_notes(session: Session, rows: Sequence[Listed], at: datetime) -> Beside:
    """Of these rows who was told, and whom mail doesn't reach, and nothing else; one query."""
    values = _list_noted(rows) | {"trusted_before": find_trusted(at)}
    return _gather(session.execute(union_all(*_select_notes(a_moment("trusted_before"))), values))


def list_views(session: Session, account_id: int | None, page: str) -> tuple[View, ...]:
    """The views of one page that an account has saved, by name."""
    query = select(SavedView).where(SavedView.account_id == account_id, SavedView.page == page)
    return tuple(View(one.id, one.name, one.query) for one in session.scalars(query.order_by(SavedView.name)))


def _gather(rows: Iterable[Any]) -> Beside:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.sort].append(row)
    days = [ComingDay(row.on, row.word, row.count, row.number) for row in (*found["day"], *found["plan"])]
    total = found["total"][0] if found["total"] else None
    return Beside(
        certifications=total.count if total else None,
        people=total.number if total else None,
        days=tuple(sorted(days, key=lambda day: (day.on, day.code))),
        due=sum(row.number for row in found["due"]),
        told_at={row.number: _pick_last(row.on, row.at) for row in found["told"] if row.on or row.at},
        since={row.number: row.at for row in found["unreached"]},
        views=tuple(View(row.number, row.word, row.more) for row in sorted(found["view"], key=lambda row: row.word)),
    )


def _pick_last(on: date | None, at: datetime | None) -> date | datetime:
    """The later of a noted day and a moment."""
    if on is None or (at is not None and at.date() > on):
        assert at is not None  # noqa: S101  # one of them is there, or the row isn't asked for
        return at
    return on


def _make(sort: str, number: Any, **columns: Any) -> tuple[Any, ...]:  # noqa: ANN401  # columns of any table
    """The columns of one sort, with NULL for what it has not: NULL of a type, which PostgreSQL wants of every one."""
    types: dict[str, Any] = {"on": Date, "at": Moment, "count": BigInteger, "word": Text, "more": Text}
    rest = (columns.get(name, cast(null(), of)).label(name) for name, of in types.items())
    return literal(sort).label("sort"), cast(number, BigInteger).label("number"), *rest


def _select_total(selects: ListSelects) -> Select[Any]:
    its = selects.theirs.c
    query = select(*_make("total", func.count(distinct(its.person_id)), count=func.count()))
    return query.select_from(selects.theirs).where(its.from_on <= selects.filters.as_of)


def _select_days(selects: ListSelects) -> Select[Any]:
    """The last days of phases, those of phases to come among them, by day and phase."""
    its, as_of = selects.theirs.c, selects.filters.as_of
    columns = {"on": its.next_on, "count": func.count(distinct(its.certification_id)), "word": its.validity}
    query = select(*_make("day", func.min(its.person_id), **columns))
    query = query.where(its.next_on.between(as_of, find_last_day(as_of)))
    return query.group_by(its.next_on, its.validity)


def _select_due(selects: ListSelects) -> Select[Any]:
    its, as_of = selects.theirs.c, selects.filters.as_of
    query = select(*_make("due", func.count(distinct(its.certification_id))))
    return query.where(its.next_on.between(as_of, add_days(as_of, DUE_DAYS)), unindexed(its.validity) == "current")


def _select_plans(selects: ListSelects) -> Select[Any]:
    its, as_of = selects.theirs.c, selects.filters.as_of
    columns = {"on": Intention.until_on, "count": func.count(), "word": literal("plan")}
    cycles = and_(
        Cycle.certification_id == its.certification_id, Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False)
    )
    said = and_(Intention.cycle_id == Cycle.id, Intention.kind == "plan", Intention.state != "taken_back")
    query = select(*_make("plan", func.min(its.person_id), **columns)).select_from(selects.theirs)
    query = query.join(Cycle, cycles).join(Intention, said).where(its.from_on <= as_of)
    return query.where(Intention.until_on.between(as_of, find_last_day(as_of))).group_by(Intention.until_on)


def _list_noted(rows: Sequence[Listed]) -> dict[str, Any]:
    """Of whom notes are asked for, by the names of the parameters."""
    return {"noted": [row.certification.id for row in rows], "noted_people": sorted({row.person.id for row in rows})}


def _select_notes(trusted_before: datetime) -> tuple[Select[Any], Select[Any]]:
    return _select_told(), _select_unreached(trusted_before)


def _select_told() -> Select[Any]:
    """Of the open cycles' own reminders: the last day on which somebody told one, and when a mail last did."""
    by_mail = func.max(case((Reminder.state == "sent", Reminder.settled_at)))
    columns = {"on": func.max(Telling.told_on), "at": by_mail}
    told = and_(Telling.reminder_id == Reminder.id, Telling.is_withdrawn.is_(False))
    # a term keeps SQLite, which has no figures, from going through the reminders of everybody's cycles
    own = (Reminder.subject_kind == "cycle", Reminder.audience == "holder", Reminder.subject_id == Cycle.id + 0)
    return (
        select(*_make("told", Cycle.certification_id, **columns))
        .select_from(Cycle)
        .join(Reminder, and_(*own, Reminder.state.in_(("sent", "told"))))
        .outerjoin(Telling, told)
        .where(is_among(Cycle.certification_id, "noted"), Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .group_by(Cycle.certification_id)
    )


def _select_unreached(trusted_before: datetime) -> Select[Any]:
    query = select(*_make("unreached", Person.id, at=find_since(trusted_before))).select_from(Person)
    return query.where(is_among(Person.id, "noted_people"), has_no_way(trusted_before))


def _select_views(account_id: int | None) -> Select[Any]:
    query = select(*_make("view", SavedView.id, word=SavedView.name, more=SavedView.query))
    return query.where(SavedView.account_id == account_id, SavedView.page == "team")
