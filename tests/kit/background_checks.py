"""Background checks for tests."""

from datetime import timedelta

from kit.world import World

from certtrack.security import Actor
from certtrack.services.background_checks.records import NewCheck, record_check


def keep_check(world: World, person_id: int, new: NewCheck | None = None, *, actor: Actor | None = None) -> int:
    """The number of the check; done today and good for half a year unless told otherwise."""
    usual = NewCheck(world.today - timedelta(days=1), world.today + timedelta(days=180), "A letter")
    with world.database.writing() as session:
        return record_check(
            session, person_id, world.organization_id, new or usual, actor=actor or world.actor, at=world.at
        ).id
