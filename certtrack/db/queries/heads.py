"""Of each certification what stands in its own row, whose it is, and which others share a credit with it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Date,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Certification, Person
from certtrack.db.queries.among import is_among
from certtrack.db.queries.beside import select_beside
from certtrack.db.queries.few import is_of_few
from certtrack.db.queries.merges import last_ways
from certtrack.db.types import Moment


@dataclass(frozen=True, slots=True)
class Head:
    """A certification's own row. `person_id` is whose row it belongs to, merged or not."""

    id: int
    person_id: int
    credential: str
    pack_key: str
    issued_on: date | None


@dataclass(frozen=True, slots=True)
class Heads:
    """Certifications by their numbers, and `beside` each the others that a credit of it is claimed for as well.

    `holders` says of everybody here, and of whoever is the same person by merges, who they are in the end; `deaths` is
    by that number.
    """

    found: dict[int, Head] = field(default_factory=dict)
    beside: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    holders: dict[int, int] = field(default_factory=dict)
    deaths: dict[int, date] = field(default_factory=dict)


def load_heads(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None, *, has_beside: bool = False
) -> Heads:
    """The heads of these, as on record now or at that moment; one query. One that wasn't on record then is left out.

    `has_beside`: of those that share a credit with one of them as well, or once did.
    """
    session.flush()
    given = {"ids": certification_ids, "known_at": known_at}
    rows = session.connection().execute(_make_statement(has_beside=has_beside, is_then=known_at is not None), given)
    heads, died = Heads(), dict[int, date | None]()
    for is_way, number, other, person_id, credential, pack_key, issued_on, died_on in rows:
        if is_way:  # a person's number, and who they are in the end, with the day of each one's death
            heads.holders[number] = other
            died[number], died[other] = issued_on, died_on
            continue
        heads.found[number] = Head(number, person_id, credential, pack_key, issued_on)
        died.setdefault(person_id, died_on)
        if other != number:
            heads.beside[other].add(number)
    for person_id in sorted(died):
        heads.holders.setdefault(person_id, person_id)
    heads.deaths.update(_gather(died, heads.holders))
    return heads


def _gather(died: Mapping[int, date | None], holders: Mapping[int, int]) -> dict[int, date]:
    """By person the day of their death: what their last row says goes before, then what the first of the others do."""
    found: dict[int, date] = {}
    for number, died_on in sorted(died.items()):
        holder = holders[number]
        if died_on is not None and (number == holder or holder not in found):
            found[holder] = died_on
    return found


@cache  # to make it takes longer than to run it
def _make_statement(*, has_beside: bool, is_then: bool) -> Any:  # noqa: ANN401  # a union of two selects
    head = _select_heads(_list_asked(has_beside=has_beside), is_then=is_then).cte("head")
    way = last_ways(select(head.c.person_id)).subquery()
    gone, end = aliased(Person), aliased(Person)
    nothing = (cast(null(), BigInteger), cast(null(), Text), cast(null(), Text))
    return union_all(
        select(literal_column("0"), *head.c),
        select(
            *(literal_column("1"), way.c.person_id, way.c.into_id, *nothing),
            *(_say_death(gone, is_then=is_then), _say_death(end, is_then=is_then)),
        )
        .join(gone, gone.id == way.c.person_id)
        .join(end, end.id == way.c.into_id),
    )


def _list_asked(*, has_beside: bool) -> CTE:
    """Each number that is asked for with itself, and those beside it with it."""
    itself = select(Certification.id, Certification.id.label("other_id")).where(is_among(Certification.id, "ids"))
    if not has_beside:
        return itself.cte("asked")
    return itself.union(select_beside()).cte("asked")


def _select_heads(asked: CTE, *, is_then: bool) -> Select[Any]:
    query = (
        select(
            *(Certification.id, asked.c.other_id, Certification.person_id, Certification.credential),
            *(Certification.pack_key, Certification.issued_on, _say_death(Person, is_then=is_then).label("died_on")),
        )
        .join(asked, asked.c.id == Certification.id)
        .join(Person, Person.id == Certification.person_id)
        .where(is_of_few(Certification.id, select(asked.c.id)))
    )
    return query.where(Certification.recorded_at <= bindparam("known_at", type_=Moment())) if is_then else query


def _say_death(person: Any, *, is_then: bool) -> Any:  # noqa: ANN401  # the table or an alias of it
    if not is_then:
        return person.died_on
    since = func.coalesce(person.died_recorded_at, person.recorded_at)
    return case((since <= bindparam("known_at", type_=Moment()), person.died_on), else_=cast(null(), Date))
