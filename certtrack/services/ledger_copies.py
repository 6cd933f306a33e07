"""Copies that are still to come: to whom, as far as is known, and some days after which of the holder's own mails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification
from certtrack.rules.calendar import add_days
from certtrack.rules.other_days import OtherKind
from certtrack.rules.reminders import CopyTo, Policy
from certtrack.services.copies import COPIED, CopyPeople, load_copied
from certtrack.services.ledger import LedgerEntry
from certtrack.services.rulebook import Rulebook

_Key = tuple[str, int, date, str, int | None]
_COPIED_STATES = ("coming", "planned", "held", "in_mail", "sent")


def add_coming_copies(
    session: Session, rulebook: Rulebook, ledger: Sequence[LedgerEntry], today: date
) -> list[LedgerEntry]:
    """The ledger, in its order, with the copies that come after `today`; the same where no policy has copies.

    Each is told as `coming`, on the earliest day on which it can go: the holder's own mail goes first.
    """
    copied = [entry for entry in ledger if _is_copied(entry)]
    query = select(Certification).where(Certification.id.in_({entry.certification_id for entry in copied}))
    certifications = {
        one.id: one
        for one in session.scalars(query)
        if any(_has_copies(rulebook, one, entry, today) for entry in copied if entry.certification_id == one.id)
    }
    if not certifications:
        return list(ledger)
    known: dict[tuple[int, date], CopyPeople] = {}
    decided = {_key_of(entry) for entry in ledger if entry.audience != "holder"}
    due = [(entry, *one) for entry in copied for one in _list_days(rulebook, certifications, entry, today)]
    coming: dict[_Key, LedgerEntry] = {}
    for entry, certification, audience, day in due:
        for person in _find_people(session, certification, day, known)[audience]:
            copy = replace(
                entry, day=day, state="coming", reason=None, audience=audience, recipient_id=person.id,
                reminder_id=None, attempts=(), send_after=None, sent_at=None, cause_key=None, decided_at=None,
                settled_at=None,
            )  # fmt: skip
            coming.setdefault(_key_of(copy), copy)
    news = [copy for key, copy in coming.items() if key not in decided]
    return sorted([*ledger, *news], key=lambda entry: entry.day)


def _is_copied(entry: LedgerEntry) -> bool:
    return entry.audience == "holder" and entry.occurrence == 0 and entry.state in _COPIED_STATES


def _has_copies(rulebook: Rulebook, certification: Certification, entry: LedgerEntry, today: date) -> bool:
    policy = _find_policy(rulebook, certification, entry, today)
    return policy is not None and policy.has_copies


def _find_policy(rulebook: Rulebook, certification: Certification, entry: LedgerEntry, today: date) -> Policy | None:
    """The policy with the stages that the entry's is one of."""
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    if policy is None or entry.subject_kind == "cycle":
        return policy
    return policy.find_for(cast("OtherKind", entry.subject_kind))


def _find_people(
    session: Session, certification: Certification, day: date, known: dict[tuple[int, date], CopyPeople]
) -> CopyPeople:
    """Who gets the copies on that day: whoever supervises then, or stands in."""
    key = certification.id, day
    if key not in known:
        known[key] = load_copied(session, {certification.id: day}, [certification]).of(certification.id)
    return known[key]


def _list_days(
    rulebook: Rulebook, certifications: Mapping[int, Certification], entry: LedgerEntry, today: date
) -> Iterator[tuple[Certification, CopyTo, date]]:
    """Whose copies of this mail go to whom, and when at the earliest; whoever is both gets the supervisor's."""
    certification = certifications.get(entry.certification_id or 0)
    if certification is None:
        return
    policy = _find_policy(rulebook, certification, entry, today)
    stage = policy.find_stage(entry.stage) if policy is not None else None
    if policy is None or stage is None:
        return
    day = add_days(entry.day, policy.copy_after_days)
    is_true = entry.true_until is None or day <= entry.true_until.date()
    for audience in COPIED:
        if audience in stage.copies and is_true and day > today:
            yield certification, audience, day


def _key_of(entry: LedgerEntry) -> _Key:
    return entry.subject_kind, entry.subject_id, entry.anchor_on, entry.stage, entry.recipient_id
