"""A day beside those of cycles as what copies are told of. Nothing is read or written here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from certtrack.db.models import Person
from certtrack.rules.reminders import Audience, CopyTo, Decision, Policy, StageDay
from certtrack.services.other_days.judging import judge_copy, list_former
from certtrack.services.other_days.looked import Looked
from certtrack.services.reminders.copies import CopyPeople
from certtrack.services.reminders.judging import Verdict
from certtrack.services.reminders.rows import Recipient
from certtrack.services.reminders.subject_rows import AnyRow


@dataclass(frozen=True, slots=True)
class DayCopies:
    """A day, by the policy that has stages for it."""

    looked: Looked
    policy: Policy

    @property
    def today(self) -> date:
        """The day in its organization's zone."""
        return self.looked.today

    @property
    def office_zone(self) -> str:
        """The organization's."""
        return self.looked.office_zone

    @property
    def rows(self) -> Sequence[AnyRow]:
        """All its reminders."""
        return self.looked.rows

    @property
    def copied(self) -> CopyPeople:
        """Who gets copies today."""
        return self.looked.copied

    @property
    def copies_change_on(self) -> date | None:
        """The day on which it may be others next."""
        return self.looked.copies_change_on

    @property
    def same(self) -> Mapping[int, int]:
        """Whom people were merged into."""
        return self.looked.same

    @property
    def readings(self) -> Collection[date]:
        """The day alone: it has one reading."""
        return (self.looked.day.due_on,)

    @property
    def waits_for_release(self) -> bool:
        """True while its own cause keeps the holder from being told."""
        return self.looked.is_own_held

    def list_former(self) -> Iterator[tuple[int, Policy, tuple[StageDay, ...]]]:
        """What the policies that changes replaced say of it."""
        return iter(list_former(self.looked))

    def judge_copy(
        self, former: Mapping[int, Decision], stage: StageDay, row: AnyRow | None, recipient: Person
    ) -> Verdict:
        """Whether this person is to get the copy."""
        return judge_copy(self.looked, self.policy, former, stage, row, recipient)

    def make_recipient(self, person: Person, audience: CopyTo) -> Recipient:
        """This person as somebody who gets a copy."""
        return make_recipient(self.looked, self.policy, person, audience)


def make_recipient(looked: Looked, policy: Policy, person: Person, audience: Audience) -> Recipient:
    """Somebody who is told of the day."""
    return Recipient(policy, looked.office_zone, looked.refused, person, audience)
