"""The trainings of one person as a page and `certtrack why` show them, and those of an organization in a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, Organization, Person, Training, TrainingSession
from certtrack.db.queries.merges import same_people, same_person
from certtrack.db.queries.trainings import (
    ElsewhereFacts,
    TrainingFacts,
    make_elsewhere,
    make_trainings,
    select_elsewhere,
    select_trainings,
)
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.pack import Pack
from certtrack.rules.training import EnrollmentState, TrainingCount, count_training
from certtrack.security import Act, Actor, Fields, Relation, Task, can_act, can_see, list_places
from certtrack.services.actors import list_granted_credentials, list_relations
from certtrack.services.people import select_holders
from certtrack.services.rulebook import Rulebook
from certtrack.services.trainings.packs import find_training_pack


@dataclass(frozen=True, slots=True)
class ShownTraining:
    """One person in one training as of a day. `pack` None where no rules are known for its credential.

    `completed_on` None where it isn't complete by that day.
    """

    training_id: int
    enrollment_id: int
    title: str
    credential: str
    pack: Pack | None
    state: EnrollmentState
    count: TrainingCount
    completed_on: date | None
    completed_by: str | None
    completed_reason: str | None


@dataclass(frozen=True, slots=True)
class ShownElsewhere:
    """A training with another provider. `pack` as above; `no` is the record's version now."""

    facts: ElsewhereFacts
    pack: Pack | None
    no: int


@dataclass(frozen=True, slots=True)
class PersonTrainings:
    """The trainings of one person that the reader may see, and whether they may record one."""

    offered: tuple[ShownTraining, ...]
    elsewhere: tuple[ShownElsewhere, ...]
    can_record: bool

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to be seen."""
        return not (self.offered or self.elsewhere)


@dataclass(frozen=True, slots=True)
class ListedTraining:
    """One training in the list: its days, None where it has no session; how many are accepted, and wait for that."""

    training: Training
    organization: str
    first_on: date | None
    last_on: date | None
    accepted: int
    applied: int


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a training, with what is on record of them now."""

    person: Person
    enrollment: Enrollment
    count: TrainingCount
    is_own: bool


def show_trainings(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    *,
    today: date,
    as_of: date,
    known_at: datetime | None = None,
) -> PersonTrainings:
    """The trainings of a person as of a day, by what was known at a moment; what the actor may see of them today.

    What became of an application is for the person and for whoever may record it; others see who was accepted.
    """
    relations = list_relations(session, actor, person_id, today)
    rows = ask_together(session, *select_path(person_id, known_at))
    return make_path(session, rulebook, actor, relations, rows, as_of)


def select_path(person_id: int, known_at: datetime | None = None) -> tuple[AnySelect, ...]:
    """What the trainings of a person are made of, as on record now or at that moment."""
    rows = same_person(person_id)
    return (*select_trainings(Enrollment.person_id.in_(rows), known_at), select_elsewhere(rows, known_at))


def make_path(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    relations: frozenset[Relation],
    rows: Sequence[Sequence[Any]],
    as_of: date,
) -> PersonTrainings:
    """What `show_trainings` gives, of the rows of `select_path`; at most one query."""
    if not (actor.is_command or can_see(relations, Fields.TRAINING)):
        return PersonTrainings((), (), can_record=False)
    can_record = actor.is_command or can_act(relations, Act.RECORD_TRAINING)
    only = _list_only(session, actor, relations)
    enrollments, sessions, attended, elsewhere = rows
    offered = [
        _show(rulebook, facts, as_of)
        for facts in make_trainings(enrollments, sessions, attended)
        if only is None or facts.credential in only
    ]
    sees_all = can_record or Relation.HOLDER in relations
    return PersonTrainings(
        offered=tuple(one for one in offered if sees_all or one.state == "accepted"),
        elsewhere=tuple(
            ShownElsewhere(facts, find_training_pack(rulebook, facts.credential), facts.no)
            for facts in make_elsewhere(elsewhere)
            if facts.completed_on <= as_of and (only is None or facts.credential in only)
        ),
        can_record=can_record and Relation.HOLDER not in relations,
    )


def list_trainings(session: Session, actor: Actor) -> list[ListedTraining]:
    """The trainings that the actor may run, those with the latest days first; two queries."""
    places = list_places(actor, Task.RUN_TRAININGS)
    days = (
        select(
            TrainingSession.training_id,
            func.min(TrainingSession.held_on).label("first_on"),
            func.max(TrainingSession.held_on).label("last_on"),
        )
        .where(TrainingSession.is_dropped.is_(False))
        .group_by(TrainingSession.training_id)
        .subquery()
    )
    accepted, applied = (
        select(func.count(Enrollment.id))
        .where(Enrollment.training_id == Training.id, Enrollment.state == state)
        .scalar_subquery()
        for state in ("accepted", "applied")
    )
    query = (
        select(Training, Organization.name, days.c.first_on, days.c.last_on, accepted, applied)
        .join(Organization, Organization.id == Training.organization_id)
        .outerjoin(days, days.c.training_id == Training.id)
    )
    if places is not None:
        query = query.where(Training.organization_id.in_(places))
    found = [ListedTraining(*row) for row in session.execute(query.order_by(Training.id.desc()))]
    return sorted(found, key=lambda one: one.last_on or date.max, reverse=True)


def list_participants(
    session: Session, rulebook: Rulebook, actor: Actor, training: Training, as_of: date
) -> list[Participant]:
    """Everybody in a training, by name, with their minutes as of a day; one query."""
    mine = Enrollment.training_id == training.id
    enrollments, holders, own_ids, *rows = ask_together(
        session,
        select(Enrollment).where(mine),
        select_holders(select(Enrollment.person_id).where(mine)),
        same_people(select(Person.id).where(Person.id == (actor.person_id or 0))).subquery().select(),
        *select_trainings(mine),
    )
    pack = find_training_pack(rulebook, training.credential)
    facts, people, own = make_trainings(*rows), dict(holders), set(own_ids)
    counts = {
        one.enrollment_id: count_training(pack.training if pack else None, one.sessions, one.attended, as_of)
        for one in facts
    }
    found = [Participant(people[one.person_id], one, counts[one.id], one.person_id in own) for one in enrollments]
    return sorted(found, key=lambda one: (one.person.folded_name, one.enrollment.id))


def _show(rulebook: Rulebook, facts: TrainingFacts, as_of: date) -> ShownTraining:
    pack = find_training_pack(rulebook, facts.credential)
    is_complete = facts.completed_on is not None and facts.completed_on <= as_of
    return ShownTraining(
        training_id=facts.training_id,
        enrollment_id=facts.enrollment_id,
        title=facts.title,
        credential=facts.credential,
        pack=pack,
        state=facts.state,
        count=count_training(pack.training if pack else None, facts.sessions, facts.attended, as_of),
        completed_on=facts.completed_on if is_complete else None,
        completed_by=facts.completed_by if is_complete else None,
        completed_reason=facts.completed_reason if is_complete else None,
    )


def _list_only(session: Session, actor: Actor, relations: frozenset[Relation]) -> Sequence[str] | None:
    """The credentials whose trainings the actor may see; None: all. A programme's role opens those that it grants."""
    others = relations - {Relation.PROGRAMME_ADMINISTRATOR}
    if actor.is_command or can_see(others, Fields.TRAINING):
        return None
    return list_granted_credentials(session, actor)
