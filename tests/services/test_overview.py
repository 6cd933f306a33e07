"""The list of people: order, search, filters, counts, and whose it may show."""

from datetime import date

import pytest
from kit.databases import on_both
from kit.world import World

from certtrack.security import Actor, Role
from certtrack.services.actors import find_actor
from certtrack.services.organizations import assign_supervisor
from certtrack.services.overview import PAGE, Filters, Overview, list_overview

TODAY = date(2026, 11, 5)


def _list(world: World, actor: Actor | None = None, **values: object) -> Overview:
    filters = Filters(**({"as_of": TODAY} | values))  # type: ignore[arg-type]  # whatever a test narrows by
    with world.database.reading() as session:
        return list_overview(session, world.rulebook, actor or world.actor, filters, TODAY)


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

    assert (overview.total, overview.past, overview.near) == (4, 1, 2)


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
    assert _list(world, credential="cpps").total == 0


def test_another_day_shows_who_will_be_where_then(world: World, people: dict[str, int]) -> None:
    rows = _list(world, as_of=date(2027, 2, 10)).rows

    assert {row.person.given_name: row.standing.validity for row in rows}["Late"] == "late"


def test_a_page_holds_fifty_and_the_next_one_the_rest(world: World) -> None:
    with world.database.writing() as session:
        for no in range(PAGE + 3):
            world.add_certification(session, world.add_person(session, f"P{no}"), date(2027, 10, 31))

    assert len(_list(world).rows) == PAGE
    assert len(_list(world, page=2).rows) == 3
    assert _list(world, page=2).first == PAGE + 1


def test_a_supervisor_sees_the_assigned_only_and_finds_nobody_by_address(world: World, people: dict[str, int]) -> None:
    bob = world.person("Bob")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=people["José"], supervisor_id=bob, organization_id=world.organization_id,
            from_on=date(2026, 1, 1), actor=world.actor, at=world.at,
        )  # fmt: skip
    actor = _actor(world, world.account("bob", Role.SUPERVISOR, person_id=bob))

    assert _names(_list(world, actor)) == ["José"]
    assert _list(world, actor, words="jose@example.org").total == 0
    assert _list(world, actor, words="jose").total == 1


def test_a_specialist_sees_only_their_own_and_an_outsider_nobody(world: World, people: dict[str, int]) -> None:
    carol = _actor(world, world.account("carol", Role.SPECIALIST, person_id=people["Soon"]))
    dave = _actor(world, world.account("dave", Role.SPECIALIST))

    assert _names(_list(world, carol)) == ["Soon"]
    assert _list(world, dave).total == 0


def test_an_administrator_finds_an_address(world: World, people: dict[str, int]) -> None:
    alice = _actor(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))

    assert _names(_list(world, alice, words="jose@example")) == ["José"]


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
