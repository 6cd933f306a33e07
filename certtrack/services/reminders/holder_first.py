"""The holder is told first: whether a copy may go, by what became of the holder's own mails. Nothing is read here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

_TOLD = ("sent", "told")
_GONE = ("superseded", "expired")


@dataclass(frozen=True, slots=True)
class Own:
    """One of the holder's own reminders: its stage's day, what became of it, and when it was done with."""

    stage_on: date
    state: str
    reason: str | None
    settled_at: datetime | None

    @property
    def can_t_go(self) -> bool:
        """True where it is established that no mail can tell them: there is no address, or it was refused."""
        return self.state == "failed" or (self.state, self.reason) == ("suppressed", "no_address")


@dataclass(frozen=True, slots=True)
class HeadStart:
    """What a copy goes by. `told_at` is when the holder was first told of its stage or of one after it, None if not.

    `is_waiting`: they are still to be told. Neither: no mail can tell them, and the copy goes on its day.
    `will_be_told`: their mail is planned, or on its way.
    """

    told_at: datetime | None
    is_waiting: bool
    will_be_told: bool


def find_head_start(own: Iterable[Own], stage_on: date) -> HeadStart:
    """The head start of a copy whose stage was the holder's on `stage_on`; `own` are all of their reminders."""
    since = sorted((one for one in own if one.stage_on >= stage_on), key=lambda one: one.stage_on)
    told_at = min((one.settled_at for one in since if one.state in _TOLD and one.settled_at), default=None)
    standing = [one for one in since if one.state not in _GONE]
    if told_at is not None:
        return HeadStart(told_at, is_waiting=False, will_be_told=False)
    if standing and standing[-1].can_t_go:
        return HeadStart(None, is_waiting=False, will_be_told=False)
    return HeadStart(None, is_waiting=True, will_be_told=any(one.state in ("planned", "in_mail") for one in standing))
