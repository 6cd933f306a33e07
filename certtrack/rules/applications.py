"""How far the application of a cycle is, and what its holder says of going on."""

from datetime import date

from certtrack.rules.calendar import add_days
from certtrack.rules.cycles import CycleDays
from certtrack.rules.facts import CertificationFacts, CycleFact, IntentionFact, StepFact

_LAST_CALL_DAYS = 14


def find_step(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> StepFact | None:
    """The last step of this cycle's application on or before `as_of`; None where there is none.

    Of two on one day the one that was recorded later.
    """
    mine = [step for step in facts.steps if step.cycle_id == cycle.id and step.on <= as_of]
    return max(mine, key=lambda step: (step.on, step.id), default=None)


def list_intentions(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> tuple[IntentionFact, ...]:
    """What was said of this cycle on or before `as_of`, in the order of days."""
    mine = [said for said in facts.intentions if said.cycle_id == cycle.id and said.said_on <= as_of]
    return tuple(sorted(mine, key=lambda said: (said.said_on, said.id)))


def find_hush_end(days: CycleDays, asked: IntentionFact) -> date:
    """The first day on which reminders go on though more time was asked for, and nobody has given it.

    That is the day until which it was asked for, and 14 days before the due day at the latest: an answer that never
    comes must not cost anybody the day.
    """
    last_call = add_days(days.due_on, -_LAST_CALL_DAYS)
    return min(asked.until_on or last_call, last_call)
