"""Exams for tests: a programme that grants, people who sit, and what came of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kit.credits import act_as
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ExamResult
from certtrack.security import Actor, Role
from certtrack.services.exams.results import NewResult, correct_exam_result, record_exam_result
from certtrack.services.exams.sittings import NewSitting, create_sitting, get_sitting, register
from certtrack.services.organizations import get_organization, set_role

SAT = date(2026, 4, 20)


@dataclass(frozen=True)
class Office:
    """Who acts: the programme's administrator, the agency's, a supervisor, and Carol, who sits exams."""

    carol: int
    programme: Actor
    agency: Actor
    supervisor: Actor
    holder: Actor


def open_office(world: World, *, grants: tuple[str, ...] = ()) -> Office:
    """Carol and those around her; the world's organization grants these credentials."""
    for credential in grants:
        grant(world, credential)
    carol, bob = world.person("Carol"), world.person("Bob")
    return Office(
        carol,
        programme=act_as(world, world.account("pat", Role.PROGRAMME_ADMINISTRATOR)),
        agency=act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR)),
        supervisor=act_as(world, world.account("bob", Role.SUPERVISOR, person_id=bob)),
        holder=act_as(world, world.account("carol", Role.SPECIALIST, person_id=carol)),
    )


def grant(world: World, credential: str = "cps") -> None:
    """Make the world's organization the granter of that credential."""
    with world.database.writing() as session:
        organization = get_organization(session, "lakeside")
        set_role(session, organization, credential, "granter", actor=world.actor, at=world.at)


def sit(
    world: World,
    person_id: int,
    percent: int | None = None,
    *,
    credential: str = "cps",
    actor: Actor | None = None,
    sitting_id: int | None = None,
    **values: Any,
) -> int:
    """The number of the result; `values`: a NewResult's."""
    fields = {"taken_on": SAT, "score": None if percent is None else percent * 100} | values
    with world.database.writing() as session:
        return record_exam_result(
            session, world.rulebook, person_id=person_id, organization_id=world.organization_id, credential=credential,
            new=NewResult(**fields), sitting_id=sitting_id, actor=actor or world.actor, at=world.at,
        ).id  # fmt: skip


def correct(
    world: World, result_id: int, new: NewResult, *, no: int = 1, actor: Actor | None = None, **values: Any
) -> bool:
    """`values`: a reason."""
    with world.database.writing() as session:
        result = session.get_one(ExamResult, result_id)
        common: dict[str, Any] = {"reason": "a letter", "actor": actor or world.actor, "at": world.at}
        return correct_exam_result(session, world.rulebook, result, new, expected_no=no, **(common | values))


def hold(world: World, seats: int = 2, *, credential: str = "cps", actor: Actor | None = None, **values: Any) -> int:
    """The number of a sitting in two weeks, online; `values`: a NewSitting's."""
    fields = {"held_on": world.today + timedelta(days=14), "place": None, "seats": seats} | values
    with world.database.writing() as session:
        return create_sitting(
            session, world.organization_id, credential, NewSitting(**fields), actor=actor or world.actor, at=world.at
        ).id  # fmt: skip


def seat(world: World, sitting_id: int, person_id: int, *, actor: Actor | None = None) -> int:
    """The number of the registration."""
    with world.database.writing() as session:
        sitting = get_sitting(session, actor or world.actor, sitting_id)
        return register(session, sitting, person_id, actor=actor or world.actor, at=world.at).id


def list_outcomes(world: World, person_id: int) -> list[tuple[str, str | None]]:
    """Each result's outcome and what it rests on, oldest first."""
    with world.database.reading() as session:
        query = select(ExamResult.outcome, ExamResult.outcome_by).where(ExamResult.person_id == person_id)
        return [(outcome, by) for outcome, by in session.execute(query.order_by(ExamResult.id))]
