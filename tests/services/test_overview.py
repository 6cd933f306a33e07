"""The list of people: order, search, filters, counts, and whose it may show."""

from datetime import date

import pytest
from kit.applications import make_granter
from kit.databases import on_both
from kit.world import World

from certtrack.db.models import Certification, Person
from certtrack.rules.facts import StatusKind
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.actors import find_actor
from certtrack.services.certifications import record_status
from certtrack.services.organizations import assign_supervisor
from certtrack.services.overview import PAGE, Filters, Overview, list_overview
from certtrack.services.people_list import MOST_GATHERED, ListPage, PeopleList, Place, read_place
from certtrack.services.people_selects import ListSelects, list_place

TODAY = date(2026, 11, 5)


def _list(world: World, actor: Actor | None = None, **values: object) -> Overview:
    filters = Filters(**({"as_of": TODAY} | values))  # type: ignore[arg-type]  # whatever a test narrows by
    with world.database.reading() as session:
        return list_overview(session, world.rulebook, actor or world.actor, filters, today=TODAY, at=world.at)


def _names(overview: Overview) -> list[str]:
    return [row.person.given_name for row in overview.rows]


def _actor(world: World, account_id: int) -> Actor:
    with world.database.reading() as session:
        found = find_actor(session, account_id, TODAY)
    assert found is not None
    return found


@pytest.fixture
def people(world: World) -> dict[str, int]:
    """Four people: past their day, due soon, due late, and one whose name has accents and a chosen form."""
    dues = {"Late": date(2026, 10, 31), "Soon": date(2027, 1, 31), "Far": date(2028, 10, 31)}
    made = {name: world.person(name) for name in dues}
    for name, due in dues.items():
        world.certify(made[name], due, number=f"CPS-{name}")
    made["José"] = world.person("José", chosen_name="Pépé Núñez", address="jose@example.org")
    world.certify(made["José"], date(2027, 10, 31))
    return made


def test_whose_day_to_act_by_is_soonest_comes_first(world: World, people: dict[str, int]) -> None:
    assert _names(_list(world)) == ["Late", "Soon", "José", "Far"]


def test_a_way_back_of_years_comes_after_a_day_that_is_near_and_last_who_has_no_day(
    world: World, people: dict[str, int]
) -> None:
    for name, due in {"Exam": date(2025, 10, 31), "Training": date(2020, 10, 31)}.items():
        world.certify(world.person(name), due)

    assert _names(_list(world)) == ["Late", "Soon", "Exam", "José", "Far", "Training"]


def test_the_counts_say_what_is_near_and_what_is_past(world: World, people: dict[str, int]) -> None:
    overview = _list(world)

    assert (len(overview.rows), overview.past, overview.near) == (4, 1, 2)
    assert _list(world, words="soon").near is None, "who looks for somebody isn't told of the others"


@on_both
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("JOSE", ["José"]),
        ("pepe nunez", ["José"]),
        ("soon example", ["Soon"]),
        ("Example, Soon", ["Soon"]),
        ("cps-far", ["Far"]),
        ("JOSE@example.org", ["José"]),
        ("%", []),
        ("nobody", []),
        ("núñez pepe", ["José"]),
        ("pepe example", ["José"]),
        ("Núñez\u200f", ["José"]),
        (",", []),
        ("' or 1=1", []),
    ],
)
def test_a_name_a_number_or_an_address_finds_whatever_its_case_and_accents(
    world: World, people: dict[str, int], words: str, found: list[str]
) -> None:
    assert _names(_list(world, words=words)) == found


def test_filters_leave_one_standing_or_one_credential(world: World, people: dict[str, int]) -> None:
    assert _names(_list(world, validity="grace")) == ["Late"]
    assert _names(_list(world, credential="cpps")) == []
    assert _names(_list(world, due_before=date(2027, 1, 31))) == ["Late"]


def test_another_day_shows_who_will_be_where_then(world: World, people: dict[str, int]) -> None:
    rows = _list(world, as_of=date(2027, 2, 10)).rows

    assert {row.person.given_name: row.standing.validity for row in rows}["Late"] == "late"


def test_a_page_holds_fifty_and_the_next_one_the_rest(world: World) -> None:
    with world.database.writing() as session:
        for no in range(PAGE + 3):
            world.add_certification(session, world.add_person(session, f"P{no}"), date(2027, 10, 31))

    first = _list(world)
    assert len(first.rows) == PAGE
    assert first.next_place is not None
    rest = _list(world, after=first.next_place)
    assert (len(rest.rows), rest.next_place) == (3, None)


def test_a_supervisor_sees_the_assigned_only_and_finds_nobody_by_address(world: World, people: dict[str, int]) -> None:
    bob = world.person("Bob")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=people["José"], supervisor_id=bob, organization_id=world.organization_id,
            from_on=date(2026, 1, 1), actor=world.actor, at=world.at,
        )  # fmt: skip
    actor = _actor(world, world.account("bob", Role.SUPERVISOR, person_id=bob))

    assert _names(_list(world, actor)) == ["José"]
    assert _names(_list(world, actor, words="jose@example.org")) == []
    assert _names(_list(world, actor, words="jose")) == ["José"]


def test_a_specialist_sees_only_their_own_and_an_outsider_nobody(world: World, people: dict[str, int]) -> None:
    carol = _actor(world, world.account("carol", Role.SPECIALIST, person_id=people["Soon"]))
    dave = _actor(world, world.account("dave", Role.SPECIALIST))

    assert _names(_list(world, carol)) == ["Soon"]
    assert _names(_list(world, dave)) == []


def test_an_administrator_finds_an_address(world: World, people: dict[str, int]) -> None:
    alice = _actor(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    assert _names(_list(world, alice, words="jose@example")) == ["José"]


@pytest.mark.parametrize("kind", ["revoked", "retired"])
def test_no_mail_is_said_to_come_of_what_is_gone(world: World, kind: StatusKind) -> None:
    certification, _ = world.certify(world.person("Carol"), date(2027, 1, 31))
    [before] = _list(world).rows
    assert before.mail is not None
    with world.database.writing() as session:
        one = session.get_one(Certification, certification)
        record_status(session, world.rulebook, one, kind, TODAY, reason="x", actor=world.actor, at=world.at)
    [after] = _list(world).rows
    assert after.mail is None


def test_the_next_mail_is_shown_to_those_only_whose_table_of_rights_has_it(
    world: World, people: dict[str, int]
) -> None:
    world.move_to(TODAY)
    bob = world.person("Bob")
    world.certify(bob, date(2027, 3, 31))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=people["Soon"], supervisor_id=bob, organization_id=world.organization_id,
            from_on=date(2026, 1, 1), actor=world.actor, at=world.at,
        )  # fmt: skip
    seen = {}
    for role in (Role.SUPERVISOR, Role.AGENCY_ADMINISTRATOR, Role.AUDITOR):
        own = bob if role is Role.SUPERVISOR else None
        actor = _actor(world, world.account(role.value, role, person_id=own))
        seen[role] = {
            row.person.given_name: (row.can_see_mail, row.mail is not None) for row in _list(world, actor).rows
        }

    assert seen[Role.SUPERVISOR] == {"Soon": (False, False), "Bob": (True, True)}
    assert seen[Role.AGENCY_ADMINISTRATOR]["Soon"] == (True, True)
    assert set(seen[Role.AUDITOR].values()) == {(False, False)}


@on_both
@pytest.mark.parametrize("most", [MOST_GATHERED, 0])
def test_whom_mail_does_not_reach_is_found_by_those_only_who_may_list_them(
    world: World, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certtrack.services.people_list.MOST_GATHERED", most)
    make_granter(world)
    made = {name: world.person(name, address=None) for name in ("Bob", "Carol", "Dan")}
    for number in made.values():
        world.certify(number, date(2027, 3, 31))
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=made["Carol"], supervisor_id=made["Bob"], organization_id=world.organization_id,
            from_on=date(2026, 1, 1), actor=world.actor, at=world.at,
        )  # fmt: skip

    def find(*roles: Role, person: int | None = None) -> set[str]:
        grants = frozenset(RoleGrant(role, world.organization_id) for role in roles)
        return set(_names(_list(world, Actor("account:1", 1, person, grants), open="mail")))

    assert find(Role.AGENCY_ADMINISTRATOR) == set(made)
    assert find(Role.AUDITOR) == find(Role.PROGRAMME_ADMINISTRATOR) == set()
    for other in (Role.AUDITOR, Role.PROGRAMME_ADMINISTRATOR):
        assert find(Role.SUPERVISOR, other, person=made["Bob"]) == {"Bob", "Carol"}, "and whoever looks, of themselves"


@on_both
def test_a_list_read_in_its_order_is_that_of_people_gathered_first_place_by_place(
    world: World, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):  # three of each day, and one who has no day left
        world.certify(world.person(f"P{number}"), date(2027, 1, 31) if number % 2 else date(2020, 10, 31))
    double = world.person("Double")
    world.certify(double, date(2027, 3, 31))
    with world.database.writing() as session:
        session.get_one(Person, people["Soon"]).merged_into_id = double
    alice = _actor(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    gathered = _list(world, alice)
    monkeypatch.setattr("certtrack.services.people_list.MOST_GATHERED", 1)
    in_order = _list(world, alice)
    assert [row.certification.id for row in in_order.rows] == [row.certification.id for row in gathered.rows]
    assert (in_order.near, in_order.past) == (gathered.near, gathered.past)
    assert people["Soon"] not in {row.person.id for row in in_order.rows}
    found, place = [], None
    for row in in_order.rows:
        page = _page(world, alice, place)
        assert page.rows[0].certification.id == row.certification.id
        found.append(row.certification.id)
        place = page.rows[0].place
    assert len(set(found)) == 11
    assert _page(world, alice, place).rows == ()


def _page(world: World, actor: Actor, after: Place | None = None, before: Place | None = None) -> ListPage:
    with world.database.reading() as session:
        filters = Filters(as_of=TODAY, after=after, before=before)
        return PeopleList(session, actor, filters, today=TODAY, at=world.at).load_page(1)


@on_both
@pytest.mark.parametrize("most", [MOST_GATHERED, 1])
def test_whoever_goes_back_sees_the_same_pages_as_on_the_way_there(
    world: World, people: dict[str, int], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certtrack.services.people_list.MOST_GATHERED", most)
    for number in range(6):  # three of each day, and three who have no day left
        world.certify(world.person(f"P{number}"), date(2027, 1, 31) if number % 2 else date(2020, 10, 31))
    alice = _actor(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    there = [_page(world, alice)]
    assert there[0].previous_place is None
    while there[-1].next_place is not None:
        there.append(_page(world, alice, there[-1].next_place))
    assert len(there) == 10
    back = [there[-1]]
    while back[0].previous_place is not None:
        back.insert(0, _page(world, alice, before=back[0].previous_place))
    assert [page.person_ids for page in back] == [page.person_ids for page in there]
    assert [page.next_place for page in back] == [page.next_place for page in there]


@pytest.mark.parametrize(("next_on", "entry"), [(date(2027, 1, 31), "(next_on,from_on,"), (None, "(from_on,")])
@pytest.mark.parametrize(("way", "side"), [("after", ")>(?"), ("before", ")<(?")])
def test_a_page_enters_the_index_at_its_place_in_either_direction(
    world: World, next_on: date | None, entry: str, way: str, side: str
) -> None:
    place = Place(next_on, date(2026, 1, 1), 7)
    alice = _actor(world, world.account("alice", Role.AGENCY_ADMINISTRATOR, everywhere=True))
    filters = Filters(as_of=TODAY, **{way: place})  # type: ignore[arg-type]  # one of the two places
    selects = ListSelects(alice, filters, today=TODAY, trusted_before=world.at, asks_each=True)
    with world.database.reading() as session:
        query = selects.select_page(PAGE).compile(session.get_bind())
        values = tuple((query.params | list_place(place))[name] for name in query.positiontup or ())
        steps = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    [entered] = [step for step in steps if "ix_standing_span_next_on" in step and entry in step.partition(" (")[2]]
    assert side in entered
    assert [step for step in steps if "ORDER BY" in step] == ["USE TEMP B-TREE FOR ORDER BY"], "of one page alone"


@pytest.mark.parametrize("text", ["", "x", "2027-01-31", "2027-01-31.2026-01-01.", "2027-13-31.2026-01-01.7", "..7"])
def test_a_place_that_is_none_begins_at_the_beginning(text: str) -> None:
    assert read_place(text) is None
    place = Place(None, date(2026, 1, 1), 7)
    assert read_place(str(place)) == place
