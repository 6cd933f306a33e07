"""Bob supervises Carol and Erin, Frank supervises others there, Alice runs the agency, Dave is nobody to them."""

import pytest
from kit.credits import act_as
from kit.supervision import Team
from kit.world import World

from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor


@pytest.fixture
def team(world: World) -> Team:
    carol, erin, bob, frank, dave = (world.person(name) for name in ("Carol", "Erin", "Bob", "Frank", "Dave"))
    with world.database.writing() as session:
        for person_id in (carol, erin):
            assign_supervisor(
                session, person_id=person_id, supervisor_id=bob, organization_id=world.organization_id,
                from_on=world.today, actor=world.actor, at=world.at,
            )  # fmt: skip
    return Team(
        carol, erin, bob, frank,
        holder=act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol)),
        supervisor=act_as(world, world.account("bob", Role.SUPERVISOR, person_id=bob)),
        office=act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR)),
        other_supervisor=act_as(world, world.account("frank", Role.SUPERVISOR, person_id=frank)),
        stranger=act_as(world, world.account("dave", Role.SPECIALIST, person_id=dave)),
    )  # fmt: skip
