"""Where no mail server is set each mail becomes a file, which counts as accepted and says so."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from certtrack.mail.failures import RelayFault
from certtrack.mail.transport import Answer

_UNFIT = re.compile(r"[^A-Za-z0-9.@_-]+")


@dataclass(frozen=True, slots=True)
class FileTransport:
    """Writes into `folder`, which is made, readable by its owner only, if it isn't there."""

    folder: Path

    @contextmanager
    def open(self) -> Iterator["FileConversation"]:
        """A conversation with the folder. Raises RelayFault where nothing can be written there."""
        conversation = FileConversation(self.folder)
        conversation.check("")
        yield conversation


@dataclass(frozen=True, slots=True)
class FileConversation:
    """Hands mails over to a folder. The same mail again is the same file again."""

    folder: Path

    def send(self, envelope_from: str, to_address: str, data: bytes) -> Answer:  # noqa: ARG002  # the bytes name both
        """Write the mail to a file of its own, whole or not at all. Raises RelayFault where that can't be done."""
        try:
            _write(self.folder / name_file(data), data)
        except OSError as error:
            raise RelayFault("file", _explain(error)) from error
        return Answer(None, "written to a file")

    def check(self, envelope_from: str) -> None:  # noqa: ARG002  # a folder takes from everybody
        """Raise RelayFault where the folder can't be written to."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise RelayFault("file", _explain(error)) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise RelayFault("file", "the folder for mails can't be written to")

    def is_spent(self) -> bool:
        """Never: there is no deadline."""
        return False


def name_file(data: bytes) -> str:
    """`MOMENT-MESSAGE_ID.eml`, from the mail's own `Date`, UTC, and `Message-ID`."""
    headers = BytesHeaderParser(policy=default).parsebytes(data)
    message_id = _UNFIT.sub("", str(headers["Message-ID"] or "")) or "no-id"
    return f"{_read_moment(str(headers['Date'] or '')):%Y%m%dT%H%M%SZ}-{message_id}.eml"


def _read_moment(text: str) -> datetime:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)  # a mail without a day is written all the same


def _write(file: Path, data: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as new:
        new.write(data)
        new.flush()
        os.fsync(new.fileno())
    unfinished.replace(file)


def _explain(error: OSError) -> str:
    return f"no mail can be written: {error.strerror}"
