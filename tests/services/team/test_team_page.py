"""A team on a day: who comes first, the hours of each area, who could use a hand, and what is said of mail."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from kit.applications import ask, make_granter, send, unsay
from kit.counting import counting_statements
from kit.credits import log, make_new
from kit.databases import on_both
from kit.tellings import note_next
from kit.world import ZONE, World

from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.cycles import list_cycles, withdraw_cycle
from certtrack.services.organizations import assign_supervisor
from certtrack.services.people_list import Filters
from certtrack.services.standing import load_standings
from certtrack.services.team.page import TeamPage, TeamRow, load_team
from certtrack.services.team.said import NOTHING_SAID, Said


class Team:
    """Bob's: whoever is taken on is his from then on."""

    def __init__(self, world: World) -> None:
        self.world, self.bob = world, world.person("Bob")
        world.certify(self.bob, world.today + timedelta(days=300))
        grants = frozenset({RoleGrant(Role.SUPERVISOR, world.organization_id)})
        self.actor = Actor("account:1", 1, self.bob, grants)

    def take_on(self, name: str, due_in: int, **values: Any) -> tuple[int, int]:
        person = self.world.person(name, **values)
        certification, _ = self.world.certify(person, self.world.today + timedelta(days=due_in))
        with self.world.database.writing() as session:
            assign_supervisor(
                session, person_id=person, supervisor_id=self.bob, organization_id=self.world.organization_id,
                from_on=self.world.today - timedelta(days=9), actor=self.world.actor, at=self.world.at,
            )  # fmt: skip
        return person, certification

    def load(self, **filters: object) -> TeamPage:
        today = self.world.today
        asked = Filters(**({"as_of": today, "is_team": True} | filters))  # type: ignore[arg-type]  # what a test narrows
        with self.world.database.reading() as session:
            return load_team(
                session, self.world.rulebook, self.actor, asked, today=today, at=self.world.at, zone=ZONE
            )  # fmt: skip

    def names(self, **filters: object) -> list[str]:
        return [row.person.given_name for row in self.load(**filters).rows]

    def row(self, name: str, **filters: object) -> TeamRow:
        return next(row for row in self.load(**filters).rows if row.person.given_name == name)


@pytest.fixture
def team(world: World) -> Team:
    return Team(world)


@on_both
def test_the_nearest_day_comes_first_and_nobody_elses_people_nor_ones_own_record_are_there(team: Team) -> None:
    team.take_on("Carol", 90)
    team.take_on("Dan", 5)
    team.take_on("Late", -10)
    team.world.certify(team.world.person("Stranger"), team.world.today + timedelta(days=1))
    assert team.names() == ["Dan", "Late", "Carol"]
    beside = team.load().beside
    assert (beside.people, beside.certifications) == (3, 3)


def test_cells_say_what_the_rules_count_and_an_unknown_minimum_is_never_all_set(team: Team) -> None:
    person, certification = team.take_on("Carol", 90)
    log(team.world, person, make_new(3, last_on=team.world.today - timedelta(days=9)), certification)
    with team.world.database.reading() as session:
        counted = load_standings(session, team.world.rulebook, [certification], team.world.today)[certification].counted
    lines = {line.key: line for line in counted.requirements}
    row, page = team.row("Carol"), team.load()
    assert row.heat.total.minutes == lines["total"].open
    cells = row.list_cells(page.columns)
    kinds = {column.key: cell.kind for column, cell in zip(page.columns, cells, strict=True)}
    assert kinds.keys() == lines.keys() - {"total"}
    assert all((kinds[key] == "unknown") == (lines[key].needed is None) for key in kinds)
    assert not row.heat.is_done


@on_both
def test_a_hand_is_asked_for_a_near_day_and_for_mail_that_does_not_arrive_and_not_for_what_was_sent(team: Team) -> None:
    team.take_on("Near", 5)
    team.take_on("Far", 200)
    team.take_on("Unreached", 150, address=None)
    page = team.load()
    assert [row.person.given_name for row in page.hands] == ["Near", "Unreached"]
    row = team.row("Unreached")
    assert (row.has_no_way, row.unreached_since) == (True, None)
    assert team.names(open="mail") == ["Unreached"]


@on_both
def test_who_was_told_by_phone_is_said_with_the_day(team: Team) -> None:
    person, _ = team.take_on("Carol", 30)
    team.take_on("Dan", 31)
    note_next(team.world, person)
    assert team.row("Carol").told_on == team.world.today
    assert team.row("Dan").told_on is None


def test_what_was_told_of_a_cycle_that_was_withdrawn_is_said_no_more(team: Team) -> None:
    person, certification = team.take_on("Carol", 30)
    note_next(team.world, person)
    with team.world.database.writing() as session:
        [cycle] = list_cycles(session, certification)
        withdraw_cycle(
            session, team.world.rulebook, cycle, reason="a slip", actor=team.world.actor, at=team.world.at
        )  # fmt: skip
    assert team.row("Carol").told_on is None


@on_both
def test_days_to_come_are_counted_by_kind_and_whose_alone_it_is_is_known(team: Team) -> None:
    person, _ = team.take_on("Carol", 40)
    team.take_on("Dan", 60)
    team.take_on("Erin", 60)
    due = {day.on: (day.count, day.person_id) for day in team.load().beside.days if day.code == "current"}
    today = team.world.today
    assert due[today + timedelta(days=40)] == (1, person)
    assert due[today + timedelta(days=60)][0] == 2
    assert team.load().beside.due == 3


@on_both
def test_a_certification_with_two_readings_of_its_due_day_is_due_once(team: Team) -> None:
    person, _ = team.take_on("Carol", 90)
    today = team.world.today
    team.world.certify(person, today + timedelta(days=30), computed_due_on=today + timedelta(days=45))
    beside = team.load().beside
    assert [day.on - today for day in beside.days if day.code == "current"][:2] == [timedelta(30), timedelta(45)]
    assert beside.due == 1


def test_filters_narrow_by_day_and_by_what_is_open_and_another_day_shows_another_order(team: Team) -> None:
    team.take_on("Carol", 90)
    team.take_on("Dan", 5)
    today = team.world.today
    assert team.names(due_before=today + timedelta(days=30)) == ["Dan"]
    assert team.names(open="answer") == []
    assert team.names(open="hours") == ["Dan", "Carol"]
    assert team.row("Dan", as_of=today + timedelta(days=10)).standing.validity == "grace"


@on_both
def test_a_team_of_sixty_asks_no_more_than_one_of_two_and_its_pages_leave_nobody_out(team: Team) -> None:
    team.take_on("Carol", 90)
    with counting_statements(team.world.database) as few:
        team.load()
    for number in range(60):
        team.take_on(f"P{number}", 91 if number % 2 else 92)
    with counting_statements(team.world.database) as many:
        first = team.load()
    assert len(many) == len(few) <= 7
    rest = team.load(after=first.next_place)
    numbers = [row.certification.id for row in (*first.rows, *rest.rows)]
    assert (len(first.rows), len(numbers), len(set(numbers))) == (50, 61, 61)
    assert rest.next_place is None


@pytest.mark.parametrize("role", [Role.PROGRAMME_ADMINISTRATOR, Role.AUDITOR])
def test_whom_another_role_opens_is_not_in_the_team_and_nothing_is_said_of_their_mail(team: Team, role: Role) -> None:
    make_granter(team.world)
    team.take_on("Carol", 90, address=None)
    stranger = team.world.person("Stranger", address=None)
    team.world.certify(stranger, team.world.today + timedelta(days=5))
    grants = team.actor.grants | {RoleGrant(role, team.world.organization_id)}
    team.actor = replace(team.actor, grants=grants)
    page = team.load()
    assert [(row.person.given_name, row.has_no_way) for row in page.rows] == [("Carol", True)]
    assert (page.beside.people, set(page.beside.since), team.names(open="mail")) == (
        1,
        {page.rows[0].person.id},
        ["Carol"],
    )
    assert stranger not in {day.person_id for day in page.beside.days}


@on_both
def test_a_plan_is_said_with_its_day_and_what_was_sent_is_left_in_peace(team: Team) -> None:
    today = team.world.today
    (_, carol), (_, dan), (_, erin) = team.take_on("Carol", 90), team.take_on("Dan", 5), team.take_on("Erin", 40)
    assert team.row("Carol").said_now == NOTHING_SAID
    planned, asked = today + timedelta(days=20), today + timedelta(days=30)
    ask(team.world, carol, "plan", planned)
    ask(team.world, erin, "more_time", asked)
    assert team.row("Carol").said_now == team.row("Carol").said == Said(plan_on=planned, quiet_until=planned)
    assert team.row("Erin").said_now == Said(quiet_until=today + timedelta(days=26)), "14 days before the due day"
    assert [row.person.given_name for row in team.load().hands] == ["Dan"]
    send(team.world, dan)
    assert team.row("Dan").is_on_its_way
    assert team.load().hands == ()


def test_mail_and_plans_go_by_today_and_the_map_by_the_day_that_is_shown(team: Team) -> None:
    today = team.world.today
    _, carol = team.take_on("Carol", 90)
    planned = today + timedelta(days=20)
    ask(team.world, carol, "plan", planned)
    said = Said(plan_on=planned, quiet_until=planned)
    later, earlier = (team.row("Carol", as_of=today + timedelta(days=days)) for days in (30, -30))
    assert (later.said_now, later.said) == (said, NOTHING_SAID), "by then the planned day has passed"
    assert (earlier.said_now, earlier.said) == (said, NOTHING_SAID), "it wasn't said yet"
    assert [row.person.given_name for row in team.load(as_of=today + timedelta(days=30)).noted] == ["Carol"]


def test_whoever_is_not_going_on_is_told_with_the_day_and_is_no_hand_until_it_is_taken_back(team: Team) -> None:
    _, certification = team.take_on("Carol", 5, address=None)
    assert [row.person.given_name for row in team.load().hands] == ["Carol"]
    said = ask(team.world, certification, "not_going_on")
    row = team.row("Carol")
    assert (row.said.stopped_on, row.said_now.stopped_on) == (team.world.today, team.world.today)
    assert (team.load().hands, len(team.load().noted)) == ((), 1)
    unsay(team.world, said)
    assert [row.person.given_name for row in team.load().hands] == ["Carol"]
