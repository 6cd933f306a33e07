"""What comes after an application was sent: its receipt, which says nothing of the standing."""

import pytest
from kit.applications import bring_certificate, give_receipt, make_granter, send, stand, submit, take_back
from kit.credits import DUE, Cast, list_events
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ApplicationStep, ApplicationStepVersion
from certtrack.errors import NotAllowed, Refused, StaleRecord


def load_receipts(world: World) -> list[str | None]:
    """The receipt in each version of the one step."""
    with world.database.reading() as session:
        query = select(ApplicationStepVersion.receipt).order_by(ApplicationStepVersion.no)
        return list(session.scalars(query))


@on_both
def test_a_receipt_is_added_to_what_was_sent_by_whoever_may_say_that_it_was(world: World, cast: Cast) -> None:
    step = send(world, cast.cps, actor=cast.holder)
    give_receipt(world, step, "R 7", actor=cast.holder)
    give_receipt(world, step, "R 8", expected_no=2, actor=cast.supervisor)
    assert load_receipts(world) == [None, "R 7", "R 8"]
    assert stand(world, cast.cps).application == "sent"
    events = [("application.sent", [cast.carol]), *[("application.receipt_added", [cast.carol])] * 2]
    assert list_events(world, "application_step") == events
    with pytest.raises(StaleRecord):
        give_receipt(world, step, "R 9", expected_no=2)
    with pytest.raises(NotAllowed):
        give_receipt(world, step, "R 9", expected_no=3, actor=cast.stranger)


def test_none_is_added_to_what_is_not_on_its_way(world: World, cast: Cast) -> None:
    gone = send(world, cast.cps)
    take_back(world, gone)
    with pytest.raises(Refused, match="on its way"):
        give_receipt(world, gone, "R 7", expected_no=2)
    step = send(world, cast.cps)
    certificate = bring_certificate(world, cast.cps, DUE.replace(year=DUE.year + 2))
    for over in (step, certificate):
        with pytest.raises(Refused, match="on its way"):
            give_receipt(world, over, "R 7")


def test_one_is_added_to_what_was_submitted_to_the_programme(world: World, cast: Cast) -> None:
    make_granter(world)
    step = submit(world, cast.cps)
    give_receipt(world, step, "R 7")
    with world.database.reading() as session:
        assert session.get_one(ApplicationStep, step).receipt == "R 7"
