"""Who put something on record, by the keys that records and the audit keep, for many at once."""

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, Person
from certtrack.db.parameters import numbers
from certtrack.db.together import Together

_NameRow = tuple[int, str | None, Person]


def load_names(session: Session, keys: Iterable[str | None]) -> Mapping[str, str]:
    """The name behind each key, as `find_actor_name` gives it; a key that has none is left out; at most one query."""
    values = list_named(keys)
    return make_names(*_put_together().ask(session, values)) if any(values.values()) else {}


def list_named(keys: Iterable[str | None]) -> dict[str, list[int]]:
    """Whom these keys name, as `select_names` asks for them: accounts, and people whose mail's link was followed."""
    found: dict[str, set[int]] = {"account": set(), "mail": set()}
    for key in keys:
        kind, _, number = (key or "").partition(":")
        if number.isdigit() and kind in found:
            found[kind].add(int(number))
    return {"named_accounts": sorted(found["account"]), "named_people": sorted(found["mail"])}


def select_names() -> tuple[Select[int, str, Person], Select[Person]]:
    """Accounts, each with its person, and people; `list_named` has the values of the parameters."""
    by_account = select(Account.id, Account.sign_in_name, Person).outerjoin(Person, Person.id == Account.person_id)
    return (
        by_account.where(Account.id.in_(numbers("named_accounts"))),
        select(Person).where(Person.id.in_(numbers("named_people"))),
    )


@cache
def _put_together() -> Together:
    return Together(*select_names())


def make_names(accounts: Iterable[_NameRow], people: Iterable[Person]) -> Mapping[str, str]:
    """What `load_names` gives, of the rows of `select_names`."""
    by_account = {f"account:{number}": _name(person) or name or "" for number, name, person in accounts}
    return by_account | {f"mail:{person.id}": person.shown_name for person in people}


def _name(person: Person) -> str | None:
    return person.shown_name if person.id is not None else None
