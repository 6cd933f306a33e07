"""Claims: decided by somebody else, with the word that is theirs, each certification for itself."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.credits import Cast, act_as, count_minutes, decide, find_claim, list_events, log, make_new
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, ClaimVersion, Person
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.credits.claims import (
    RETURN_REASONS,
    answer_claim,
    claim_again,
    drop_claim,
    find_affirmative,
    get_claim,
)
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.organizations import create_organization, get_organization, set_role

AS_OF = date(2026, 5, 15)


def answer(world: World, claim_id: int, words: str, expected_no: int, actor: Actor | None = None) -> None:
    with world.database.writing() as session:
        claim = get_claim(session, claim_id)
        common: dict[str, Any] = {"expected_no": expected_no, "actor": actor or world.actor, "at": world.at}
        answer_claim(session, world.rulebook, claim, words, **common)


def drop(world: World, claim_id: int, expected_no: int = 1, *, again: bool = False, actor: Actor | None = None) -> None:
    with world.database.writing() as session:
        act = claim_again if again else drop_claim
        who = actor or world.actor
        act(session, world.rulebook, get_claim(session, claim_id), expected_no=expected_no, actor=who, at=world.at)


def grant(world: World, credential: str = "cps") -> None:
    """Make the world's organization the granter of that credential."""
    with world.database.writing() as session:
        organization = get_organization(session, "lakeside")
        set_role(session, organization, credential, "granter", actor=world.actor, at=world.at)


@pytest.fixture
def credit(world: World, cast: Cast) -> int:
    return log(world, cast.carol, make_new(20), cast.cps, cast.cpps)


@pytest.fixture
def claim(world: World, cast: Cast, credit: int) -> int:
    return find_claim(world, credit, cast.cps)[0]


def test_two_certifications_have_their_own_decisions(world: World, cast: Cast, credit: int, claim: int) -> None:
    other = find_claim(world, credit, cast.cpps)[0]
    decide(world, claim, "checked", actor=cast.supervisor)
    decide(world, other, "returned", reason_code="not_this_area", words=" See\n the list ", actor=cast.office)

    assert count_minutes(world, cast.cps, AS_OF)[1] == 1200
    assert count_minutes(world, cast.cpps, AS_OF) == ("short", 0)
    with world.database.reading() as session:
        checked, returned = get_claim(session, claim), get_claim(session, other)
        assert (checked.decision, checked.decided_by, checked.decided_at) == ("checked", cast.supervisor.key, world.at)
        assert (returned.reason_code, returned.words) == ("not_this_area", "See the list")
    assert list_events(world, "claim") == [("claim.checked", [cast.carol]), ("claim.returned", [cast.carol])]


def test_a_returned_and_answered_claim_counts_as_it_was_known_at_each_moment(
    world: World, cast: Cast, claim: int
) -> None:
    moments = [world.at]
    for step in range(3):
        world.at += timedelta(hours=1)
        moments.append(world.at)
        if step == 0:
            decide(world, claim, "returned", reason_code="other", words="Which day?", actor=cast.supervisor)
        elif step == 1:
            answer(world, claim, "The second of March", 2, cast.holder)
        else:
            decide(world, claim, "checked", 3, actor=cast.supervisor)
    found = [count_minutes(world, cast.cps, AS_OF, at) for at in moments]
    assert found == [("unconfirmed", 1200), ("short", 0), ("unconfirmed", 1200), ("unconfirmed", 1200)]
    assert count_minutes(world, cast.cps, AS_OF) == ("unconfirmed", 1200)
    with world.database.reading() as session:
        query = select(ClaimVersion.no, ClaimVersion.decision, ClaimVersion.reason_code, ClaimVersion.words)
        assert session.execute(query.where(ClaimVersion.claim_id == claim).order_by(ClaimVersion.no)).all() == [
            (1, "waiting", None, None),
            (2, "returned", "other", "Which day?"),
            (3, "waiting", "other", "The second of March"),
            (4, "checked", None, None),
        ]
    events = [f"claim.{what}" for what in ("returned", "answered", "checked")]
    assert list_events(world, "claim") == [(what, [cast.carol]) for what in events]


def test_nobody_decides_on_their_own_credit_and_merged_people_are_one(world: World, cast: Cast, claim: int) -> None:
    own = act_as(world, world.account("carol.office", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    earlier = world.person("Carrie")
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = cast.carol
    merged = act_as(world, world.account("carrie.office", Role.AGENCY_ADMINISTRATOR, person_id=earlier))
    for actor in (own, merged, cast.holder):
        with pytest.raises(Refused, match="your own hours") as caught:
            decide(world, claim, "checked", actor=actor)
        assert not isinstance(caught.value, NotAllowed)


def test_whoever_may_not_check_decides_nothing(world: World, cast: Cast, claim: int) -> None:
    auditor = act_as(world, world.account("audit", Role.AUDITOR))
    for actor in (cast.stranger, auditor, Actor("account:99")):
        with pytest.raises(NotAllowed):
            decide(world, claim, "checked", actor=actor)
    assert list_events(world, "claim") == []


def test_a_programme_accepts_what_it_grants_and_decides_on_nothing_else(
    world: World, cast: Cast, credit: int, claim: int
) -> None:
    programme = act_as(world, world.account("programme", Role.PROGRAMME_ADMINISTRATOR))
    with pytest.raises(NotAllowed):  # it grants nothing yet
        decide(world, claim, "accepted", actor=programme)
    grant(world)
    with pytest.raises(Refused, match="your word is 'accepted'"):
        decide(world, claim, "checked", actor=programme)
    with pytest.raises(NotAllowed):
        decide(world, find_claim(world, credit, cast.cpps)[0], "returned", reason_code="duplicate", actor=programme)
    decide(world, claim, "accepted", actor=programme)
    assert find_claim(world, credit, cast.cps) == (claim, 2, "accepted")


def test_a_keeper_never_accepts(world: World, cast: Cast, claim: int) -> None:
    grant(world)
    for actor in (cast.supervisor, cast.office, world.actor):
        with pytest.raises(Refused, match="your word is 'checked'"):
            decide(world, claim, "accepted", actor=actor)


def test_the_word_is_that_of_the_organization_in_which_the_role_holds(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        other = create_organization(session, key="other", name="Other", zone="UTC", actor=world.actor, at=world.at)
        set_role(session, other, "cps", "granter", actor=world.actor, at=world.at)
    here = act_as(world, world.account("here", Role.PROGRAMME_ADMINISTRATOR))
    everywhere = act_as(world, world.account("all", Role.PROGRAMME_ADMINISTRATOR, everywhere=True))
    with world.database.reading() as session:
        cps, cpps = (session.get_one(Certification, number) for number in (cast.cps, cast.cpps))
        assert find_affirmative(session, here, cps) == "checked"
        assert find_affirmative(session, everywhere, cps) == "accepted"
        assert find_affirmative(session, everywhere, cpps) == "checked"


def test_a_returned_claim_says_why(world: World, cast: Cast, credit: int, claim: int) -> None:
    for reason_code, words in ((None, "Hm"), ("ugly", "Hm"), ("other", None), ("other", " \n")):
        with pytest.raises(BadInput, match="so that the holder knows"):
            decide(world, claim, "returned", reason_code=reason_code, words=words)
    with pytest.raises(BadInput, match="at most 1000 letters; these are 1001"):
        decide(world, claim, "returned", reason_code="other", words="w" * 1001)
    assert find_claim(world, credit, cast.cps) == (claim, 1, "waiting")


@pytest.mark.parametrize("reason_code", RETURN_REASONS)
def test_every_reason_is_taken(world: World, cast: Cast, credit: int, claim: int, reason_code: str) -> None:
    decide(world, claim, "returned", reason_code=reason_code, words="Please look")
    assert find_claim(world, credit, cast.cps) == (claim, 2, "returned")


def test_the_holder_alone_answers_and_only_what_was_returned(world: World, cast: Cast, claim: int) -> None:
    with pytest.raises(Refused, match="wasn't returned"):
        answer(world, claim, "Here it is", 1, cast.holder)
    decide(world, claim, "returned", reason_code="no_certificate")
    with pytest.raises(NotAllowed):
        answer(world, claim, "Here it is", 2, cast.supervisor)
    with pytest.raises(BadInput, match="a few words"):
        answer(world, claim, " ", 2, cast.holder)
    answer(world, claim, "Here it is", 2, cast.holder)


def test_what_was_answered_is_returned_again_only_by_somebody_else_while_there_is_one(
    world: World, cast: Cast, credit: int, claim: int
) -> None:
    decide(world, claim, "returned", reason_code="no_certificate", actor=cast.supervisor)
    answer(world, claim, "It is in the office", 2, cast.holder)
    with pytest.raises(Refused, match="leave it to somebody else"):
        decide(world, claim, "returned", 3, reason_code="no_certificate", actor=cast.supervisor)
    assert find_claim(world, credit, cast.cps) == (claim, 3, "waiting")

    decide(world, claim, "returned", 3, reason_code="hours_differ", actor=cast.office)
    answer(world, claim, "Look at page 2", 4, cast.holder)
    decide(world, claim, "returned", 5, reason_code="hours_differ", actor=cast.supervisor)  # nobody else is left
    assert find_claim(world, credit, cast.cps) == (claim, 6, "returned")


def test_whoever_claimed_again_what_was_returned_has_not_returned_it(
    world: World, cast: Cast, credit: int, claim: int
) -> None:
    decide(world, claim, "returned", reason_code="no_certificate", actor=cast.supervisor)
    drop(world, claim, 2, actor=cast.office)
    drop(world, claim, 3, again=True, actor=cast.office)
    answer(world, claim, "It is in the office", 4, cast.holder)
    with pytest.raises(Refused, match="leave it to somebody else"):  # the office may still look
        decide(world, claim, "returned", 5, reason_code="no_certificate", actor=cast.supervisor)


def test_whoever_returned_it_may_say_yes_to_the_answer(world: World, cast: Cast, credit: int, claim: int) -> None:
    decide(world, claim, "returned", reason_code="no_certificate", actor=cast.supervisor)
    answer(world, claim, "Here it is", 2, cast.holder)
    decide(world, claim, "checked", 3, actor=cast.supervisor)
    assert find_claim(world, credit, cast.cps) == (claim, 4, "checked")


def test_whoever_comes_second_decides_nothing(world: World, cast: Cast, credit: int, claim: int) -> None:
    decide(world, claim, "checked")
    with pytest.raises(StaleRecord):
        decide(world, claim, "returned", reason_code="duplicate")
    decide(world, claim, "returned", 2, reason_code="duplicate")
    with pytest.raises(StaleRecord):
        answer(world, claim, "It isn't", 2, cast.holder)
    with pytest.raises(StaleRecord):
        drop(world, claim, 2)
    assert find_claim(world, credit, cast.cps) == (claim, 3, "returned")


def test_a_dropped_claim_counts_no_more_until_it_is_claimed_again(
    world: World, cast: Cast, credit: int, claim: int
) -> None:
    decide(world, claim, "checked", actor=cast.supervisor)
    drop(world, claim, 2, actor=cast.holder)
    assert count_minutes(world, cast.cps, AS_OF)[1] == 0
    assert count_minutes(world, cast.cpps, AS_OF)[1] == 1200
    with pytest.raises(Refused, match="isn't claimed for this certification any more"):
        drop(world, claim, 3)
    with pytest.raises(Refused, match="isn't claimed for this certification any more"):
        decide(world, claim, "checked", 3)
    drop(world, claim, 3, again=True, actor=cast.holder)
    with pytest.raises(Refused, match="claimed already"):
        drop(world, claim, 4, again=True)
    assert find_claim(world, credit, cast.cps) == (claim, 4, "waiting")
    assert count_minutes(world, cast.cps, AS_OF)[1] == 1200
    with world.database.reading() as session:
        assert get_claim(session, claim).decided_by is None
    assert [what for what, _ in list_events(world, "claim")] == [
        "claim.checked",
        "claim.dropped",
        "claim.claimed_again",
    ]


def test_dropping_does_not_undo_that_it_was_returned(world: World, cast: Cast, credit: int, claim: int) -> None:
    decide(world, claim, "returned", reason_code="duplicate")
    drop(world, claim, 2)
    drop(world, claim, 3, again=True)
    assert find_claim(world, credit, cast.cps) == (claim, 4, "returned")
    assert count_minutes(world, cast.cps, AS_OF) == ("short", 0)


def test_strangers_drop_nothing_and_a_programme_neither(world: World, cast: Cast, claim: int) -> None:
    grant(world)
    programme = act_as(world, world.account("programme", Role.PROGRAMME_ADMINISTRATOR))
    for actor in (cast.stranger, programme):
        with pytest.raises(NotAllowed):
            drop(world, claim, actor=actor)
        with pytest.raises(NotAllowed):
            drop(world, claim, again=True, actor=actor)


def test_of_a_withdrawn_credit_nothing_is_decided(world: World, cast: Cast, credit: int, claim: int) -> None:
    with world.database.writing() as session:
        found = get_credit(session, credit)
        common: dict[str, Any] = {"actor": world.actor, "at": world.at}
        withdraw_credit(session, world.rulebook, found, expected_no=1, reason=None, **common)
    with pytest.raises(Refused, match="was withdrawn"):
        decide(world, claim, "checked")
    with pytest.raises(NotFound), world.database.reading() as session:
        get_claim(session, 9999)
