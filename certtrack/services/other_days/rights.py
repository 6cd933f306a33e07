"""Whose eyes the days beside those of cycles are for: that somebody sits an exam again is no supervisor's to see."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from certtrack.db.models import OtherDay, Person
from certtrack.db.queries.merges import same_person
from certtrack.rules.other_days import OTHER_KINDS, OtherKind
from certtrack.security import Actor, Fields, Relation, Task, can_see, list_places
from certtrack.services.actors import visible_people

_ARRANGED: dict[OtherKind, Task] = {"exam_sitting": Task.ARRANGE_EXAMS, "background_check": Task.END_AFFILIATION}
"""Who but the holder is told of such a day: whoever does this where it is kept."""

_FIELDS: dict[OtherKind, Fields] = {
    "exam_sitting": Fields.EXAM_SCORES,
    "background_check": Fields.BACKGROUND_CHECKS,
}
"""What such a day is to the table of rights; else a person's standing."""


def visible_days(actor: Actor, today: date) -> ColumnElement[bool]:
    """A condition on `other_day`: those that the actor may see today."""
    if actor.is_command:
        return true()
    return or_(false(), *(and_(OtherDay.kind == kind, _sees(actor, kind, today)) for kind in OTHER_KINDS))


def _sees(actor: Actor, kind: OtherKind, today: date) -> ColumnElement[bool]:
    task, fields = _ARRANGED.get(kind), _FIELDS.get(kind, Fields.STANDING)
    theirs = OtherDay.person_id.in_(select(Person.id).where(visible_people(actor, today, fields)))
    if task is None:
        return theirs
    places = list_places(actor, task)
    there = true() if places is None else OtherDay.organization_id.in_(places)
    if kind == "exam_sitting":  # whoever arranges it isn't to see what came of it
        return or_(there, _is_own(actor, fields))
    return or_(and_(there, theirs), _is_own(actor, fields))


def _is_own(actor: Actor, fields: Fields) -> ColumnElement[bool]:
    if actor.person_id is None or not can_see(frozenset({Relation.HOLDER}), fields):
        return false()
    return OtherDay.person_id.in_(same_person(actor.person_id))
