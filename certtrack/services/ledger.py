"""The ledger: every decision about one person's mails, those not to send included, and the stages still to come."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Attempt, Cause, Certification, Cycle, Person, Reminder, ReminderEmail
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.reminders import Audience, stage_days
from certtrack.rules.standing import stand
from certtrack.services.arming import list_merged
from certtrack.services.obstacles import find_obstacle
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.rulings import days_off
from certtrack.services.standing import load_held

_NOTHING_COMES = frozenset({"died", "cycle_closed", "day_moved", "revoked", "retired", "not_going_on"})

LedgerState = Literal[
    "planned",
    "held",
    "suppressed",
    "in_mail",
    "sent",
    "failed",
    "superseded",
    "expired",
    "told",
    "coming",
]


@dataclass(frozen=True, slots=True)
class LedgerAttempt:
    """One try to hand the reminder over, counted from 1. `outcome` is `accepted not_taken unknown relay recipient`.

    `mail` is the number of the mail that carried it then; `answer` is what the mail server said, None for nothing.
    """

    number: int
    at: datetime
    outcome: str
    smtp_code: int | None
    mail: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One stage of one day, and what was decided about it. `key` tells it from the person's others.

    `day` is the stage's. `reason` is a code, None where the state says all. `sent_at` is when the mail server took it,
    None before that; `attempts` are those of every mail that carried it. `decided_at` is when it was last decided on,
    `settled_at` when it was done with, None while it waits, `true_until` the last moment at which it is true. What is
    about a decision is None for a stage that is still to come. `occurrence` is 0 for the first time of a stage, and of
    a day that has moved the version of the record; `audience` is as whom the recipient gets it.
    """

    day: date
    stage: str
    state: LedgerState
    reason: str | None
    certification_id: int
    credential: str
    anchor_on: date
    send_after: datetime | None
    sent_at: datetime | None
    attempts: tuple[LedgerAttempt, ...]
    cause_key: str | None
    reminder_id: int | None
    cycle_id: int
    decided_at: datetime | None = None
    settled_at: datetime | None = None
    true_until: datetime | None = None
    occurrence: int = 0
    recipient_id: int | None = None
    audience: Audience = "holder"

    @property
    def key(self) -> str:
        """The reminder's number, or for what is still to come, but a copy, what it will be: `17`, `4-before_30-0`."""
        return str(self.reminder_id or f"{self.cycle_id}-{self.stage}-{self.occurrence}")


def list_ledger(session: Session, rulebook: Rulebook, person_id: int, today: date) -> list[LedgerEntry]:
    """Every decision about the person's certifications by day, and the stages of open cycles that come after `today`.

    Raises NotFound for a person who isn't on record.
    """
    rulebook = confirmed_rules(session, rulebook)
    holder = get_person(session, person_id)
    owned = select(Certification).where(Certification.person_id.in_(list_merged(session, holder.id)))
    certifications = {certification.id: certification for certification in session.scalars(owned)}
    query = select(Cycle).where(Cycle.certification_id.in_(certifications.keys())).order_by(Cycle.id)
    cycles = {cycle.id: cycle for cycle in session.scalars(query)}
    decided = _list_decided(session, cycles, certifications)
    known = {_key_of(entry) for entry in decided if entry.audience == "holder"}
    told = {(entry.cycle_id, entry.anchor_on, entry.stage) for entry in decided if entry.state == "told"}
    facts = {number: its for number, (_, its) in load_held(session, rulebook, sorted(certifications)).items()}
    coming = [
        entry
        for cycle in cycles.values()
        for entry in _list_coming(
            rulebook, holder, cycle, certifications[cycle.certification_id], facts[cycle.certification_id], today
        )
        if _key_of(entry) not in known and (entry.cycle_id, entry.anchor_on, entry.stage) not in told
    ]
    return sorted([*decided, *coming], key=lambda entry: (entry.day, entry.reminder_id is None, entry.reminder_id or 0))


def _key_of(entry: LedgerEntry) -> tuple[int, date, str, int]:
    return entry.certification_id, entry.anchor_on, entry.stage, entry.occurrence


def list_settled(session: Session, certification_ids: Collection[int], until: datetime) -> list[LedgerEntry]:
    """What was decided about these certifications' mails and carried out by that moment, by day.

    How anything stood that was carried out only later isn't kept: it is left out, and so are stages to come.
    """
    owned = select(Certification).where(Certification.id.in_(certification_ids))
    certifications = {certification.id: certification for certification in session.scalars(owned)}
    query = select(Cycle).where(Cycle.certification_id.in_(certifications.keys()))
    cycles = {cycle.id: cycle for cycle in session.scalars(query)}
    found = _list_decided(session, cycles, certifications, until)
    return sorted(found, key=lambda entry: (entry.day, entry.reminder_id or 0))


def _list_decided(
    session: Session,
    cycles: dict[int, Cycle],
    certifications: dict[int, Certification],
    until: datetime | None = None,
) -> list[LedgerEntry]:
    query = (
        select(Reminder, Cause.key)
        .outerjoin(Cause, Cause.id == Reminder.cause_id)
        .where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycles.keys()))
        .execution_options(populate_existing=True)
    )
    if until is not None:
        query = query.where(Reminder.settled_at <= until)
    rows = session.execute(query.order_by(Reminder.id)).all()
    attempts = load_attempts(session, [row.Reminder for row in rows], until)
    return [
        _entry(row.Reminder, certifications[cycles[row.Reminder.subject_id].certification_id], row.key, attempts)
        for row in rows
    ]


def _entry(
    reminder: Reminder, certification: Certification, cause_key: str | None, attempts: dict[int, list[LedgerAttempt]]
) -> LedgerEntry:
    tries = tuple(attempts[reminder.id])
    return LedgerEntry(
        day=reminder.stage_on,
        stage=reminder.stage,
        state=cast("LedgerState", reminder.state),
        reason=reminder.reason,
        certification_id=certification.id,
        credential=certification.credential,
        anchor_on=reminder.anchor_on,
        send_after=reminder.send_after,
        sent_at=next((attempt.at for attempt in tries if attempt.outcome == "accepted"), None),
        attempts=tries,
        cause_key=cause_key,
        reminder_id=reminder.id,
        cycle_id=reminder.subject_id,
        decided_at=reminder.planned_at,
        settled_at=reminder.settled_at,
        true_until=reminder.valid_until,
        occurrence=reminder.occurrence,
        recipient_id=reminder.recipient_id,
        audience=cast("Audience", reminder.audience),
    )


def load_attempts(
    session: Session, reminders: Sequence[Reminder], until: datetime | None
) -> dict[int, list[LedgerAttempt]]:
    """Each reminder's attempts, those of its earlier mails included, in the order of the mails."""
    query = (
        select(ReminderEmail.reminder_id, Attempt)
        .join(Attempt, Attempt.email_id == ReminderEmail.email_id)
        .where(ReminderEmail.reminder_id.in_([reminder.id for reminder in reminders]))
        .order_by(Attempt.email_id, Attempt.number)
    )
    if until is not None:
        query = query.where(Attempt.ended_at <= until)
    found: dict[int, list[LedgerAttempt]] = defaultdict(list)
    for reminder_id, attempt in session.execute(query):
        values = (attempt.ended_at, attempt.outcome, attempt.smtp_code, attempt.email_id, attempt.answer)
        found[reminder_id].append(LedgerAttempt(len(found[reminder_id]) + 1, *values))
    return found


def _list_coming(
    rulebook: Rulebook,
    holder: Person,
    cycle: Cycle,
    certification: Certification,
    facts: CertificationFacts,
    today: date,
) -> Iterator[LedgerEntry]:
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    if policy is None or fact is None:
        return
    pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    for stage in stage_days(policy, days_of(pack, fact), days_off(policy)):
        then = stand(pack, facts, max(stage.stage_on, today))  # what is said of today may be over by then
        obstacle = find_obstacle(
            holder, then, cycle, stage.anchor_on, stage.stage, occurrence=stage.occurrence, policy=policy
        )
        if stage.stage_on <= today or stage.nominal_on < cycle.armed_on or obstacle in _NOTHING_COMES:
            continue
        yield LedgerEntry(
            day=stage.stage_on,
            stage=stage.stage,
            state="coming",
            reason=obstacle,
            certification_id=certification.id,
            credential=certification.credential,
            anchor_on=stage.anchor_on,
            send_after=None,
            sent_at=None,
            attempts=(),
            cause_key=None,
            reminder_id=None,
            cycle_id=cycle.id,
            true_until=end_of(stage.valid_until, pack.zone),
            occurrence=stage.occurrence,
            recipient_id=holder.id,
        )
