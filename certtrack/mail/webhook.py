"""Alarms by a POST of JSON to an address that the settings name, under one deadline from the first byte to the last."""

import http.client
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from certtrack.mail.alarm import AlarmMessage, NotTold, make_json
from certtrack.mail.deadline import Deadline

_TAKEN = range(200, 300)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Whoever listens at `address`. A redirect isn't followed: what the settings name is told, and nobody else."""

    address: str
    token: str = field(repr=False)
    deadline_s: float
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    @property
    def name(self) -> str:
        """`webhook`."""
        return "webhook"

    def tell(self, message: AlarmMessage) -> None:
        """Post it. Raises NotTold with `no_connection`, or `http_CODE` for an answer that isn't a yes."""
        deadline = Deadline(self.deadline_s)
        try:
            status = self._post(make_json(message), deadline)
        except (OSError, http.client.HTTPException) as error:
            raise NotTold("no_connection") from error
        finally:
            deadline.end()
        if status not in _TAKEN:
            raise NotTold(f"http_{status}")

    def _post(self, body: bytes, deadline: Deadline) -> int:
        address = urlsplit(self.address)
        host, port = address.hostname or "", address.port or _PORTS[address.scheme]
        connection = http.client.HTTPConnection(host, port)
        try:
            connection.sock = self._connect(address.scheme, host, port, deadline)
            connection.request("POST", _path_of(self.address), body, self._make_headers(address.netloc))
            return connection.getresponse().status
        finally:
            connection.close()

    def _connect(self, scheme: str, host: str, port: int, deadline: Deadline) -> socket.socket:
        line = deadline.connect(host, port)
        return self.tls.wrap_socket(line, server_hostname=host) if scheme == "https" else line

    def _make_headers(self, host: str) -> dict[str, str]:
        headers = {"Host": host, "Content-Type": "application/json", "User-Agent": "CertTrack", "Connection": "close"}
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
