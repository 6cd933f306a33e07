"""The page of what was mailed to one person, and why: the ledger with what each of its sentences rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import Clock
from certtrack.db.models import Reminder
from certtrack.db.together import ask_together
from certtrack.errors import NotFound
from certtrack.security import Actor, Fields
from certtrack.services.ledger.coming_copies import days_from, make_coming_copies
from certtrack.services.ledger.entries import LedgerEntry, by_day
from certtrack.services.ledger.mail_why import MailWhy, explain_mail, make_why
from certtrack.services.ledger.tellings import can_tell, list_to_tell
from certtrack.services.ledger.whole import make_whole_ledger, select_ledger
from certtrack.services.ledger_subjects import LedgerSubjects, make_subjects, select_subjects
from certtrack.services.mail_known import read_why, select_why
from certtrack.services.names import load_names
from certtrack.services.other_days.rights import visible_days
from certtrack.services.person_page import PersonPage, get_person_page, load_record, make_page
from certtrack.services.record_head import RecordHead, begin_head, make_head, select_head
from certtrack.services.reminders.copies import make_copy_book, select_copies
from certtrack.services.reminders.releases import Release, find_released, name_releases, select_releases
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

_NOT_HERE = "This page isn't here, or isn't yours to see."
_HEAD, _WHY, _COPIES = 4, 7, 7


@dataclass(frozen=True, slots=True)
class MailPage:
    """One person's mail, by day. `can_tell`: the reader may note that they were told; `to_tell`: the keys of what."""

    page: PersonPage
    mail: tuple[MailWhy, ...]
    releases: Mapping[int, Release]
    can_tell: bool
    to_tell: tuple[str, ...]


def get_mail_page(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock) -> MailPage:
    """The page as the actor may see it; at most seven queries for whoever sees the record as it is today.

    Raises NotFound alike for nobody and for somebody whose mail isn't theirs to see.
    """
    begun, at = begin_head(session, actor, person_id, clock), clock.now()
    sees_days = visible_days(actor, begun.today)
    rows = ask_together(session, *select_head(actor, begun), *select_subjects(begun.person.id, sees_days))
    head = make_head(session, actor, begun, rows[:_HEAD])
    if not head.can_see(Fields.MAIL):
        raise NotFound(_NOT_HERE)
    if head.last_day is not None:
        return _get_former(session, rulebook, actor, person_id, clock)
    return _Maker(session, rulebook, actor, head, make_subjects(rows[_HEAD:])).make(clock, at)


def _get_former(session: Session, rulebook: Rulebook, actor: Actor, person_id: int, clock: Clock) -> MailPage:
    """What an administrator of a place that the person has left sees: as it stood on the last day there."""
    page = get_person_page(session, rulebook, actor, person_id, clock)
    mail = explain_mail(session, page.person, page.mail, _list_named(actor, page), page.known_at)
    return MailPage(page, mail, page.releases, can_tell=False, to_tell=())


def _list_named(actor: Actor, head: RecordHead) -> set[int] | None:
    """Who may be named where they got a copy; None: everybody."""
    return None if actor.person_id == head.person.id else {one.id for one in head.supervisors}


class _Maker:
    """Makes the page of today's record of what its subjects are."""

    def __init__(
        self, session: Session, rulebook: Rulebook, actor: Actor, head: RecordHead, subjects: LedgerSubjects
    ) -> None:
        self._session, self._actor, self._head, self._subjects = session, actor, head, subjects
        self._rules = confirmed_rules(session, rulebook)

    def make(self, clock: Clock, at: datetime) -> MailPage:
        session, head, subjects = self._session, self._head, self._subjects
        numbers = sorted({*subjects.fact_ids, *(one.id for one, _ in head.held)})
        held = load_held(session, self._rules, numbers) if numbers else {}
        why, copies, released, *decided = self._ask(at)
        whole = make_whole_ledger(self._rules, head.person, subjects, held, decided, at)
        book = make_copy_book(subjects.certifications.values(), copies)
        entries = make_coming_copies(whole, book)
        entries.sort(key=by_day)
        known, found = read_why(why), find_released(released[0], entries)
        keys = [*known.keys, *found.by.values()]
        names = load_names(session, keys) if keys else {}
        readers = {**book.people, **known.readers}
        mail = make_why(head.person, entries, known.reading(readers), names, _list_named(self._actor, head))
        shown = load_record(session, self._rules, head, clock, has_sources=False, held=held)
        may_tell = can_tell(session, self._actor, head.person.id, head.today)
        to_tell = _list_to_tell(entries) if may_tell else ()
        return MailPage(make_page(head, shown), mail, name_releases(found, names), may_tell, to_tell)

    def _ask(self, at: datetime) -> list[Any]:
        """In one query: why, copies, releases, and all that the ledger is made of."""
        subjects, which = self._subjects, self._subjects.are_of()
        readers = select(Reminder.recipient_id).where(which, Reminder.audience != "holder")
        person_id = self._head.person.id
        rows: Sequence[Any] = ask_together(
            self._session,
            *select_why(person_id, which, readers),
            *select_copies(subjects.certifications.values(), days_from(self._head.today)),
            select_releases(person_id, which),
            *select_ledger(subjects, at),
        )
        last = _WHY + _COPIES
        return [rows[:_WHY], rows[_WHY:last], rows[last : last + 1], *rows[last + 1 :]]


def _list_to_tell(entries: Sequence[LedgerEntry]) -> tuple[str, ...]:
    return tuple(entry.key for entry in list_to_tell(entries))
