"""Texts of mails are forgotten; their rows stay."""

from datetime import timedelta

import pytest
from kit.delivery import Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Email
from certtrack.services.delivery.purge import purge_bodies


def purge(world: World, *, after: timedelta = timedelta(seconds=1)) -> int:
    """Forget what was settled before `after` from the world's moment."""
    with world.database.writing() as session:
        return purge_bodies(session, world.at + after)


def test_a_settled_mail_loses_its_text_alone(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person())
    deliverer.deliver()
    before = deliverer.email()
    assert purge(world) == 1
    after = deliverer.email()
    assert (before.data is None, after.data) == (False, None)
    assert (after.message_id, after.address, after.settled_at) == (before.message_id, before.address, before.settled_at)
    assert planner.row(cycle, "before_180").email_id == after.id
    assert purge(world) == 0


def test_a_mail_settled_at_that_very_moment_keeps_its_text(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    deliverer.deliver()
    assert purge(world, after=timedelta()) == 0
    assert deliverer.email().data is not None


@pytest.mark.parametrize("state", ["ready", "leased", "unknown"])
def test_what_is_still_to_go_out_keeps_its_text_however_old_it_is(
    world: World, deliverer: Deliverer, state: str
) -> None:
    deliverer.queue()
    with world.database.writing() as session:
        session.execute(update(Email).values(state=state, created_at=world.at - timedelta(days=900)))
    assert purge(world) == 0
    assert deliverer.email().data is not None


def test_a_mail_in_doubt_that_is_not_sent_again_loses_its_text_too(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person())
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    planner.close(cycle)
    deliverer.end_waits()
    assert deliverer.deliver() == {}
    assert deliverer.states() == ["unknown"], "nobody knows whether it came"
    assert purge(world) == 1
    assert deliverer.email().data is None


def test_no_more_than_500_are_emptied_at_once_the_oldest_first(world: World, deliverer: Deliverer) -> None:
    with world.database.writing() as session:
        for number in range(501):
            made: dict[str, object] = {"mail_class": "planned", "address": "carol@example.org", "attempts": 1}
            kept = {"data": b"x", "state": "sent", "valid_until": world.at, "created_at": world.at}
            session.add(Email(**made, **kept, message_id=f"<{number}@example.org>", settled_at=world.at))
    assert purge(world) == 500
    assert [email.data for email in deliverer.emails()][-2:] == [None, b"x"]
    assert purge(world) == 1
