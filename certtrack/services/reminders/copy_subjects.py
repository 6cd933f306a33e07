"""What copies are told of, as far as their decisions ask, and a cycle as such. Nothing is read or written here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from certtrack.db.models import Person
from certtrack.rules.reminders import CopyTo, Decision, Policy, StageDay, stage_days
from certtrack.services.reminders.copies import CopyPeople
from certtrack.services.reminders.judging import Judge, Verdict
from certtrack.services.reminders.obstacles import list_readings
from certtrack.services.reminders.rows import Recipient, days_off, recipient_of
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject


class CopySubject(Protocol):
    """Whatever has stages of which somebody but its holder is told."""

    @property
    def policy(self) -> Policy:
        """The policy with its stages."""
        ...

    @property
    def today(self) -> date:
        """The day as of which is decided, in `office_zone`."""
        ...

    @property
    def office_zone(self) -> str:
        """By whose clock its days begin and end."""
        ...

    @property
    def rows(self) -> Sequence[AnyRow]:
        """All its reminders, copies included."""
        ...

    @property
    def copied(self) -> CopyPeople:
        """Who gets copies today."""
        ...

    @property
    def copies_change_on(self) -> date | None:
        """The day on which it may be others next; None where none is known."""
        ...

    @property
    def same(self) -> Mapping[int, int]:
        """Whom people were merged into."""
        ...

    @property
    def readings(self) -> Collection[date]:
        """Every day that may be its own."""
        ...

    @property
    def waits_for_release(self) -> bool:
        """True while nobody is to be told of it until somebody releases it."""
        ...

    def list_former(self) -> Iterator[tuple[int, Policy, tuple[StageDay, ...]]]:
        """What the policies that changes replaced say of its day, with the number of the change's cause."""
        ...

    def judge_copy(
        self, former: Mapping[int, Decision], stage: StageDay, row: AnyRow | None, recipient: Person
    ) -> Verdict:
        """Whether this person is to get the copy; `former` is what the policies of `list_former` decide."""
        ...

    def make_recipient(self, person: Person, audience: CopyTo) -> Recipient:
        """This person as somebody who gets a copy."""
        ...


@dataclass(frozen=True, slots=True)
class CycleCopies:
    """A cycle as what copies are told of."""

    subject: Subject

    @property
    def policy(self) -> Policy:
        """The policy of its pack."""
        return self.subject.policy

    @property
    def today(self) -> date:
        """The day in the pack's zone."""
        return self.subject.today

    @property
    def office_zone(self) -> str:
        """The pack's."""
        return self.subject.pack.zone

    @property
    def rows(self) -> Sequence[AnyRow]:
        """All its reminders."""
        return self.subject.rows

    @property
    def copied(self) -> CopyPeople:
        """Who gets copies today."""
        return self.subject.copied

    @property
    def copies_change_on(self) -> date | None:
        """The day on which it may be others next."""
        return self.subject.copies_change_on

    @property
    def same(self) -> Mapping[int, int]:
        """Whom people were merged into."""
        return self.subject.same

    @property
    def readings(self) -> Collection[date]:
        """Every day that may be its own, whatever the rules say of weekends."""
        return list_readings(self.subject.cycle)

    @property
    def waits_for_release(self) -> bool:
        """True while it waits by name, or with its own cause."""
        return Judge(self.subject, {}).waits_for_release

    def list_former(self) -> Iterator[tuple[int, Policy, tuple[StageDay, ...]]]:
        """What the policies that changes replaced say of its day."""
        for wide in self.subject.wide:
            policy, days = wide.before.get(self.subject.certification.pack_key), self.subject.days
            if policy is not None and days is not None:
                yield wide.cause.id, policy, stage_days(policy, days, days_off(policy))

    def judge_copy(
        self, former: Mapping[int, Decision], stage: StageDay, row: AnyRow | None, recipient: Person
    ) -> Verdict:
        """Whether this person is to get the copy."""
        return Judge(self.subject, former).judge_copy(stage, row, recipient)

    def make_recipient(self, person: Person, audience: CopyTo) -> Recipient:
        """This person as somebody who gets a copy."""
        return recipient_of(self.subject, person, audience)
