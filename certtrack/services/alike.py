"""Readers who are alike, by the same roles: what one of them asks the next asks by the same statement, made once.

A statement that rests on rights is long, and to make it takes longer than to run it. So it is made for readers alike
and one day, with parameters for who the reader is, and kept.
"""

from dataclasses import replace
from typing import Any

from certtrack.db.parameters import a_number, a_text
from certtrack.security import Actor

KEPT = 128
"""So many of one statement are kept: one for each kind of reader and day."""

_KEY, _ACCOUNT, _PERSON = a_text("reader_key"), a_number("reader_account"), a_number("reader_person")


def find_alike(actor: Actor) -> Actor:
    """The actor without who they are: the same for everybody with the same roles; to find a kept statement by."""
    account_id, person_id = (None if number is None else 0 for number in (actor.account_id, actor.person_id))
    return replace(actor, key="", account_id=account_id, person_id=person_id)


def name_reader(alike: Actor) -> Actor:
    """Such an actor with parameters for who they are: to make the statement with; `list_values` has the values."""
    account_id, person_id = (
        None if number is None else parameter
        for number, parameter in ((alike.account_id, _ACCOUNT), (alike.person_id, _PERSON))
    )
    return replace(alike, key=_KEY, account_id=account_id, person_id=person_id)


def list_values(actor: Actor) -> dict[str, Any]:
    """Who the actor is, by the names of those parameters."""
    return {"reader_key": actor.key, "reader_account": actor.account_id, "reader_person": actor.person_id}
