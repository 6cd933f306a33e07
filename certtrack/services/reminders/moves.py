"""A due day that has moved: whether its holder is still to be told. Nothing is read or written here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from certtrack.rules.pack import Pack
from certtrack.services.reminders.subject_rows import Row_

MOVED = "day_moved"
SPOKEN = ("sent", "in_mail", "told")
"""States in which a reminder has had its say, or is having it."""


@dataclass(frozen=True, slots=True)
class Move:
    """The last move of a due day that its holder hasn't been told of. `no` is the version that moved it."""

    no: int
    moved_on: date
    moved_at: datetime


def find_move(versions: Sequence[Row_], rows: Iterable[Row_], pack: Pack) -> Move | None:
    """The last move that is still to be told; None where the day is the one that the holder knows.

    That is the day of the last move that was mailed, or the first one on record: a day moved away and back before
    anybody was told needs no mail.
    """
    if not versions:
        return None
    told_no = max((row.occurrence for row in rows if row.stage == MOVED and row.state in SPOKEN), default=0)
    known = next((version.due_on for version in versions if version.no == told_no), versions[0].due_on)
    moves = [after for before, after in pairwise(versions) if after.due_on != before.due_on]
    if not moves or moves[-1].no <= told_no or versions[-1].due_on == known:
        return None
    moved_at = moves[-1].recorded_at
    return Move(moves[-1].no, moved_at.astimezone(ZoneInfo(pack.zone)).date(), moved_at)
