"""Carol and her two certifications; Bob supervises her, Alice has her agency, Dave has nothing to do with her."""

import pytest
from kit.credits import DUE, Cast, act_as
from kit.rules import CPPS
from kit.world import World

from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor


@pytest.fixture
def cast(world: World) -> Cast:
    carol, bob, dave = world.person("Carol"), world.person("Bob"), world.person("Dave")
    cps, cycle = world.certify(carol, DUE)
    cpps, _ = world.certify(carol, DUE, pack=CPPS)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today, actor=world.actor, at=world.at,
        )  # fmt: skip
    return Cast(
        carol, cps, cpps, cycle,
        holder=act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol)),
        supervisor=act_as(world, world.account("bob", Role.SUPERVISOR, person_id=bob)),
        office=act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR)),
        stranger=act_as(world, world.account("dave", Role.SPECIALIST, person_id=dave)),
    )  # fmt: skip
