"""What a job is given to work with."""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from certtrack.clock import Clock
from certtrack.db.engine import Database
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.settings import Settings


@dataclass(frozen=True, slots=True)
class Workplace:
    """One process's means. `stop` is true once the process was asked to end: a job then leaves off soon."""

    settings: Settings
    clock: Clock
    database: Database
    rulebook: Rulebook
    actor: Actor
    stop: Callable[[], bool]


def name_worker() -> str:
    """What attempts call this process."""
    return f"{socket.gethostname()}:{os.getpid()}"
