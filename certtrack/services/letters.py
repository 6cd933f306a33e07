"""Reminders on paper: one stage's letter, and those whom no mail reaches, for one job of the printer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Organization, Person, Reminder
from certtrack.errors import NotAllowed, NotFound
from certtrack.language import check_locale
from certtrack.mail.content import ReminderItem
from certtrack.mail.letter import Letter, write_letter
from certtrack.rules.cycles import days_of
from certtrack.rules.standing import stand
from certtrack.security import Act, Actor
from certtrack.services.actors import open_people
from certtrack.services.ledger import LedgerEntry, list_ledger
from certtrack.services.obstacles import find_obstacle, find_sent_on
from certtrack.services.organizations import is_granter
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held
from certtrack.services.tellings import (
    NewTelling,
    NotToBeNoted,
    can_tell,
    find_hindrance,
    get_entry,
    list_to_tell,
    note_told,
)

MOST = 100
"""Letters of one job."""

_GONE = ("superseded", "coming")
_UNTRUE = frozenset(
    {"died", "cycle_closed", "day_moved", "revoked", "retired", "suspended", "not_going_on", "application_sent"}
)
"""What makes a letter's sentences untrue, or needless: see `certtrack.services.obstacles`."""


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


@dataclass(frozen=True, slots=True)
class Unmailed:
    """Somebody whom no mail reaches, and the last stage of each certification that they weren't told."""

    person: Person
    entries: tuple[LedgerEntry, ...]


def get_letter(
    session: Session, rulebook: Rulebook, person_id: int, key: str, *, actor: Actor, at: datetime
) -> ShownLetter:
    """The letter of one stage, decided or still to come, true on the day of `at`.

    Raises NotAllowed; NotFound for a stage that isn't there; NotToBeNoted for one that isn't to be told any more.
    """
    person = get_person(session, person_id)
    today = _find_today(person, at)
    if not can_tell(session, actor, person.id, today):
        raise NotAllowed("This record isn't here, or isn't yours to see.")
    ledger = list_ledger(session, rulebook, person.id, today)
    entry = get_entry(session, rulebook, person.id, key, today)
    hindrance = find_hindrance(entry, ledger)
    if hindrance == "set_aside":
        raise NotToBeNoted(hindrance)
    letter = _write(session, confirmed_rules(session, rulebook), person, entry, at)
    return ShownLetter(person, entry, letter, can_note=hindrance is None)


def get_letters(
    session: Session, rulebook: Rulebook, names: Sequence[str], *, actor: Actor, at: datetime
) -> tuple[ShownLetter, ...]:
    """The letters of these names, `MOST` at most, each once; what isn't to be told any more is left out.

    Raises NotAllowed, and NotFound for what isn't there.
    """
    found = []
    for person_id, key in _read_names(names):
        try:
            found.append(get_letter(session, rulebook, person_id, key, actor=actor, at=at))
        except NotToBeNoted:
            continue
    return tuple(found)


def note_letters(session: Session, rulebook: Rulebook, names: Sequence[str], *, actor: Actor, at: datetime) -> int:
    """Note of each of these that it was sent by letter today; of how many, those that can't be noted now left out.

    Raises NotAllowed, NotFound.
    """
    noted = 0
    for person_id, key in _read_names(names):
        new = NewTelling("letter", _find_today(get_person(session, person_id), at))
        try:
            note_told(session, rulebook, person_id, key, new, actor=actor, at=at)
        except NotToBeNoted:
            continue
        noted += 1
    return noted


def list_unmailed(session: Session, rulebook: Rulebook, actor: Actor, at: datetime) -> tuple[Unmailed, ...]:
    """Whoever has no address, or one that no mail is taken for, in the order of names; `MOST` at most.

    Only people whom the actor may tell, and stages that can still be told.
    """
    today = at.date()
    no_mail = or_(and_(Reminder.state == "suppressed", Reminder.reason == "no_address"), Reminder.state == "failed")
    untold = (
        select(Reminder.recipient_id)
        .join(Cycle, Cycle.id == Reminder.subject_id)
        .where(Reminder.subject_kind == "cycle", Reminder.audience == "holder", no_mail)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
    )
    query = (
        select(Person)
        .where(Person.id.in_(untold), Person.merged_into_id.is_(None))
        .where(Person.died_on.is_(None), open_people(actor, today, Act.TELL))
        .order_by(Person.folded_name, Person.id)
        .limit(MOST)
    )
    if actor.person_id is not None:
        query = query.where(Person.id != actor.person_id)
    found = [_list_untold(session, rulebook, person, at) for person in session.scalars(query)]
    return tuple(one for one in found if one.entries)


def _find_today(person: Person, at: datetime) -> date:
    return at.astimezone(ZoneInfo(person.zone)).date()


def _list_untold(session: Session, rulebook: Rulebook, person: Person, at: datetime) -> Unmailed:
    """The last stage of each certification that came and wasn't told, where nothing later was."""
    ledger = list_ledger(session, rulebook, person.id, _find_today(person, at))
    own = [entry for entry in ledger if entry.audience == "holder" and entry.state not in _GONE]
    last = {entry.certification_id: entry for entry in own}.values()
    open_ = {entry.key for entry in list_to_tell(ledger)}
    return Unmailed(person, tuple(entry for entry in last if entry.key in open_ and _is_unmailed(entry)))


def _is_unmailed(entry: LedgerEntry) -> bool:
    return entry.state == "failed" or entry.reason == "no_address"


def _read_names(names: Iterable[str]) -> list[tuple[int, str]]:
    found = []
    for name in dict.fromkeys(names):
        number, _, key = name.partition(":")
        if not (number.isascii() and number.isdigit() and len(number) <= 18 and key):
            raise NotFound(f"There is no letter {name!r}.")
        found.append((int(number), key))
    return found[:MOST]


def _write(session: Session, rulebook: Rulebook, person: Person, entry: LedgerEntry, at: datetime) -> Letter:
    certification = session.get_one(Certification, entry.certification_id)
    cycle = session.get_one(Cycle, entry.cycle_id)
    pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    _, facts = load_held(session, rulebook, [certification.id])[certification.id]
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    standing = stand(pack, facts, today)
    if fact is None or find_obstacle(person, standing, cycle, entry.anchor_on, entry.stage) in _UNTRUE:
        raise NotToBeNoted("set_aside")
    office = session.get_one(Organization, certification.organization_id)
    item = ReminderItem(
        stage=entry.stage,
        pack=pack,
        days=days_of(pack, fact),
        anchor_on=entry.anchor_on,
        number=certification.number,
        is_granter=is_granter(session, office.id, certification.credential),
        today=today,
        sent_on=find_sent_on(standing),
    )
    return write_letter(
        item,
        office=office.name,
        reply_to=office.reply_to,
        name=person.shown_name,
        called=person.called,
        locale=check_locale(person.language),
        has_address=person.address is not None,
    )
