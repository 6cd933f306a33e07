"""One `certtrack up` for one instance: a second one would only fight over the port and start everything twice."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certtrack.errors import Refused
from certtrack.settings import Settings, make_instance


@contextmanager
def hold_instance(settings: Settings, address: str) -> Iterator[None]:
    """Hold the instance until the block ends, however this process ends; the folder is made if it isn't there.

    `address` is what somebody who comes second is told. Raises Refused where another process holds it.
    """
    folder = make_instance(settings)
    with (folder / "running").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(_explain(folder, file.name)) from error
        file.truncate(0)
        file.write(f"{address} (process {os.getpid()})")
        file.flush()
        yield


def _explain(folder: Path, file: str) -> str:
    where = Path(file).read_text(encoding="utf-8") or "another address"
    return (
        f"CertTrack runs on the data in {folder.resolve()} already: {where}. Use that one, or stop it with Ctrl-C in "
        "its terminal. Other records need a folder and a port of their own: "
        "CERTTRACK_INSTANCE=other CERTTRACK_PORT=8001 certtrack up"
    )
