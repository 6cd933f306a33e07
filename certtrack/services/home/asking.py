"""What the first page of a record asks for beside standings: all of it at once, by certification or by person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Attendance,
    CreditDraft,
    CycleVersion,
    Enrollment,
    Finding,
    Person,
    PlannedCredit,
    Signature,
    SupervisionSession,
    Training,
    TrainingElsewhere,
)
from certtrack.db.parameters import a_moment, a_number, numbers
from certtrack.db.queries.merges import same_person
from certtrack.db.together import Together
from certtrack.security import Actor, Fields
from certtrack.services.alike import KEPT, find_alike, list_values, name_reader
from certtrack.services.applications.of_person import ApplicationRows, select_rows
from certtrack.services.credits.drafts import select_drafts
from certtrack.services.credits.shown import select_claimed
from certtrack.services.finding_list import select_findings_of
from certtrack.services.leaving import select_times_to_end
from certtrack.services.offerings.planning import select_plans
from certtrack.services.person_page import PersonPage, list_speaking
from certtrack.services.record_sources import select_versions


@dataclass(frozen=True, slots=True)
class ToSign:
    """A session of supervision that waits for the person's own signature."""

    id: int
    held_on: date
    minutes: int
    supervisor: str


@dataclass(frozen=True, slots=True)
class HomeRows:
    """What is on record, as it came: claims with their credits, versions of cycles, findings, and what follows."""

    claimed: Sequence[Any]
    versions: Sequence[CycleVersion]
    findings: Sequence[Finding]
    drafts: Sequence[CreditDraft]
    to_sign: Sequence[tuple[int, date, int, Person]]
    to_leave: Sequence[int]
    plans: Sequence[tuple[PlannedCredit, str | None]]
    offered: Sequence[tuple[str, date]]
    elsewhere: Sequence[tuple[str, date, int | None]]


def ask(session: Session, page: PersonPage, actor: Actor) -> tuple[HomeRows, ApplicationRows]:
    """All of it by one query; what isn't the reader's to see stays in the database."""
    together = _put_together(find_alike(actor), page.today, is_then=page.known_at is not None)
    values = list_values(actor) | {
        "person": page.person.id,
        "claimed_for": [one.certification.id for one in page.certifications if Fields.CREDITS in one.fields],
        "certifications": [one.certification.id for one in page.certifications],
        "cycles": sorted({number for one in page.certifications for number in list_speaking(one)}),
        "known_at": page.known_at,
    }
    found = together.ask(session, values)
    own = len(fields(HomeRows))
    return HomeRows(*found[:own]), ApplicationRows(*found[own:])


@lru_cache(maxsize=KEPT)
def _put_together(alike: Actor, today: date, *, is_then: bool) -> Together:
    reader, person_id = name_reader(alike), a_number("person")
    known_at = a_moment("known_at") if is_then else None
    return Together(
        select_claimed(numbers("claimed_for"), known_at),
        select_versions(numbers("cycles"), known_at),
        select_findings_of(reader, person_id, today),
        select_drafts(reader, person_id),
        _select_to_sign(person_id),
        select_times_to_end(reader, person_id, today),
        select_plans(person_id),
        *_select_completions(person_id),
        *select_rows(numbers("certifications"), reader, today),
    )


def list_to_sign(rows: Iterable[tuple[int, date, int, Person]]) -> tuple[ToSign, ...]:
    """The sessions of these rows, the latest first."""
    ordered = sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)
    return tuple(ToSign(number, on, minutes, who.shown_name) for number, on, minutes, who in ordered)


def _select_to_sign(person_id: int) -> Select[int, date, int, Person]:
    me, held = same_person(person_id), SupervisionSession
    by_version = (
        (one.session_id == held.id, one.no == held.no, one.person_id.in_(me)) for one in (Attendance, Signature)
    )
    there, signed = (exists().where(*each) for each in by_version)
    query = select(held.id, held.held_on, held.minutes, Person).join(Person, Person.id == held.supervisor_id)
    return query.where(held.state == "held", there, ~signed, held.supervisor_id.not_in(me))


def _select_completions(person_id: int) -> tuple[Select[str, date | None], Select[str, date, int | None]]:
    rows = same_person(person_id)
    offered = select(Training.credential, Enrollment.completed_on).join(Training, Training.id == Enrollment.training_id)
    elsewhere = select(TrainingElsewhere.credential, TrainingElsewhere.completed_on, TrainingElsewhere.minutes)
    return (
        offered.where(Enrollment.person_id.in_(rows), Enrollment.completed_on.is_not(None)),
        elsewhere.where(TrainingElsewhere.person_id.in_(rows), TrainingElsewhere.state == "recorded"),
    )
