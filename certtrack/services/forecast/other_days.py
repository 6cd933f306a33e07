"""The coming looks and mails about days beside those of cycles, as their own planner decides. Nothing is written."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Organization, OtherDay, Reminder
from certtrack.logs import get_log
from certtrack.services.forecast.future import Future
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.lines import Line, new_line
from certtrack.services.forecast.scope import Scope
from certtrack.services.forecast.walking import KEPT, Then
from certtrack.services.guard import load_causes
from certtrack.services.other_days.loading import Looked, load_looked
from certtrack.services.other_days.planning import key_of, list_causes
from certtrack.services.other_days.records import start_of
from certtrack.services.other_days.rulings import Rulings, list_dropped, rule_day
from certtrack.services.reminder_writes import values_of
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.wide_causes import WideCause, load_wide

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


def list_other_days(session: Session, scope: Scope, until: datetime, *futures: Future) -> list[OtherDay]:
    """The days about which something may come until that moment; every open one where a policy changes meanwhile."""
    waits = select(Reminder.subject_id).where(Reminder.subject_kind == OtherDay.kind, Reminder.state.in_(_WAITING))
    comes = or_(OtherDay.next_look_at <= until, OtherDay.id.in_(waits.correlate(OtherDay)))
    if any(future.switches for future in futures):
        comes = or_(comes, OtherDay.closed_on.is_(None))
    query = select(OtherDay).where(comes, *scope.conditions_on_days())
    return list(session.scalars(query.order_by(OtherDay.id)))


@dataclass
class OtherWalk:
    """Walks one day through the coming time, from a moment on."""

    session: Session
    future: Future
    day: OtherDay
    began: datetime
    tally: Tally | None = None
    lines: list[Line] = field(default_factory=list)
    kept: dict[int, OtherStep] = field(default_factory=dict)

    def run(self, until: datetime) -> Iterator[OtherStep]:
        """All that comes until that moment, in its order."""
        rules = confirmed_rules(self.session, self.future.rulebook)
        causes = load_causes(self.session, list_causes(self.session, [self.day]))
        wide = load_wide(self.session, causes.values())
        [looked] = load_looked(self.session, rules, [self.day], self.began, causes, wide)
        self.lines = [_read_line(row) for row in looked.rows]
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
                now = self._load(rules, at, causes, wide)
                asked_for = asked_at if asked_at is not None and asked_at <= at else at
                looked = replace(now, rows=cast("tuple[Reminder, ...]", tuple(self.lines)), look_at=asked_for)
                next_at = yield from self._look(looked, at)
                look_at, asked_at = (next_at, next_at) if is_due else (look_at, asked_at)
            yield from self._send(looked, at)
        yield from self.kept.values()

    def _load(self, rules: Rulebook, at: datetime, causes: Mapping[int, Cause], wide: Sequence[WideCause]) -> Looked:
        """The day as it is looked at by then, with the causes that the guard holds by then."""
        future = self.future
        on = at.astimezone(ZoneInfo(self.session.get_one(Organization, self.day.organization_id).zone)).date()
        then = future.causes_on(on, causes), future.wide_at(at, on, wide, self.began)
        [looked] = load_looked(self.session, rules, [self.day], at, *then)
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


def _read_line(row: Reminder) -> Line:
    return Line(**{column.key: getattr(row, column.key) for column in Reminder.__table__.columns})


def _set(line: Line, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(line, name, value)
