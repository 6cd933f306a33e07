"""What is made once for a whole test run, whichever of its workers asks for it first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def make_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this run, in which `make` has put what belongs there; the others wait meanwhile.

    Nobody writes into it afterwards. Where `make` raises, whoever asks next tries anew.
    """
    own = folders.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    made = folder.with_suffix(".made")
    with folder.with_suffix(".lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what one that raised, or a worker that was ended, has left
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
