"""What many tests begin with is put on record once for each kind of database; each of them has a copy of its own."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from kit.credits import Cast, make_cast
from kit.databases import create_on_server, name_database
from kit.roster import Imported, take_shared
from kit.world import World, make_world

from certtrack.db.engine import Database

# by the fixture that hands it out; the first of them that a test asks for holds what the others hold
_MAKERS: dict[str, Callable[[World], Any]] = {
    "imported": take_shared,
    "cast": make_cast,
    "world": lambda _world: None,
}


@dataclass(frozen=True)
class Beginning:
    """A database to be copied, the world that is on record there, and what was added to that world."""

    template: str
    world: World
    added: Any


@pytest.fixture(scope="session")
def beginnings() -> dict[tuple[str, str], Beginning]:
    """Those that were made so far, by the kind of database and the fixture."""
    return {}


@pytest.fixture
def beginning(
    database_kind: str,
    request: pytest.FixtureRequest,
    beginnings: dict[tuple[str, str], Beginning],
    tmp_path_factory: pytest.TempPathFactory,
) -> Beginning | None:
    """What the test's database has on record from the start; None where the test asks for nobody."""
    name = next((name for name in _MAKERS if name in request.fixturenames), None)
    if name is None:
        return None
    if (database_kind, name) not in beginnings:
        beginnings[database_kind, name] = _make(database_kind, request, tmp_path_factory.mktemp(name), _MAKERS[name])
    return beginnings[database_kind, name]


def _make(kind: str, request: pytest.FixtureRequest, folder: Path, make: Callable[[World], Any]) -> Beginning:
    if kind == "sqlite":
        template = str(folder / "certtrack.db")
        shutil.copy(request.getfixturevalue("sqlite_template"), template)
        url = f"sqlite:///{template}"
    else:
        server = request.getfixturevalue("postgres_server")
        template = create_on_server(server, request.getfixturevalue("postgres_template"))
        url = name_database(server, template)
    with closing(Database(url)) as database:
        world = make_world(database)
        return Beginning(template, world, make(world))


@pytest.fixture
def world(database: Database, beginning: Beginning | None) -> World:
    """A world on a database of the test's own; runs on both kinds."""
    return replace(beginning.world, database=database) if beginning else make_world(database)


@pytest.fixture
def cast(world: World, beginning: Beginning) -> Cast:
    """Carol and her two certifications; Bob supervises her, Alice has her agency, Dave has nothing to do with her."""
    made: Cast = beginning.added
    return made


@pytest.fixture
def imported(world: World, beginning: Beginning) -> Imported:
    """The shared roster, which is on record."""
    return Imported(world, beginning.added)
