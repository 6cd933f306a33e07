"""How far one person is in a training: minutes that were attended, that were missed, and whether they are enough."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from certtrack.rules.pack import TrainingRule

Lack = Literal["minutes_short", "time_missed", "not_noted"]
EnrollmentState = Literal["applied", "accepted", "waiting_list", "declined", "withdrew"]


@dataclass(frozen=True, slots=True)
class SessionFact:
    """One session. `number` counts the training's sessions by their days, from 1."""

    id: int
    number: int
    held_on: date
    minutes: int


@dataclass(frozen=True, slots=True)
class TrainingCount:
    """Minutes as of a day. `needed` is the shortest published reading, `readings` all of them, in order.

    Where nothing is published, `needed` is the whole length of the training. `missed_in` and `unnoted` are numbers of
    sessions that were held: of which time was missed, and of which nothing is noted yet. `lacks` is why it can't be
    called complete without a reason; empty where it can.
    """

    attended: int
    missed: int
    missed_in: tuple[int, ...]
    unnoted: tuple[int, ...]
    offered: int
    needed: int
    readings: tuple[int, ...]
    lacks: tuple[Lack, ...]


def count_training(
    rule: TrainingRule | None, sessions: Iterable[SessionFact], attended: Mapping[int, int], as_of: date
) -> TrainingCount:
    """Count what was attended, by session id in minutes, of the sessions that were held by `as_of`, that day included.

    A session without an entry isn't noted: it is neither attended nor missed. No session counts for more than its
    length.
    """
    all_ = list(sessions)
    held = [one for one in all_ if one.held_on <= as_of]
    there = {one.id: min(attended[one.id], one.minutes) for one in held if one.id in attended}
    gaps = {one.number: one.minutes - there[one.id] for one in held if one.id in there}
    unnoted = tuple(one.number for one in held if one.id not in there)
    offered, minutes, missed = sum(one.minutes for one in all_), sum(there.values()), sum(gaps.values())
    readings = (rule.minutes.value if rule else None) or ()
    needed = readings[0] if readings else offered
    return TrainingCount(
        attended=minutes,
        missed=missed,
        missed_in=tuple(number for number, gap in gaps.items() if gap),
        unnoted=unnoted,
        offered=offered,
        needed=needed,
        readings=readings,
        lacks=tuple(_list_lacks(minutes < needed, missed > _allowed(rule), bool(unnoted))),
    )


def _allowed(rule: TrainingRule | None) -> int:
    """Minutes that may be missed; none where that isn't published."""
    return (rule.missed.value if rule else None) or 0


def _list_lacks(is_short: bool, has_missed: bool, is_unnoted: bool) -> Iterable[Lack]:
    if is_short:
        yield "minutes_short"
    if has_missed:
        yield "time_missed"
    if is_unnoted:
        yield "not_noted"
