"""Trainings for tests of services and pages: one of twelve sessions, four hours each, and who is in it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from kit.world import World

from certtrack.rules.training import EnrollmentState
from certtrack.security import Actor
from certtrack.services.trainings.attendance import Mark, record_attendance
from certtrack.services.trainings.courses import NewSession, NewTraining, list_sessions, plan_training
from certtrack.services.trainings.enrollments import enroll
from certtrack.services.trainings.rights import get_training

FIRST = date(2026, 4, 6)
"""The day of the first session; the next ones are on the days after."""

NINE, ONE = 540, 780


def make_sessions(count: int = 12, first: date = FIRST) -> list[NewSession]:
    return [NewSession(first + timedelta(days=n), NINE, ONE) for n in range(count)]


def make_training(**values: Any) -> NewTraining:
    fields: dict[str, Any] = {"credential": "cps", "title": "Spring training", "is_online": False, "place": "Hall 2"}
    return NewTraining(**(fields | values))


def plan(
    world: World, sessions: Sequence[NewSession] | None = None, *, actor: Actor | None = None, **values: Any
) -> tuple[int, list[int]]:
    """The training's number, and those of its sessions."""
    with world.database.writing() as session:
        training = plan_training(
            session, world.organization_id, make_training(**values), sessions or make_sessions(),
            actor=actor or world.actor, at=world.at,
        )  # fmt: skip
        return training.id, [one.id for one in list_sessions(session, training.id)]


def put_in(
    world: World, training: int, person: int, state: EnrollmentState = "accepted", *, actor: Actor | None = None
) -> int:
    """The number of the person's place in it."""
    with world.database.writing() as session:
        who = actor or world.actor
        return enroll(session, get_training(session, who, training), person, state, actor=who, at=world.at).id


def note(world: World, training: int, marks: Sequence[Mark], *, actor: Actor | None = None) -> int:
    with world.database.writing() as session:
        who = actor or world.actor
        return record_attendance(session, get_training(session, who, training), marks, actor=who, at=world.at)


def note_all(world: World, training: int, enrollment: int, sessions: Sequence[int], but: Mapping[int, int] = {}) -> int:
    """Everything was attended, but of these sessions so many minutes: by their place in `sessions`, from 0."""
    marks = [Mark(enrollment, one, but.get(place, ONE - NINE), 0) for place, one in enumerate(sessions)]
    return note(world, training, marks)
