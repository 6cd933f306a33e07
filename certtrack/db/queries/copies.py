"""What says who gets copies: assignments, stand-ins, contact people and where they belong, of many at once."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Date, Select, bindparam, or_, select, union

from certtrack.db.models import Affiliation, Assignment, Organization, OrganizationCredential, Person, StandIn
from certtrack.db.queries.merges import every_last_way, last_ways, same_people
from certtrack.db.together import AnySelect, Together

Numbers = Collection[int] | Select[Any] | BindParameter[Any]
Days = tuple[date | BindParameter[date], date | BindParameter[date]]


@cache
def prepare_copying() -> Together:
    """The selects of `select_copying`, made once: for parameters `holders`, `places`, `first`, `last` and `others`."""
    lists: list[BindParameter[Any]] = [bindparam(name, expanding=True) for name in ("holders", "places", "others")]
    days = bindparam("first", type_=Date()), bindparam("last", type_=Date())
    return Together(*select_copying(lists[0], lists[1], days, lists[2]))


def select_copying(holders: Numbers, places: Numbers, days: Days, others: Numbers = ()) -> tuple[AnySelect, ...]:
    """Seven selects about copies of what these people hold, kept in these places, from the first of `days` to the last.

    Merges: who, and who that is in the end, of `others` too. Assignments: whose, supervisor, place, first and last day,
    by their numbers. Stand-ins at the places of those: likewise, of whoever is away in that time. Contact people by
    place. Who belongs there, with first and last day. Which credentials a place grants. Everybody who may get a copy.
    """
    them = select(Person.id).where(Person.id.in_(holders)).cte()
    everywhere = same_people(select(them.c.id)).subquery()
    assigned = select(Assignment).where(Assignment.person_id.in_(select(everywhere.c[0]))).cte()
    away = _select_away(select(assigned.c.organization_id), days).cte()
    contacts = select(Organization.id, Organization.contact_id).where(
        Organization.id.in_(places), Organization.contact_id.is_not(None)
    )
    known = contacts.cte()
    told = _gather(assigned.c.supervisor_id, away.c.supervisor_id, away.c.stand_in_id, known.c.contact_id)
    concerned = union(told, select(them.c.id), select(Person.id).where(Person.id.in_(others))).subquery()
    return (
        last_ways(select(concerned.c[0])),
        _list_columns(assigned, "id", "person_id", "supervisor_id", "organization_id", "from_on", "until_on"),
        _list_columns(away, "id", "supervisor_id", "stand_in_id", "organization_id", "from_on", "until_on"),
        select(known.c.id, known.c.contact_id),
        _select_belonging(everywhere, known, away),
        select(OrganizationCredential.organization_id, OrganizationCredential.credential).where(
            OrganizationCredential.organization_id.in_(select(known.c.id)), OrganizationCredential.role == "granter"
        ),
        _select_people(told),
    )


def _list_columns(table: Any, *names: str) -> AnySelect:  # noqa: ANN401  # a CTE
    return select(*(table.c[name] for name in names))


def _gather(*columns: Any) -> Select[int]:  # noqa: ANN401  # numbers of people
    found = union(*(select(column.label("person_id")) for column in columns)).subquery()
    return select(found.c.person_id)


def _select_away(places: Select[int], days: Days) -> Select[StandIn]:
    first, last = days
    return select(StandIn).where(
        StandIn.organization_id.in_(places),
        StandIn.state == "recorded",
        StandIn.from_on <= last,
        StandIn.until_on >= first,
    )


def _select_belonging(everywhere: Any, contacts: Any, away: Any) -> AnySelect:  # noqa: ANN401  # CTEs
    """Of holders and contact people where there is one, of stand-ins where they stand in."""
    at_contacts = Affiliation.organization_id.in_(select(contacts.c.id))
    theirs = (
        Affiliation.person_id.in_(select(everywhere.c[0])),
        Affiliation.person_id.in_(same_people(select(contacts.c.contact_id))),
    )
    instead = Affiliation.person_id.in_(same_people(select(away.c.stand_in_id)))
    columns = (Affiliation.person_id, Affiliation.organization_id, Affiliation.from_on, Affiliation.until_on)
    there = Affiliation.organization_id.in_(select(away.c.organization_id))
    return select(*columns).where(or_(at_contacts & or_(*theirs), there & instead))


def _select_people(told: Select[int]) -> AnySelect:
    last = every_last_way()
    ends = select(last.c.into_id).where(last.c.person_id.in_(told))
    return select(Person).where(or_(Person.id.in_(told), Person.id.in_(ends)))
