"""Certifications in tests whose rules find days of their own: requirements with a clock, provisional terms."""

from datetime import date
from functools import cache
from pathlib import Path

from kit.rules import TWO_STEPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import OtherDay
from certtrack.services.certifications import get_certification, record_certification
from certtrack.services.cycles import NewCycle, open_cycle
from certtrack.services.rulebook import Rulebook, load_rulebook


@cache
def load_states() -> Rulebook:
    """Every pack and policy that is shipped."""
    return load_rulebook(Path("/nowhere"), ["us-*"])


def certify_first(world: World, person_id: int, issued_on: date, pack: str = TWO_STEPS) -> int:
    """The number of a certification of which only the day of issue is on record."""
    with world.database.writing() as session:
        return record_certification(
            session, world.rulebook, person_id=person_id, organization_id=world.organization_id,
            pack=world.rulebook.packs.get(pack), number=None, issued_on=issued_on, actor=world.actor, at=world.at,
        ).id  # fmt: skip


def open_term(world: World, certification_id: int, start_on: date, due_on: date) -> int:
    """The number of a cycle with these days, as a paper states them."""
    with world.database.writing() as session:
        certification = get_certification(session, certification_id)
        new = NewCycle(start_on, due_on, "stated", world.today)
        return open_cycle(session, world.rulebook, certification, new, actor=world.actor, at=world.at).id


def list_days(world: World) -> list[tuple[str, date, str | None]]:
    """Every day that the rules have found: its requirement or kind, the day, for what it is closed."""
    with world.database.reading() as session:
        query = select(OtherDay).where(OtherDay.certification_id.is_not(None)).order_by(OtherDay.id)
        return [(day.source_key or day.kind, day.due_on, day.closed_for) for day in session.scalars(query)]
