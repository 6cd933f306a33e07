"""Everything on a record by its day: each reader finds what is theirs to see, and nothing else."""

from datetime import date, timedelta

from kit.applications import send
from kit.counting import counting_statements
from kit.credits import Cast, decide, find_claim, log, make_new
from kit.delivery import Deliverer
from kit.exams import SAT, sit
from kit.planning import Planner
from kit.supervision import hold, make_session
from kit.world import World

from certtrack.clock import FixedClock
from certtrack.security import Actor
from certtrack.services.credits.claims import claim_again, drop_claim, get_claim
from certtrack.services.credits.taking_back import take_back
from certtrack.services.organizations import end_affiliation, find_affiliation
from certtrack.services.record_head import load_head
from certtrack.services.record_history import Event, list_events
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere


def tell(world: World, actor: Actor, person_id: int) -> list[Event]:
    with world.database.reading() as session:
        head = load_head(session, actor, person_id, FixedClock(world.at))
        return list(list_events(session, actor, head))


def kinds(world: World, cast: Cast, actor: Actor) -> set[str]:
    return {event.kind for event in tell(world, actor, cast.carol)}


def fill(world: World, cast: Cast) -> None:
    """One of each kind."""
    bob = cast.supervisor.person_id
    assert bob is not None
    credit = log(world, cast.carol, make_new(3), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "returned", actor=cast.supervisor, reason_code="hours_differ", words="3?")
    decide(world, claim, "checked", 2, actor=cast.supervisor)
    hold(world, make_session(bob, cast.carol))
    send(world, cast.cps, actor=cast.holder)
    sit(world, cast.carol, outcome="passed")
    with world.database.writing() as session:
        elsewhere = NewElsewhere("cps", "Example Academy", date(2024, 3, 1))
        record_elsewhere(session, cast.carol, elsewhere, actor=world.actor, at=world.at)


def test_everything_stands_by_its_day_the_latest_first_and_says_who(
    world: World, cast: Cast, planner: Planner, deliverer: Deliverer
) -> None:
    planner.look()
    deliverer.deliver()
    fill(world, cast)
    events = tell(world, cast.holder, cast.carol)
    assert [event.on for event in events] == sorted((event.on for event in events), reverse=True)
    assert {event.kind for event in events} == {
        *("cycle_began", "cycle_due", "credit", "returned", "checked", "session", "step", "exam", "training", "mail")
    }
    told = {event.kind: event for event in events}
    assert told["checked"].values["by"] == told["session"].values["by"] == "Bob Example"
    assert (told["returned"].values["reason"], told["training"].on) == ("hours_differ", date(2024, 3, 1))
    assert (told["exam"].on, told["exam"].values["outcome"]) == (SAT, "passed")


def test_mail_is_no_supervisor_s_to_see_and_another_s_sessions_are_not_either(
    world: World, cast: Cast, planner: Planner, deliverer: Deliverer
) -> None:
    planner.look()
    deliverer.deliver()
    fill(world, cast)
    hold(world, make_session(world.person("Frank"), cast.carol))
    assert "mail" in kinds(world, cast, cast.office)
    assert "mail" not in kinds(world, cast, cast.supervisor)
    sessions = {
        actor: sum(event.kind == "session" for event in tell(world, actor, cast.carol))
        for actor in (cast.holder, cast.supervisor, cast.office)
    }
    assert sessions == {cast.holder: 2, cast.supervisor: 1, cast.office: 2}


def test_an_exam_that_was_not_passed_is_there_for_whoever_sees_scores(world: World, cast: Cast) -> None:
    sit(world, cast.carol, 10, outcome="not_passed_yet")
    told = {actor: "exam" in kinds(world, cast, actor) for actor in (cast.holder, cast.office, cast.supervisor)}
    assert told == {cast.holder: True, cast.office: False, cast.supervisor: False}


def test_a_decision_is_told_of_whoever_decided_and_not_of_whoever_claims_it_no_more_or_again(
    world: World, cast: Cast
) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "returned", actor=cast.supervisor, reason_code="hours_differ")

    def who() -> list[object]:
        return [event.values["by"] for event in tell(world, cast.office, cast.carol) if event.kind == "returned"]

    for act, no in ((drop_claim, 2), (claim_again, 3)):
        with world.database.writing() as session:
            act(session, world.rulebook, get_claim(session, claim), expected_no=no, actor=cast.holder, at=world.at)
        assert who() == ([] if act is drop_claim else ["Bob Example"])


def test_what_is_claimed_no_more_and_a_decision_that_was_taken_back_are_not_told(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "checked", actor=cast.supervisor)
    assert kinds(world, cast, cast.office) >= {"credit", "checked"}
    with world.database.writing() as session:
        take_back(
            session, world.rulebook, get_claim(session, claim), expected_no=2, actor=cast.supervisor, at=world.at
        )  # fmt: skip
    assert kinds(world, cast, cast.office) & {"credit", "checked"} == {"credit"}
    with world.database.writing() as session:
        drop_claim(
            session, world.rulebook, get_claim(session, claim), expected_no=3, actor=cast.holder, at=world.at
        )  # fmt: skip
    assert kinds(world, cast, cast.office) & {"credit", "checked"} == set()


def test_of_somebody_who_has_left_there_is_no_history(world: World, cast: Cast) -> None:
    fill(world, cast)
    with world.database.writing() as session:
        belonging = find_affiliation(session, cast.carol, world.organization_id)
        assert belonging is not None
        end_affiliation(session, belonging, world.today, reason=None, actor=world.actor, at=world.at)
    world.move_to(world.today + timedelta(days=9))
    assert tell(world, cast.office, cast.carol) == []
    assert kinds(world, cast, cast.holder) >= {"credit", "left"}


def test_it_costs_four_statements(world: World, cast: Cast) -> None:
    fill(world, cast)
    with counting_statements(world.database) as asked:
        tell(world, cast.office, cast.carol)
    assert len(asked) == 4
