"""Opening a file in a process of its own: what it is, with its pages drawn into a folder; or what is wrong with it."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.evidence.limits import BadFile
from certtrack.services.evidence.parts import Drawn
from certtrack.services.evidence.words import take_read

_PATIENCE_S = 45
_OPENER = (sys.executable, "-I", "-m", "certtrack.services.evidence.opener")
_one_at_a_time = threading.Lock()  # however many send files to this process, one is opened


def open_file(source: BinaryIO, folder: Path) -> Drawn:
    """Open the file, which must be a real one on disk, and draw its pages into the empty `folder`. Raises BadFile."""
    source.seek(0)
    if not _one_at_a_time.acquire(timeout=_PATIENCE_S):  # others send what is hard to open
        raise BadFile("not_kept")
    try:
        done = subprocess.run(  # noqa: S603  # our own module, by this same Python; the file is only read
            _OPENER, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, env={},
            timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BadFile("too_hard") from error
    finally:
        _one_at_a_time.release()
    lines = done.stdout.splitlines()
    if not lines:  # over its limits, or the decoder broke off
        raise BadFile("too_hard")
    said = json.loads(lines[0])
    if said.get("problem") == "not_kept":
        raise BadFile("not_kept") from OSError("There is no room to draw it in.")
    if "problem" in said:
        raise BadFile(said["problem"])
    return Drawn(said["kind"], said["pages"], _take_read(lines[1:]))


def _take_read(lines: Sequence[bytes]) -> ReadCertificate | None:
    """None too where the process has broken off while it read: the file is drawn all the same."""
    try:
        return take_read(json.loads(lines[0])) if lines else None
    except ValueError:
        return None
