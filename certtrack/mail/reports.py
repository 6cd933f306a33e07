"""Delivery reports (RFC 3464): what another mail server says of a mail that it had taken, read from any bytes."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from quopri import decodestring
from typing import Literal

from certtrack.mail.failures import clean_answer

Verdict = Literal["failed", "delayed", "other"]

MOST_BYTES = 1_000_000
"""How much of a message is read: a report with a mail of ours in it has some 30,000."""

_TO = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "original-recipient")
_FROM = ("return-path", "x-envelope-from", "x-failed-recipients")
_STATUS_LENGTH = 12
_DECODERS: dict[str, Callable[[bytes], bytes]] = {"base64": b64decode, "quoted-printable": decodestring}


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says. `paths` are all addresses in it that the mail's return path may be, as they stand there.

    `verdict`: "failed", it was given up, for good or after days of trying; "delayed", it is tried again; "other", it
    arrived or went on, or the message is no report at all, an automatic answer say. `status` is the enhanced code such
    as 5.1.1 and `answer` the server's own words, without addresses; both "" where nothing is said.
    """

    paths: tuple[str, ...]
    verdict: Verdict
    status: str = ""
    answer: str = ""


def read_report(data: bytes) -> Report | None:
    """What the message says; None where nobody can read it. Raises nothing, whatever the bytes are."""
    try:
        return _read(message_from_bytes(data[:MOST_BYTES]))
    except Exception:  # noqa: BLE001  # the parser meets what strangers send, and fails in ways that nobody lists
        return None


def _read(message: Message) -> Report:
    parts = list(message.walk())
    paths = tuple(dict.fromkeys([*_list_values(message, _TO), *_list_paths(parts)]))
    said = [block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)]
    actions = {_value(block, "action").lower() for block in said}
    verdict: Verdict = "failed" if "failed" in actions else "delayed" if "delayed" in actions else "other"
    telling = next((block for block in said if _value(block, "action").lower() == verdict), None)
    if telling is None:
        return Report(paths, verdict)
    status = _value(telling, "status").partition(" ")[0][:_STATUS_LENGTH]
    words = _value(telling, "diagnostic-code")
    return Report(paths, verdict, status, clean_answer(words.partition(";")[2] or words))


def _list_paths(parts: list[Message]) -> Iterator[str]:
    """Return paths in what is enclosed: the reports' own blocks, and the mail itself or its headers."""
    for part in parts:
        yield from _list_values(part, (*_FROM, "original-recipient"))
        if part.get_content_type() == "text/rfc822-headers":
            enclosed = message_from_bytes(_payload(part))
            yield from _list_values(enclosed, _FROM)


def _list_values(message: Message, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        for value in message.get_all(name, []):
            yield str(value)


def _blocks(part: Message) -> list[Message]:
    """The blocks of a status part; some servers code it, which the standard forbids and the parser doesn't expect."""
    payload = part.get_payload()
    blocks = [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []
    decode = _DECODERS.get(str(part.get("content-transfer-encoding", "")).strip().lower())
    if decode is None:
        return blocks
    text = decode("".join(str(block) for block in blocks).encode("ascii", "replace"))
    return [message_from_bytes(block) for block in text.replace(b"\r\n", b"\n").split(b"\n\n")]


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _value(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())
