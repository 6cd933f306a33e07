"""The process in which one file is opened: `python -m certtrack.services.evidence.opener < FILE`, in an empty folder.

Whatever a file does to a decoder, it does it here: with little memory, for a short time, and to nobody's pages.
"""

import errno
import json
import resource
import sys
from pathlib import Path
from typing import Any

from certtrack.services.evidence.limits import LARGEST, BadFile, FileProblem

_MEMORY = 1024 * 1024 * 1024
_CPU_S = 30
_READING_S = 5


def main() -> None:
    """Draw what comes on standard input into this folder; say on standard output what it is, or what is wrong.

    Of a PDF a second line tells what its text seems to say. Whatever happens on the way there, the first one stands.
    """
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    said = _open()
    _say(said)
    if said.get("kind") == "pdf":
        _say(_read())


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def _open() -> dict[str, Any]:
    from certtrack.services.evidence.drawing import draw  # noqa: PLC0415  # within the limits

    try:
        drawn = draw(sys.stdin.buffer, Path.cwd())
    except BadFile as error:
        return {"problem": error.problem}
    except MemoryError:
        return {"problem": "too_hard"}
    except OSError as error:
        return {"problem": _tell(error.errno)}
    except Exception:  # noqa: BLE001  # whatever a decoder raises, the file can't be opened
        return {"problem": "damaged"}
    return {"kind": drawn.kind, "pages": drawn.pages}


def _read() -> dict[str, Any]:
    from certtrack.services.evidence.words import read_words, write_read  # noqa: PLC0415  # within the limits

    used = resource.getrusage(resource.RUSAGE_SELF)
    enough_s = int(used.ru_utime + used.ru_stime) + 1 + _READING_S
    resource.setrlimit(resource.RLIMIT_CPU, (min(enough_s, _CPU_S), _CPU_S))
    try:
        return write_read(read_words(sys.stdin.buffer))
    except Exception:  # noqa: BLE001  # its pages are drawn already: that its text can't be read hinders nobody
        return {}


def _tell(number: int | None) -> FileProblem:
    """A decoder's own errors have no number; of those with one the file is to blame only where it swelled."""
    if number is None:
        return "damaged"
    return "too_hard" if number == errno.EFBIG else "not_kept"


if __name__ == "__main__":
    main()
