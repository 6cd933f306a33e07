"""The desk of the queue: what its address asks for, and the address that leads back to it."""

from urllib.parse import urlencode

from flask import request

from certtrack.services.credits.waiting import Narrowing
from certtrack.web.numbers import read_number

_MOST_PAGES = 100_000
_LONGEST_NAME = 100
ENTRY = "entry"
"""The heading of what lies on the desk: whoever has answered goes on there."""


def read_asked() -> Narrowing:
    """What the address asks for: `person` or `name`, and `claim`, `after` or `page`; what says nothing is left out."""
    return Narrowing(
        person_id=request.args.get("person", type=read_number),
        words=request.args.get("name", "").strip()[:_LONGEST_NAME],
        claim_id=request.args.get("claim", type=read_number),
        after_id=request.args.get("after", type=read_number),
        number=min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES),
    )


def desk_query(**more: int | None) -> str:
    """The part of an address that keeps what the queue is narrowed to, with `claim`, `after` or `page`; "" for none."""
    asked = read_asked()
    kept = {"person": asked.person_id, "name": asked.words or None} | more
    values = {name: value for name, value in kept.items() if value is not None}
    return f"?{urlencode(values)}" if values else ""


def desk_url(**more: int | None) -> str:
    """Where that lies on the desk."""
    return f"/credits{desk_query(**more)}#{ENTRY}"
