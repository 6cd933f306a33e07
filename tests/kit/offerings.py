"""Offerings for tests of services and pages: a course of two parts in the week after next, and who plans it."""

from datetime import date, timedelta
from typing import Any

from kit.world import World

from certtrack.rules.facts import CreditPart
from certtrack.security import Actor
from certtrack.services.offerings.planning import Plan, list_plans, plan_offering
from certtrack.services.offerings.records import NewOffering, add_offering, get_offering
from certtrack.services.resources import NewResource, add_resource

ETHICS, TRAUMA = "ethics_boundaries", "trauma_informed_care"


def make_offering(on: date | None, **values: Any) -> NewOffering:
    """Three hours on that day, None: at any time; one of them in ethics, two about trauma, unless told otherwise."""
    fields: dict[str, Any] = {
        "title": "Boundaries in practice",
        "provider": "Example Institute",
        "first_on": on,
        "last_on": on,
        "parts": (CreditPart(60, (ETHICS,)), CreditPart(120, (TRAUMA,))),
        "activity": "course",
        "form": "in_person",
        "place": "Lakeside Hall",
        "link": "https://example.org/boundaries",
    }
    return NewOffering(**(fields | values))


def offer(world: World, on: date | None = None, *, actor: Actor | None = None, **values: Any) -> int:
    """The offering's number; in 12 days unless told otherwise, or with `first_on` None and no day at any time."""
    day = None if values.pop("any_time", False) else on or world.today + timedelta(days=12)
    with world.database.writing() as session:
        new = make_offering(day, **values)
        return add_offering(session, world.organization_id, new, actor=actor or world.actor, at=world.at).id


def plan_it(world: World, person: int, offering: int, day: date | None = None, *, actor: Actor | None = None) -> int:
    """The plan's number."""
    with world.database.writing() as session:
        found = get_offering(session, offering)
        return plan_offering(session, person, found, day, actor=actor or world.actor, at=world.at).id


def list_planned(world: World, person: int) -> tuple[Plan, ...]:
    with world.database.reading() as session:
        return list_plans(session, person)


def make_resource(**values: Any) -> NewResource:
    fields: dict[str, Any] = {
        "kind": "help",
        "reach": "national",
        "title_en": "Example help line",
        "title_es": "Línea de ayuda de ejemplo",
        "link": "https://example.org/help",
        "phone": "555-0100",
    }
    return NewResource(**(fields | values))


def show(world: World, *, actor: Actor | None = None, **values: Any) -> int:
    """The resource's number."""
    with world.database.writing() as session:
        new = make_resource(**values)
        return add_resource(session, world.organization_id, new, actor=actor or world.actor, at=world.at).id
