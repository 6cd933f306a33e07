"""The signed return path: a report that comes back to it names its mail, and nobody else can make one."""

import re
from collections.abc import Iterable

from certtrack.signing import Signer

LONGEST_NAME = 27
"""Letters before the @ of the address for reports: with number and signature they are 64, all that SMTP has."""

_CODE = re.compile(r"\+([1-9][0-9]{0,18})\.([a-z2-7]{16})@", re.ASCII | re.IGNORECASE)


def make_return_path(address: str, signer: Signer, email_id: int, to_address: str) -> str:
    """Where reports about that mail go: `NAME+NUMBER.SIGNATURE@DOMAIN` for the address `NAME@DOMAIN`."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{email_id}.{signer.sign(str(email_id), to_address)}@{domain}"


def list_codes(paths: Iterable[str]) -> list[tuple[int, str]]:
    """Each number of a mail that stands in `paths`, with what is said to be its signature: nobody has checked it yet.

    Some servers write addresses in capitals, and some hang their own around ours: only the code in it counts.
    """
    found = [(int(number), token.lower()) for path in paths for number, token in _CODE.findall(path)]
    return list(dict.fromkeys(found))


def is_return_path(signer: Signer, token: str, email_id: int, to_address: str) -> bool:
    """True where the signature is ours, for that mail to that address."""
    return signer.is_signed(token, str(email_id), to_address)
