"""Hours of service: how long somebody served people at an organization over some days; amended by versions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ServiceSpan
from certtrack.db.queries.merges import same_person
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.facts import ServiceFact
from certtrack.rules.supervision import list_overlaps
from certtrack.security import Act, Actor
from certtrack.services.locking import lock_current
from certtrack.services.people import get_person
from certtrack.services.supervision.rights import check_can_act
from certtrack.services.supervision.versions import add_span_version


@dataclass(frozen=True, slots=True)
class NewService:
    """Minutes of service over some days, both included."""

    from_on: date
    until_on: date
    minutes: int


def log_service(
    session: Session, person_id: int, organization_id: int, new: NewService, *, actor: Actor, at: datetime
) -> ServiceSpan:
    """Put hours of service on record. One that overlaps another is taken, and pointed out wherever they are shown.

    Raises NotFound, NotAllowed where the actor may not log them here, BadInput for days the wrong way round.
    """
    person = get_person(session, person_id)
    check_can_act(session, actor, Act.LOG_SERVICE, person.id, organization_id, at)
    _check(new)
    span = ServiceSpan(
        person_id=person.id,
        organization_id=organization_id,
        from_on=new.from_on,
        until_on=new.until_on,
        minutes=new.minutes,
        state="logged",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(span)
    session.flush()
    add_span_version(session, span, "logged", None, actor=actor, at=at)
    return span


def amend_service(
    session: Session,
    span: ServiceSpan,
    new: NewService,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct them by a new version; False where nothing is different. Raises as `log_service`, and StaleRecord."""
    _open_for_change(session, span, expected_no, actor, at)
    _check(new)
    if (span.from_on, span.until_on, span.minutes) == (new.from_on, new.until_on, new.minutes):
        return False
    span.from_on, span.until_on, span.minutes = new.from_on, new.until_on, new.minutes
    add_span_version(session, span, "amended", reason, actor=actor, at=at)
    return True


def withdraw_service(
    session: Session, span: ServiceSpan, *, expected_no: int, reason: str | None, actor: Actor, at: datetime
) -> None:
    """Take them back: they stay on record, and count for nothing any more. Raises as `amend_service` does."""
    _open_for_change(session, span, expected_no, actor, at)
    span.state = "withdrawn"
    add_span_version(session, span, "withdrawn", reason, actor=actor, at=at)


def get_service(session: Session, span_id: int) -> ServiceSpan:
    """The span, a withdrawn one too. Raises NotFound."""
    span = session.get(ServiceSpan, span_id)
    if span is None:
        raise NotFound(f"There are no hours of service with the number {span_id}.")
    return span


def list_overlapping(
    session: Session, person_id: int, organization_id: int, new: NewService, besides: int | None = None
) -> list[ServiceSpan]:
    """What is on record of the person there for one of these days too, earliest first; but for the span `besides`."""
    query = select(ServiceSpan).where(
        ServiceSpan.person_id.in_(same_person(person_id)),
        ServiceSpan.organization_id == organization_id,
        ServiceSpan.state == "logged",
        ServiceSpan.from_on <= new.until_on,
        ServiceSpan.until_on >= new.from_on,
    )
    return [span for span in session.scalars(query.order_by(ServiceSpan.from_on, ServiceSpan.id)) if span.id != besides]


def list_overlap_ids(spans: list[ServiceFact]) -> frozenset[int]:
    """Those that share a day with another one."""
    return frozenset(one.id for pair in list_overlaps(spans) for one in pair)


def _check(new: NewService) -> None:
    if new.from_on > new.until_on:
        raise BadInput("The first day comes after the last one. Look at both.")
    if new.minutes < 0:
        raise BadInput("Hours of service can't be below zero.")


def _open_for_change(session: Session, span: ServiceSpan, expected_no: int, actor: Actor, at: datetime) -> None:
    check_can_act(session, actor, Act.LOG_SERVICE, span.person_id, span.organization_id, at)
    lock_current(session, span, expected_no)
    if span.state == "withdrawn":
        raise Refused("These hours were withdrawn; log them anew if they count after all.")
