"""A cycle as a strip and a list: its phases in order, with the window in which an application can be sent."""

from collections.abc import Iterator
from datetime import date

from certtrack.rules.calendar import add_days
from certtrack.rules.cycles import CycleDays, PhaseDays, phases_of
from certtrack.services.person_page import ShownCertification

_STRIPS = {"grace": "grace", "late": "late", "exam_route": "route", "full_route": "route"}
_ENDED = ("revoked", "retired")
_Step = dict[str, object]


def list_steps(shown: ShownCertification) -> list[_Step]:
    """The phases of the cycle that speaks, for the timeline; empty where none does or no day counts any more."""
    days, following = shown.standing.days, shown.standing.following
    if days is None or shown.is_over or shown.standing.validity in _ENDED:
        return []
    if following is not None:  # nothing after the day comes to pass, and nothing is to be done by it
        untold: _Step = dict.fromkeys(("advice", "called", "fee", "currency"))
        last = add_days(following.start_on, -1)
        on_time = {"kind": "open", "phase": "on_time", "from_on": days.start_on, "until_on": last, "act_by": last}
        return [untold | on_time]
    return [step for phase in phases_of(days) for step in _tell(shown, days, phase)]


def _tell(shown: ShownCertification, days: CycleDays, phase: PhaseDays) -> Iterator[_Step]:
    until_on = None if phase.until_on == date.max else phase.until_on
    kind = _STRIPS.get(phase.phase, "open") if until_on else "route"  # what has no end has no length to be drawn
    told: _Step = {
        "kind": kind,
        "phase": phase.phase,
        "from_on": phase.from_on,
        "until_on": until_on,
        "act_by": phase.act_by,
        "advice": shown.pack.advice.get(phase.phase),
        "called": shown.pack.words.get(phase.phase),
        "fee": shown.pack.fees.get(phase.phase),
        "currency": shown.pack.currency,
    }
    opens_on = days.window_opens_on
    if phase.phase != "on_time" or opens_on is None or not phase.from_on < opens_on <= phase.until_on:
        yield told
        return
    before = add_days(opens_on, -1)
    untold: _Step = dict.fromkeys(("advice", "called", "fee"))
    yield told | untold | {"until_on": before, "act_by": before}
    yield told | {"kind": "window", "phase": "window", "from_on": opens_on}
