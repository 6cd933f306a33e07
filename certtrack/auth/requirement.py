"""Whether an account must sign in by a second step: whoever sees others' records does, where it is required."""

from datetime import date

from certtrack.security import Actor, Role
from certtrack.settings import Settings


def concerns(actor: Actor) -> bool:
    """True for supervisors, administrators and auditors: everybody whose role opens records of others."""
    return any(grant.role is not Role.SPECIALIST for grant in actor.grants)


def is_required(settings: Settings, actor: Actor, today: date) -> bool:
    """True where the actor needs a second step today."""
    return settings.is_second_step_required and concerns(actor) and not _is_to_come(settings, today)


def find_first_day(settings: Settings, actor: Actor, today: date) -> date | None:
    """The day from which the actor will need one; None where they never will, or do already."""
    is_coming = settings.is_second_step_required and concerns(actor) and _is_to_come(settings, today)
    return settings.second_step_from if is_coming else None


def _is_to_come(settings: Settings, today: date) -> bool:
    return settings.second_step_from is not None and today < settings.second_step_from
