"""A page asks the database no more than twelve statements, whatever the number of rows.

Counted is every SELECT, INSERT, UPDATE and DELETE of the request: who looks, what is shown, and that it was looked at.
"""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient
from kit.copies import stand_in
from kit.counting import counting_statements
from kit.exams import hold, seat
from kit.many import multiply
from kit.one_of_each import fill_in
from kit.planning import Planner
from kit.second_steps import stop_clock
from kit.world import World, load_shipped

from certtrack.services.ledger.tellings import list_to_tell
from certtrack.services.ledger.whole import list_whole_ledger
from certtrack.web.parts import EXTENSION

MOST = 12
PERSON = "/people/<int:person_id>"
READERS = ("alice", "bob", "carol")
PARTS = tuple(f"{PERSON}/{part}" for part in ("credits", "path", "supervision", "history"))
READ_BY_EACH = (
    *("/people", "/home", PERSON, *PARTS, "/credits", "/supervision"),
    *("/offerings", "/offerings/<int:offering_id>", "/ways-in"),
)
"""Pages of which each reader has another; of all others it is the first who may see them that is counted."""
RECORDS = (
    *("credit", "exam_result", "exam_sitting", "training", "training_elsewhere", "supervision_session"),
    *("service_span", "background_check", "finding", "group_act", "telling", "stand_in"),
    *("offering", "planned_credit", "resource"),
)
"""Of what one person, or one office, may have forty."""


@pytest.fixture
def app(app: Flask) -> Flask:
    """On a day that is always the same: what is due then decides what some pages have to ask."""
    stop_clock(app, datetime(2026, 5, 15, 17, tzinfo=UTC))
    return app


def count(app: Flask, clients: dict[str, CheckingClient], places: dict[str, str]) -> dict[str, int]:
    """How many statements each page asks, by its reader and address."""
    found = {}
    for path in sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())):
        for name in READERS:
            with counting_statements(app.extensions[EXTENSION].database) as asked:
                answer = clients[name].get(fill_in(path, places))
            if answer.status_code == 200:
                found[f"{name} {path}"] = len(asked)
                if path not in READ_BY_EACH:
                    break
    return found


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_page_asks_more_than_it_may_whatever_the_number_of_rows(
    app: Flask, clients: dict[str, CheckingClient], numbers: dict[str, int], places: dict[str, str], world: World
) -> None:
    stand_in(world, numbers["bob"], world.person("Erin"), world.today, world.today + timedelta(days=9))
    one = count(app, clients, places)
    multiply(
        world.database,
        39,
        dict.fromkeys(RECORDS),
        {"person": [numbers["carol"]]},
        {"person": [numbers["bob"]]},
    )
    forty = count(app, clients, places)
    assert clients["alice"].get("/people").text.count("Carol Example") >= 40, "the copies are to be seen"
    assert clients["alice"].get("/stand-ins").text.count("stands in for Bob Example") >= 40
    found = {page: (one.get(page, 0), forty.get(page, 0)) for page in one | forty}
    more = {page: asked for page, asked in found.items() if max(asked) > MOST}
    assert not more, "these ask more than they may, for one row and for forty"


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_page_asks_more_than_it_may_of_somebody_at_many_offices_of_the_reader_s(
    app: Flask, clients: dict[str, CheckingClient], places: dict[str, str], world: World
) -> None:
    multiply(world.database, MOST, {"organization": [world.organization_id]})
    asked = count(app, clients, places)
    office = clients["alice"].get(fill_in(f"{PERSON}/office", places)).text
    assert office.count("Save the supervisor") == MOST + 1, "the copies are to be seen"
    assert not {page: number for page, number in asked.items() if number > MOST}


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_many_letters_are_printed_by_the_statements_of_one_persons(
    app: Flask, clients: dict[str, CheckingClient], world: World
) -> None:
    world.rulebook = load_shipped()
    people, sitting = [world.person(f"Dora {number:02}", address=None) for number in range(12)], hold(world, seats=20)
    for person in people:
        world.certify(person, world.today + timedelta(days=89), computed_due_on=None)
        seat(world, sitting, person)
    Planner(world).look()
    chosen = [list_names(world, person) for person in people]
    assert any(":exam_sitting-" in name for name in chosen[0])
    asked = []
    for names in (chosen[0], [name for each in chosen for name in each]):
        with counting_statements(app.extensions[EXTENSION].database) as statements:
            printed = clients["alice"].get("/letters/print?" + "&".join(f"letter={name}" for name in names)).text
        assert printed.count('<article class="letter"') == len(names)
        asked.append(len(statements))
    assert len(set(asked)) == 1, asked
    assert asked[0] <= MOST


def list_names(world: World, person_id: int) -> list[str]:
    with world.database.reading() as session:
        ledger = list_whole_ledger(session, world.rulebook, world.actor, person_id, world.at)
    return [f"{person_id}:{entry.key}" for entry in list_to_tell(ledger)]
