"""A database that is gone for a minute, amid planning and amid delivering: the next run goes on where it was lost."""

import pytest
from kit.databases import on_both
from kit.delivery import DUE, STAGE_DAY, Deliverer, Meddling
from kit.outages import Outage
from kit.planning import Planner
from kit.world import World
from sqlalchemy.exc import OperationalError


@on_both
def test_amid_delivering_one_mail_goes_twice_with_its_message_id_and_the_others_once(
    deliverer: Deliverer, outage: Outage
) -> None:
    deliverer.ripen_many(4)

    def lose() -> None:
        if deliverer.smtp.count_taken() == 2:
            outage.begin()

    with pytest.raises(OperationalError):
        deliverer.deliver(over=Meddling(deliverer.transport, after=lose))
    with pytest.raises(OperationalError):
        deliverer.deliver()
    assert deliverer.smtp.count_taken() == 2, "nothing leaves that can't be put on record"
    outage.end()
    deliverer.end_leases()
    assert deliverer.deliver() == {"accepted": 3}
    assert len(deliverer.message_ids()) == 5
    assert len(set(deliverer.message_ids())) == len(set(deliverer.recipients())) == 4
    assert deliverer.states() == ["sent"] * 4


@on_both
def test_amid_planning_nothing_is_lost_and_nothing_planned_twice(
    world: World, planner: Planner, outage: Outage
) -> None:
    cycles = [world.certify(world.person(), DUE)[1] for _ in range(3)]
    world.move_to(STAGE_DAY)
    planner.batch(limit=1)
    outage.begin()
    for _ in range(2):
        with pytest.raises(OperationalError):
            planner.batch(limit=1)
    outage.end()
    assert planner.look()["planned"] == 2
    assert [planner.says(cycle) for cycle in cycles] == [{"before_180": "planned"}] * 3
