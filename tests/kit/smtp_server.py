"""The program behind `kit.smtp`: aiosmtpd's server, which does as a file says and keeps what it takes.

Started with the path of its configuration; says "listening" once it does, and ends when its standard input does.
"""

import asyncio
import json
import ssl
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_OK = "250 OK"


class Keeper:
    """What becomes of each command, and where mails are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken = 0

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: "Obedient", _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := await server.obey(self.find("MAIL", address)):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return _OK

    async def handle_RCPT(  # noqa: N802  # likewise
        self, server: "Obedient", _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := await server.obey(self.find("RCPT", address)):
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return _OK

    async def handle_DATA(self, server: "Obedient", _session: Session, envelope: Envelope) -> str:  # noqa: N802
        behaviour = self.find("DATA", envelope.rcpt_tos[0])
        if behaviour["do"] in ("accept", "late", "close_after"):
            self._keep(envelope)
        return await server.obey(behaviour) or _OK

    def find(self, step: str, address: str = "") -> dict[str, Any]:
        """What to do at that step, read anew: for this address, else for everybody."""
        behaviours = json.loads((self._folder / "behaviours.json").read_text(encoding="utf-8"))
        found: dict[str, Any] = behaviours.get(f"{step} {address}") or behaviours.get(step) or {"do": "accept"}
        return found

    def _keep(self, envelope: Envelope) -> None:
        self._taken += 1
        known = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "at": datetime.now(UTC).isoformat(),
        }
        unfinished = self._folder / "taken" / f"{time.time_ns():020}-{self._taken:06}"
        unfinished.write_bytes(json.dumps(known).encode() + b"\n" + (envelope.original_content or b""))
        unfinished.rename(unfinished.with_suffix(".mail"))  # whoever reads along never reads half a mail


class Obedient(SMTP):
    """aiosmtpd's server, which can be told to be silent, slow or rude."""

    is_slow = False

    async def _handle_client(self) -> None:
        if refusal := await self.obey(self.event_handler.find("connect")):
            await self.push(refusal)
            self._writer.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's name
        recipients = self.envelope.rcpt_tos if self.envelope else []
        if recipients and self.event_handler.find("DATA", recipients[0])["do"] == "close_within":
            await self.push("354 Go ahead")
            await self._reader.readuntil()
            await self._hang_up()
        await super().smtp_DATA(arg)

    async def push(self, status: AnyStr) -> None:
        if not self.is_slow:
            await super().push(status)
            return
        text = status.encode() if isinstance(status, str) else status
        for byte in text + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(1)

    async def obey(self, behaviour: dict[str, Any]) -> str | None:
        """Do as told; the answer where that is a refusal, None where all goes on as usual."""
        do = behaviour["do"]
        if do == "silent":
            await asyncio.Event().wait()
        if do in ("close", "close_after"):
            await self._hang_up()
        if do == "late":
            await asyncio.sleep(behaviour["seconds"])
        self.is_slow = self.is_slow or do == "trickle"
        return f"{do} not now, and not for <carol@example.org>" if do.isdigit() else None

    async def _hang_up(self) -> None:
        self._writer.close()
        await asyncio.Event().wait()  # aiosmtpd ends this when the connection is gone


def make_protocol(config: dict[str, Any], keeper: Keeper, tls: ssl.SSLContext | None) -> Obedient:
    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        wanted = LoginPassword(config["username"].encode(), config["password"].encode())
        is_let_in = given == wanted and keeper.find("AUTH")["do"] == "accept"
        return AuthResult(success=is_let_in, handled=False)

    is_upgrading = config["security"] == "starttls"
    return Obedient(
        keeper,
        hostname="mail.example.org",
        data_size_limit=None,
        tls_context=tls if is_upgrading else None,
        require_starttls=is_upgrading,
        auth_required=bool(config["username"]),
        auth_require_tls=False,
        authenticator=check,
    )


async def serve(config: dict[str, Any]) -> None:
    """Listen until standard input ends."""
    tls = None
    if certificate := config.get("certificate"):
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    keeper = Keeper(Path(config["folder"]))
    loop = asyncio.get_running_loop()
    await loop.create_server(
        lambda: make_protocol(config, keeper, tls),
        "127.0.0.1",
        config["port"],
        ssl=tls if config["security"] == "tls" else None,
    )
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
