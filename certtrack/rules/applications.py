"""How far the application of a cycle is, and what its holder says of going on."""

from datetime import date
from typing import Literal

from certtrack.rules.calendar import add_days
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CertificationFacts, CycleFact, IntentionFact, StepFact
from certtrack.rules.pack import Pack

ON_ITS_WAY = ("sent", "submitted")
"""The steps that send an application, which is called so until an answer: under a keeper, and under a granter."""
_LAST_CALL_DAYS = 14
_PLAN_DAYS = 31

Timely = Literal["yes", "no", "unsure"]


def find_step(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> StepFact | None:
    """The last step of this cycle's application on or before `as_of`; None where there is none.

    Of two on one day the one that was recorded later.
    """
    if not facts.steps:
        return None
    mine = [step for step in facts.steps if step.cycle_id == cycle.id and step.on <= as_of]
    return max(mine, key=lambda step: (step.on, step.id), default=None)


def judge_arrival(pack: Pack, days: CycleDays, received_on: date, postmarked_on: date | None) -> Timely:
    """Whether what arrived on `received_on` was in time for the due day: by the postmark where the pack says so.

    `unsure` where the pack doesn't say which day counts and that makes a difference, or between two readings of the
    due day. A postmark later than the arrival is none.
    """
    by_post = min(postmarked_on or received_on, received_on)
    counting = {"received": {received_on}, "received_or_postmarked": {by_post}}
    verdicts = {_judge_day(days, day) for day in counting.get(pack.counts_by.value or "", {received_on, by_post})}
    return verdicts.pop() if len(verdicts) == 1 else "unsure"


def list_intentions(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> tuple[IntentionFact, ...]:
    """What was said of this cycle on or before `as_of`, in the order of days."""
    mine = [said for said in facts.intentions if said.cycle_id == cycle.id and said.said_on <= as_of]
    return tuple(sorted(mine, key=lambda said: (said.said_on, said.id)))


def _judge_day(days: CycleDays, day: date) -> Timely:
    if day <= days.due_on:
        return "yes"
    return "unsure" if day <= days.due_on_latest else "no"


def list_taken(facts: CertificationFacts, cycle: CycleFact) -> frozenset[int]:
    """The credits that the end of another cycle rested on: none of them counts a second time in this one."""
    return frozenset(number for basis in facts.bases if basis.cycle_id != cycle.id for number in basis.credit_ids)


def find_hush_end(days: CycleDays, asked: IntentionFact) -> date:
    """The first day on which reminders go on though more time was asked for, and nobody has given it.

    That is the day until which it was asked for, and 14 days before the due day at the latest: an answer that never
    comes must not cost anybody the day. The same of a plan: one that comes to nothing must not, either.
    """
    last_call = add_days(days.due_on, -_LAST_CALL_DAYS)
    return min(asked.until_on or last_call, last_call)


def find_last_plan_day(days: CycleDays, today: date) -> date:
    """The last day that a plan made `today` may name: the due day, and once that has come, a month on."""
    return days.due_on if today < days.due_on else add_days(today, _PLAN_DAYS)
