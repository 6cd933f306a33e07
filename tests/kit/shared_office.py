"""The shared roster on record: imported once for all tests of a module that only read what came of it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from kit.databases import BOTH, make_fresh
from kit.roster import SHARED, Office
from kit.world import World, make_world

from certtrack.db.engine import Database
from certtrack.services.roster.runs import Import


@dataclass(frozen=True, slots=True)
class Imported:
    """A world in which the roster is on record, and the import that put it there. Nobody writes into it."""

    world: World
    work: Import


@pytest.fixture(scope="module", params=BOTH)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    """The roster's import on either kind of database, shared by the tests of a module."""
    with make_fresh(request.param, request, tmp_path_factory.mktemp("imported")) as url, closing(Database(url)) as made:
        world = make_world(made)
        yield Imported(world, Office(world).take(SHARED.read_bytes(), SHARED.name))
