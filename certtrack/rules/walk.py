"""Going through what is known of a certification in the order of its days, and keeping book of what it comes to."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from certtrack.rules.book import Book, Entry
from certtrack.rules.cycles import days_of, phases_of
from certtrack.rules.exams import judge
from certtrack.rules.facts import ExamFact, Outcome, StepFact, StepKind, WaiverFact
from certtrack.rules.history import Attempt, History, Relief, Request
from certtrack.rules.pack import Pack, Phase, Value
from certtrack.rules.reasons import Reason, on_record
from certtrack.rules.terms import Term, first_cycle, following_start_on, next_term

STEPS = 3
"""A step's number is its application's times this, and its own place: sent, received, answered."""

_PERCENT = 100

Event = tuple[date, int, int, Callable[[], None]]


class Walk:
    """What a history comes to by a pack; `go` fills it.

    `first` are the days of the first cycle by the rule, None where it can't say. `reasons` are what was known and made
    no difference, and why.
    """

    def __init__(self, pack: Pack, history: History, as_of: date, book: Book | None = None) -> None:
        self.book = book or Book(pack)
        self.exams: list[ExamFact] = []
        self.steps: list[StepFact] = []
        self.waivers: list[WaiverFact] = []
        self.reasons: list[Reason] = []
        self._pack, self._history, self._as_of = pack, history, as_of
        self._anchor = self._find_anchor()
        self.first = self._find_first()

    def go(self, stated: date | None = None, *, has_first: bool = True) -> "Walk":
        """Open the first cycle, unless there is none of its own; then that of a stated day; then see what happened."""
        opener = self._anchor if has_first and self.first is not None else None
        if opener is not None:
            self._note(opener, "passed")
        if has_first and self.first is not None:
            self.book.open(self.first, ("exam", opener.id) if opener else ("certification", 0))
        if stated is not None:
            self.book.open_stated(stated, self._history.issued_on)
        for _, _, _, happen in sorted(self._list_events(opener), key=lambda event: event[:3]):
            happen()
        for relief in self._history.reliefs:
            if relief.granted_on is None:
                self._give(relief, self._as_of)
        return self

    def _list_events(self, opener: Attempt | None) -> Iterator[Event]:
        for relief in self._history.reliefs:
            if relief.granted_on is not None:
                yield relief.granted_on, 0, relief.id, partial(self._give, relief, relief.granted_on)
        for request in self._history.requests:
            on = request.granted_from or request.first_on
            if on is not None:
                yield on, 1, request.id, partial(self._apply, request)
        for attempt in self._history.attempts:
            if attempt is not opener:
                yield attempt.taken_on, 2, attempt.id, partial(self._sit, attempt)

    # ---- exams

    def _find_anchor(self) -> Attempt | None:
        """The first exam that was passed: of the first way, or where there is none of the way back."""
        passed = [one for one in self._history.attempts if self._judge(one) == "passed"]
        return min(passed, key=lambda one: (one.route != "first", one.taken_on, one.id), default=None)

    def _find_first(self) -> Term | None:
        history = self._history
        passed_on = self._anchor.taken_on if self._anchor else None
        return first_cycle(self._pack, passed_on=passed_on, issued_on=history.issued_on, born_on=history.born_on)

    def _judge(self, attempt: Attempt) -> Outcome:
        if attempt.is_passed is not None:
            return "passed" if attempt.is_passed else "not_passed_yet"
        mark = self._pack.pass_percent
        return judge(attempt.score, mark.value * _PERCENT if mark and mark.value is not None else None)

    def _sit(self, attempt: Attempt) -> None:
        last, outcome = self.book.last, self._judge(attempt)
        if last is None or attempt.taken_on <= last.due_on:
            self._note(attempt, outcome)
            return
        if attempt.route == "way_back" and self._is_beyond_allowed(last, attempt):
            outcome = "not_passed_yet" if outcome == "passed" else outcome
        self._note(attempt, outcome)
        if outcome == "passed" and self._leads_back(last, attempt):
            term = first_cycle(self._pack, passed_on=attempt.taken_on, born_on=self._history.born_on)
            if term is not None:
                last.closed_on = attempt.taken_on
                self.book.open(term, ("exam", attempt.id))

    def _is_beyond_allowed(self, entry: Entry, attempt: Attempt) -> bool:
        """Counts the attempt; True where it is one more than the way back allows."""
        entry.sat += 1
        number, route = attempt.number or entry.sat, self._pack.exam_route
        if route is None or route.value.attempts is None or number <= route.value.attempts:
            return False
        values = {"taken_on": attempt.taken_on, "attempt": number, "allowed": route.value.attempts}
        self._tell("exam_beyond_attempts", route, ("exam", attempt.id), **values)
        return True

    def _leads_back(self, entry: Entry, attempt: Attempt) -> bool:
        """True for the way back by exam; where that is over, only with a training after the due day, if one is asked.

        By then the first way is a way back too.
        """
        needs = self._pack.needs.get("full_route")
        if self._phase_on(entry, attempt.taken_on) != "full_route":
            return attempt.route == "way_back"
        if needs is None or "training" not in needs.value:
            return True
        if any(entry.due_on < one.completed_on <= attempt.taken_on for one in self._history.trainings):
            return True
        self._tell("exam_without_training", needs, ("exam", attempt.id), taken_on=attempt.taken_on)
        return False

    def _phase_on(self, entry: Entry, day: date) -> Phase:
        phases = phases_of(days_of(self._pack, entry.as_fact()))
        return next(phase.phase for phase in phases if day <= phase.until_on)

    def _note(self, attempt: Attempt, outcome: Outcome) -> None:
        mark = self._pack.pass_percent
        if attempt.is_passed is None and attempt.score is not None and mark is not None and mark.value is not None:
            values = {"taken_on": attempt.taken_on, "score": attempt.score / _PERCENT, "percent": mark.value}
            self._tell("judged_by_pass_mark", mark, ("exam", attempt.id), **values)
        self.exams.append(ExamFact(attempt.id, attempt.taken_on, outcome, attempt.route))

    # ---- applications

    def _apply(self, request: Request) -> None:
        entry = self.book.at(request.first_on) if request.first_on else None
        if entry is None:
            self.reasons.append(on_record("application_without_cycle", ("application", request.id)))
            return
        self.steps += self._list_steps(request, entry.id)
        if request.granted_from is None:
            return
        if entry is not self.book.last or entry.closed_on is not None:
            self.reasons.append(on_record("application_for_closed_cycle", ("application", request.id)))
            return
        self._open_next(entry, request.granted_from, request)

    def _open_next(self, entry: Entry, granted_on: date, request: Request) -> None:
        """Open the first term that ends after the grant; where terms are missing it begins no longer ago than one."""
        record = ("application", request.id)
        term = self._find_term(entry.rule_due_on, granted_on, entry)
        while term is not None and term.due_on <= granted_on:
            later = self._find_term(term.due_on, granted_on, entry)
            term = later if later is not None and later.due_on > term.due_on else None
            if term is not None:
                start_on = following_start_on(self._pack, entry.due_on, term.due_on, granted_on)
                term = replace(term, start_on=start_on)
        if term is None:
            self._tell("next_due_not_published", self._pack.deadline, record, due_on=entry.due_on)
        else:
            self.book.open_next(term, granted_on, record)

    def _find_term(self, due_on: date, granted_on: date, entry: Entry) -> Term | None:
        return next_term(self._pack, due_on, self._history.born_on, granted_on, entry.step)

    def _list_steps(self, request: Request, cycle_id: int) -> Iterator[StepFact]:
        first, sent_on = request.id * STEPS, request.sent_on or request.postmarked_on
        if sent_on is not None:
            yield StepFact(first, cycle_id, "sent", sent_on)
        if request.received_on is not None:
            yield StepFact(first + 1, cycle_id, "received", request.received_on, request.postmarked_on)
        if request.outcome is not None and request.answered_on is not None:
            kind: StepKind = request.outcome
            yield StepFact(first + 2, cycle_id, kind, request.answered_on)

    # ---- what an authority gave

    def _give(self, relief: Relief, on: date) -> None:
        entry = self.book.at(on)
        if relief.kind == "extend":
            entry = self._extend(entry, relief)
        if entry is None:
            self.reasons.append(on_record("given_without_effect", ("waiver", relief.id), kind=relief.kind))
            return
        is_over = relief.kind != "extend" and relief.until_on is not None and relief.until_on < self._as_of
        if is_over:
            self.reasons.append(on_record("waiver_over", ("waiver", relief.id), until_on=relief.until_on))
        else:
            self.waivers.append(_make_waiver(relief, entry.id, min(on, self._as_of)))

    def _extend(self, entry: Entry | None, relief: Relief) -> Entry | None:
        """The cycle whose day it moved: the one to act for, else the one that was due next before; None for none."""
        until_on = relief.until_on
        if until_on is None:
            return None
        if entry is None or until_on <= entry.rule_due_on:
            earlier = [one for one in self.book.cycles if one.rule_due_on < until_on]
            entry = max(earlier, key=lambda one: one.rule_due_on, default=None)
        if entry is not None:
            self.book.extend(entry, until_on, ("waiver", relief.id))
        return entry

    def _tell(self, code: str, rule: Value[Any], record: tuple[str, int], **values: object) -> None:
        source = rule.source.link or rule.source.title
        self.reasons.append(Reason(code, values, self._pack.ref, source, rule.sure, (record,)))


def _make_waiver(relief: Relief, cycle_id: int, from_on: date) -> WaiverFact:
    if relief.kind == "extend":
        return WaiverFact(relief.id, cycle_id, "extension", from_on, "", due_on=relief.until_on)
    if relief.kind == "waive":
        return WaiverFact(relief.id, cycle_id, "waiver", from_on, "", relief.requirement)
    return WaiverFact(relief.id, cycle_id, "reduction", from_on, "", relief.requirement, minutes=relief.minutes)
