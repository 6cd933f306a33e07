"""The next thing to do for a certification, as a code with values: an edge puts it into words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from certtrack.rules.facts import CertificationFacts
from certtrack.rules.history import History
from certtrack.rules.hours_rule import Area, Minimum
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import AREAS, TOTAL
from certtrack.rules.standing import Standing

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
    "log_hours",
    "log_area_hours",
    "meet_requirement",
    "ask_about_hours",
    "wait_for_window",
    "send_application",
]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next. Values are days, codes and whole numbers; `by` is the last day for it, the earliest reading."""

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
    by = standing.next_on
    if standing.phase in ("exam_route", "full_route"):
        return _way_back(pack, history, standing)
    short = _find_short(pack, standing, by)
    if short is not None:
        return short
    opens_on = standing.days.window_opens_on if standing.days else None
    if opens_on is not None and standing.as_of < opens_on:
        return NextStep("wait_for_window", {"on": opens_on, "by": by})
    return NextStep("send_application", {"by": by, "phase": standing.phase, "hours": standing.hours})


def _find_short(pack: Pack, standing: Standing, by: date | None) -> NextStep | None:
    """The hours that are still to be earned: those of the total first, then those of an area."""
    lines = [line for line in standing.counted.requirements if line.open]
    if not lines:
        return None
    first = lines[0]
    if standing.phase != "on_time" and _is_too_late_to_earn(pack) and first.unit == "minutes":
        return NextStep("ask_about_hours", {"minutes": first.open})
    if first.key == TOTAL:
        return NextStep("log_hours", {"minutes": first.open, "by": by})
    if first.dimension == AREAS:
        return NextStep("log_area_hours", {"area": first.key, "minutes": first.open, "by": by})
    return NextStep("meet_requirement", {"requirement": first.key, first.unit: first.open, "by": by})


def _is_too_late_to_earn(pack: Pack) -> bool:
    """True where nothing that is earned after the due day counts; with a look back from the day asked for it does."""
    return pack.earn_until.value == "due" and pack.late_hours_months is None


def _way_back(pack: Pack, history: History, standing: Standing) -> NextStep:
    if standing.passed_on is not None:
        return NextStep("wait_for_answer", {"since": standing.passed_on, "application": "none"})
    asked = pack.needs.get(standing.phase) if standing.phase else None
    needs = asked.value if asked else ()
    due_on = standing.days.due_on if standing.days else standing.as_of
    completed = [one for one in history.trainings if due_on < one.completed_on <= standing.as_of]
    if "training" in needs and not completed:
        return NextStep("complete_training", {"minutes": None})
    return NextStep("take_exam", {"route": "way_back", "by": standing.next_on})
