"""The job that makes standings anew."""

from collections.abc import Callable
from datetime import date

from kit.rules import CPS
from kit.world import World

from certtrack.services.confirmations import confirm_rule
from certtrack.services.recounts import find_newest_recount
from jobs.recount_rules import run
from jobs.workplace import Workplace


def test_what_was_confirmed_is_made_anew_and_versions_are_noted_first(
    world: World, make_work: Callable[..., Workplace]
) -> None:
    keys = {pack.key for pack in world.rulebook.packs.list()}
    assert run(make_work()) == {"begun": len(keys), "recounts": 0}
    assert run(make_work()) == {"begun": 0, "recounts": 0}
    for name in ("Carol", "Ana"):
        world.certify(world.person(name), date(2026, 10, 31))
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, CPS, "weekend", "next_day",
            source="Letter", on=date(2026, 5, 4), actor=world.actor, at=world.at,
        )  # fmt: skip

    assert run(make_work(stop=lambda: True)) == {"begun": 0, "recounts": 1}
    assert find(world) == ("open", 0)
    assert run(make_work()) == {"begun": 0, "recounts": 1}
    assert find(world) == ("done", 2)
    assert run(make_work()) == {"begun": 0, "recounts": 0}


def find(world: World) -> tuple[str, int]:
    with world.database.reading() as session:
        found = find_newest_recount(session, CPS)
    assert found is not None
    return found.state, found.looked_at
