"""Who may do what to exams: arranging a sitting and entering what came of it are two rights."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import ExamResult, OrganizationCredential
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Act, Actor, Fields, Relation, Task, can_act, can_do, can_see
from certtrack.services.actors import list_relations
from certtrack.services.credits.rights import is_own, today_of
from certtrack.services.organizations import is_granter

_NOT_THEIRS = "This exam isn't here, or isn't yours to change."


class OwnExam(Refused):
    """Nobody enters what came of their own exam."""


def check_can_arrange(actor: Actor, organization_id: int) -> None:
    """Raise NotAllowed unless the actor may hold exams there: sittings, and who has a seat."""
    if not can_do(actor, Task.ARRANGE_EXAMS, organization_id):
        raise NotAllowed(_NOT_THEIRS)


def can_enter(session: Session, actor: Actor, organization_id: int, credential: str) -> bool:
    """True where the actor may enter results of this credential there: its own programme's, and commands."""
    if actor.is_command:
        return True
    is_theirs = can_do(actor, Task.ENTER_RESULTS, organization_id)
    return is_theirs and is_granter(session, organization_id, credential)


def check_can_bring_in(session: Session, actor: Actor, organization_id: int, credentials: Iterable[str]) -> None:
    """Raise NotAllowed unless the actor may bring in a file there, and enter results of each of these credentials."""
    if not can_do(actor, Task.IMPORT, organization_id):
        raise NotAllowed(_NOT_THEIRS)
    if not all(can_enter(session, actor, organization_id, credential) for credential in credentials):
        raise NotAllowed(_NOT_THEIRS)


def check_can_enter(session: Session, actor: Actor, person_id: int, organization_id: int, credential: str) -> None:
    """Raise NotAllowed unless the actor may enter and correct results there; Refused where the result is their own."""
    if not can_enter(session, actor, organization_id, credential):
        raise NotAllowed(_NOT_THEIRS)
    check_is_not_own(session, actor, person_id)


def check_is_not_own(session: Session, actor: Actor, person_id: int) -> None:
    """Raise Refused where the record is the actor's own, merged people being one."""
    if is_own(session, actor, person_id):
        raise OwnExam("This is your own exam, so somebody else enters it.")


def check_can_record_certificate(session: Session, actor: Actor, person_id: int, at: datetime) -> None:
    """Raise NotAllowed unless the actor may put a certificate on record that came; Refused where it is their own."""
    relations = list_relations(session, actor, person_id, today_of(session, person_id, at))
    check_is_not_own(session, actor, person_id)
    if not (actor.is_command or can_act(relations, Act.RECORD_CERTIFICATE)):
        raise NotAllowed(_NOT_THEIRS)


def visible_scores(actor: Actor, relations: frozenset[Relation]) -> ColumnElement[bool]:
    """A condition on `exam_result`: those of which somebody with these relations sees scores and attempts.

    A programme's are those of the credentials that it grants.
    """
    if actor.is_command or can_see(relations - {Relation.PROGRAMME_ADMINISTRATOR}, Fields.EXAM_SCORES):
        return true()
    if not can_see(relations, Fields.EXAM_SCORES):
        return ExamResult.id.is_(None)
    return _is_granted(actor)


def visible_days(actor: Actor, relations: frozenset[Relation]) -> ColumnElement[bool]:
    """The same of those of which the days passed are seen."""
    if actor.is_command or can_see(relations - {Relation.PROGRAMME_ADMINISTRATOR}, Fields.EXAM_DAYS):
        return true()
    if not can_see(relations, Fields.EXAM_DAYS):
        return ExamResult.id.is_(None)
    return _is_granted(actor)


def _is_granted(actor: Actor) -> ColumnElement[bool]:
    places = {grant.organization_id for grant in actor.grants}
    granting = select(OrganizationCredential.credential).where(OrganizationCredential.role == "granter")
    if None not in places:
        granting = granting.where(OrganizationCredential.organization_id.in_(places))
    return ExamResult.credential.in_(granting)
