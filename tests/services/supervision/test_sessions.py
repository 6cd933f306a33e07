"""Sessions are logged by their supervisor or the office, amended by versions, and signed by each side for itself."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.credits import act_as, list_events
from kit.supervision import HELD_ON, Team, amend, hold, make_session, say_paper, sign
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Assignment, Attendance, Person, SupervisionSession, SupervisionSessionVersion
from certtrack.db.queries.supervision import SessionRow, load_sessions
from certtrack.errors import BadInput, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.organizations import affiliate, create_organization
from certtrack.services.supervision.part import show_supervision
from certtrack.services.supervision.records import find_same_session, get_session, withdraw_session
from certtrack.services.supervision.shown import get_session_page, list_to_sign


def load(world: World, number: int, **values: object) -> SessionRow | None:
    with world.database.reading() as session:
        rows = load_sessions(session, SupervisionSession.id == number, **values)  # type: ignore[arg-type]  # a moment
        return rows[0] if rows else None


def withdraw(world: World, number: int, expected_no: int = 1, actor: Actor | None = None) -> None:
    with world.database.writing() as session:
        withdraw_session(
            session, get_session(session, number), expected_no=expected_no, reason="it wasn't held",
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip


def list_seen(world: World, person_id: int, actor: Actor) -> list[int] | None:
    """The numbers of the sessions that the actor sees on that person's page; None where there is no such part."""
    with world.database.reading() as session:
        part = show_supervision(session, actor, session.get_one(Person, person_id), world.today)
        return None if part is None else [one.row.id for one in part.sessions]


def test_a_session_is_logged_by_who_held_it_and_by_the_office_and_by_nobody_else(world: World, team: Team) -> None:
    new = make_session(team.bob, team.carol, team.erin)
    number = hold(world, new, team.supervisor)
    hold(world, make_session(team.bob, team.carol), team.office)
    for actor in (team.holder, team.other_supervisor, team.stranger):
        with pytest.raises(NotAllowed):
            hold(world, new, actor)
    with pytest.raises(NotAllowed):
        hold(world, replace(new, supervisor_id=team.frank), team.supervisor)  # another's session
    with pytest.raises(NotAllowed):
        hold(world, replace(new, people=new.people | {team.frank}), team.supervisor)  # nobody who is assigned to Bob
    assert list_events(world, "supervision_session")[0] == (
        "session.logged", sorted([team.carol, team.erin, team.bob]),
    )  # fmt: skip
    row = load(world, number)
    assert row is not None
    assert (row.people, row.supervisor_id, row.topics) == (new.people, team.bob, ("boundaries_ethics",))


def test_what_cannot_have_been_is_refused(world: World, team: Team) -> None:
    with pytest.raises(BadInput, match="at least one"):
        hold(world, make_session(team.bob))
    with pytest.raises(BadInput, match="with one person"):
        hold(world, make_session(team.bob, team.carol, team.erin, kind="individual"))
    with pytest.raises(Refused, match="Nobody supervises themselves"):
        hold(world, make_session(team.bob, team.bob, team.carol))
    with pytest.raises(NotFound):
        hold(world, make_session(team.bob, 9999))


def test_each_side_signs_for_itself_and_nobody_for_another(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol, team.erin), team.supervisor)
    sign(world, number, team.supervisor)
    sign(world, number, team.holder)
    for actor in (team.office, team.other_supervisor, team.stranger, world.actor):
        with pytest.raises(NotAllowed):
            sign(world, number, actor)
    for actor in (team.supervisor, team.holder):
        with pytest.raises(Refused, match="already"):
            sign(world, number, actor)
    row = load(world, number)
    assert row is not None
    assert row.signed_for(team.carol) == {"supervisor", "person"}
    assert row.signed_for(team.erin) == {"supervisor"}
    assert [action for action, _ in list_events(world, "supervision_session")] == [
        "session.logged", "session.signed", "session.signed",
    ]  # fmt: skip


def test_a_paper_is_said_to_be_signed_by_an_office_that_was_not_there(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol))
    both = (("supervisor", team.bob), ("person", team.carol))
    for actor in (team.supervisor, team.holder, team.stranger):
        with pytest.raises(NotAllowed):
            say_paper(world, number, *both, actor=actor)
    at_desk = act_as(world, world.account("bobs-desk", Role.AGENCY_ADMINISTRATOR, person_id=team.bob))
    with pytest.raises(Refused, match="somebody else in the office"):
        say_paper(world, number, both[1], actor=at_desk)
    with pytest.raises(BadInput, match="who was at the session"):
        say_paper(world, number, ("person", team.erin), actor=team.office)
    assert say_paper(world, number, both[0], actor=team.office) == 1
    assert say_paper(world, number, *both, both[1], actor=team.office) == 1
    row = load(world, number)
    assert row is not None
    assert [one.said_by for one in row.signatures] == ["alice@example.org"] * 2


def test_a_signature_counts_from_its_moment_and_never_before(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol))
    world.at += timedelta(days=10)
    before = world.at - timedelta(seconds=1)
    sign(world, number, team.holder)
    for moment, signed in ((before, set()), (world.at, {"person"})):
        for name in ("signed_until", "known_at"):
            row = load(world, number, **{name: moment})
            assert row is not None
            assert row.signed_for(team.carol) == signed


def test_what_is_amended_is_signed_anew_and_stays_what_it_was_before(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol), team.supervisor)
    sign(world, number, team.supervisor)
    sign(world, number, team.holder)
    first = world.at
    world.at += timedelta(days=1)
    assert amend(world, number, make_session(team.bob, team.carol, minutes=45), actor=team.supervisor)

    row, before = load(world, number), load(world, number, known_at=first)
    assert row is not None
    assert before is not None
    assert (row.no, row.minutes, row.signatures) == (2, 45, ())
    assert (before.no, before.minutes) == (1, 60)
    assert before.signed_for(team.carol) == {"supervisor", "person"}
    with pytest.raises(StaleRecord):
        sign(world, number, team.holder)  # who has the page as it was open
    with world.database.reading() as session:
        for actor in (team.holder, team.supervisor):
            assert [one.id for one in list_to_sign(session, actor, world.today)] == [number]
    sign(world, number, team.holder, 2)
    with world.database.reading() as session:
        assert not list_to_sign(session, team.holder, world.today)


def test_what_says_the_same_is_no_version_and_keeps_its_signatures(world: World, team: Team) -> None:
    new = make_session(team.bob, team.carol, team.erin, topics=("listening", "boundaries_ethics"))
    number = hold(world, new)
    sign(world, number, team.holder)
    assert not amend(world, number, replace(new, topics=new.topics[::-1]))
    row = load(world, number)
    assert row is not None
    assert row.signed_for(team.carol) == {"person"}
    assert amend(world, number, replace(new, people=frozenset({team.erin})))
    with world.database.reading() as session:
        there = session.execute(select(Attendance.no, Attendance.person_id).order_by(Attendance.id)).all()
        assert there == [(1, team.carol), (1, team.erin), (2, team.erin)]
    assert list_seen(world, team.carol, team.holder) == []


def test_somebody_who_was_second_writes_nothing(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol))
    amend(world, number, make_session(team.bob, team.carol, minutes=30))
    with pytest.raises(StaleRecord):
        amend(world, number, make_session(team.bob, team.carol, minutes=50))
    with pytest.raises(StaleRecord):
        withdraw(world, number)


def test_a_withdrawn_session_stays_on_record_and_is_nobodys_to_sign(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol))
    first = world.at
    world.at += timedelta(days=1)
    withdraw(world, number, actor=team.supervisor)
    assert load(world, number) is None
    assert load(world, number, known_at=first) is not None
    with world.database.reading() as session:
        states = session.scalars(select(SupervisionSessionVersion.state).order_by(SupervisionSessionVersion.no)).all()
        assert states == ["held", "withdrawn"]
        assert not list_to_sign(session, team.holder, world.today)
    with pytest.raises(Refused, match="withdrawn"):
        sign(world, number, team.holder, 2)
    with pytest.raises(Refused, match="withdrawn"):
        amend(world, number, make_session(team.bob, team.carol, minutes=30), 2)


def test_a_supervisor_sees_own_sessions_of_assigned_people_while_assigned(world: World, team: Team) -> None:
    own = hold(world, make_session(team.bob, team.carol))
    others = hold(world, make_session(team.frank, team.carol, held_on=date(2026, 5, 13)))
    assert list_seen(world, team.carol, team.supervisor) == [own]
    assert list_seen(world, team.carol, team.holder) == list_seen(world, team.carol, team.office) == [others, own]
    assert list_seen(world, team.carol, team.stranger) is None
    assert list_seen(world, team.carol, team.other_supervisor) is None
    with world.database.writing() as session:
        session.scalars(select(Assignment).where(Assignment.person_id == team.carol)).one().until_on = world.today
    world.at += timedelta(days=1)
    assert list_seen(world, team.carol, team.supervisor) is None
    with pytest.raises(NotAllowed):
        sign(world, own, team.supervisor)
    with pytest.raises(NotAllowed):
        withdraw(world, own, actor=team.supervisor)


def test_one_agencys_sessions_are_no_other_agencys(world: World, team: Team) -> None:
    here = hold(world, make_session(team.bob, team.carol))
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        )
        affiliate(session, team.carol, other.id, from_on=None, actor=world.actor, at=world.at)
        elsewhere = other.id
    there = hold(world, make_session(team.frank, team.carol, minutes=30), organization_id=elsewhere)
    by_bob = hold(world, make_session(team.bob, team.carol, minutes=20), organization_id=elsewhere)
    assert list_seen(world, team.carol, team.supervisor) == list_seen(world, team.carol, team.office) == [here]
    assert set(list_seen(world, team.carol, team.holder) or []) == {here, there, by_bob}
    with world.database.reading() as session:
        for number in (there, by_bob):
            with pytest.raises(NotFound):
                get_session_page(session, team.office, number, world.at)
    with pytest.raises(NotAllowed):
        hold(world, make_session(team.bob, team.carol), team.supervisor, elsewhere)


def test_who_else_was_there_is_a_number_to_whoever_may_not_see_them(world: World, team: Team) -> None:
    number = hold(world, make_session(team.bob, team.carol, team.erin, team.frank))
    with world.database.reading() as session:
        pages = [
            get_session_page(session, actor, number, world.at) for actor in (team.holder, team.supervisor, team.office)
        ]
        assert [([one.person.id for one in page.people], page.others) for page in pages] == [
            ([team.carol], 2), ([team.carol, team.erin], 1), ([team.carol, team.erin, team.frank], 0),
        ]  # fmt: skip
        assert [page.own_side for page in pages] == ["person", "supervisor", None]
        assert [page.can_amend for page in pages] == [False, False, True]
        assert [page.can_say_paper for page in pages] == [False, False, True]
        with pytest.raises(NotFound):
            get_session_page(session, team.stranger, number, world.at)


def test_the_same_session_is_found_by_supervisor_day_minutes_kind_and_everybody_there(world: World, team: Team) -> None:
    new = make_session(team.bob, team.carol, team.erin)
    number = hold(world, new)
    with world.database.reading() as session:
        found = find_same_session(session, world.organization_id, replace(new, way="remote", topics=()))
        assert found is not None
        assert found.id == number
        others = (
            {"people": frozenset({team.carol})}, {"minutes": 59}, {"kind": "observation"},
            {"held_on": HELD_ON - timedelta(days=1)}, {"supervisor_id": team.frank},
        )  # fmt: skip
        for values in others:
            assert find_same_session(session, world.organization_id, replace(new, **values)) is None


def test_merged_people_are_one_in_sessions_and_signatures(world: World, team: Team) -> None:
    earlier = world.person("Carrie")
    number = hold(world, make_session(team.bob, earlier))
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = team.carol
    sign(world, number, team.holder)
    row = load(world, number)
    assert row is not None
    assert row.people == {team.carol}
    assert row.signed_for(team.carol) == {"person"}
    assert list_seen(world, team.carol, team.holder) == [number]
    with pytest.raises(Refused, match="already"):
        sign(world, number, team.holder)
