"""A real web server for tests that takes what is posted to it, and answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """What was posted, oldest first, and how the next one is answered.

    `status` is the code of the answer, with `location` where it sends elsewhere; `silent_s` seconds pass before it.
    """

    port: int = 0
    status: int = 204
    location: str = ""
    silent_s: float = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/alarms?of=certtrack"

    def events(self) -> list[tuple[str, str | None]]:
        """Event and kind of all that was told."""
        return [(one["event"], one["kind"]) for one in self.told]


@contextmanager
def listen() -> Iterator[Listener]:
    """Listen on a free port of this machine until the block ends."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # http.server's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.told.append(json.loads(body))
            listener.headers.append(dict(self.headers.items()))
            listener.paths.append(self.path)
            time.sleep(listener.silent_s)
            self.send_response(listener.status)
            if listener.location:
                self.send_header("Location", listener.location)
            self.end_headers()

        def log_message(self, *_values: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
