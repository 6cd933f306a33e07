"""The job that forgets drafts that nobody goes on with."""

from collections.abc import Callable
from datetime import timedelta

from kit.credits import act_as
from kit.recertifying import prepare, save
from kit.world import World

from certtrack.security import Role
from certtrack.services.credits.drafts import FormState, list_drafts, save_draft
from jobs.purge_drafts import run
from jobs.workplace import Workplace


def test_a_draft_is_kept_for_60_days_after_it_was_saved_last(world: World, make_work: Callable[..., Workplace]) -> None:
    carol = world.person()
    holder = act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol))
    with world.database.writing() as session:
        save_draft(session, holder, carol, {"title": "Ethics"}, (), form=FormState(), at=world.at)

    world.at += timedelta(days=60)
    assert run(make_work()) == {"purged": 0}
    world.at += timedelta(seconds=1)
    assert run(make_work(stop=lambda: True)) == {"purged": 0}
    assert run(make_work()) == {"purged": 1}
    with world.database.reading() as session:
        assert list_drafts(session, holder, carol) == ()


def test_what_was_saved_of_an_application_is_kept_for_a_year(world: World, make_work: Callable[..., Workplace]) -> None:
    carol = world.person()
    cps, _ = world.certify(carol, world.today + timedelta(days=90))
    holder = act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol))
    save(world, prepare(world, holder, carol, cps), "fee", holder)
    world.at += timedelta(days=365)
    assert run(make_work()) == {"purged": 0}
    world.at += timedelta(seconds=1)
    assert run(make_work()) == {"purged": 1}
    assert prepare(world, holder, carol, cps).saved == {}
