"""The values of what was administered, as they are told: days as days, and by name whom and what a number means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Organization
from certtrack.security import Actor, Task, list_places

TOLD = ("account.", "affiliation.", "assignment.", "organization.", "rule.", "stand_in.")
"""Whose values anybody who administers may read; of others a value may be one that isn't shown to an office."""
_PEOPLE = frozenset({"supervisor", "stand_in", "contact", "before"})
_ORGANIZATIONS = frozenset({"organization", "organization_id"})
_NOT_TOLD = "no"  # which version a record came to: its history says so


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody, or an organization, that a value means; `name` None where it isn't the reader's to know."""

    number: int
    name: str | None


def tell_values(
    session: Session, actor: Actor, details: Mapping[int, Mapping[str, Any]], people: Mapping[int, str]
) -> dict[int, dict[str, Any]]:
    """The values of each event, by its number and their names: dates, `Named`, and the rest as it was written.

    `people` are the names of those whom the events are about, as far as they are the reader's to know. One query.
    """
    every = [(name, value) for said in details.values() for name, value in said.items() if isinstance(value, int)]
    offices = _name_organizations(session, actor, {value for name, value in every if name in _ORGANIZATIONS})

    def tell(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever was written
        if isinstance(value, int) and name in _PEOPLE:
            return Named(value, people.get(value))
        if isinstance(value, int) and name in _ORGANIZATIONS:
            return Named(value, offices.get(value))
        if isinstance(value, list):
            return [tell(name, one) for one in value]
        return date.fromisoformat(value) if isinstance(value, str) and name.endswith("_on") else value

    return {
        number: {name: tell(name, value) for name, value in said.items() if name != _NOT_TOLD}
        for number, said in details.items()
    }


def _name_organizations(session: Session, actor: Actor, numbers: set[int]) -> dict[int, str]:
    if not numbers:
        return {}
    places = list_places(actor, Task.READ_AUDIT)
    mine = true() if places is None else Organization.id.in_(places)
    query = select(Organization.id, Organization.name).where(Organization.id.in_(numbers), mine)
    return dict(session.execute(query).all())
