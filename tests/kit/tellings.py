"""Notes that somebody was told otherwise, in tests."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from kit.world import ZONE, World
from sqlalchemy.orm import Session

from certtrack.db.models import Reminder, Telling
from certtrack.services.ledger.reading import LedgerEntry, list_ledger
from certtrack.services.ledger.tellings import How, NewTelling, list_to_tell, note_told, take_back_told


def ledger_of(world: World, person_id: int) -> list[LedgerEntry]:
    """The person's ledger on the world's day."""
    with world.database.reading() as session:
        return list_ledger(session, world.rulebook, person_id, day_there(world))


def find_key(world: World, person_id: int, stage: str) -> str:
    """The key of the first entry of that stage."""
    return next(entry.key for entry in ledger_of(world, person_id) if entry.stage == stage)


def day_there(world: World) -> date:
    """The world's day where its people live."""
    return world.at.astimezone(ZoneInfo(ZONE)).date()


def note(world: World, person_id: int, stage: str, how: How = "phone", told_by: str | None = None) -> int:
    """Note that the person was told that stage today; the note's number."""
    new = NewTelling(how, day_there(world), told_by)
    key = find_key(world, person_id, stage)
    with world.database.writing() as session:
        return note_told(session, world.rulebook, person_id, key, new, actor=world.actor, at=world.at).id


def take_back(world: World, telling_id: int, *, expected_no: int = 1) -> None:
    """Take a note back."""
    with world.database.writing() as session:
        telling = session.get_one(Telling, telling_id)
        reason = "it was somebody else"
        take_back_told(session, telling, expected_no=expected_no, reason=reason, actor=world.actor, at=world.at)


def copy_row(session: Session, row: Reminder, **values: Any) -> None:
    """Add a planned reminder like that one, but for these values."""
    kept = ("subject_kind", "subject_id", "anchor_on", "stage", "occurrence", "recipient_id", "stage_on", "send_after",
            "valid_until", "policy_ref", "planned_at")  # fmt: skip
    session.add(Reminder(**({"state": "planned"} | {name: getattr(row, name) for name in kept} | values)))
    session.flush()


def note_next(world: World, person_id: int) -> int:
    """Note the next stage that can be; the note's number."""
    return note(world, person_id, list_to_tell(ledger_of(world, person_id))[0].stage)


def find_next_key(world: World, person_id: int) -> str:
    """The key of the next stage that can be noted."""
    return list_to_tell(ledger_of(world, person_id))[0].key
