"""Acts for groups in tests of services: asked for, begun, worked at and taken back with few words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from kit.credits import DUE
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.base import Base
from certtrack.db.bulk import add_rows
from certtrack.db.models import Certification, Cycle, GroupAct, Person, Waiver
from certtrack.services.group_acts.acts import begin_group_act, give_batch
from certtrack.services.group_acts.plan import GroupPlan, plan_group
from certtrack.services.group_acts.running import work_at
from certtrack.services.group_acts.undoing import begin_undoing
from certtrack.services.group_acts.wish import GroupWish

LATER = date(2027, 1, 31)


def make_wish(**values: Any) -> GroupWish:
    """Everybody due on the last of October gets until the end of January, unless told otherwise."""
    gives: dict[str, Any] = (
        {} if values.keys() & {"waives", "takes_off", "days_later", "months_later"} else {"due_on": LATER}
    )
    said: dict[str, Any] = {"pack_key": CPS, "due_from_on": DUE, "due_until_on": DUE, "from_on": date(2026, 5, 1)}
    said |= {"given_by": "The program", "words": "Its letter to everybody"}
    return GroupWish(**(said | gives | values))


def plan(world: World, wish: GroupWish | None = None, **values: Any) -> GroupPlan:
    """What it would do now."""
    who: dict[str, Any] = {"actor": world.actor, "at": world.at} | values
    with world.database.reading() as session:
        return plan_group(session, world.rulebook, wish or make_wish(), **who)


def begin(world: World, planned: GroupPlan, **values: Any) -> int:
    """Put it on record as it was seen just now; its number."""
    who: dict[str, Any] = {"actor": world.actor, "at": world.at} | values
    with world.database.writing() as session:
        return begin_group_act(session, planned, planned.digest, **who).id


def work(world: World, act_id: int, batches: int | None = None) -> None:
    """Go on with it to its end, or for so many batches, as after each of which it may be killed."""
    left = iter(range(batches + 1)) if batches is not None else None
    is_enough = (lambda: next(left, None) == batches) if left is not None else (lambda: False)
    work_at(world.database.writing, world.rulebook, act_id, now=lambda: world.at, is_enough=is_enough)


def give_all(world: World, wish: GroupWish | None = None, **values: Any) -> int:
    """Plan it, put it on record and write it to its end; its number."""
    act_id = begin(world, plan(world, wish, **values), **values)
    work(world, act_id)
    return act_id


def give_some(world: World, act_id: int, limit: int) -> int:
    """One transaction of it."""
    with world.database.writing() as session:
        return give_batch(session, world.rulebook, act_id, at=world.at, limit=limit)


def take_back_all(world: World, act_id: int, **values: Any) -> None:
    """Take it back, to the end."""
    start_taking_back(world, act_id, **values)
    work(world, act_id)


def start_taking_back(world: World, act_id: int, **values: Any) -> None:
    """Say that it is taken back, as it is now."""
    who: dict[str, Any] = {"actor": world.actor, "at": world.at} | values
    expected_no = load_act(world, act_id).no
    with world.database.writing() as session:
        begin_undoing(session, world.rulebook, act_id, expected_no=expected_no, reason="It was another letter", **who)


def load_act(world: World, act_id: int) -> GroupAct:
    """The act as it is on record."""
    with world.database.reading() as session:
        return session.get_one(GroupAct, act_id)


def list_given(world: World, act_id: int) -> list[Waiver]:
    """What came of it, taken back or not, in the order of writing."""
    with world.database.reading() as session:
        return list(session.scalars(select(Waiver).where(Waiver.group_act_id == act_id).order_by(Waiver.id)))


def add_people(world: World, size: int, due_on: date = DUE, **values: Any) -> Sequence[tuple[int, int, int]]:
    """As many people, each with one certification: person, certification and cycle."""
    made = []
    with world.database.writing() as session:
        for number in range(size):
            person_id = world.add_person(session, f"Person{number}")
            made.append((person_id, *world.add_certification(session, person_id, due_on, **values)))
    return made


def add_crowd(world: World, size: int, due_on: date = DUE) -> None:
    """As many people alike, each with one certification, written at once: too many to put on record one by one."""
    [(person_id, certification_id, cycle_id)] = add_people(world, 1, due_on)
    with world.database.writing() as session:

        def copy(model: type[Base], number: int, **others: int) -> None:
            row = {
                column.key: getattr(session.get_one(model, number), column.key) for column in model.__mapper__.columns
            }
            rows = [row | {"id": 10_000 + place} | dict.fromkeys(others, 10_000 + place) for place in range(size - 1)]
            add_rows(session, model, [one | ({"number": None} if "number" in one else {}) for one in rows])

        copy(Person, person_id)
        copy(Certification, certification_id, person_id=0)
        copy(Cycle, cycle_id, certification_id=0)
