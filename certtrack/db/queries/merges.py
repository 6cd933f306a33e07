"""People who were merged: their rows stay as they are, and queries follow `merged_into_id`, through chains too.

Everything here reads merged rows only, which are few; where nobody was merged it costs an index look-up.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, Subquery, bindparam, or_, select, union
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Person


def same_people(people: Select[int]) -> CompoundSelect[int]:
    """The numbers that `people` selects, and those of everybody who is the same person by merges, whatever the way."""
    merged = _all_ways()
    near, far = merged.alias(), merged.alias()
    together = select(far.c.person_id).join(near, near.c.into_id == far.c.into_id)
    # side by side, not one within another: SQLite's parser goes no deeper than a hundred
    return union(
        people,
        select(merged.c.into_id).where(merged.c.person_id.in_(people)),
        select(merged.c.person_id).where(merged.c.into_id.in_(people)),
        together.where(near.c.person_id.in_(people)),
    )


def same_person(person_id: int) -> CompoundSelect[int]:
    """The person's number, and the numbers of everybody who is the same person by merges."""
    return same_people(select(Person.id).where(Person.id == person_id))


def is_one_of(column: Any, people: Select[int]) -> ColumnElement[bool]:  # noqa: ANN401  # a column of any table
    """True where the column names one of `people`, or somebody who is the same person by merges.

    It says what `column.in_(same_people(people))` says, and is asked row by row: for a list that is read in an order of
    its own until a page is full, however many `people` there are.
    """

    def has(number: Any) -> ColumnElement[bool]:  # noqa: ANN401  # likewise
        # a range, and not an equality, which PostgreSQL would answer by gathering all of them first
        asked = people.where(people.selected_columns[0].between(number, number))
        return asked.correlate(number.table).exists()

    merged = _all_ways()
    way, near, far = merged.alias(), merged.alias(), merged.alias()
    back = merged.alias()
    together = select(far.c.person_id).join(near, near.c.into_id == far.c.into_id)
    others = union(
        select(way.c.into_id).where(has(way.c.person_id)),
        select(back.c.person_id).where(has(back.c.into_id)),
        together.where(has(near.c.person_id)),
    )
    return or_(has(column), column.in_(others))


def load_merged(session: Session, people: Iterable[int]) -> dict[int, int]:
    """Whom each was merged into in the end: for `people`, and everybody who is the same person as one of them.

    Whoever wasn't merged isn't a key. Merges that lead round in a ring are as none.
    """
    asked = list(people)
    found = session.execute(_last_ways_of_people(), {"people": asked}) if asked else ()
    return {row.person_id: row.into_id for row in found}


@cache  # one statement may ask several times, and takes it for one only if it is the same
def _all_ways() -> CTE:
    """Each merged person with everybody on the way: whom they were merged into, whom that one was, and so on."""
    first: Any = select(Person.id.label("person_id"), Person.merged_into_id.label("into_id"))
    ways = first.where(Person.merged_into_id.is_not(None)).cte("merged", recursive=True)
    between = aliased(Person)
    further = select(ways.c.person_id, between.merged_into_id).join(between, between.id == ways.c.into_id)
    # not ALL: a ring would never end
    whole: CTE = ways.union(further.where(between.merged_into_id.is_not(None)))
    return whole


@cache  # everything asks for it, and to make it takes longer than to run it
def _last_ways_of_people() -> Select[tuple[int, int]]:
    return last_ways(bindparam("people", expanding=True))


def last_ways(people: Any) -> Select[tuple[int, int]]:  # noqa: ANN401  # whatever `IN` may stand before
    """The last way of each of `people`, a select or a parameter, and of everybody who ends where one of them does."""
    last = every_last_way()
    mine = select(last.c.into_id).where(last.c.person_id.in_(people))
    return select(last.c.person_id, last.c.into_id).where(or_(last.c.into_id.in_(people), last.c.into_id.in_(mine)))


def on_the_way(people: Any) -> Select[int]:  # noqa: ANN401  # whatever `IN` may stand before
    """Whom each of `people` was merged into, whom that one was, and so on."""
    ways = _all_ways()
    return select(ways.c.into_id).where(ways.c.person_id.in_(people))


def every_last_way() -> Subquery:
    """`person_id` and `into_id`: each merged person, and whom they were merged into in the end."""
    ways, end = _all_ways(), aliased(Person)
    query = select(ways.c.person_id, ways.c.into_id).join(end, end.id == ways.c.into_id)
    return query.where(end.merged_into_id.is_(None)).subquery()
