"""A day beside those of cycles as it is looked at: with all that a decision about its reminders rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from certtrack.db.models import Cause, OtherDay, Person, Reminder
from certtrack.rules.other_days import OtherKind
from certtrack.rules.reminders import Policy
from certtrack.services.reminders.copies import NOBODY, CopyPeople
from certtrack.services.reminders.sending_hours import known_zone
from certtrack.services.reminders.wide_causes import WideCause


@dataclass(frozen=True, slots=True)
class Looked:
    """One day as of `today` in `office_zone`.

    `holder` is the person, merges followed; `holder_ids` are all their numbers. `policy` has the stages of this kind of
    day; None where none is in force, `is_dropped` where there is one that has none of them. `silence` is the code of
    what, on record of the certification, keeps everybody from being told, None for nothing. `rows` are all its
    reminders, oldest first; `refused` are addresses by the mail that was refused there, `doubtful` the mails of which
    nobody knows whether they arrived. `look_at` is the moment for which the look was asked. `wide` are the causes that
    concern everybody and from which the holder wasn't released; `former` has the policies that those replaced, by the
    cause's number, None where none told of the day. `cause` is the day's own: `is_released` from it by name, `is_told`
    because of it before it was held. `told_until` is the day of the latest stage that the cycle of a provisional term
    has told in its place. `copied` are those who get copies, until others may on `copies_change_on`, None where no
    such day is known; `same` says whom people were merged into.
    """

    day: OtherDay
    kind: OtherKind
    holder: Person
    holder_ids: frozenset[int]
    office_zone: str
    today: date
    policy: Policy | None
    silence: str | None
    rows: tuple[Reminder, ...]
    refused: dict[int, str]
    doubtful: frozenset[int]
    look_at: datetime | None
    is_dropped: bool = False
    wide: tuple[WideCause, ...] = ()
    former: Mapping[int, Policy | None] = field(default_factory=dict)
    cause: Cause | None = None
    is_released: bool = False
    is_told: bool = False
    told_until: date = date.min
    copied: CopyPeople = field(default_factory=lambda: NOBODY)
    copies_change_on: date | None = None
    same: Mapping[int, int] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """The holder's zone, the office's where nobody knows that one any more."""
        return known_zone(self.holder.zone, self.office_zone)

    @property
    def is_to_be_released(self) -> bool:
        """True where an import or an operation on many moved the day, and nobody has released what that set going."""
        return self.cause is not None and self.cause.state != "released" and not self.is_released

    @property
    def is_own_held(self) -> bool:
        """True while the day's own cause keeps the holder from being told."""
        is_held = self.cause is not None and self.cause.state == "held"
        return is_held and not self.is_told and not self.is_released
