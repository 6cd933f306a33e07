"""What waits to be checked: all of it for commands and counts, a page of it for the queue, narrowed in the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal_column, null, or_, select, true
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Certification, Claim, Credit, Person
from certtrack.db.parameters import a_number
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.alike import KEPT, find_alike, list_values, name_reader
from certtrack.services.credits.shown import ClaimedCredit, claimed_columns, make_claimed, values_of_claimed
from certtrack.services.people import fold

PAGE = 25
MOST_NAMED = 100
_NUMBERS = ("person_id", "claim_id", "after_id")

_Holder = aliased(Person)
# as it is written: only then does SQLite take the index of what waits
WAITS = Claim.decision == literal_column("'waiting'")


@dataclass(frozen=True, slots=True)
class WaitingCredit(ClaimedCredit):
    """A credit that waits: whose it is, merges followed, and for what it is claimed; `recorded_at` since when."""

    person_id: int
    name: str
    certification: Certification
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What of the queue is asked for: one person's, or everybody's whose name has these words; None and "" say nothing.

    `claim_id` asks for the page on which this claim stands, `after_id` for that of the one which follows it, and is
    looked at first. Without either `number` says which page, from 1.
    """

    person_id: int | None = None
    words: str = ""
    claim_id: int | None = None
    after_id: int | None = None
    number: int = 1


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody of whom `count` credits wait."""

    id: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait: `waiting` in all, of `everybody` so many people, `total` of them left by the narrowing.

    `people` by name, empty where they are more than MOST_NAMED. `oldest_at` is None where nothing waits. `place` is how
    many of those that are left stand before the claim that is asked for, or up to the one after which it is asked.
    """

    waiting: int
    everybody: int
    total: int
    oldest_at: datetime | None
    place: int
    people: tuple[WaitingPerson, ...]


def list_waiting(session: Session, actor: Actor, today: date) -> tuple[WaitingCredit, ...]:
    """All that waits to be checked by this actor, the longest on record first; never the actor's own.

    With the files: whoever may check a credit may see what backs it.
    """
    rows = session.execute(select_waiting(actor, today, Narrowing())).all()
    return tuple(_make_waiting(session, rows, with_files=True))


def count_waiting(session: Session, actor: Actor, today: date) -> int:
    """How many wait to be checked by this actor."""
    query = _waiting(select(func.count(Claim.id)).select_from(Claim), actor, today)
    return session.scalar(query) or 0


def count_by_person(session: Session, actor: Actor, today: date, asked: Narrowing) -> Waiting:
    """How many wait, of whom, and where in the queue what is asked for stands; one query."""
    values = list_values(actor) | _list_asked(asked)
    query = _select_by_person(find_alike(actor), today, _find_shape(asked))
    rows = session.execute(query, values).all()
    if not rows:
        return Waiting(0, 0, 0, None, 0, ())
    waiting, everybody, total, oldest_at, place = rows[0][2:]
    people = tuple(WaitingPerson(row[0].id, row[0].shown_name, row[1]) for row in rows)
    named = people if len(people) <= MOST_NAMED else ()
    return Waiting(int(waiting), int(everybody), int(total), oldest_at, int(place), named)


@lru_cache(maxsize=KEPT)
def _select_by_person(alike: Actor, today: date, shape: Narrowing) -> Any:  # noqa: ANN401  # a select of many columns
    asked = _name_asked(shape)
    fits = _fits(asked)
    left, before = case((fits, 1), else_=0), case((and_(fits, _comes_before(asked)), 1), else_=0)
    count: Any = func.count()
    query = select(
        _Holder,
        count,
        func.sum(count).over(),
        count.over(),
        func.sum(func.sum(left)).over(),
        func.min(func.min(Claim.recorded_at)).over(),
        func.sum(func.sum(before)).over(),
    ).select_from(Claim)
    query = _with_holder(_waiting(query, name_reader(alike), today)).group_by(_Holder.id)
    return query.order_by(_Holder.folded_name, _Holder.id).limit(MOST_NAMED + 1)


def list_part(
    session: Session, actor: Actor, today: date, asked: Narrowing, first: int, count: int
) -> tuple[WaitingCredit, ...]:
    """What the narrowing leaves from the place `first` on, counted from 0, at most `count`; no files; one query."""
    values = list_values(actor) | _list_asked(asked) | {"first": first, "most": count}
    query = _select_part(find_alike(actor), today, _find_shape(asked))
    return tuple(_make_waiting(session, session.execute(query, values).all(), with_files=False))


@lru_cache(maxsize=KEPT)
def _select_part(alike: Actor, today: date, shape: Narrowing) -> Any:  # noqa: ANN401  # a select of many columns
    query = select_waiting(name_reader(alike), today, _name_asked(shape))
    return query.offset(a_number("first")).limit(a_number("most"))


def select_waiting(actor: Actor, today: date, asked: Narrowing) -> Any:  # noqa: ANN401  # a select of many columns
    """What `list_part` asks the database for, in its order."""
    query = select(Certification, Claim.recorded_at, _Holder, *claimed_columns(Claim, Credit, null()))
    query = _with_holder(_waiting(query.select_from(Claim), actor, today)).where(_fits(asked))
    return query.order_by(Claim.recorded_at, Claim.id)


def _find_shape(asked: Narrowing) -> Narrowing:
    """What is asked for, but for the numbers in it: the same for all that is asked for in the same way."""
    blank: dict[str, Any] = {name: 0 for name in _NUMBERS if getattr(asked, name) is not None}
    return replace(asked, **blank, number=1)


def _name_asked(shape: Narrowing) -> Narrowing:
    """The same with parameters for these numbers; `_list_asked` has their values."""
    asked = {name: a_number(f"asked_{name}") for name in _NUMBERS if getattr(shape, name) is not None}
    return replace(shape, **asked)


def _list_asked(asked: Narrowing) -> dict[str, Any]:
    return {f"asked_{name}": getattr(asked, name) for name in _NUMBERS}


def _make_waiting(session: Session, rows: Iterable[Any], *, with_files: bool) -> Iterator[WaitingCredit]:
    found = list(rows)
    claimed = make_claimed(session, (row[3:] for row in found), with_files=with_files)
    for (certification, recorded_at, holder, *_), one in zip(found, claimed, strict=True):
        yield WaitingCredit(
            **values_of_claimed(one),
            person_id=holder.id,
            name=holder.shown_name,
            certification=certification,
            recorded_at=recorded_at,
        )


def _waiting(query: Any, actor: Actor, today: date) -> Any:  # noqa: ANN401  # any select of claims, with its own columns
    query = (
        # few wait: a term keeps SQLite, which has no figures, from going through all claims of everybody who is open
        query.join(Certification, Certification.id == Claim.certification_id + 0)
        .join(Credit, Credit.id == Claim.credit_id)
        .where(WAITS, Claim.is_dropped.is_(False), Credit.state == "logged")
        .where(open_certifications(actor, today, Act.CHECK_CREDITS))
    )
    if actor.person_id is not None:
        query = query.where(Certification.person_id.not_in(same_person(actor.person_id)))
    return query


def _with_holder(query: Any) -> Any:  # noqa: ANN401  # likewise
    """Who each is in the end, merges followed, as `_Holder`."""
    last = every_last_way()
    query = query.outerjoin(last, last.c.person_id == Certification.person_id)
    return query.join(_Holder, _Holder.id == func.coalesce(last.c.into_id, Certification.person_id))


def _fits(asked: Narrowing) -> ColumnElement[bool]:
    if asked.person_id is not None:
        return _Holder.id == asked.person_id
    return and_(true(), *(_has_word(word) for word in fold(asked.words).replace(",", " ").split()))


def _has_word(word: str) -> ColumnElement[bool]:
    """In the name on the certificate, or in the chosen one as far as it is written without accents."""
    return or_(
        _Holder.folded_name.contains(word, autoescape=True),
        func.lower(_Holder.chosen_name).contains(word, autoescape=True),
    )


def _comes_before(asked: Narrowing) -> ColumnElement[bool]:
    number = asked.after_id if asked.after_id is not None else asked.claim_id
    if number is None:
        return false()
    other = aliased(Claim)
    since = select(other.recorded_at).where(other.id == number).scalar_subquery()
    is_before = Claim.id <= number if asked.after_id is not None else Claim.id < number
    return or_(Claim.recorded_at < since, and_(Claim.recorded_at == since, is_before))
