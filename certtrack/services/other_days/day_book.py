"""What is on record of many days at once: by it each of them can be looked at as of any moment."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import (
    Cause,
    OtherDay,
    Person,
    Reminder,
)
from certtrack.logs import get_log
from certtrack.rules.applications import ON_ITS_WAY
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.other_days import OtherKind
from certtrack.rules.pack import Pack
from certtrack.rules.standing import find_position
from certtrack.services.other_days.day_rows import COMMON, Holding, Mails, ask_of, list_copied, prepare
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.policies import make_day_policies
from certtrack.services.reminders.copies import NOBODY, CopyBook, CopyPeople, make_copy_book
from certtrack.services.reminders.subject_rows import make_refused
from certtrack.services.reminders.told_terms import ToldTerms, make_told
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

_SILENT = ("suspended", "revoked", "retired")

Held = Mapping[int, tuple[Pack, CertificationFacts]]


@dataclass(frozen=True, slots=True)
class DayBook:
    """What is on record of some days. `zones` are those of organizations, `credentials` what each deals with.

    `same` says whom people were merged into; the rest is as in `Looked`, for all days together.
    """

    rulebook: Rulebook
    zones: Mapping[int, str]
    credentials: Mapping[int, Collection[str]]
    holders: Mapping[int, Person]
    same: Mapping[int, int]
    released: Collection[tuple[int | None, int]]
    told: Collection[tuple[int | None, int]]
    refused: dict[int, str]
    doubtful: frozenset[int]
    told_by_cycles: ToldTerms = field(default_factory=dict)
    with_cycle: Collection[int] = frozenset()
    copies: CopyBook | None = None
    held: Held = field(default_factory=dict)

    def look(
        self,
        day: OtherDay,
        rows: Sequence[Reminder],
        at: datetime,
        causes: Mapping[int, Cause],
        wide: Sequence[WideCause],
    ) -> Looked:
        """The day as it is at that moment, with these reminders, while these causes may hold what is told of it."""
        zone, holder = self.zones[day.organization_id], self.holders[day.person_id]
        today, ids = at.astimezone(ZoneInfo(zone)).date(), self._list_same(holder.id) | {day.person_id}
        policies = make_day_policies(self.rulebook, day, self.credentials.get(day.organization_id, ()), at)
        concerned = [one for one in wide if policies.is_concerned(one)]
        its = tuple(one for one in concerned if not any((one.cause.id, number) in self.released for number in ids))
        is_term, cause = day.kind == "provisional_term", causes.get(day.cause_id or 0)
        has_cycle = is_term and day.source_id in self.with_cycle
        told_of_term = self.told_by_cycles.get(day.source_id, {}) if is_term else {}
        copied, copies_change_on = self._find_copied(day, at)
        is_held = cause is not None and cause.state == "held"
        return Looked(
            day=day,
            kind=cast("OtherKind", day.kind),
            holder=holder,
            holder_ids=ids,
            office_zone=zone,
            today=today,
            policy=policies.stages,
            silence=self._find_silence(day, today),
            rows=tuple(rows),
            refused=self.refused,
            doubtful=self.doubtful,
            look_at=day.next_look_at,
            is_dropped=policies.is_dropped,
            wide=its,
            former={one.cause.id: policies.find_former(one, has_cycle=has_cycle) for one in its},
            cause=cause,
            is_released=any((day.cause_id, number) in self.released for number in ids),
            is_told=is_held and any((day.cause_id, number) in self.told for number in ids),
            told_until=told_of_term.get(day.due_on, date.min),
            copied=copied,
            copies_change_on=copies_change_on,
            same=self.copies.same if self.copies is not None else {},
        )

    def try_to_look(
        self,
        day: OtherDay,
        rows: Sequence[Reminder],
        at: datetime,
        causes: Mapping[int, Cause],
        wide: Sequence[WideCause],
    ) -> Looked | None:
        """The same; None where its record can't be read."""
        try:
            return self.look(day, rows, at, causes, wide)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
            get_log().error("day_not_read", other_day=day.id, kind=type(error).__name__)
        return None

    def _list_same(self, holder_id: int) -> frozenset[int]:
        return frozenset({holder_id, *(number for number, into_id in self.same.items() if into_id == holder_id)})

    def _find_silence(self, day: OtherDay, today: date) -> str | None:
        held = self.held.get(day.certification_id or 0)
        if held is None:
            return None
        standing = find_position(*held, today)
        if standing.validity in _SILENT:
            return standing.validity
        if any(said.kind == "not_going_on" for said in standing.intentions):
            return "not_going_on"
        is_sent = standing.application == "received" or (standing.application in ON_ITS_WAY and today <= day.due_on)
        return "application_sent" if day.kind == "provisional_term" and is_sent else None

    def _find_copied(self, day: OtherDay, at: datetime) -> tuple[CopyPeople, date | None]:
        """Who gets copies then, by the clock of the organization that keeps the certification, and when others may."""
        one = self.copies.certifications.get(day.certification_id or 0) if self.copies is not None else None
        if one is None or self.copies is None:
            return NOBODY, None
        on = at.astimezone(ZoneInfo(self.zones[one.organization_id])).date()
        return self.copies.of(one.id, on), next(iter(self.copies.list_changes(one.id, on)), None)


def load_day_book(
    session: Session,
    rulebook: Rulebook,
    days: Sequence[OtherDay],
    rows: Sequence[Reminder],
    span: tuple[datetime, datetime],
    causes: Holding,
    facts: Held | None = None,
) -> DayBook:
    """What is on record of these days and their reminders, for looks from the first to the second moment of `span`.

    One query, and where certifications are concerned those of their facts, unless `facts` has them.
    """
    mails = Mails(
        failed={row.email_id for row in rows if row.state == "failed" and row.email_id is not None},
        left={row.email_id for row in rows if row.state == "superseded" and row.email_id is not None},
        others={row.recipient_id for row in rows if row.audience != "holder"},
    )
    asked = ask_of(days, mails, span, causes)
    found = prepare(has_certifications=bool(asked.numbers)).ask(session, asked.as_params())
    numbers = sorted({day.certification_id for day in days if day.certification_id is not None})
    if facts is None:
        facts = load_held(session, confirmed_rules(session, rulebook), numbers, counts_hours=False) if numbers else {}
    return make_day_book(rulebook, days, found, facts)


def make_day_book(rulebook: Rulebook, days: Sequence[OtherDay], found: Sequence[Sequence[Any]], held: Held) -> DayBook:
    """The book of these days, of the rows of `select_day_book`; `held` has rules and facts by certification."""
    holders, merged, zones, dealt, released, told, *rest = found[:COMMON]
    credentials: dict[int, set[str]] = defaultdict(set)
    for place, credential in dealt:
        credentials[place].add(credential)
    common: dict[str, Any] = {
        "rulebook": rulebook,
        "zones": dict(zones),
        "credentials": credentials,
        "holders": dict(holders),
        "same": dict(merged),
        "released": {(cause_id, person_id) for cause_id, person_id in released},
        "told": {(cause_id, person_id) for cause_id, person_id in told},
        "refused": make_refused(*rest[:3]),
        "doubtful": frozenset(rest[3]),
        "held": held,
    }
    if not list_copied(days):
        return DayBook(**common)
    by_cycles, with_cycle, certifications, *copies = found[COMMON:]
    return DayBook(
        **common,
        told_by_cycles=make_told(by_cycles),
        with_cycle=frozenset(with_cycle),
        copies=make_copy_book(certifications, copies),
    )
