"""What views stand on. Here, and nowhere below, a request's transaction is opened and committed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from flask import session as cookie
from sqlalchemy.orm import Session

from certtrack.clock import today_in
from certtrack.db.audit import record_event
from certtrack.errors import NotAllowed
from certtrack.security import Actor
from certtrack.web.frame import render
from certtrack.web.locales import locale
from certtrack.web.parts import Parts, parts
from certtrack.web.rights import for_everybody, needs, signed_in, signed_in_first, signed_in_quietly
from certtrack.web.viewers import find_viewer

__all__ = [
    "Parts",
    "actor",
    "for_everybody",
    "locale",
    "needs",
    "note_look",
    "parts",
    "reading",
    "render",
    "show_toast",
    "signed_in",
    "signed_in_first",
    "signed_in_quietly",
    "today",
    "writing",
]


def actor() -> Actor:
    """The actor of whoever is signed in. Raises NotAllowed where nobody is."""
    viewer = find_viewer()
    if viewer is None:
        raise NotAllowed("This page isn't here, or isn't yours to see.")
    return viewer.actor


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads, over one snapshot."""
    with parts().database.reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session that is committed once, when the block ends, and rolled back whole when it raises."""
    with parts().database.writing() as session:
        yield session


def today(zone: str) -> date:
    """The day that it is in `zone`."""
    return today_in(parts().clock, zone)


def note_look(action: str, person_ids: Sequence[int], subject: tuple[str, int] | None = None, **details: str) -> None:
    """Write into the audit whose records were looked at, but for one's own; nothing where there were none.

    `action`: `people.listed`, `team.listed`, `coverage.listed`, `credits.listed`, `exams.listed`, `findings.listed`,
    `held.listed`, `supervision.listed`, `supervision.viewed`, `mail.foreseen`, `mail.previewed`, `person.viewed` or
    `evidence.viewed`; `subject` the record that was looked at, where it isn't the person's as a whole. Call it when no
    other session of the request is open.
    """
    by = actor()
    others = sorted(set(person_ids) - {by.person_id})
    if not others:
        return
    about = subject or ("person", others[0] if len(others) == 1 else None)
    at = parts().clock.now()
    with writing() as session:
        record_event(session, at=at, actor=by.key, action=action, subject=about, people=others, details=details)


def show_toast(message: str) -> None:
    """Say on the next page that something was saved: a sentence in the reader's language."""
    cookie["toast"] = message
