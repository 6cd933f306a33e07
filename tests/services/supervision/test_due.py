"""The organization's to-do: who still needs supervision, as of each day and as known at each moment, and why."""

from datetime import date, timedelta

import pytest
from kit.credits import act_as, list_events
from kit.supervision import (
    HELD_ON,
    PACK,
    Team,
    amend,
    begin,
    due_of,
    hold,
    load_due,
    make_session,
    qualify,
    say_paper,
    serve,
    sign,
)
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Duty, PackVersion, Person
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.rules.supervision import PeriodResult
from certtrack.security import Role
from certtrack.services.confirmations import confirm_rule
from certtrack.services.organizations import create_organization
from certtrack.services.standing import load_standings
from certtrack.services.supervision.duties import (
    amend_qualification,
    end_duty,
    get_qualification,
    record_qualification,
    start_duty,
    withdraw_qualification,
)
from certtrack.services.supervision.part import show_supervision
from certtrack.services.supervision.service import (
    NewService,
    amend_service,
    get_service,
    list_overlapping,
    withdraw_service,
)

MONDAY, SUNDAY = date(2026, 5, 11), date(2026, 5, 17)


def this_week(world: World, person_id: int, **values: object) -> PeriodResult:
    return due_of(world, person_id, **values).periods[0]


def test_this_week_an_hour_is_still_to_hold(world: World, team: Team) -> None:
    begin(world, team.carol, team.erin)
    qualify(world, team.bob)
    sign(world, hold(world, make_session(team.bob, team.carol)), team.supervisor)
    assert [(one.person.id, one.periods[0].open, one.periods[0].state) for one in load_due(world).people] == [
        (team.carol, 0, "met"), (team.erin, 60, "unsure"),
    ]  # fmt: skip
    week = this_week(world, team.erin)
    assert (week.from_on, week.until_on, week.is_running, week.by_period) == (MONDAY, SUNDAY, True, "open")
    assert [period.from_on for period in due_of(world, team.erin).periods] == [MONDAY, MONDAY - timedelta(days=7)]


def test_a_signature_given_later_changes_no_answer_of_before(world: World, team: Team) -> None:
    begin(world, team.carol)
    qualify(world, team.bob)
    number = hold(world, make_session(team.bob, team.carol))
    before = world.at
    world.at += timedelta(days=10)
    sign(world, number, team.supervisor)

    signed_on = date(2026, 5, 25)
    week = {as_of: due_of(world, team.carol, as_of=as_of) for as_of in (SUNDAY, signed_on - timedelta(days=1))}
    assert [one.periods[0 if as_of == SUNDAY else 1].waiting for as_of, one in week.items()] == [60, 60]
    after = due_of(world, team.carol, as_of=signed_on).periods[2]
    assert (after.from_on, after.counted, after.state) == (MONDAY, 60, "met")
    known = due_of(world, team.carol, as_of=signed_on, known_at=before).periods[2]
    assert (known.waiting, known.counted) == (60, 0)


def test_an_amended_session_waits_again_and_is_known_as_it_was(world: World, team: Team) -> None:
    begin(world, team.carol)
    qualify(world, team.bob)
    number = hold(world, make_session(team.bob, team.carol))
    sign(world, number, team.supervisor)
    before = world.at
    world.at += timedelta(hours=1)
    amend(world, number, make_session(team.bob, team.carol, minutes=45))
    week = this_week(world, team.carol)
    assert (week.counted, week.waiting, week.open) == (0, 45, 15)
    assert this_week(world, team.carol, known_at=before).counted == 60


def test_a_supervisor_without_a_qualification_on_that_day_leaves_it_unsure(world: World, team: Team) -> None:
    begin(world, team.carol)
    sign(world, hold(world, make_session(team.bob, team.carol)), team.supervisor)
    assert this_week(world, team.carol).sessions[0].code == "not_qualified"
    due = load_due(world, team.office)
    assert [(one.person.id, one.since) for one in due.unqualified] == [(team.bob, HELD_ON)]
    late = qualify(world, team.bob, HELD_ON + timedelta(days=1))
    assert this_week(world, team.carol).counted == 0
    before = world.at
    world.at += timedelta(hours=1)
    with world.database.writing() as session:
        assert amend_qualification(
            session, get_qualification(session, late), "Licensed Psychologist", HELD_ON, None,
            expected_no=1, reason=None, actor=team.office, at=world.at,
        )  # fmt: skip
    assert this_week(world, team.carol).counted == 60
    assert this_week(world, team.carol, known_at=before).counted == 0
    with world.database.writing() as session:
        record = get_qualification(session, late)
        withdraw_qualification(session, record, expected_no=2, reason=None, actor=team.office, at=world.at)
    assert this_week(world, team.carol).counted == 0
    assert [action for action, _ in list_events(world, "qualification")] == [
        f"qualification.{what}" for what in ("recorded", "amended", "withdrawn")
    ]


def test_nobody_says_what_qualifies_themselves_and_only_the_office_says_it(world: World, team: Team) -> None:
    own = act_as(world, world.account("bobs-desk", Role.AGENCY_ADMINISTRATOR, person_id=team.bob))
    for actor, refusal in ((own, Refused), (team.supervisor, NotAllowed), (team.holder, NotAllowed)):
        with pytest.raises(refusal), world.database.writing() as session:
            record_qualification(
                session, PACK, team.bob, world.organization_id, "Counselor", HELD_ON, actor=actor, at=world.at
            )
    for title, until_on in (("  ", None), ("x" * 201, None), ("Counselor", HELD_ON - timedelta(days=1))):
        with pytest.raises(BadInput), world.database.writing() as session:
            record_qualification(
                session, PACK, team.bob, world.organization_id, title, HELD_ON, until_on, actor=team.office, at=world.at
            )


def test_hours_of_service_say_that_nothing_is_due_yet(world: World, team: Team) -> None:
    begin(world, team.carol)
    span = serve(world, team.carol, date(2026, 5, 4), SUNDAY, 20, team.holder)
    assert this_week(world, team.carol).state == "met"
    before = world.at
    world.at += timedelta(hours=1)
    with world.database.writing() as session:
        new = NewService(date(2026, 5, 4), SUNDAY, 31 * 60)
        assert amend_service(
            session, get_service(session, span), new, expected_no=1, reason=None, actor=team.office, at=world.at
        )
    assert this_week(world, team.carol).state == "open"
    assert this_week(world, team.carol, known_at=before).state == "met"
    with world.database.writing() as session:
        withdraw_service(
            session, get_service(session, span), expected_no=2, reason=None, actor=team.supervisor, at=world.at
        )
    assert this_week(world, team.carol).state == "unsure"
    assert [action for action, _ in list_events(world, "service_span")] == [
        f"service.{what}" for what in ("logged", "amended", "withdrawn")
    ]


def test_overlapping_hours_of_service_are_pointed_out(world: World, team: Team) -> None:
    begin(world, team.carol)
    first = serve(world, team.carol, date(2026, 5, 4), date(2026, 5, 10), 10)
    second = serve(world, team.carol, date(2026, 5, 10), SUNDAY, 10)
    assert [(one.id, other.id) for one, other in due_of(world, team.carol).overlaps] == [(first, second)]
    with world.database.reading() as session:
        new = NewService(SUNDAY, SUNDAY, 60)
        assert [span.id for span in list_overlapping(session, team.carol, world.organization_id, new)] == [second]
        assert not list_overlapping(session, team.carol, world.organization_id, new, besides=second)
        part = show_supervision(session, team.holder, session.get_one(Person, team.carol), world.today)
        assert part is not None
        assert [(one.fact.id, one.is_overlapping) for one in part.service] == [(second, True), (first, True)]


def test_whoever_has_nothing_to_do_with_it_logs_no_service(world: World, team: Team) -> None:
    for actor in (team.holder, team.supervisor, team.office):
        serve(world, team.carol, HELD_ON, HELD_ON, 1, actor)
    for actor in (team.stranger, team.other_supervisor):
        with pytest.raises(NotAllowed):
            serve(world, team.carol, HELD_ON, HELD_ON, 1, actor)
    with pytest.raises(BadInput):
        serve(world, team.carol, SUNDAY, MONDAY, 1)
    with pytest.raises(BadInput):
        serve(world, team.carol, MONDAY, SUNDAY, -1)
    number = serve(world, team.carol, MONDAY, SUNDAY, 1)
    with pytest.raises(StaleRecord), world.database.writing() as session:
        withdraw_service(
            session, get_service(session, number), expected_no=7, reason=None, actor=team.holder, at=world.at
        )


def test_the_list_is_the_offices_whole_and_a_supervisors_own_people(world: World, team: Team) -> None:
    begin(world, team.carol, team.erin, team.frank, team.bob)
    assert len(load_due(world, team.office).people) == 4
    own = load_due(world, team.supervisor)
    assert ([one.person.id for one in own.people], own.unsaid, own.is_office) == ([team.carol, team.erin], (), False)
    for actor in (team.holder, team.other_supervisor, team.stranger):
        assert load_due(world, actor).people == ()


def test_an_hour_that_a_stand_in_held_counts_for_the_supervisors_list_too(world: World, team: Team) -> None:
    begin(world, team.carol)
    qualify(world, team.frank)
    number = hold(world, make_session(team.frank, team.carol))
    say_paper(world, number, ("supervisor", team.frank), actor=team.office)
    assert load_due(world, team.supervisor).people[0].periods[0].counted == 60


def test_whom_the_rules_are_for_is_the_offices_to_say_and_known_from_then(world: World, team: Team) -> None:
    due = load_due(world, team.office)
    assert team.carol in {person.id for person in due.unsaid}
    before = world.at
    world.at += timedelta(hours=1)
    begin(world, team.carol)
    due = load_due(world, team.office)
    assert team.carol not in {person.id for person in due.unsaid}
    assert [one.person.id for one in due.people] == [team.carol]
    assert load_due(world, team.office, known_at=before).people == ()
    for actor in (team.supervisor, team.holder):
        with pytest.raises(NotAllowed), world.database.writing() as session:
            start_duty(session, PACK, team.erin, world.organization_id, MONDAY, actor=actor, at=world.at)
    with world.database.writing() as session:
        assert not start_duty(
            session, PACK, team.carol, world.organization_id, date(2026, 5, 4), actor=team.office, at=world.at
        )
        duty = session.scalars(select(Duty)).one()
        with pytest.raises(BadInput):
            end_duty(session, duty, date(2026, 5, 1), actor=team.office, at=world.at)
        assert end_duty(session, duty, MONDAY, actor=team.office, at=world.at)
        assert not end_duty(session, duty, MONDAY, actor=team.office, at=world.at)
        assert session.scalars(select(PackVersion.key).where(PackVersion.key == PACK.key)).all() == [PACK.key]
    assert load_due(world, team.office).people == ()
    assert due_of(world, team.carol, as_of=MONDAY).duty.days.until_on == MONDAY


def test_what_was_confirmed_of_the_rules_counts_from_then_on(world: World, team: Team) -> None:
    begin(world, team.carol)
    qualify(world, team.bob)
    sign(world, hold(world, make_session(team.bob, team.carol, way="remote")), team.supervisor)
    assert [count.code for count in this_week(world, team.carol).sessions] == ["way_not_published"]
    before = world.at
    world.at += timedelta(hours=1)

    def say(value: str) -> None:
        with world.database.writing() as session:
            confirm_rule(
                session, world.rulebook, PACK.key, "ways.remote.counts", value, source="Letter of the program",
                on=MONDAY, actor=world.actor, at=world.at,
            )  # fmt: skip

    say("yes")
    assert this_week(world, team.carol).counted == 60
    assert this_week(world, team.carol, known_at=before).counted == 0
    say("unknown")
    assert this_week(world, team.carol).counted == 0


def test_what_has_ended_is_offered_again_and_goes_on_from_the_new_day(world: World, team: Team) -> None:
    begin(world, team.carol)
    with world.database.writing() as session:
        duty = session.scalars(select(Duty)).one()
        end_duty(session, duty, world.today, actor=team.office, at=world.at)
    assert team.carol not in {person.id for person in load_due(world, team.office).unsaid}, "today it is counted still"
    world.move_to(world.today + timedelta(days=3))
    assert team.carol in {person.id for person in load_due(world, team.office).unsaid}
    begin(world, team.carol, from_on=world.today)
    due = load_due(world, team.office)
    assert team.carol not in {person.id for person in due.unsaid}
    assert [one.person.id for one in due.people] == [team.carol]


def test_nobody_is_counted_where_they_do_not_belong_and_nobody_after_death(world: World, team: Team) -> None:
    begin(world, team.carol)
    with world.database.writing() as session:
        session.get_one(Person, team.carol).died_on = MONDAY
    assert load_due(world).people == ()
    with world.database.writing() as session:
        other = create_organization(session, key="hillside", name="Hill", zone="UTC", actor=world.actor, at=world.at)
        with pytest.raises(Refused, match="doesn't belong"):
            start_duty(session, PACK, team.erin, other.id, MONDAY, actor=world.actor, at=world.at)


def test_supervision_is_no_part_of_a_standing(world: World, team: Team) -> None:
    cps, _ = world.certify(team.carol, date(2026, 10, 31))
    with world.database.reading() as session:
        before = load_standings(session, world.rulebook, [cps], world.today)
    begin(world, team.carol)
    serve(world, team.carol, date(2026, 5, 4), SUNDAY, 80)
    with world.database.reading() as session:
        assert load_standings(session, world.rulebook, [cps], world.today) == before
