"""Where reports arrive: a Maildir, or a folder on an IMAP server. Nothing in it is ever deleted.

What was understood is marked as read. What wasn't is marked with a flag and stays unread, for a person; both are passed
over from then on.
"""

import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from certtrack.errors import CertTrackError
from certtrack.mail.reports import MOST_BYTES
from certtrack.settings import Settings

_TIMEOUT_S = 30
_LITERAL = 2


class BoxFault(CertTrackError):
    """A box can't be read: it isn't there, or its server doesn't let us in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that nobody has read yet. `mark(True)` says that it was understood, `mark(False)` that it wasn't."""

    data: bytes
    mark: Callable[[bool], None]


class Box(Protocol):
    """A place where reports arrive."""

    def letters(self) -> Iterator[Letter]:
        """What is new in it, one by one. Raises BoxFault."""
        ...


@dataclass(frozen=True, slots=True)
class MaildirBox:
    """A Maildir: its folder `new` is read, and what was read is moved to `cur`."""

    folder: Path

    def letters(self) -> Iterator[Letter]:
        """What is new in it, in the order of names. Raises BoxFault for a folder that is no Maildir."""
        if not all((self.folder / name).is_dir() for name in ("new", "cur", "tmp")):
            raise BoxFault(f"{self.folder} is no Maildir: it needs the folders new, cur and tmp.")
        for file in sorted((self.folder / "new").iterdir()):
            with suppress(FileNotFoundError):  # another process was quicker
                with file.open("rb") as opened:
                    data = opened.read(MOST_BYTES)
                yield Letter(data, partial(_move, file))


def _move(file: Path, is_understood: bool) -> None:
    flags = "S" if is_understood else "F"
    with suppress(FileNotFoundError):
        file.rename(file.parent.parent / "cur" / f"{file.name.partition(':')[0]}:2,{flags}")


@dataclass(frozen=True, slots=True)
class ImapBox:
    """A folder on an IMAP server, by TLS from the first byte; its certificate is checked."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def letters(self) -> Iterator[Letter]:
        """What is neither read nor flagged. Raises BoxFault."""
        with (
            _reaching(self.host),
            imaplib.IMAP4_SSL(self.host, self.port, ssl_context=self.tls, timeout=_TIMEOUT_S) as server,
        ):
            server.login(self.username, self.password)
            _check(server.select(_quote(self.folder)))
            found = _check(server.uid("SEARCH", "UNSEEN", "UNFLAGGED"))
            for number in (found[0] or b"").decode("ascii").split():
                data = _find_literal(_check(server.uid("FETCH", number, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")))
                yield Letter(data, partial(self._flag, server, number))

    def _flag(self, server: imaplib.IMAP4, number: str, is_understood: bool) -> None:
        with _reaching(self.host):
            _check(server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)" if is_understood else r"(\Flagged)"))


def _find_literal(answer: list[Any]) -> bytes:
    found = next((part for part in answer if isinstance(part, tuple) and len(part) == _LITERAL), None)
    return bytes(found[1]) if found is not None else b""


def _check(answer: tuple[str, list[Any]]) -> list[Any]:  # imaplib's answers are of many shapes
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("the server refused a command")
    return answer[1]


def _quote(folder: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", folder) + '"'


@contextmanager
def _reaching(host: str) -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.error as error:
        # its words may name the address that signs in: a log line isn't the place for them
        raise BoxFault(f"The IMAP server {host} doesn't let us read the folder for reports.") from error
    except OSError as error:
        raise BoxFault(f"The IMAP server {host} can't be reached: {error.strerror or type(error).__name__}.") from error


def list_boxes(settings: Settings) -> list[Box]:
    """The boxes that the settings name; none where none is set."""
    boxes: list[Box] = []
    if settings.bounce_maildir is not None:
        boxes.append(MaildirBox(settings.bounce_maildir))
    if settings.bounce_imap_host:
        boxes.append(make_imap_box(settings))
    return boxes


def make_imap_box(settings: Settings) -> ImapBox:
    """The folder on the IMAP server that the settings name. Raises BoxFault where they name none."""
    if not settings.bounce_imap_host:
        raise BoxFault("No IMAP server is set: set CERTTRACK_BOUNCE_IMAP_HOST, and its name and password.")
    return ImapBox(
        settings.bounce_imap_host,
        settings.bounce_imap_port,
        settings.bounce_imap_username,
        settings.bounce_imap_password,
        settings.bounce_imap_folder,
    )
