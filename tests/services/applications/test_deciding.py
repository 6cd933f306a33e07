"""Under a granter: one step after another, each with its day; a grant opens the next cycle, and can be undone."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.applications import decide, list_terms, make_granter, stand, submit, take_back
from kit.credits import DUE, Cast, act_as, list_events, log, make_new
from kit.planning import Planner
from kit.world import World

from certtrack.db.models import ApplicationStep
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.applications.typed import BadApplication
from certtrack.services.applications.waiting import list_applications

NEXT = date(2028, 10, 31)


@pytest.fixture
def programme(world: World, cast: Cast) -> Actor:
    """Grace, who decides for the programme; the office of the cast gives the certification now."""
    assert cast.cps
    make_granter(world)
    grace = world.person("Grace")
    return act_as(world, world.account("grace", Role.PROGRAMME_ADMINISTRATOR, person_id=grace))


def get_step(world: World, step_id: int) -> dict[str, Any]:
    with world.database.reading() as session:
        step = session.get_one(ApplicationStep, step_id)
        return {"basis": step.basis, "is_self_attested": step.is_self_attested, "opened": step.opened_cycle_id}


def test_each_step_is_the_answer_from_its_day_on_and_a_grant_opens_the_next_cycle(
    world: World, cast: Cast, programme: Actor, planner: Planner
) -> None:
    log(world, cast.carol, make_new(12), cast.cps)
    first = submit(world, cast.cps, date(2026, 5, 4), actor=cast.holder)
    second = decide(world, cast.cps, "received", date(2026, 5, 8), after=first, actor=programme)
    third = decide(world, cast.cps, "granted", date(2026, 5, 12), after=second, due_on=NEXT, actor=programme)
    said = [stand(world, cast.cps, date(2026, 5, day)).application for day in (3, 4, 8, 12)]
    assert said == ["none", "submitted", "received", "granted"]
    old, new = list_terms(world, cast.cps)
    assert (old.closed_on, new.start_on, new.due_on, new.evidence) == (
        *(date(2026, 11, 1), date(2026, 11, 1), NEXT),
        f"application_step:{third}",
    )
    after = stand(world, cast.cps, date(2026, 11, 1))
    assert (after.validity, after.application, after.next_on) == ("current", "none", NEXT)
    frozen = get_step(world, third)["basis"]
    assert (frozen["requirements"][0]["counted"], len(frozen["credits"])) == (12 * 60, 1)
    planner.look(date(2026, 10, 31))
    assert planner.says(cast.cycle) == {}, "nothing more is told of what was granted"
    planner.look(NEXT)
    assert "planned" in planner.says(new.id).values()
    events = [action for action, _ in list_events(world, "application_step")]
    assert events == ["application.submitted", "application.received", "application.granted"]


def test_a_grant_is_undone_and_each_answer_can_still_be_asked_for(world: World, cast: Cast, programme: Actor) -> None:
    first = decide(world, cast.cps, "received", after=0, actor=programme)
    second = decide(world, cast.cps, "granted", after=first, due_on=NEXT, actor=programme)
    with pytest.raises(Refused, match="Only the last step"):
        take_back(world, first, actor=programme)
    world.at += timedelta(hours=1)
    known, day = world.at, date(2026, 11, 20)
    world.at += timedelta(hours=1)
    take_back(world, second, actor=programme)
    assert (stand(world, cast.cps).application, stand(world, cast.cps, known_at=known).application) == (
        *("received", "granted"),
    )
    assert (stand(world, cast.cps, day).validity, stand(world, cast.cps, day, known).validity) == ("grace", "current")
    [cycle] = list_terms(world, cast.cps)
    assert (cycle.due_on, cycle.closed_on, cycle.next_stage_on) == (DUE, None, world.today)


def test_only_what_comes_next_is_taken_and_nothing_over_what_somebody_else_did_meanwhile(
    world: World, cast: Cast, programme: Actor
) -> None:
    with pytest.raises(Refused, match="isn't what comes next"):
        decide(world, cast.cps, "granted", after=0, due_on=NEXT, actor=programme)
    first = submit(world, cast.cps)
    with pytest.raises(StaleRecord):
        decide(world, cast.cps, "received", after=0, actor=programme)
    with pytest.raises(BadApplication) as error:
        decide(world, cast.cps, "received", world.today - timedelta(days=1), after=first, actor=programme)
    assert error.value.problems == {"on": "before_last"}
    second = decide(world, cast.cps, "received", after=first, actor=programme)
    third = decide(world, cast.cps, "returned", after=second, reason_code="fee_missing", actor=programme)
    with pytest.raises(BadApplication) as error:
        submit(world, cast.cps, world.today - timedelta(days=1), after=third)
    assert error.value.problems == {"sent_on": "before_last"}, "else the standing would say that it is returned still"
    fourth = decide(world, cast.cps, "received", after=third, actor=programme)
    with pytest.raises(BadInput, match="the next one ends later"):
        decide(world, cast.cps, "granted", after=fourth, due_on=DUE, actor=programme)


def test_only_the_programme_decides_and_a_keeper_never_does(world: World, cast: Cast, programme: Actor) -> None:
    for actor in (cast.holder, cast.supervisor, cast.office, cast.stranger):
        with pytest.raises(NotAllowed):
            decide(world, cast.cps, "received", after=0, actor=actor)
    with pytest.raises(NotAllowed):
        decide(world, cast.cpps, "received", after=0, actor=programme)
    with pytest.raises(Refused, match="can't decide"):
        decide(world, cast.cpps, "received", after=0)
    with pytest.raises(Refused, match="can't decide"):
        submit(world, cast.cpps)


def test_nobody_grants_their_own_unless_the_office_has_nobody_else(world: World, cast: Cast) -> None:
    make_granter(world)
    own = act_as(world, world.account("carol2", Role.PROGRAMME_ADMINISTRATOR, person_id=cast.carol))
    first = decide(world, cast.cps, "received", after=0, actor=own)
    second = decide(world, cast.cps, "granted", after=first, due_on=NEXT, actor=own)
    assert get_step(world, second)["is_self_attested"]
    world.account("grace", Role.PROGRAMME_ADMINISTRATOR)
    with pytest.raises(Refused, match="their own application"):
        take_back(world, second, actor=own)


def test_the_programme_has_a_list_of_what_waits_for_it(world: World, cast: Cast, programme: Actor) -> None:
    first = submit(world, cast.cps)
    with world.database.reading() as session:
        assert list_applications(session, programme, world.today).counts["submitted"] == 1
    second = decide(world, cast.cps, "received", after=first, actor=programme)
    with world.database.reading() as session:
        counts = list_applications(session, programme, world.today).counts
    assert (counts["submitted"], counts["received"]) == (0, 1)
    decide(world, cast.cps, "refused", after=second, words="not this year", actor=programme)
    with world.database.reading() as session:
        assert sum(list_applications(session, programme, world.today).counts.values()) == 0
