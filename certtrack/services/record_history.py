"""Everything that is on a person's record, by its day: what was earned, held, sent, decided and mailed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, false, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import (
    ApplicationStep,
    Attendance,
    Certification,
    Claim,
    ClaimVersion,
    Credit,
    Cycle,
    Enrollment,
    ExamResult,
    Person,
    Reminder,
    StatusChange,
    SupervisionSession,
    Training,
    TrainingElsewhere,
)
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, ask_together
from certtrack.security import Actor, Fields, Relation, can_see
from certtrack.services.credits.versions import is_decision
from certtrack.services.exams.rights import visible_days, visible_scores
from certtrack.services.names import load_names
from certtrack.services.record_head import RecordHead
from certtrack.services.supervision.rights import visible_sessions

EventKind = Literal[
    "joined",
    "left",
    "cycle_began",
    "cycle_due",
    "credit",
    "checked",
    "accepted",
    "returned",
    "training",
    "exam",
    "session",
    "step",
    "status",
    "mail",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing on its day. `values` are what its sentence says, codes among them; `of` is a credential, or None."""

    on: date
    kind: EventKind
    of: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def list_events(session: Session, actor: Actor, head: RecordHead) -> tuple[Event, ...]:
    """What is on record today of this person and the reader's to see, the latest first; two queries.

    Days to come are among them as far as they are known: those on which a cycle is due. Empty for a reader of a record
    as it stood on somebody's last day with them.
    """
    if head.last_day is not None:
        return ()
    asked = [*_ask_of_credits(head), *_ask_of_certifications(head), *_ask_of_person(session, actor, head)]
    found = ask_together(session, *(query for query, _ in asked))
    keys = {version.recorded_by for _, version, _ in found[_CLAIMS]}
    names = load_names(session, keys)
    teller = _Teller(head, names)
    told = (event for (_, tell), rows in zip(asked, found, strict=True) for row in rows for event in tell(teller, row))
    return tuple(sorted([*told, *_tell_belongings(head)], key=lambda event: event.on, reverse=True))


_Asked = tuple[AnySelect, Callable[["_Teller", Any], Iterator[Event]]]
_CLAIMS = 0


def _ask_of_credits(head: RecordHead) -> Sequence[_Asked]:
    credited = [one.id for one, fields in head.held if Fields.CREDITS in fields]
    claims = (
        select(Certification.credential, ClaimVersion, Credit.title)
        .join(Claim, Claim.id == ClaimVersion.claim_id)
        .join(Credit, Credit.id == Claim.credit_id)
        .join(Certification, Certification.id == Claim.certification_id)
        .where(*_claimed_for(credited), is_decision(), Credit.state == "logged")
    )
    claimed = select(Claim.credit_id).where(*_claimed_for(credited))
    logged = select(Credit).where(Credit.state == "logged", Credit.id.in_(claimed))
    return (claims, _Teller.tell_claim), (logged, _Teller.tell_credit)


def _claimed_for(certification_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return Claim.certification_id.in_(certification_ids), Claim.is_dropped.is_(False)


def _ask_of_certifications(head: RecordHead) -> Sequence[_Asked]:
    numbers = [one.id for one, _ in head.held]
    seen = Cycle.certification_id.in_(numbers)
    cycles = select(Certification.credential, Cycle).join(Cycle, Cycle.certification_id == Certification.id)
    steps = select(Certification.credential, ApplicationStep).join(Cycle, Cycle.id == ApplicationStep.cycle_id)
    steps = steps.join(Certification, Certification.id == Cycle.certification_id)
    mails = select(Certification.credential, Reminder).join(Cycle, Cycle.id == Reminder.subject_id)
    mails = mails.join(Certification, Certification.id == Cycle.certification_id)
    own_mail = (Reminder.subject_kind == "cycle", Reminder.audience == "holder", Reminder.state.in_(("sent", "told")))
    acts = select(Certification.credential, StatusChange)
    acts = acts.join(Certification, Certification.id == StatusChange.certification_id)
    return (
        (cycles.where(seen, Cycle.is_withdrawn.is_(False)), _Teller.tell_cycle),
        (steps.where(seen, ApplicationStep.is_withdrawn.is_(False)), _Teller.tell_step),
        (mails.where(seen, *own_mail, _if(head.can_see(Fields.MAIL))), _Teller.tell_mail),
        (
            acts.where(StatusChange.certification_id.in_(numbers), StatusChange.withdrawn_at.is_(None)),
            _Teller.tell_status,
        ),
    )


def _ask_of_person(session: Session, actor: Actor, head: RecordHead) -> Sequence[_Asked]:
    rows = same_person(head.person.id)
    offered = select(Training.credential, Training.title, Enrollment.completed_on)
    offered = offered.join(Enrollment, Enrollment.training_id == Training.id)
    elsewhere = select(TrainingElsewhere.credential, TrainingElsewhere.provider, TrainingElsewhere.completed_on)
    there = exists().where(
        Attendance.session_id == SupervisionSession.id,
        Attendance.no == SupervisionSession.no,
        Attendance.person_id.in_(rows),
        visible_sessions(session, actor, head.today),
    )
    return (
        (
            offered.where(
                Enrollment.person_id.in_(rows), Enrollment.completed_on.is_not(None), _is_shown(Training, head)
            ),
            _Teller.tell_training,
        ),
        (
            elsewhere.where(
                TrainingElsewhere.person_id.in_(rows),
                TrainingElsewhere.state == "recorded",
                _is_shown(TrainingElsewhere, head),
            ),
            _Teller.tell_training,
        ),
        (
            select(ExamResult, visible_scores(actor, head.relations).label("is_scored")).where(
                ExamResult.person_id.in_(rows),
                ExamResult.is_withdrawn.is_(False),
                visible_days(actor, head.relations),
            ),
            _Teller.tell_exam,
        ),
        (
            select(SupervisionSession, Person)
            .join(Person, Person.id == SupervisionSession.supervisor_id)
            .where(there, SupervisionSession.state == "held", _if(head.can_see(Fields.SUPERVISION))),
            _Teller.tell_session,
        ),
    )


def _is_shown(table: Any, head: RecordHead) -> ColumnElement[bool]:  # noqa: ANN401  # either table of trainings
    """A programme's role opens the trainings for the credentials that it grants."""
    others = head.relations - {Relation.PROGRAMME_ADMINISTRATOR}
    if head.is_command or can_see(others, Fields.TRAINING):
        return true()
    of_held: ColumnElement[bool] = table.credential.in_({one.credential for one, _ in head.held})
    return of_held if head.can_see(Fields.TRAINING) else false()


def _if(is_open: bool) -> ColumnElement[bool]:  # it reads as the word
    return true() if is_open else false()


@dataclass(frozen=True, slots=True)
class _Teller:
    head: RecordHead
    names: Mapping[str, str]

    def tell_cycle(self, row: tuple[str, Cycle]) -> Iterator[Event]:
        of, cycle = row
        yield Event(cycle.start_on, "cycle_began", of, {"due_on": cycle.due_on})
        if cycle.closed_on is None or cycle.closed_on > cycle.due_on:
            yield Event(cycle.due_on, "cycle_due", of)

    def tell_claim(self, row: tuple[str, ClaimVersion, str]) -> Iterator[Event]:
        of, version, title = row
        on = version.recorded_at.astimezone(ZoneInfo(self.head.person.zone)).date()
        by = self.names.get(version.recorded_by, version.recorded_by)
        values = {"title": title, "by": by, "reason": version.reason_code}
        for kind in ("checked", "accepted", "returned"):
            if version.decision == kind:
                yield Event(on, kind, of, values)

    def tell_credit(self, credit: Credit) -> Iterator[Event]:
        yield Event(credit.last_on, "credit", None, {"title": credit.title, "minutes": credit.minutes})

    def tell_step(self, row: tuple[str, ApplicationStep]) -> Iterator[Event]:
        of, step = row
        yield Event(step.happened_on, "step", of, {"step": step.kind})

    def tell_mail(self, row: tuple[str, Reminder]) -> Iterator[Event]:
        of, reminder = row
        at = reminder.settled_at or reminder.planned_at
        on = at.astimezone(ZoneInfo(self.head.person.zone)).date()
        yield Event(on, "mail", of, {"stage": reminder.stage, "state": reminder.state})

    def tell_status(self, row: tuple[str, StatusChange]) -> Iterator[Event]:
        of, change = row
        yield Event(change.from_on, "status", of, {"status": change.kind})

    def tell_training(self, row: tuple[str, str, date]) -> Iterator[Event]:
        of, title, completed_on = row
        yield Event(completed_on, "training", of, {"title": title})

    def tell_exam(self, row: tuple[ExamResult, bool]) -> Iterator[Event]:
        """That an exam isn't passed yet is for whoever sees its score."""
        result, is_scored = row
        if is_scored or result.outcome != "not_passed_yet":
            yield Event(result.taken_on, "exam", result.credential, {"outcome": result.outcome})

    def tell_session(self, row: tuple[SupervisionSession, Person]) -> Iterator[Event]:
        held, supervisor = row
        yield Event(held.held_on, "session", None, {"minutes": held.minutes, "by": supervisor.shown_name})


def _tell_belongings(head: RecordHead) -> Iterator[Event]:
    for place in head.belongings:
        if place.from_on is not None:
            yield Event(place.from_on, "joined", None, {"office": place.organization})
        if place.until_on is not None:
            yield Event(place.until_on, "left", None, {"office": place.organization})
