"""What a request stands on: settings, clock, database and rules of this process."""

import os
from dataclasses import dataclass, field

from flask import current_app

from certtrack.clock import Clock
from certtrack.db.engine import Database
from certtrack.services.evidence.store import EvidenceStore, open_store
from certtrack.services.installation import connect
from certtrack.services.rulebook import Rulebook
from certtrack.settings import Settings

EXTENSION = "certtrack"


@dataclass
class Parts:
    """The parts of one application. The database is opened by each process for itself, at its first request."""

    settings: Settings
    clock: Clock
    rulebook: Rulebook
    _database: Database | None = field(default=None, init=False)
    _process: int = field(default=0, init=False)
    _store: EvidenceStore | None = field(default=None, init=False)
    _store_process: int = field(default=0, init=False)

    @property
    def database(self) -> Database:
        """This process's own database: an engine that went through a fork would share its connections."""
        if self._database is None or self._process != os.getpid():
            self._database, self._process = connect(self.settings), os.getpid()
        return self._database

    @property
    def store(self) -> EvidenceStore:
        """Where files are kept; each process's own, likewise."""
        if self._store is None or self._store_process != os.getpid():
            self._store, self._store_process = open_store(self.settings), os.getpid()
        return self._store

    def close(self) -> None:
        """Close this process's database, if it was opened."""
        if self._database is not None and self._process == os.getpid():
            self._database.close()
        self._database = None


def parts() -> Parts:
    """The parts of the application that answers now."""
    found: Parts = current_app.extensions[EXTENSION]
    return found
