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
from certtrack.services.ledger.letter_items import Senders, load_senders, write_stage_letter
from certtrack.services.ledger.tellings import NewTelling, NotToBeNoted, can_tell, find_hindrance, get_entry, note_told
from certtrack.services.ledger.whole import Theirs, WholeLedger, find_today, load_whole_ledgers
from certtrack.services.ledger_subjects import load_subjects_of_each
from certtrack.services.people import get_person, load_holders
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
    [stage] = _find_stages(session, rulebook, [(person_id, key)], actor, at)
    return _write(load_senders(session, [stage]), *stage, at)


def get_letters(
    session: Session, rulebook: Rulebook, names: Sequence[str], *, actor: Actor, at: datetime
) -> tuple[ShownLetter, ...]:
    """The letters of these names, `MOST` at most, each once; what isn't to be told any more is left out.

    As many queries as for one, and one more for each further day that it is where the people are. Raises NotAllowed,
    and NotFound for what isn't there.
    """
    stages = _find_stages(session, rulebook, _read_names(names), actor, at)
    senders, found = load_senders(session, stages), []
    for ledger, entry in stages:
        try:
            found.append(_write(senders, ledger, entry, at))
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


def _find_stages(
    session: Session, rulebook: Rulebook, wanted: Sequence[tuple[int, str]], actor: Actor, at: datetime
) -> list[tuple[WholeLedger, LedgerEntry]]:
    """The stages of these keys, each with its person's ledger."""
    holders = load_holders(session, {number for number, _ in wanted})
    for number, _ in wanted:
        if number not in holders:
            raise NotFound(f"There is no person with the number {number}.")
    of_whom = _load_subjects(session, list({one.id: one for one in holders.values()}.values()), actor, at)
    ledgers = {one.person.id: one for one in load_whole_ledgers(session, rulebook, of_whom, at)} if of_whom else {}
    of_each = [(ledgers[holders[number].id], key) for number, key in wanted]
    return [(ledger, get_entry(ledger.entries, key)) for ledger, key in of_each]


def _load_subjects(session: Session, people: Sequence[Person], actor: Actor, at: datetime) -> list[Theirs]:
    """What the mails of these people are about, day by day where they are; with it is known how the actor stands."""
    found: list[Theirs] = []
    for today in {find_today(person, at) for person in people}:
        here = [person for person in people if find_today(person, at) == today]
        subjects = load_subjects_of_each(session, actor, [person.id for person in here], today)
        if not all(can_tell(session, actor, person.id, today) for person in here):
            raise NotAllowed("This record isn't here, or isn't yours to see.")
        found += [(person, subjects[person.id]) for person in here]
    return found


def _write(senders: Senders, ledger: WholeLedger, entry: LedgerEntry, at: datetime) -> ShownLetter:
    hindrance = find_hindrance(entry, ledger.entries)
    if hindrance == "set_aside":
        raise NotToBeNoted(hindrance)
    letter = write_stage_letter(senders, ledger, entry, at)
    return ShownLetter(ledger.person, entry, letter, can_note=hindrance is None)


def _read_names(names: Iterable[str]) -> list[tuple[int, str]]:
    found = []
    for name in dict.fromkeys(names):
        number, _, key = name.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) <= 18 and key):
            raise NotFound(f"There is no letter {name!r}.")
        found.append((int(number), key))
    return found[:MOST]
