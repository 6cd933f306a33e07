"""Which certifications a credit is claimed for can be chosen anew, and only by whoever saw how it is now."""

from collections.abc import Collection, Mapping
from datetime import timedelta

import pytest
from kit.credits import Cast, count_minutes, decide, find_claim, list_events, log, make_new
from kit.world import World

from certtrack.errors import NotAllowed, StaleRecord
from certtrack.security import Actor
from certtrack.services.credits.claiming import choose_claims
from certtrack.services.credits.records import get_credit


def choose(
    world: World, cast: Cast, credit: int, chosen: Collection[int], seen: Mapping[int, int], actor: Actor | None = None
) -> bool:
    with world.database.writing() as session:
        return choose_claims(
            session, world.rulebook, get_credit(session, credit), chosen, [cast.cps, cast.cpps], seen,
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def test_it_is_claimed_for_what_is_chosen_and_counts_there_alone(world: World, cast: Cast) -> None:
    credit, before = log(world, cast.carol, make_new(5), cast.cps), world.at
    world.at += timedelta(hours=1)
    assert choose(world, cast, credit, [cast.cpps], {cast.cps: 1}, cast.holder)
    counted = [count_minutes(world, number, world.today)[1] for number in (cast.cps, cast.cpps)]
    assert counted == [0, 300]
    assert [count_minutes(world, number, world.today, before)[1] for number in (cast.cps, cast.cpps)] == [300, 0]
    assert not choose(world, cast, credit, [cast.cpps], {cast.cps: 2, cast.cpps: 1}, cast.holder)
    assert choose(world, cast, credit, [cast.cps, cast.cpps], {cast.cps: 2, cast.cpps: 1}, cast.holder)
    assert [action for action, _ in list_events(world, "claim")] == [
        *("claim.dropped", "claim.claimed", "claim.claimed_again"),
    ]


def test_a_claim_that_was_decided_meanwhile_is_not_dropped_unseen(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(5), cast.cps, cast.cpps)
    claim, number, _ = find_claim(world, credit, cast.cps)
    decide(world, claim, "checked", number)
    with pytest.raises(StaleRecord):
        choose(world, cast, credit, [cast.cpps], {cast.cps: 1, cast.cpps: 1})
    assert choose(world, cast, credit, [cast.cps], {cast.cps: 1, cast.cpps: 1}), "the decided one stays as it is"


def test_a_stranger_chooses_nothing(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(5), cast.cps)
    with pytest.raises(NotAllowed):
        choose(world, cast, credit, [cast.cpps], {cast.cps: 1}, cast.stranger)
