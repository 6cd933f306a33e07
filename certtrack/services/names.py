"""Who put something on record, by the keys that records and the audit keep, for many at once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, Person
from certtrack.db.together import ask_together

_NameRow = tuple[int, str | None, Person]


def load_names(session: Session, keys: Iterable[str | None]) -> Mapping[str, str]:
    """The name behind each key, as `find_actor_name` gives it; a key that has none is left out; one query."""
    return make_names(*ask_together(session, *select_names(keys)))


def select_names(keys: Iterable[str | None]) -> tuple[Select[int, str, Person], Select[Person]]:
    """The accounts that these keys name, each with its person, and the people whose mail's link was followed."""
    accounts, people = set[int](), set[int]()
    for key in keys:
        kind, _, number = (key or "").partition(":")
        if number.isdigit() and kind in ("account", "mail"):
            (accounts if kind == "account" else people).add(int(number))
    by_account = select(Account.id, Account.sign_in_name, Person).outerjoin(Person, Person.id == Account.person_id)
    return by_account.where(Account.id.in_(accounts)), select(Person).where(Person.id.in_(people))


def make_names(accounts: Iterable[_NameRow], people: Iterable[Person]) -> Mapping[str, str]:
    """What `load_names` gives, of the rows of `select_names`."""
    by_account = {f"account:{number}": _name(person) or name or "" for number, name, person in accounts}
    return by_account | {f"mail:{person.id}": person.shown_name for person in people}


def _name(person: Person) -> str | None:
    return person.shown_name if person.id is not None else None
