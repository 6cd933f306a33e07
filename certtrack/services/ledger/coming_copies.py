"""Copies that are still to come: to whom, as far as is known, and some days after which of the holder's own mails."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification
from certtrack.rules.calendar import add_days
from certtrack.rules.other_days import OTHER_KINDS, OtherKind
from certtrack.rules.reminders import CopyTo, Policy
from certtrack.services.ledger.reading import LedgerEntry
from certtrack.services.reminders.copies import COPIED, CopyBook, load_copy_book
from certtrack.services.rulebook import Rulebook

_Key = tuple[str, int, date, str, int | None]
_COPIED_STATES = ("coming", "planned", "held", "in_mail", "sent")


def add_coming_copies(
    session: Session, rulebook: Rulebook, ledger: Sequence[LedgerEntry], today: date
) -> list[LedgerEntry]:
    """The ledger, in its order, with the copies that come after `today`; the same where no policy has copies.

    Each is told as `coming`, on the earliest day on which it can go: the holder's own mail goes first.
    """
    numbers = {entry.certification_id for entry in ledger if _is_copied(entry)}
    certifications = list(session.scalars(select(Certification).where(Certification.id.in_(numbers))))
    if not any(can_have_copies(rulebook, one, today) for one in certifications):
        return list(ledger)
    return make_coming_copies(rulebook, ledger, load_copy_book(session, certifications, days_from(today)), today)


def days_from(today: date) -> tuple[date, date]:
    """The days on which copies may come."""
    return today, date.max


def can_have_copies(rulebook: Rulebook, certification: Certification, today: date) -> bool:
    """True where the policy has copies, of stages of the cycle or of another day of the certification."""
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    return policy is not None and any(one is not None and one.has_copies for one in _list_policies(policy))


def make_coming_copies(
    rulebook: Rulebook, ledger: Sequence[LedgerEntry], book: CopyBook, today: date
) -> list[LedgerEntry]:
    """What `add_coming_copies` gives; `book` is that of the certifications, from `today` on."""
    copied = [entry for entry in ledger if _is_copied(entry)]
    decided = {_key_of(entry) for entry in ledger if entry.audience != "holder"}
    due = [(entry, *one) for entry in copied for one in _list_days(rulebook, book.certifications, entry, today)]
    coming: dict[_Key, LedgerEntry] = {}
    for entry, certification, audience, day in due:
        for person in book.of(certification.id, day)[audience]:
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


def _list_policies(policy: Policy) -> Iterator[Policy | None]:
    yield policy
    yield from (policy.find_for(kind) for kind in OTHER_KINDS)


def _find_policy(rulebook: Rulebook, certification: Certification, entry: LedgerEntry, today: date) -> Policy | None:
    """The policy with the stages that the entry's is one of."""
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    if policy is None or entry.subject_kind == "cycle":
        return policy
    return policy.find_for(cast("OtherKind", entry.subject_kind))


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
