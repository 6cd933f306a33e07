"""Credits as a page shows them, now and as they were on record; the queue of whoever may check them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from kit.credits import DUE, Cast, act_as, amend, decide, find_claim, log, make_new
from kit.world import World

from certtrack.db.models import Person
from certtrack.rules.pack import Text
from certtrack.security import Actor, Role
from certtrack.services.actors import command_actor
from certtrack.services.certifications import get_certification
from certtrack.services.credits.claims import answer_claim, drop_claim, get_claim
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.credits.shown import ShownArea, ShownCredit, list_shown_credits
from certtrack.services.credits.waiting import WaitingCredit, list_waiting
from certtrack.services.cycles import NewCycle, open_cycle
from certtrack.services.organizations import get_organization, set_role
from certtrack.services.standing import load_standings

AS_OF = date(2026, 5, 15)


def show(world: World, certification_id: int, known_at: datetime | None = None) -> Sequence[ShownCredit]:
    with world.database.reading() as session:
        found = load_standings(session, world.rulebook, [certification_id], AS_OF, known_at)
        certification = get_certification(session, certification_id)
        return list_shown_credits(session, world.rulebook, certification, found[certification_id], known_at)


def wait(world: World, actor: Actor) -> list[tuple[int, int, str]]:
    """Credit, person and name of what waits."""
    with world.database.reading() as session:
        return [(item.id, item.person_id, item.name) for item in list_waiting(session, actor, world.today)]


def withdraw(world: World, credit_id: int) -> None:
    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit_id), expected_no=1, reason=None,
            actor=world.actor, at=world.at,
        )  # fmt: skip


def test_a_page_has_each_credit_with_its_claim_and_what_it_counts(world: World, cast: Cast) -> None:
    older = log(world, cast.carol, make_new(2, areas=("ethics_boundaries", "area_4")), cast.cps)
    newer = log(world, cast.carol, make_new(3, last_on=date(2026, 4, 1), activity="video"), cast.cps)
    withdraw(world, log(world, cast.carol, make_new(4), cast.cps))
    log(world, cast.carol, make_new(5), cast.cpps)
    claim, _, _ = find_claim(world, older, cast.cps)
    decide(world, claim, "returned", reason_code="hours_differ", words="Two?", actor=cast.supervisor)

    second, first = show(world, cast.cps)
    assert (second.id, first.id) == (newer, older)
    assert (first.title, first.minutes, first.amount, first.unit, first.no) == (
        "Ethics for peers",
        120,
        "2",
        "hours",
        1,
    )
    assert first.named_areas == (
        ShownArea("ethics_boundaries", Text("Ethics and boundaries", "Ética y límites")),
        ShownArea("area_4", None),
    )
    assert (first.claim.id, first.claim.no, first.claim.decision) == (claim, 2, "returned")
    assert (first.claim.reason_code, first.claim.words, first.claim.decided_by) == (
        "hours_differ", "Two?", "Bob Example",
    )  # fmt: skip
    assert first.count is not None
    assert second.count is not None
    assert (first.count.code, second.count.code, second.claim.decided_by) == ("returned", "activity_excluded", None)


def test_a_page_as_known_then_has_what_was_on_record_then(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(2), cast.cps)
    claim, _, _ = find_claim(world, credit, cast.cps)
    moments = [world.at - timedelta(hours=1), world.at]
    world.at += timedelta(hours=1)
    decide(world, claim, "checked", actor=cast.supervisor)
    moments.append(world.at)
    world.at += timedelta(hours=1)
    amend(world, credit, make_new(3, title="Boundaries"))
    moments.append(world.at)
    world.at += timedelta(hours=1)
    with world.database.writing() as session:
        found = get_claim(session, claim)
        drop_claim(session, world.rulebook, found, expected_no=3, actor=world.actor, at=world.at)

    with pytest.raises(KeyError):  # the certification itself came later
        show(world, cast.cps, moments[0] - timedelta(days=1))
    seen = [
        [(item.title, item.no, item.claim.no, item.claim.decision, item.claim.decided_by) for item in shown]
        for shown in (show(world, cast.cps, at) for at in (*moments[1:], world.at, None))
    ]
    assert seen == [
        [("Ethics for peers", 1, 1, "waiting", None)],
        [("Ethics for peers", 1, 2, "checked", "Bob Example")],
        [("Boundaries", 2, 3, "waiting", None)],
        [],
        [],
    ]


def test_a_credit_of_another_cycle_has_no_count_and_one_of_no_cycle_says_why(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        certification = get_certification(session, cast.cps)
        new = NewCycle(date(2022, 11, 1), date(2024, 10, 31), "stated", world.today)
        open_cycle(session, world.rulebook, certification, new, actor=world.actor, at=world.at)
    for day in (date(2024, 10, 31), date(2022, 10, 31), date(2024, 11, 1)):
        log(world, cast.carol, make_new(1, last_on=day), cast.cps)
    codes = [item.count.code if item.count else None for item in show(world, cast.cps)]
    assert codes == ["counts", None, "before_cycle"]


def test_the_queue_has_what_waits_the_longest_on_record_first(world: World, cast: Cast) -> None:
    world.at += timedelta(hours=1)
    late = log(world, cast.carol, make_new(1, last_on=date(2026, 1, 1)), cast.cps)
    world.at -= timedelta(hours=1)
    early = log(world, cast.carol, make_new(2), cast.cps)
    checked = log(world, cast.carol, make_new(3), cast.cps)
    decide(world, find_claim(world, checked, cast.cps)[0], "checked")
    returned = log(world, cast.carol, make_new(4), cast.cps)
    claim, _, _ = find_claim(world, returned, cast.cps)
    decide(world, claim, "returned", reason_code="duplicate")
    withdraw(world, log(world, cast.carol, make_new(5), cast.cps))
    log(world, cast.carol, make_new(6))
    for actor in (cast.supervisor, cast.office, command_actor()):
        assert wait(world, actor) == [(number, cast.carol, "Carol Example") for number in (early, late)]
    with world.database.writing() as session:
        found = get_claim(session, claim)
        answer_claim(session, world.rulebook, found, "It isn't", expected_no=2, actor=cast.holder, at=world.at)
    assert [number for number, _, _ in wait(world, cast.office)] == [early, returned, late]
    with world.database.reading() as session:
        item: WaitingCredit = list_waiting(session, cast.office, world.today)[1]
        assert (item.claim.reason_code, item.claim.words, item.certification.id) == ("duplicate", "It isn't", cast.cps)


def test_the_queue_has_nothing_of_ones_own_nor_of_strangers(world: World, cast: Cast) -> None:
    earlier = world.person("Carrie")
    held, _ = world.certify(earlier, DUE)
    erin = world.person("Erin")
    hers, _ = world.certify(erin, DUE)
    own = act_as(world, world.account("carol.office", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    log(world, cast.carol, make_new(1), cast.cps)
    log(world, earlier, make_new(2), held)
    of_erin = log(world, erin, make_new(3), hers)
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = cast.carol

    assert wait(world, own) == [(of_erin, erin, "Erin Example")]
    assert wait(world, cast.stranger) == wait(world, cast.holder) == []
    assert {(person, name) for _, person, name in wait(world, cast.supervisor)} == {(cast.carol, "Carol Example")}
    assert len(wait(world, cast.supervisor)) == 2


def test_a_programmes_queue_has_what_it_grants(world: World, cast: Cast) -> None:
    programme = act_as(world, world.account("programme", Role.PROGRAMME_ADMINISTRATOR))
    credit = log(world, cast.carol, make_new(1), cast.cps, cast.cpps)
    assert wait(world, programme) == []
    with world.database.writing() as session:
        set_role(session, get_organization(session, "lakeside"), "cps", "granter", actor=world.actor, at=world.at)
    assert wait(world, programme) == [(credit, cast.carol, "Carol Example")]
