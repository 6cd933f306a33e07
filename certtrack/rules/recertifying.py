"""What recertifying takes, step by step, by what the rules ask for in a phase."""

from typing import Literal

from certtrack.rules.pack import Need, Pack, Phase

StepKey = Literal["exam", "hours", "evidence", "statement", "fee", "send"]

STEPS: tuple[StepKey, ...] = ("exam", "hours", "evidence", "statement", "fee", "send")
PAPERS: tuple[Need, ...] = (
    *("application", "ce_form", "certificates", "background_check", "supervisor_letter", "service_record"),
)
"""What goes along as a paper or a file, in the order in which it is asked for."""
_WITH_HOURS: tuple[Phase, ...] = ("on_time", "grace", "late")


def list_asked(pack: Pack, phase: Phase) -> tuple[Need, ...] | None:
    """What the rules ask for in this phase; None where they don't say."""
    asked = pack.needs.get(phase)
    return asked.value if asked is not None else None


def list_papers(pack: Pack, phase: Phase) -> tuple[Need, ...]:
    """What of it goes along as a paper or a file; empty where the rules don't say."""
    asked = list_asked(pack, phase) or ()
    return tuple(need for need in PAPERS if need in asked)


def plan_steps(pack: Pack, phase: Phase, *, has_own_wording: bool) -> tuple[StepKey, ...]:
    """The steps in their order: those that the rules ask for in this phase, and the last, which is always there.

    Hours are looked through while they are asked for. `has_own_wording`: the office has words of its own to be agreed
    to; then that is a step even where the rules ask for none, but for the ways back by an exam.
    """
    asked = list_asked(pack, phase) or ()
    with_hours = pack.hours is not None and phase in _WITH_HOURS
    fee = pack.fees.get(phase)
    is_asked: dict[StepKey, bool] = {
        "exam": "exam" in asked or "training" in asked,
        "hours": with_hours,
        "evidence": with_hours or bool(list_papers(pack, phase)),
        "statement": "attestation" in asked or (has_own_wording and phase in _WITH_HOURS),
        "fee": "fee" in asked or "late_fee" in asked or (fee is not None and fee.value is not None),
        "send": True,
    }
    return tuple(step for step in STEPS if is_asked[step])
