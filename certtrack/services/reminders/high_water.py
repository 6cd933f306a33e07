"""How far the mail has come, kept outside the database: a database that was put back doesn't know, and this does."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certtrack.logs import get_log


@dataclass(frozen=True, slots=True)
class Mark:
    """One mail with reminders: its number, and the moment at which it was made, which tells it from another's."""

    email_id: int
    made_at: datetime


class HighWater:
    """The file `mail-mark.json` in the instance's folder: the last mail that any process here was about to send.

    A file that can't be read is as good as none, and one that can't be written keeps no mail back: both are logged.
    """

    def __init__(self, instance: Path) -> None:
        self._file = instance / "mail-mark.json"

    def read(self) -> Mark | None:
        """The mark; None where there is none yet."""
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            return Mark(int(said["email"]), datetime.fromisoformat(said["made_at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            get_log().error("mail_mark_unreadable", kind=type(error).__name__)
            return None

    def raise_to(self, mark: Mark | None) -> None:
        """Note a mail, unless a later one is noted."""
        if mark is not None and self._is_new(mark):
            self._set(mark, is_forward=True)

    def put_back_to(self, mark: Mark | None) -> None:
        """Begin anew from the database as it is; None where there is no mail in it."""
        self._set(mark, is_forward=False)

    def _is_new(self, mark: Mark) -> bool:
        known = self.read()
        return known is None or known.email_id < mark.email_id

    def _set(self, mark: Mark | None, *, is_forward: bool) -> None:
        try:
            with self._locked():
                if mark is None:
                    self._file.unlink(missing_ok=True)
                elif not is_forward or self._is_new(mark):
                    self._write(mark)
        except OSError as error:
            get_log().error("mail_mark_not_written", kind=type(error).__name__)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, mark: Mark) -> None:
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps({"email": mark.email_id, "made_at": mark.made_at.isoformat()}), encoding="utf-8")
        new.replace(self._file)
