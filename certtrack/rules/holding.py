"""Whether somebody holds a current certification on a day: what the rules say of the phase that the day falls into."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from certtrack.rules.cycles import PhaseDays, phases_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack, Phase
from certtrack.rules.standing import Position

Holding = Literal["yes", "no", "unknown"]

_ENDED = ("suspended", "revoked", "retired")


def judge_holding(pack: Pack, facts: CertificationFacts, at: Position) -> Holding:
    """Whether the certification holds at the end of the position's day; `unknown` where that isn't established.

    Before the due day it does; after it where the rules say so of that phase, and not where they say that it doesn't.
    Between two readings of a phase's last day every phase that the day falls into by one of them has to say the same.
    An act of the authority, a death, and a first issue to come say no. Where no due day is on record, and before the
    first cycle, nothing is established.
    """
    if at.validity in _ENDED or (facts.died_on is not None and facts.died_on <= at.as_of):
        return "no"
    if facts.issued_on is not None and at.as_of < facts.issued_on:
        return "no"
    if at.now is None or at.days is None:
        return "yes" if at.validity == "current" else "unknown"
    here = _say(pack, at.now.phase)
    if at.as_of <= at.now.act_by:
        return here
    others = _list_following(phases_of(at.days), at.now, at.as_of)
    return here if all(_say(pack, other.phase) == here for other in others) else "unknown"


def _say(pack: Pack, phase: Phase) -> Holding:
    if phase not in pack.holds:
        return "yes" if phase == "on_time" else "unknown"
    return pack.holds[phase].value or "unknown"


def _list_following(phases: tuple[PhaseDays, ...], now: PhaseDays, as_of: date) -> Iterator[PhaseDays]:
    """The phases after this one, up to the first that no reading has to be over by `as_of`."""
    for phase in phases[phases.index(now) + 1 :]:
        yield phase
        if as_of <= phase.act_by:
            return
