"""What a command stands on: settings, clock, database, rules and the actor, each made when it is first asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from certtrack.cli.servers import find_address
from certtrack.clock import Clock, make_clock, today_in
from certtrack.db.engine import Database
from certtrack.logs import configure_logs
from certtrack.security import Actor
from certtrack.services.actors import command_actor
from certtrack.services.installation import find_database, open_database
from certtrack.services.rulebook import Rulebook, load_rulebook
from certtrack.settings import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])


class Edge:
    """The edge of one command: here, and nowhere below, a transaction is opened and committed."""

    def __init__(self) -> None:
        self._database: Database | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings of this process, with logging set up by them. Raises BadSettings."""
        settings = load_settings()
        configure_logs(settings.log_format)
        if "base_url" in settings.model_fields_set:
            return settings
        # where nothing else is set, links name the address that `certtrack up` listens on with these settings
        return settings.model_copy(update={"base_url": find_address(settings)})

    @cached_property
    def clock(self) -> Clock:
        """The clock of this installation. Raises BadSettings where production was given an offset."""
        return make_clock(self.settings.clock_file, is_production=self.settings.is_production)

    @cached_property
    def rulebook(self) -> Rulebook:
        """Every pack and policy. Raises BadPack."""
        return load_rulebook(self.settings.instance, self.settings.packs)

    @property
    def database(self) -> Database:
        """The database, up to date. Raises OldDatabase where it isn't: a command migrates nothing by itself."""
        if self._database is None:
            self._database = open_database(self.settings)
        return self._database

    @property
    def has_database(self) -> bool:
        """False where no database was made here yet. Raises OldDatabase where there is one that isn't up to date."""
        if self._database is None:
            self._database = find_database(self.settings)
        return self._database is not None

    def today(self, zone: str) -> date:
        """The day that it is in `zone`."""
        return today_in(self.clock, zone)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with self.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed once, when the block ends."""
        with self.database.writing() as session:
            yield session

    def close(self) -> None:
        """Close the database, if it was opened."""
        if self._database is not None:
            self._database.close()


pass_edge = click.make_pass_decorator(Edge)


def _make_actor(_ctx: click.Context, _parameter: click.Parameter, name: str | None) -> Actor:
    return command_actor(name)


def acting_as(command: F) -> F:
    """The option `--as ACCOUNT`: who the audit says has done, or seen, this."""
    option = click.option(
        "--as",
        "actor",
        metavar="ACCOUNT",
        callback=_make_actor,
        help="Who the audit says has done this.  [default: the operating system's user]",
    )
    return option(command)
