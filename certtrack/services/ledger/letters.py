"""Reminders on paper: one stage's letter, and those whom no mail reaches, for one job of the printer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.db.models import Person
from certtrack.errors import NotAllowed, NotFound
from certtrack.mail.letter import Letter
from certtrack.security import Actor
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.letter_items import write_stage_letter
from certtrack.services.ledger.tellings import NewTelling, NotToBeNoted, can_tell, find_hindrance, get_entry, note_told
from certtrack.services.ledger.whole import WholeLedger, find_today, load_whole_ledger
from certtrack.services.ledger_subjects import load_subjects
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook

MOST = 200
"""Letters of one job."""


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A stage's letter. `can_note`: that it was sent by letter can be noted, once it is."""

    person: Person
    entry: LedgerEntry
    letter: Letter
    can_note: bool

    @property
    def name(self) -> str:
        """What forms call it: the person's number and the entry's key, `24:17`."""
        return f"{self.person.id}:{self.entry.key}"


def get_letter(
    session: Session, rulebook: Rulebook, person_id: int, key: str, *, actor: Actor, at: datetime
) -> ShownLetter:
    """The letter of one stage, decided or still to come, true on the day of `at`.

    Raises NotAllowed; NotFound for a stage that isn't there; NotToBeNoted for one that isn't to be told any more.
    """
    return _get_letter(session, _load_ledger(session, rulebook, person_id, actor, at), key, at)


def get_letters(
    session: Session, rulebook: Rulebook, names: Sequence[str], *, actor: Actor, at: datetime
) -> tuple[ShownLetter, ...]:
    """The letters of these names, `MOST` at most, each once; what isn't to be told any more is left out.

    Raises NotAllowed, and NotFound for what isn't there.
    """
    ledgers: dict[int, WholeLedger] = {}
    found = []
    for person_id, key in _read_names(names):
        if person_id not in ledgers:
            ledgers[person_id] = _load_ledger(session, rulebook, person_id, actor, at)
        try:
            found.append(_get_letter(session, ledgers[person_id], key, at))
        except NotToBeNoted:
            continue
    return tuple(found)


def note_letters(session: Session, rulebook: Rulebook, names: Sequence[str], *, actor: Actor, at: datetime) -> int:
    """Note of each of these that it was sent by letter today; of how many, those that can't be noted now left out.

    Raises NotAllowed, NotFound.
    """
    noted = 0
    for person_id, key in _read_names(names):
        new = NewTelling("letter", find_today(get_person(session, person_id), at))
        try:
            note_told(session, rulebook, person_id, key, new, actor=actor, at=at)
        except NotToBeNoted:
            continue
        noted += 1
    return noted


def _load_ledger(session: Session, rulebook: Rulebook, person_id: int, actor: Actor, at: datetime) -> WholeLedger:
    person = get_person(session, person_id)
    today = find_today(person, at)
    load_subjects(session, actor, person.id, today)  # with it is known how the actor stands to them
    if not can_tell(session, actor, person.id, today):
        raise NotAllowed("This record isn't here, or isn't yours to see.")
    return load_whole_ledger(session, rulebook, actor, person.id, at)


def _get_letter(session: Session, ledger: WholeLedger, key: str, at: datetime) -> ShownLetter:
    entry = get_entry(ledger.entries, key)
    hindrance = find_hindrance(entry, ledger.entries)
    if hindrance == "set_aside":
        raise NotToBeNoted(hindrance)
    letter = write_stage_letter(session, ledger, entry, at)
    return ShownLetter(ledger.person, entry, letter, can_note=hindrance is None)


def _read_names(names: Iterable[str]) -> list[tuple[int, str]]:
    found = []
    for name in dict.fromkeys(names):
        number, _, key = name.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) <= 18 and key):
            raise NotFound(f"There is no letter {name!r}.")
        found.append((int(number), key))
    return found[:MOST]
