"""The coming looks and mails about days beside those of cycles, as their own planner decides. Nothing is written."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from certtrack.clock import start_of
from certtrack.db.models import Cause, OtherDay, Reminder
from certtrack.logs import get_log
from certtrack.services.forecast.future import Future
from certtrack.services.forecast.gathering import Gathered
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.lines import Line, new_line, read_line
from certtrack.services.forecast.scope import Scope
from certtrack.services.forecast.walking import KEPT, Then
from certtrack.services.other_days.day_book import DayBook
from certtrack.services.other_days.looked import Looked
from certtrack.services.other_days.planning import key_of
from certtrack.services.other_days.rulings import Rulings, list_dropped, rule_day
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.reminders.writes import values_of
from certtrack.services.rulebook import Rulebook

_MOST_LOOKS = 1000  # as for cycles: a walk must come to its end
_WAITING = ("planned", "held")


@dataclass(frozen=True, slots=True)
class OtherStep:
    """One thing that comes: `line` goes out at `at`, or with a `reason` doesn't; the rest is as for cycles."""

    looked: Looked
    line: Line
    at: datetime
    reason: str | None = None
    until_on: date | None = None
    then: Then | None = None


def list_other_days(
    session: Session, scope: Scope, until: datetime, *futures: Future, which: ColumnElement[bool] | None = None
) -> list[OtherDay]:
    """The days about which something may come until that moment; every open one where a policy changes meanwhile.

    `which` is a condition on them; None: all of the scope.
    """
    query = select(OtherDay).where(comes_of_day(until, *futures), *scope.conditions_on_days())
    query = query if which is None else query.where(which)
    return list(session.scalars(query.order_by(OtherDay.id)))


def comes_of_day(until: datetime, *futures: Future) -> ColumnElement[bool]:
    """A condition on days: those about which something may come by one of these futures."""
    waits = select(Reminder.subject_id).where(Reminder.subject_kind == OtherDay.kind, Reminder.state.in_(_WAITING))
    comes = or_(OtherDay.next_look_at <= until, OtherDay.id.in_(waits.correlate(OtherDay)))
    return or_(comes, OtherDay.closed_on.is_(None)) if any(future.switches for future in futures) else comes


@dataclass
class OtherWalk:
    """Walks one day through the coming time, from a moment on; `rules` are the future's, with what is confirmed."""

    future: Future
    rules: Rulebook
    gathered: Gathered
    book: DayBook
    day: OtherDay
    tally: Tally | None = None
    lines: list[Line] = field(default_factory=list)
    kept: dict[int, OtherStep] = field(default_factory=dict)

    def run(self, until: datetime) -> Iterator[OtherStep]:
        """All that comes until that moment, in its order; nothing of a record that can't be read."""
        known = self.gathered.loaded
        looked = self._look_at(self.began, known.causes, known.wide)
        if looked is None:
            return
        self.lines = [read_line(row) for row in looked.rows]
        held = [line for line in self.lines if line.state == "held"]
        self.kept = {line.id: OtherStep(looked, line, max(line.send_after, self.began), line.reason) for line in held}
        asked_at = self.day.next_look_at
        look_at = self._look_after(asked_at, None)
        for _ in range(_MOST_LOOKS):
            at = self._find_next(look_at)
            if at is None or at > until:
                break
            is_due = look_at is not None and look_at <= at
            if is_due or at.astimezone(ZoneInfo(looked.office_zone)).date() != looked.today:
                now = self._look_then(at)
                if now is None:
                    break
                asked_for = asked_at if asked_at is not None and asked_at <= at else at
                looked = replace(now, rows=cast("tuple[Reminder, ...]", tuple(self.lines)), look_at=asked_for)
                next_at = yield from self._look(looked, at)
                look_at, asked_at = (next_at, next_at) if is_due else (look_at, asked_at)
            yield from self._send(looked, at)
        yield from self.kept.values()

    @property
    def began(self) -> datetime:
        """The first moment of the walk."""
        return self.gathered.span[0]

    def _look_at(self, at: datetime, causes: Mapping[int, Cause], wide: Sequence[WideCause]) -> Looked | None:
        """The day as it is then, by the policies of these rules; None where its record can't be read."""
        rows = self.gathered.rows.get((self.day.kind, self.day.id), ())
        return replace(self.book, rulebook=self.rules).try_to_look(self.day, rows, at, causes, wide)

    def _look_then(self, at: datetime) -> Looked | None:
        """The day as it is looked at by then, with the causes that the guard holds by then."""
        future, known = self.future, self.gathered.loaded
        on = at.astimezone(ZoneInfo(self.book.zones[self.day.organization_id])).date()
        causes = future.causes_on(on, known.causes)
        looked = self._look_at(at, causes, future.wide_at(at, on, known.wide, self.began))
        if looked is None:
            return None
        told = future.told_on(on)
        is_told = looked.is_told or any((self.day.cause_id, number) in told for number in looked.holder_ids)
        return replace(looked, is_told=is_told)

    def _look_after(self, planned_at: datetime | None, after: datetime | None) -> datetime | None:
        """The moment of the next look: the planned one, or a policy's change before it; None where there is none."""
        moments = [max(planned_at, self.began)] if planned_at is not None else []
        switch = self.future.next_switch_of_days(self.day.credential, after)
        return min([*moments, *([switch] if switch else [])], default=None)

    def _find_next(self, look_at: datetime | None) -> datetime | None:
        sends = [max(line.send_after, self.began) for line in self.lines if line.state == "planned"]
        return min([*sends, *([look_at] if look_at is not None else [])], default=None)

    def _look(self, looked: Looked, at: datetime) -> Generator[OtherStep, None, datetime | None]:
        """One look of the planner; returns the moment of the next, None where none is to come."""
        for row, reason in list_dropped(looked):
            row.state, row.reason = "superseded", reason
        rulings = self._rule(looked, at)
        if rulings is None or looked.policy is None:
            return self._look_after(None, at)
        for gone, reason in rulings.recalled:
            gone.state, gone.reason = "superseded", reason
        for ruling in rulings.made:
            values = values_of(ruling, looked.policy.ref, ruling.cause_id, at)
            if ruling.row is None:
                line = new_line({**key_of(looked.day, ruling), **values}, len(self.lines) + 1)
                self.lines.append(line)
            else:
                line = cast("Line", ruling.row)
                _set(line, values)
            if self.tally is not None:
                self.tally.count_day(looked, line)
            yield from self._keep(looked, line, at)
        next_at = start_of(rulings.next_on, looked.office_zone) if rulings.next_on is not None else None
        return self._look_after(next_at, at)

    def _rule(self, looked: Looked, at: datetime) -> Rulings | None:
        if looked.policy is None:
            return None
        try:
            return rule_day(looked, looked.policy, at)
        except Exception as error:  # noqa: BLE001  # as the planner: one record that nobody can read keeps nobody else
            get_log().error("not_foreseen", other_day=self.day.id, kind=type(error).__name__)
            return None

    def _keep(self, looked: Looked, line: Line, at: datetime) -> Iterator[OtherStep]:
        if (before := self.kept.pop(line.id, None)) is not None:
            yield replace(before, until_on=looked.today, then="goes" if line.state == "planned" else "replaced")
        if line.state in KEPT:
            self.kept[line.id] = OtherStep(looked, line, max(line.send_after, at), line.reason)

    def _send(self, looked: Looked, at: datetime) -> Iterator[OtherStep]:
        for line in self.lines:
            if line.state == "planned" and line.send_after <= at:
                line.settled_at = at
                line.state = "expired" if line.valid_until <= at else "sent"
                if line.state == "sent":
                    yield OtherStep(looked, line, at)


def _set(line: Line, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(line, name, value)
