"""One reminder as it is decided: planned, held or suppressed by a verdict, or set aside. Nothing is read here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from certtrack.clock import end_of
from certtrack.db.models import Person
from certtrack.packs import make_days_off
from certtrack.rules.calendar import IsDayOff
from certtrack.rules.reminders import Audience, Policy, StageDay, StageKey
from certtrack.services.reminders.arming import UNSENT
from certtrack.services.reminders.judging import Verdict
from certtrack.services.reminders.obstacles import FOR_GOOD
from certtrack.services.reminders.ripe import NOT_COMPOSED
from certtrack.services.reminders.sending_hours import QuietHours, at_hour, find_send_after, known_zone
from certtrack.services.reminders.subject_rows import AnyRow
from certtrack.services.reminders.subjects import Subject

OVERTAKEN = "overtaken"
"""A later stage was reached before this one was sent."""

WAITING = ("planned", "held")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of one reminder. `row` is the one that is there already, None for a new one."""

    row: AnyRow | None
    recipient_id: int
    audience: Audience
    stage: StageDay
    state: str
    reason: str | None
    cause_id: int | None
    send_after: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, as whom, and by which policy; days are over when they are in `office_zone`.

    `refused` holds addresses by the mail that was refused there.
    """

    policy: Policy
    office_zone: str
    refused: Mapping[int, str]
    person: Person
    audience: Audience

    @property
    def zone(self) -> str:
        """Their zone, the office's where nobody knows that one any more."""
        return known_zone(self.person.zone, self.office_zone)

    def decide(self, stage: StageDay, row: AnyRow | None, verdict: Verdict, at: datetime) -> Iterator[Ruling]:
        """The ruling that the verdict makes of the stage; none where the row says the same already.

        What can't go out while it is true is expired.
        """
        policy = self.policy
        send_after = find_send_after(stage.stage_on, policy.send_at, quiet_of(policy), self.zone, at)
        valid_until = end_of(stage.valid_until, self.office_zone)
        if verdict.state in WAITING and send_after > valid_until:
            verdict = Verdict("expired", None, verdict.cause_id)
        if row is None or not stays(row, verdict, send_after, at, self.refused, self.person.address):
            yield self._rule(stage, row, verdict, send_after, valid_until)

    def set_aside(self, stage: StageDay, row: AnyRow | None, reason: str | None, cause_id: int | None) -> Ruling:
        """A stage that is not to be told any more: superseded for a reason, or with None expired.

        `cause_id` is what a new row counts for; one that is there keeps its own.
        """
        verdict = Verdict("superseded" if reason else "expired", reason, cause_id if row is None else row.cause_id)
        send_after = at_hour(stage.stage_on, self.policy.send_at, self.zone)
        return self._rule(stage, row, verdict, send_after, end_of(stage.valid_until, self.office_zone))

    def _rule(
        self, stage: StageDay, row: AnyRow | None, verdict: Verdict, send_after: datetime, valid_until: datetime
    ) -> Ruling:
        return Ruling(
            row=row,
            recipient_id=self.person.id,
            audience=self.audience,
            stage=stage,
            state=verdict.state,
            reason=verdict.reason,
            cause_id=verdict.cause_id,
            send_after=send_after,
            valid_until=valid_until,
        )


def recipient_of(subject: Subject, person: Person, audience: Audience) -> Recipient:
    """Somebody who is told of a cycle."""
    return Recipient(subject.policy, subject.pack.zone, subject.refused, person, audience)


def stays(
    row: AnyRow,
    verdict: Verdict,
    send_after: datetime,
    at: datetime,
    refused: Mapping[int, str],
    address: str | None,
) -> bool:
    """True where the row says the same already, or its address was refused and is still the same.

    `refused` holds addresses by the email that was refused, `address` is the recipient's now.
    """
    if row.state == "failed":
        return refused.get(row.email_id or 0) == address
    reason = None if row.reason == NOT_COMPOSED else row.reason  # it is planned all the same
    if (row.state, reason) != (verdict.state, verdict.reason):
        return False
    if row.state == "held" and row.cause_id != verdict.cause_id:
        return False
    is_to_wait = row.retry_at is None and row.send_after > at
    return not (is_to_wait and row.send_after != send_after)


def key_of(row: AnyRow) -> StageKey:
    """The stage and occurrence that a row is of."""
    return row.stage, row.occurrence


def is_open(row: AnyRow) -> bool:
    """True where the row may still be decided anew."""
    return row.state in UNSENT or (row.state == "superseded" and row.reason in FOR_GOOD)


def quiet_of(policy: Policy) -> QuietHours:
    """The quiet hours of a policy."""
    return QuietHours(policy.quiet_from, policy.quiet_until)


@cache
def days_off(policy: Policy) -> IsDayOff:
    """The days off of a policy, its holidays computed once a process."""
    return make_days_off(policy)
