"""A decision is taken back by who made it, until somebody else acts on it and for a day; by a version of its own."""

from datetime import timedelta
from typing import Any

import pytest
from kit.credits import Cast, act_as, amend, count_minutes, decide, find_claim, list_events, log, make_new
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ClaimVersion
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.credits.claims import answer_claim, claim_again, drop_claim, get_claim
from certtrack.services.credits.taking_back import WITHIN, list_takeable, take_back


def undo(world: World, claim_id: int, expected_no: int, actor: Actor) -> None:
    with world.database.writing() as session:
        claim = get_claim(session, claim_id)
        take_back(session, world.rulebook, claim, expected_no=expected_no, actor=actor, at=world.at)


def answer(world: World, claim_id: int, expected_no: int, holder: Actor) -> None:
    with world.database.writing() as session:
        common: dict[str, Any] = {"expected_no": expected_no, "actor": holder, "at": world.at}
        answer_claim(session, world.rulebook, get_claim(session, claim_id), "Page 2", **common)


def list_own(world: World, actor: Actor) -> list[tuple[int, int, str, str]]:
    with world.database.reading() as session:
        found = list_takeable(session, actor, world.today, world.at)
        return [(one.claim_id, one.no, one.decision, one.name) for one in found]


@pytest.fixture
def claim(world: World, cast: Cast) -> int:
    return find_claim(world, log(world, cast.carol, make_new(20), cast.cps), cast.cps)[0]


def load_versions(world: World, claim_id: int) -> list[Any]:
    with world.database.reading() as session:
        columns = (ClaimVersion.no, ClaimVersion.decision, ClaimVersion.reason_code, ClaimVersion.reason)
        return [tuple(row) for row in session.execute(select(*columns).where(ClaimVersion.claim_id == claim_id))]


def test_what_was_returned_waits_and_counts_again(world: World, cast: Cast, claim: int) -> None:
    decide(world, claim, "returned", reason_code="duplicate", words="Twice?", actor=cast.supervisor)
    assert count_minutes(world, cast.cps, world.today)[1] == 0
    assert list_own(world, cast.supervisor) == [(claim, 2, "returned", "Carol Example")]
    world.at += timedelta(minutes=5)
    undo(world, claim, 2, cast.supervisor)

    assert count_minutes(world, cast.cps, world.today)[1] == 1200
    with world.database.reading() as session:
        found = get_claim(session, claim)
        assert (found.decision, found.reason_code, found.words, found.decided_by) == ("waiting", None, None, None)
    assert load_versions(world, claim) == [
        (1, "waiting", None, None), (2, "returned", "duplicate", None), (3, "waiting", None, "taken_back"),
    ]  # fmt: skip
    assert list_events(world, "claim")[-1] == ("claim.taken_back", [cast.carol])
    assert list_own(world, cast.supervisor) == []


def test_an_answer_stands_again_and_the_return_that_was_taken_back_is_as_none(
    world: World, cast: Cast, claim: int
) -> None:
    decide(world, claim, "returned", reason_code="hours_differ", actor=cast.office)
    answer(world, claim, 2, cast.holder)
    decide(world, claim, "returned", 3, reason_code="duplicate", actor=cast.supervisor)
    world.at += timedelta(minutes=5)
    undo(world, claim, 4, cast.supervisor)
    with world.database.reading() as session:
        found = get_claim(session, claim)
        assert (found.decision, found.reason_code, found.words) == ("waiting", "hours_differ", "Page 2")

    with pytest.raises(Refused, match="leave it to somebody else"):  # to whom it is as if they had never returned it
        decide(world, claim, "returned", 5, reason_code="duplicate", actor=cast.office)
    decide(world, claim, "returned", 5, reason_code="duplicate", actor=cast.supervisor)


def test_only_who_decided_takes_it_back_and_only_for_a_day(world: World, cast: Cast, claim: int) -> None:
    decide(world, claim, "checked", actor=cast.supervisor)
    with pytest.raises(Refused, match="only whoever decided can"):
        undo(world, claim, 2, cast.office)
    for actor in (cast.stranger, act_as(world, world.account("audit", Role.AUDITOR))):
        with pytest.raises(NotAllowed):
            undo(world, claim, 2, actor)
    with pytest.raises(Refused, match="your own hours"):
        undo(world, claim, 2, cast.holder)
    world.at += WITHIN + timedelta(seconds=1)
    assert list_own(world, cast.supervisor) == []
    with pytest.raises(Refused, match="within 24 hours"):
        undo(world, claim, 2, cast.supervisor)
    world.at -= timedelta(seconds=1)
    undo(world, claim, 2, cast.supervisor)
    with pytest.raises(Refused):
        undo(world, claim, 3, cast.supervisor)


def test_once_somebody_else_acted_it_stays(world: World, cast: Cast, claim: int) -> None:
    decide(world, claim, "returned", reason_code="duplicate", actor=cast.supervisor)
    world.at += timedelta(minutes=5)
    common: dict[str, Any] = {"actor": cast.holder, "at": world.at}
    with world.database.writing() as session:
        drop_claim(session, world.rulebook, get_claim(session, claim), expected_no=2, **common)
        claim_again(session, world.rulebook, get_claim(session, claim), expected_no=3, **common)
    assert list_own(world, cast.supervisor) == []
    with pytest.raises(StaleRecord):
        undo(world, claim, 2, cast.supervisor)
    with pytest.raises(Refused, match="before anybody acts on it"):
        undo(world, claim, 4, cast.supervisor)


def test_a_credit_that_was_amended_after_the_decision_waits_and_nothing_is_taken_back(
    world: World, cast: Cast, claim: int
) -> None:
    credit = log(world, cast.carol, make_new(2), cast.cps)
    number = find_claim(world, credit, cast.cps)[0]
    decide(world, number, "checked", actor=cast.supervisor)
    decide(world, claim, "checked", actor=cast.supervisor)
    world.at += timedelta(minutes=5)
    amend(world, credit, make_new(3))
    with pytest.raises(StaleRecord):
        undo(world, number, 2, cast.supervisor)
    assert [one[0] for one in list_own(world, cast.supervisor)] == [claim]
