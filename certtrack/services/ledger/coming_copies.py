"""Copies that are still to come: to whom, as far as is known, and some days after which of the holder's own mails."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.rules.calendar import add_days
from certtrack.rules.other_days import OTHER_KINDS, OtherKind
from certtrack.rules.reminders import CopyTo, Policy
from certtrack.rules.standing import stand
from certtrack.services.ledger.reading import LedgerEntry
from certtrack.services.ledger.whole import WholeLedger
from certtrack.services.other_days.judging import find_obstacle as find_day_obstacle
from certtrack.services.reminders.copies import COPIED, CopyBook, load_copy_book
from certtrack.services.reminders.moves import SPOKEN
from certtrack.services.reminders.obstacles import NOTHING_COMES, find_obstacle
from certtrack.services.rulebook import Rulebook

_Key = tuple[str, int, date, str, int | None]
_Track = tuple[str, int, date]
_Copy = tuple[_Track, str, str]
_COPIED_STATES = ("coming", "planned", "held", "in_mail", "sent", "failed")


def add_coming_copies(session: Session, whole: WholeLedger) -> list[LedgerEntry]:
    """The ledger, in its order, with the copies that come after its day; the same where no policy has copies.

    Each is told as `coming`, on the earliest day on which it can go: the holder's own mail goes first. Its reason is
    the code of what keeps it from going on that day as things are now; None for nothing.
    """
    numbers = {entry.certification_id for entry in whole.entries if _is_copied(entry)}
    certifications = list(session.scalars(select(Certification).where(Certification.id.in_(numbers))))
    if not any(can_have_copies(whole.rulebook, one, whole.today) for one in certifications):
        return list(whole.entries)
    return make_coming_copies(whole, load_copy_book(session, certifications, days_from(whole.today)))


def days_from(today: date) -> tuple[date, date]:
    """The days on which copies may come."""
    return today, date.max


def can_have_copies(rulebook: Rulebook, certification: Certification, today: date) -> bool:
    """True where the policy has copies, of stages of the cycle or of another day of the certification."""
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    return policy is not None and any(one is not None and one.has_copies for one in _list_policies(policy))


def make_coming_copies(whole: WholeLedger, book: CopyBook) -> list[LedgerEntry]:
    """What `add_coming_copies` gives; `book` is that of the certifications, from the ledger's day on."""
    decided = {_key_of(entry) for entry in whole.entries if entry.audience != "holder"}
    told = _list_told(whole, book)
    coming: dict[_Key, LedgerEntry] = {}
    readable = (entry for entry in whole.entries if entry.subject_kind == "cycle" or entry.subject in whole.looks)
    for entry in filter(_is_copied, readable):
        for certification, audience, day in _list_days(whole, book, entry):
            people = book.of(certification.id, day)[audience]
            heard = told[_track_of(entry), entry.stage, audience]
            if not heard <= {person.id for person in people}:
                continue  # somebody heard it in whose place these are: they aren't told it anew
            for person in people:
                obstacle = _find_obstacle(whole, entry, person, day)
                if obstacle not in NOTHING_COMES:
                    copy = _copy(entry, audience, person, day, obstacle)
                    coming.setdefault(_key_of(copy), copy)
                    heard.add(person.id)
    news = [copy for key, copy in coming.items() if key not in decided]
    return sorted([*whole.entries, *news], key=lambda entry: entry.day)


def _copy(entry: LedgerEntry, audience: CopyTo, to: Person, day: date, obstacle: str | None) -> LedgerEntry:
    return replace(
        entry, day=day, state="coming", reason=obstacle, audience=audience, recipient_id=to.id,
        reminder_id=None, attempts=(), send_after=None, sent_at=None, cause_key=None, decided_at=None, settled_at=None,
    )  # fmt: skip


def _find_obstacle(whole: WholeLedger, entry: LedgerEntry, to: Person, day: date) -> str | None:
    """What keeps `to` from being told with a copy on that day, as things are now."""
    if entry.subject_kind != "cycle":
        looked = whole.looks[entry.subject]
        return find_day_obstacle(looked, looked.holder, entry.anchor_on, entry.stage, copy_to=to)
    cycle = whole.subjects.cycles[entry.subject_id]
    certification = whole.subjects.certifications[cycle.certification_id]
    pack = whole.rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    then = stand(pack, whole.held[certification.id][1], day)
    return find_obstacle(whole.person, then, cycle, entry.anchor_on, entry.stage, copy_to=to)


def _is_copied(entry: LedgerEntry) -> bool:
    """True for a mail of the holder's that others are told after, or, where no mail can reach them, instead of."""
    has_no_address = (entry.state, entry.reason) == ("suppressed", "no_address")
    is_copied = entry.state in _COPIED_STATES or has_no_address
    return entry.audience == "holder" and entry.occurrence == 0 and is_copied


def _list_policies(policy: Policy) -> Iterator[Policy | None]:
    yield policy
    yield from (policy.find_for(kind) for kind in OTHER_KINDS)


def _find_policy(rulebook: Rulebook, certification: Certification, entry: LedgerEntry, today: date) -> Policy | None:
    """The policy with the stages that the entry's is one of."""
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    if policy is None or entry.subject_kind == "cycle":
        return policy
    return policy.find_for(cast("OtherKind", entry.subject_kind))


def _list_told(whole: WholeLedger, book: CopyBook) -> dict[_Copy, set[int]]:
    """Who has a copy of each stage, or is about to: by its track, its stage and as whom."""
    found: dict[_Copy, set[int]] = defaultdict(set)
    for entry in whole.entries:
        if entry.audience != "holder" and entry.state in ("planned", *SPOKEN) and entry.recipient_id is not None:
            person_id = book.same.get(entry.recipient_id, entry.recipient_id)
            found[_track_of(entry), entry.stage, entry.audience].add(person_id)
    return found


def _track_of(entry: LedgerEntry) -> _Track:
    return *entry.subject, entry.anchor_on


def _list_days(whole: WholeLedger, book: CopyBook, entry: LedgerEntry) -> Iterator[tuple[Certification, CopyTo, date]]:
    """Whose copies of this mail go to whom, and when at the earliest; whoever is both gets the supervisor's.

    Others may come to get it later on, as long as it is true and no later copy has come.
    """
    certification = book.certifications.get(entry.certification_id or 0)
    if certification is None:
        return
    policy = _find_policy(whole.rulebook, certification, entry, whole.today)
    stage = policy.find_stage(entry.stage) if policy is not None else None
    if policy is None or stage is None:
        return
    day = add_days(entry.day, policy.copy_after_days)
    true_until = entry.true_until.date() if entry.true_until is not None else date.max
    for audience in (one for one in COPIED if one in stage.copies):
        until = min(true_until, _find_last_day(whole, policy, entry, audience))
        later = (on for on in book.list_changes(certification.id, max(day, whole.today)) if on <= until)
        yield from ((certification, audience, on) for on in (day, *later) if whole.today < on <= true_until)


def _find_last_day(whole: WholeLedger, policy: Policy, entry: LedgerEntry, audience: CopyTo) -> date:
    """The day before the next copy to these comes, which overtakes this one; `date.max` where none does."""
    later = [one for one in whole.entries if _is_copied(one) and _track_of(one) == _track_of(entry)]
    stages = [(one.day, policy.find_stage(one.stage)) for one in later if one.day > entry.day]
    days = [add_days(day, policy.copy_after_days - 1) for day, stage in stages if stage and audience in stage.copies]
    return min(days, default=date.max)


def _key_of(entry: LedgerEntry) -> _Key:
    return entry.subject_kind, entry.subject_id, entry.anchor_on, entry.stage, entry.recipient_id
