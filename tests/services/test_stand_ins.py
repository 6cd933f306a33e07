"""A stand-in does the supervisor's part from the first to the last day, and nobody stands in for themselves."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from kit.copies import use_policy
from kit.credits import act_as
from kit.planning import Planner
from kit.world import World
from sqlalchemy import or_, select

from certtrack.db.models import AuditEvent, Organization, Person, StandIn, StandInVersion
from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Fields, Relation, Role
from certtrack.services.actors import list_relations, visible_people
from certtrack.services.organizations import assign_supervisor, create_organization
from certtrack.services.stand_ins import (
    BadStandIn,
    NewStandIn,
    find_stand_in,
    get_offer,
    get_stand_in,
    list_stand_ins,
    record_stand_in,
    withdraw_stand_in,
)

FIRST, LAST = date(2026, 5, 15), date(2026, 5, 22)
"""The world's own day, and a week later."""


@dataclass
class Team:
    """Bob supervises Carol; Ana and Eli supervise too, Frank doesn't; each of the four has an account."""

    world: World
    carol: int
    bob: int
    ana: int
    eli: int
    frank: int
    actors: dict[int, Actor]

    def name(
        self, supervisor: int, stand_in: int, first: date = FIRST, last: date = LAST, actor: Actor | None = None
    ) -> int:
        with self.world.database.writing() as session:
            place = session.get_one(Organization, self.world.organization_id)
            new = NewStandIn(supervisor, stand_in, first, last)
            return record_stand_in(session, place, new, actor=actor or self.world.actor, at=self.world.at).id

    def list_problems(self, *args: object) -> dict[str, str]:
        with pytest.raises(BadStandIn) as caught:
            self.name(*args)  # type: ignore[arg-type]  # as `name` takes them
        return dict(caught.value.problems)

    def find(self, supervisor: int, on: date = FIRST) -> int | None:
        with self.world.database.reading() as session:
            return find_stand_in(session, supervisor, self.world.organization_id, on)

    def end(self, number: int, expected_no: int = 1, actor: Actor | None = None) -> None:
        with self.world.database.writing() as session:
            record = get_stand_in(session, number)
            who = actor or self.world.actor
            withdraw_stand_in(session, record, expected_no=expected_no, actor=who, at=self.world.at)

    def sees(self, person_id: int, on: date = FIRST) -> bool:
        """Whether that supervisor may see Carol's record, on her page and in a list alike."""
        actor = self.actors[person_id]
        with self.world.database.reading() as session:
            is_listed = session.scalar(select(Person.id).where(Person.id == self.carol, visible_people(actor, on)))
            sees = Relation.SUPERVISOR in list_relations(session, actor, self.carol, on)
            twice = or_(visible_people(actor, on), visible_people(actor, on, Fields.CREDITS))
            assert (session.scalar(select(Person.id).where(Person.id == self.carol, twice)) is not None) == sees
        assert sees == (is_listed is not None)
        return sees


@pytest.fixture
def team(world: World) -> Team:
    carol, bob, ana, eli, frank = (world.person(name) for name in ("Carol", "Bob", "Ana", "Eli", "Frank"))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id, from_on=world.today,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    roles = {bob: Role.SUPERVISOR, ana: Role.SUPERVISOR, eli: Role.SUPERVISOR, frank: Role.SPECIALIST}
    actors = {one: act_as(world, world.account(f"p{one}", role, person_id=one)) for one, role in roles.items()}
    return Team(world, carol, bob, ana, eli, frank, actors)


def test_from_the_first_to_the_last_day_the_stand_in_is_found_and_sees_the_team(team: Team) -> None:
    team.name(team.bob, team.ana, FIRST + timedelta(days=1), LAST)
    days = (FIRST, FIRST + timedelta(days=1), LAST, LAST + timedelta(days=1))
    assert [team.find(team.bob, day) for day in days] == [None, team.ana, team.ana, None]
    assert [team.sees(team.ana, day) for day in days] == [False, True, True, False]
    assert [team.sees(team.bob, day) for day in days] == [True] * 4
    assert not team.sees(team.eli)


def test_where_the_stand_in_is_away_too_whoever_stands_in_for_them_does_it(team: Team) -> None:
    team.name(team.bob, team.ana)
    team.name(team.ana, team.eli, FIRST + timedelta(days=2), FIRST + timedelta(days=3))
    day = FIRST + timedelta(days=2)
    assert [team.find(team.bob), team.find(team.bob, day)] == [team.ana, team.eli]
    assert [team.sees(team.eli), team.sees(team.eli, day)] == [False, True]


def test_a_chain_never_leads_back_on_a_day_that_both_are_away(team: Team) -> None:
    team.name(team.bob, team.ana)
    team.name(team.ana, team.eli)
    assert team.list_problems(team.eli, team.bob, LAST, LAST + timedelta(days=9)) == {"stand_in": "ring"}
    team.name(team.eli, team.bob, LAST + timedelta(days=1), LAST + timedelta(days=9))


def test_a_ring_that_came_of_a_merge_leads_to_the_supervisor_themselves(team: Team) -> None:
    team.name(team.bob, team.ana)
    team.name(team.eli, team.bob)
    with team.world.database.writing() as session:
        session.get_one(Person, team.eli).merged_into_id = team.ana
    assert team.find(team.bob) is None
    assert team.sees(team.ana)


def test_what_cannot_be_is_said_field_by_field(team: Team) -> None:
    team.name(team.bob, team.ana)
    assert team.list_problems(team.bob, team.bob) == {"stand_in": "own", "from_on": "twice"}
    assert team.list_problems(team.ana, team.frank) == {"stand_in": "not_a_choice"}
    assert team.list_problems(team.ana, team.eli, LAST, FIRST) == {"from_on": "after_last"}
    yesterday = FIRST - timedelta(days=1)
    assert team.list_problems(team.ana, team.eli, yesterday, yesterday) == {"until_on": "over"}
    assert team.list_problems(team.bob, team.eli, LAST, LAST) == {"from_on": "twice"}


def test_whoever_has_died_or_left_stands_in_for_nobody(team: Team, planner: Planner) -> None:
    team.name(team.bob, team.ana)
    planner.change(team.ana, died_on=FIRST)
    assert team.find(team.bob) is None


def test_a_supervisor_says_it_of_themselves_and_the_office_of_anybody(team: Team) -> None:
    world = team.world
    team.name(team.bob, team.ana, actor=team.actors[team.bob])
    office = act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    second = team.name(team.ana, team.eli, actor=office)
    for who in (team.eli, team.frank):
        with pytest.raises(NotAllowed):
            team.name(team.bob, team.eli, LAST, LAST, actor=team.actors[who])
    with pytest.raises(NotAllowed):
        team.end(second, actor=team.actors[team.bob])
    with world.database.reading() as session:
        place = session.get_one(Organization, world.organization_id)
        seen = {
            who: [(one.supervisor.id, one.is_own) for one in list_stand_ins(session, actor, place, FIRST)]
            for who, actor in {"office": office, "bob": team.actors[team.bob], "eli": team.actors[team.eli]}.items()
        }
        offers = [get_offer(session, actor, place, FIRST) for actor in (office, team.actors[team.bob])]
        with pytest.raises(NotAllowed):
            list_stand_ins(session, team.actors[team.frank], place, FIRST)
    assert seen == {
        "office": [(team.bob, True), (team.ana, True)],
        "bob": [(team.bob, True)],
        "eli": [(team.ana, False)],
    }
    assert [[one.id for one in offer.supervisors] for offer in offers] == [[team.ana, team.bob, team.eli], [team.bob]]
    assert [[one.id for one in offer.people] for offer in offers][1] == [team.ana, team.eli]


def test_back_early_what_was_until_yesterday_stays_and_what_is_to_come_is_withdrawn(team: Team) -> None:
    world = team.world
    first = team.name(team.bob, team.ana)
    second = team.name(team.bob, team.eli, LAST + timedelta(days=1), LAST + timedelta(days=2))
    world.move_to(FIRST + timedelta(days=3))
    with pytest.raises(StaleRecord):
        team.end(first, expected_no=7)
    team.end(first)
    team.end(second)
    assert [team.find(team.bob, day) for day in (FIRST + timedelta(days=2), FIRST + timedelta(days=3))] == [
        team.ana,
        None,
    ]
    assert team.find(team.bob, LAST + timedelta(days=1)) is None
    with pytest.raises(Refused):
        team.end(second, expected_no=2)
    with world.database.reading() as session:
        kept = [(row.no, row.state, row.until_on) for row in session.scalars(select(StandInVersion)).all()]
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("stand_in.%"))).all()
        assert {row.state for row in session.scalars(select(StandIn))} == {"recorded", "withdrawn"}
    assert (2, "recorded", FIRST + timedelta(days=2)) in kept
    assert sorted(actions) == ["stand_in.ended", "stand_in.recorded", "stand_in.recorded", "stand_in.withdrawn"]


def test_it_opens_nothing_of_another_organization(team: Team) -> None:
    world = team.world
    with world.database.writing() as session:
        other = create_organization(
            session, key="hill", name="Hill", zone="UTC", reply_to=None, actor=world.actor, at=world.at
        )
        new = NewStandIn(team.bob, team.ana, FIRST, LAST)
        record = StandIn(
            supervisor_id=new.supervisor_id, stand_in_id=new.stand_in_id, organization_id=other.id, from_on=FIRST,
            until_on=LAST, state="recorded", no=1, recorded_at=world.at, recorded_by="test",
        )  # fmt: skip
        session.add(record)
    assert team.find(team.bob) is None
    assert not team.sees(team.ana)


def test_the_team_is_looked_at_again_as_soon_as_somebody_stands_in(team: Team, planner: Planner) -> None:
    _, cycle = team.world.certify(team.carol, date(2026, 10, 31))
    planner.look()
    number = team.name(team.bob, team.ana)
    assert planner.next_on(cycle) == team.world.today
    planner.look()
    team.end(number)
    assert planner.next_on(cycle) == team.world.today


def test_a_copy_goes_to_the_stand_in_while_they_stand_in_and_to_the_supervisor_again_after_it(
    team: Team, planner: Planner
) -> None:
    world = team.world
    use_policy(world)
    world.move_to(date(2026, 10, 3))
    team.name(team.bob, team.ana, date(2026, 10, 3), date(2026, 10, 10))
    _, cycle = world.certify(team.carol, date(2026, 10, 31))
    for day, stage in ((date(2026, 10, 1), "before_30"), (date(2026, 10, 16), "before_14")):
        planner.look(day)
        planner.settle(stage=stage)
        planner.look(day + timedelta(days=3))
    copies = {(row.stage, row.recipient_id) for row in planner.copies(cycle)}
    assert {("before_30", team.ana), ("before_14", team.bob)} <= copies
    assert ("before_14", team.ana) not in copies
    [first] = [row for row in planner.copies(cycle) if row.recipient_id == team.ana]
    assert (first.audience, first.stage_on) == ("supervisor", date(2026, 10, 4))
