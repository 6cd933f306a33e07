"""A real mail server for tests: a process of its own that keeps each mail it takes as a file in a folder.

    with run_smtp(tmp_path / "smtp") as smtp:          # or the fixture `smtp`
        ... hand mails over to smtp.host, smtp.port ...
        smtp.list_taken()                              # what it took, oldest first, also from before a restart
        smtp.set_behaviour("450", at="RCPT", address="carol@example.org")
        smtp.behave()                                  # takes everything again
        smtp.stop(); smtp.start()                      # on the same port

`run_smtp(folder, username=.., password=..)` wants a sign-in; `security="starttls"` or `"tls"` encrypts with a
certificate of an authority made for this server, which `smtp.make_tls()` trusts; `certified_for` makes it one of
another name. A behaviour is read again at each command, so it holds for conversations under way as well.
"""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from kit.ports import find_port

Security = Literal["none", "starttls", "tls"]
Step = Literal["connect", "AUTH", "MAIL", "RCPT", "DATA"]

_PROGRAM = Path(__file__).with_name("smtp_server.py")


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail as it came: the envelope, its very bytes, and the moment."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    at: datetime

    @property
    def message_id(self) -> str:
        """The header of that name."""
        return self.header("Message-ID")

    def header(self, name: str) -> str:
        """The first header of that name as it came; empty where there is none."""
        lines = self.data.partition(b"\r\n\r\n")[0].decode("ascii").split("\r\n")
        start = f"{name.lower()}: "
        return next((line[len(start) :] for line in lines if line.lower().startswith(start)), "")


@dataclass
class SmtpServer:
    """A mail server that can be told what to do. It ends with the process that started it, however that ends."""

    folder: Path
    port: int
    config: dict[str, Any]
    authority: trustme.CA | None = None
    host: str = "127.0.0.1"
    _behaviours: dict[str, dict[str, Any]] = field(default_factory=dict)
    _was_told: bool = False
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Listen; comes back when it does."""
        file = self.folder / "config.json"
        file.write_text(json.dumps(self.config), encoding="utf-8")
        command = [sys.executable, str(_PROGRAM), str(file)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n"

    def stop(self) -> None:
        """Listen no more; conversations under way end abruptly. What was taken stays."""
        if self._process is None:
            return
        with self._process as process:
            process.terminate()
        self._process = None

    def list_taken(self) -> list[Taken]:
        """Every mail that it took so far, oldest first."""
        return [_read(file) for file in sorted((self.folder / "taken").iterdir()) if file.suffix == ".mail"]

    def count_taken(self) -> int:
        """How many that are, without reading them."""
        return sum(file.suffix == ".mail" for file in (self.folder / "taken").iterdir())

    def set_behaviour(self, do: str, *, at: Step = "RCPT", address: str | None = None, seconds: float = 0) -> None:
        """What to do at a step from now on, for everybody or for one address (at MAIL the sender's).

        `accept`; `silent` (never says anything again); `trickle` (a byte a second from then on); `close`; a code such
        as `450` (at `connect` as the greeting, at AUTH whatever isn't `accept` refuses the password); `late`: does as
        usual, but answers only after so many `seconds`. At DATA, all of them come after the final dot, with nothing
        kept unless it is accepted; `close_within` closes before the dot, `close_after` keeps the mail and closes
        without an answer, `late` keeps it before it waits.
        """
        self._behaviours[f"{at} {address or ''}".strip()] = {"do": do, "seconds": seconds}
        self._was_told = True
        self._write()

    def behave(self) -> None:
        """Take everything from everybody again."""
        self._behaviours = {}
        self._write()

    def forget(self) -> None:
        """Be as at first: nothing was taken, everything is accepted, no conversation of before goes on."""
        if self._was_told:  # somebody may still wait for an answer, and have it taken later
            self.stop()
        for file in (self.folder / "taken").iterdir():
            file.unlink()
        self.behave()
        self._was_told = False
        if self._process is None:
            self.start()

    def make_tls(self) -> ssl.SSLContext:
        """What a client needs to trust this server's certificate; without a certificate it trusts nobody."""
        context = ssl.create_default_context(cafile=None if self.authority is None else self._write_authority())
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)  # asks a test's authority for more than it needs
        return context

    def _write_authority(self) -> str:
        assert self.authority is not None
        file = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(file))
        return str(file)

    def _write(self) -> None:
        new = self.folder / "behaviours.new"
        new.write_text(json.dumps(self._behaviours), encoding="utf-8")
        new.replace(self.folder / "behaviours.json")


def _read(file: Path) -> Taken:
    envelope, _, data = file.read_bytes().partition(b"\n")
    known = json.loads(envelope)
    return Taken(known["sender"], tuple(known["recipients"]), data, datetime.fromisoformat(known["at"]))


@contextmanager
def run_smtp(
    folder: Path,
    *,
    username: str = "",
    password: str = "",
    security: Security = "none",
    certified_for: str = "127.0.0.1",
) -> Iterator[SmtpServer]:
    """A mail server on a free port of 127.0.0.1, until the block ends; what it takes is kept in `folder`."""
    (folder / "taken").mkdir(parents=True)
    port = find_port()
    config = {"port": port, "folder": str(folder), "username": username, "password": password, "security": security}
    authority = trustme.CA() if security != "none" else None
    if authority is not None:
        certificate = folder / "certificate.pem"
        authority.issue_cert(certified_for).private_key_and_cert_chain_pem.write_to_path(str(certificate))
        config["certificate"] = str(certificate)
    server = SmtpServer(folder, port, config, authority)
    server.behave()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def smtp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmtpServer]:
    """The mail server that `smtp` hands to one test after the other."""
    with run_smtp(tmp_path_factory.mktemp("mail") / "smtp") as server:
        yield server


@pytest.fixture
def smtp(smtp_server: SmtpServer) -> SmtpServer:
    """A mail server that has taken nothing yet and takes everything, without sign-in or encryption."""
    smtp_server.forget()
    return smtp_server
