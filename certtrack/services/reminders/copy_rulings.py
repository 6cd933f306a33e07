"""What is decided about copies of stages: who is told some days after the holder. Nothing is read here.

Each recipient's copies are a track of their own: the most urgent one that has come is told, the others are overtaken.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from certtrack.db.models import Person
from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import CopyTo, Decision, Policy, StageDay, StageKey, copy_days, decide
from certtrack.services.reminders.arming import UNSENT
from certtrack.services.reminders.copies import COPIED, ENDED
from certtrack.services.reminders.copy_subjects import CopySubject
from certtrack.services.reminders.holder_first import HeadStart, Own, find_head_start
from certtrack.services.reminders.moves import MOVED, SPOKEN
from certtrack.services.reminders.obstacles import POLICY_CHANGED
from certtrack.services.reminders.rows import OVERTAKEN, Ruling, is_open, key_of
from certtrack.services.reminders.subject_rows import AnyRow

_Copies = dict[StageKey, tuple[StageDay, CopyTo]]


@dataclass(frozen=True, slots=True)
class CopyRulings:
    """All that one look decides about copies. `next_look_on`: when another may come, None for never."""

    made: tuple[Ruling, ...]
    recalled: tuple[tuple[AnyRow, str], ...]
    next_look_on: date | None


def rule_copies(
    subject: CopySubject,
    stages: tuple[StageDay, ...],
    rows: Mapping[StageKey, AnyRow],
    made: Iterable[Ruling],
    at: datetime,
) -> CopyRulings:
    """Decide on the copies that have come; `stages` are those that are told at all.

    `rows` are the holder's reminders as they were, `made` what was decided about them just now.
    """
    if not subject.policy.has_copies and all(row.audience == "holder" for row in subject.rows):
        return CopyRulings((), (), None)
    looking = _Look(subject, stages, _list_own(rows, made), at)
    days = [day for audience in COPIED for day in copy_days(subject.policy, stages, audience)]
    coming = [day.stage_on for day in days if day.stage_on > subject.today]
    rulings = [looking.rule(person, audiences) for person, audiences in _list_people(subject)]
    waits = [on for _, on in rulings if on is not None]
    change_on = subject.copies_change_on
    if change_on is not None and any(day.stage_on <= subject.today and change_on <= day.valid_until for day in days):
        waits.append(change_on)  # whoever gets copies from that day on is told what is still running by then
    return CopyRulings(
        made=tuple(ruling for each, _ in rulings for ruling in each),
        recalled=tuple(_recall(subject, {day.key: day.anchor_on for day in days})),
        next_look_on=min([*coming, *waits], default=None),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the copies of a subject."""

    subject: CopySubject
    stages: tuple[StageDay, ...]
    own: Sequence[Own]
    at: datetime

    def rule(self, person: Person, audiences: Sequence[CopyTo]) -> tuple[list[Ruling], date | None]:
        """What is decided for one recipient, and when to look again for them before the next copy's day."""
        subject, copies = self.subject, _list_copies(self.subject.policy, self.stages, audiences)
        rows = _list_rows(subject, person, copies)
        done = frozenset(key for key, row in rows.items() if not is_open(row)) | _list_heard(subject, copies)
        days = [day for day, _ in copies.values()]
        decision = decide(days, subject.today, date.min, done)
        made = [*self._set_aside(person, copies, decision, rows)]
        if decision.reached is None:
            return made, None
        former = self._ask_former(audiences, rows)
        ruled, look_on = self._reach(person, copies[decision.reached.key], former, rows.get(decision.reached.key))
        nexts = [look_on, *(each.next_stage_on for each in former.values())]
        return [*made, *ruled], min((day for day in nexts if day is not None), default=None)

    def _set_aside(
        self, person: Person, copies: _Copies, decision: Decision, rows: Mapping[StageKey, AnyRow]
    ) -> Iterator[Ruling]:
        """What was decided about earlier copies, and not sent; of one that nobody decided on there is no word."""
        for stage in decision.overtaken:
            row = rows.get(stage.key)
            if row is None or row.state in ("suppressed", "failed"):
                continue  # those keep the word that says why
            is_last = decision.reached is None and stage is decision.overtaken[-1]
            is_expired = is_last and stage.valid_until < self.subject.today
            to = self.subject.make_recipient(person, copies[stage.key][1])
            yield to.set_aside(stage, row, None if is_expired else OVERTAKEN, None)

    def _reach(
        self, person: Person, copy: tuple[StageDay, CopyTo], former: Mapping[int, Decision], row: AnyRow | None
    ) -> tuple[list[Ruling], date | None]:
        """The copy that was reached: planned, unless the holder is to have more time, or it isn't to be told."""
        (stage, audience), today = copy, self.subject.today
        verdict = self.subject.judge_copy(former, stage, row, person)
        if verdict.state in ("planned", "held"):
            start = self._find_start(stage)
            if self.subject.waits_for_release:
                return [], None  # the release has it looked at again
            if start.is_waiting:
                return [], add_days(today, 1) if start.will_be_told else None
            stage = replace(stage, stage_on=max(stage.stage_on, self._find_first_day(start)))
            if stage.stage_on > today:
                return [], stage.stage_on
        return [*self.subject.make_recipient(person, audience).decide(stage, row, verdict, self.at)], None

    def _find_start(self, copy: StageDay) -> HeadStart:
        own_on = next(stage.stage_on for stage in self.stages if stage.key == copy.key)
        return find_head_start(self.own, own_on)

    def _find_first_day(self, start: HeadStart) -> date:
        """The first day on which the holder has had their head start, as the mail to them said."""
        if start.told_at is None:
            return date.min
        told_on = start.told_at.astimezone(ZoneInfo(self.subject.office_zone)).date()
        return add_days(told_on, self.subject.policy.copy_after_days)

    def _ask_former(self, audiences: Sequence[CopyTo], rows: Mapping[StageKey, AnyRow]) -> dict[int, Decision]:
        """What the policies that changes replaced would have copied by now."""
        found = {}
        known = {stage.key for stage in self.stages}
        told = frozenset(key for key, row in rows.items() if row.state in (*SPOKEN, "expired"))
        for cause_id, policy, stages in self.subject.list_former():
            still = tuple(stage for stage in stages if stage.key in known)
            copies = [day for day, _ in _list_copies(policy, still, audiences).values()]
            found[cause_id] = decide(copies, self.subject.today, date.min, told)
        return found


def _list_people(subject: CopySubject) -> list[tuple[Person, list[CopyTo]]]:
    """Everybody who may get copies, each once, with what they get them as."""
    people = {person.id: person for audience in COPIED for person in subject.copied[audience]}
    return [
        (person, [audience for audience in COPIED if person in subject.copied[audience]]) for person in people.values()
    ]


def _list_copies(policy: Policy, stages: tuple[StageDay, ...], audiences: Iterable[CopyTo]) -> _Copies:
    found: _Copies = {}
    for audience in audiences:
        for day in copy_days(policy, stages, audience):
            found.setdefault(day.key, (day, audience))
    return found


def _list_rows(subject: CopySubject, person: Person, copies: _Copies) -> dict[StageKey, AnyRow]:
    """The person's copies of the days as they are now; one that was sent goes before any other."""
    readings = subject.readings
    found = []
    for row in subject.rows:
        copy = copies.get(key_of(row))
        if (
            row.audience == "holder"
            or copy is None
            or subject.same.get(row.recipient_id, row.recipient_id) != person.id
        ):
            continue
        is_told = row.state in SPOKEN and row.anchor_on in readings
        if is_told or (row.anchor_on == copy[0].anchor_on and row.recipient_id == person.id):
            found.append(row)
    return {key_of(row): row for row in sorted(found, key=lambda row: row.state in SPOKEN)}


def _list_heard(subject: CopySubject, copies: _Copies) -> frozenset[StageKey]:
    """Copies that somebody heard in whose place others are now: what they heard isn't told to those anew."""
    readings, heard = subject.readings, set[StageKey]()
    for row in subject.rows:
        copy = copies.get(key_of(row))
        if copy is None or row.audience != copy[1] or row.state not in SPOKEN or row.anchor_on not in readings:
            continue
        final = subject.same.get(row.recipient_id, row.recipient_id)
        if all(final != person.id for person in subject.copied[copy[1]]):
            heard.add(key_of(row))
    return frozenset(heard)


def _recall(subject: CopySubject, days: Mapping[StageKey, date]) -> Iterator[tuple[AnyRow, str]]:
    """Unsent copies to whoever isn't to get them any more, and of days or stages that are no more."""
    chosen = {person.id for audience in COPIED for person in subject.copied[audience]}
    for row in subject.rows:
        if row.audience == "holder" or row.state not in UNSENT:
            continue
        if row.recipient_id in subject.same:
            yield row, "merged"
        elif row.recipient_id not in chosen:
            yield row, ENDED[row.audience]
        elif key_of(row) not in days:
            yield row, POLICY_CHANGED
        elif row.anchor_on != days[key_of(row)]:
            yield row, "day_moved"


def _list_own(rows: Mapping[StageKey, AnyRow], made: Iterable[Ruling]) -> list[Own]:
    """The holder's reminders with what was just decided about them."""
    newest = {
        key: Own(row.stage_on, row.state, row.reason, row.settled_at) for key, row in rows.items() if row.stage != MOVED
    }
    for ruling in made:
        if ruling.stage.stage != MOVED:
            newest[ruling.stage.key] = Own(ruling.stage.stage_on, ruling.state, ruling.reason, None)
    return list(newest.values())
