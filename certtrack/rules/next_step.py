"""The next thing to do for a certification, as a code with values: an edge puts it into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from certtrack.rules.facts import CertificationFacts
from certtrack.rules.history import History
from certtrack.rules.hours_rule import Area, Minimum
from certtrack.rules.judging import do_hours_count
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import AREAS, TOTAL
from certtrack.rules.standing import Standing
from certtrack.rules.what_if import is_beside

StepCode = Literal[
    "nothing",
    "ask_about_suspension",
    "enter_exam_or_due_day",
    "complete_training",
    "take_exam",
    "enter_due_day",
    "enter_birthday",
    "wait_for_start",
    "next_cycle_on_record",
    "wait_for_answer",
    "not_going_on",
    "log_hours",
    "log_area_hours",
    "meet_requirement",
    "ask_about_hours",
    "ask_whether_hours_count",
    "wait_for_window",
    "send_application",
]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next. Values are days, codes and whole numbers.

    `by` is the last day for it in its earliest reading that hasn't passed; `was_by`, where it is there, one that has.
    """

    code: StepCode
    values: Mapping[str, object] = field(default_factory=dict)


def find_next_step(pack: Pack, history: History, facts: CertificationFacts, standing: Standing) -> NextStep:
    """The next thing to do as of the standing's day; `nothing` where the record has ended."""
    has_ended = facts.died_on is not None and facts.died_on <= standing.as_of
    if has_ended or standing.validity in ("revoked", "retired"):
        return NextStep("nothing")
    if standing.validity == "suspended":
        return NextStep("ask_about_suspension")
    if standing.cycle is None:
        return _before_a_cycle(pack, history, standing)
    if standing.following is not None:
        days = {"start_on": standing.following.start_on, "due_on": standing.following.due_on}
        return NextStep("next_cycle_on_record", days)
    return _in_cycle(pack, history, standing)


def find_named(pack: Pack, step: NextStep) -> Area | Minimum | None:
    """What the pack says of the area or requirement that the step names; None where it names none."""
    key = step.values.get("area") or step.values.get("requirement")
    if pack.hours is None or key is None:
        return None
    lines: tuple[Area | Minimum, ...] = (*pack.hours.areas, *pack.hours.minima)
    return next((one for one in lines if one.key == key), None)


def _before_a_cycle(pack: Pack, history: History, standing: Standing) -> NextStep:
    if standing.next_code == "starts":
        return NextStep("wait_for_start", {"on": standing.next_on})
    known = [one for one in history.attempts if one.taken_on <= standing.as_of]
    if any(one.is_passed for one in known) or history.issued_on is not None:
        needs_birthday = pack.deadline.value.rule == "birthday" and history.born_on is None
        return NextStep("enter_birthday" if needs_birthday else "enter_due_day")
    completed = [one for one in history.trainings if one.completed_on <= standing.as_of]
    if not completed and not known:
        return NextStep("enter_exam_or_due_day")
    missing = _missing_minutes(pack, sum(one.minutes or 0 for one in completed)) if completed else 0
    if missing:
        return NextStep("complete_training", {"minutes": missing})
    return NextStep("take_exam", {"route": "first", "by": None})


def _missing_minutes(pack: Pack, attended: int) -> int:
    readings = (pack.training.minutes.value if pack.training else None) or (0,)
    return max(readings[0] - attended, 0)


def _in_cycle(pack: Pack, history: History, standing: Standing) -> NextStep:
    if standing.step is not None and standing.step.kind in ("sent", "submitted", "received"):
        return NextStep("wait_for_answer", {"since": standing.step.on, "application": standing.step.kind})
    stopped = next((said for said in standing.intentions if said.kind == "not_going_on"), None)
    if stopped is not None:
        return NextStep("not_going_on", {"said_on": stopped.said_on})
    by = _list_last_days(standing)
    if standing.phase in ("exam_route", "full_route"):
        return _way_back(pack, history, standing)
    short = _find_short(pack, standing, by)
    if short is not None:
        return short
    opens_on = standing.days.window_opens_on if standing.days else None
    if opens_on is not None and standing.as_of < opens_on:
        return NextStep("wait_for_window", {"on": opens_on, **by})
    return NextStep("send_application", {**by, "phase": standing.phase, "hours": standing.hours})


def _list_last_days(standing: Standing) -> dict[str, date | None]:
    days = {"by": standing.next_on}
    return days if standing.was_by is None else {**days, "was_by": standing.was_by}


def _find_short(pack: Pack, standing: Standing, by: Mapping[str, date | None]) -> NextStep | None:
    """The hours that are still to be earned: those of the total first, then those of an area."""
    lines, days = [line for line in standing.counted.requirements if line.open], standing.days
    if not lines or days is None:
        return None
    first = lines[0]
    counts_now = do_hours_count(pack, days, standing.as_of)
    if counts_now == "no" and first.unit == "minutes":
        return NextStep("ask_about_hours", {"minutes": first.open})
    kind = "area" if first.dimension == AREAS and first.key != TOTAL else "requirement"
    asked = {kind: first.key, first.unit: first.open}
    if counts_now is None and not is_beside(first):
        return NextStep("ask_whether_hours_count", asked | {"due_on": days.due_on, **by})
    if first.key == TOTAL:
        return NextStep("log_hours", {"minutes": first.open, **by})
    return NextStep("log_area_hours" if kind == "area" else "meet_requirement", {**asked, **by})


def _way_back(pack: Pack, history: History, standing: Standing) -> NextStep:
    if standing.passed_on is not None:
        return NextStep("wait_for_answer", {"since": standing.passed_on, "application": "none"})
    asked = pack.needs.get(standing.phase) if standing.phase else None
    needs = asked.value if asked else ()
    due_on = standing.days.due_on if standing.days else standing.as_of
    completed = [one for one in history.trainings if due_on < one.completed_on <= standing.as_of]
    if "training" in needs and not completed:
        return NextStep("complete_training", {"minutes": None})
    return NextStep("take_exam", {"route": "way_back", **_list_last_days(standing)})
