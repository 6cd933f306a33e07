"""A small IMAP server for tests: it speaks TLS and the few commands that reading a folder takes, on real sockets."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import trustme


@dataclass
class ImapServer:
    """One folder, `Reports`, of the account `office` with the password `secret`."""

    authority: trustme.CA = field(default_factory=trustme.CA)
    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    port: int = 0

    def put(self, data: bytes) -> int:
        """A new message; its number."""
        number = len(self.messages) + 1
        self.messages[number], self.flags[number] = data, set()
        return number

    def make_tls(self) -> ssl.SSLContext:
        """What trusts this server."""
        tls = ssl.create_default_context()
        self.authority.configure_trust(tls)
        return tls

    def answer(self, tag: str, command: str) -> Iterator[bytes]:
        """The lines of one answer."""
        verb = command.upper()
        if verb.startswith("LOGIN"):
            done = "OK" if command[6:] in ('office "secret"', '"office" "secret"') else "NO"
            yield f"{tag} {done} LOGIN\r\n".encode()
            return
        if verb.startswith("SELECT") and '"Reports"' not in command:
            yield f"{tag} NO there is no such folder\r\n".encode()
            return
        yield from self._answer_about(verb)
        yield f"{tag} OK done\r\n".encode()

    def _answer_about(self, verb: str) -> Iterator[bytes]:
        if verb.startswith("CAPABILITY"):
            yield b"* CAPABILITY IMAP4rev1\r\n"
        elif verb.startswith("SELECT"):
            yield f"* {len(self.messages)} EXISTS\r\n".encode()
        elif verb == "UID SEARCH UNSEEN UNFLAGGED":
            yield f"* SEARCH {' '.join(str(number) for number in self.messages if not self.flags[number])}\r\n".encode()
        elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", verb):
            number = int(found[1])
            data = self.messages[number][: int(found[2])]
            yield f"* {number} FETCH (UID {number} BODY[]<0> {{{len(data)}}}\r\n".encode() + data + b")\r\n"
        elif found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((.+)\)", verb):
            self.flags[int(found[1])].add(found[2])
        else:
            assert verb.startswith(("LOGOUT", "CLOSE")), verb


@contextmanager
def run_imap() -> Iterator[ImapServer]:
    """A server that listens on 127.0.0.1 until the block ends."""
    server = ImapServer()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.authority.issue_cert("127.0.0.1").configure_cert(tls)

    class Talk(socketserver.StreamRequestHandler):
        """One conversation."""

        def handle(self) -> None:
            """Answer each line until the other side has gone."""
            with tls.wrap_socket(self.request, server_side=True) as plain:
                read = plain.makefile("rb")
                plain.sendall(b"* OK here\r\n")
                for line in read:
                    tag, _, command = line.decode("ascii").strip().partition(" ")
                    plain.sendall(b"".join(server.answer(tag, command)))
                    if command.upper() == "LOGOUT":
                        return

    class Listener(socketserver.ThreadingTCPServer):
        """The listening socket; a client that breaks off is none of the test's business."""

        daemon_threads = True

        def handle_error(self, *_about: object) -> None:
            """Say nothing: what went wrong is what the client says."""

    with Listener(("127.0.0.1", 0), Talk) as listener:
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()
