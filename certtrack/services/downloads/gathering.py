"""Everything that is held about somebody: read in one look at the database, with the files that belong to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.base import Base
from certtrack.db.models import Email, Evidence, Person, Reminder, ReminderEmail, TeamMail
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor, Relation
from certtrack.services.actors import list_relations
from certtrack.services.downloads.tables import plan_tables
from certtrack.services.people import get_person

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60
_ENDINGS = {"pdf": ".pdf", "picture": ".jpg"}


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that backs something: what it is called in the download, and where it is kept."""

    name: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held about one person: rows by table, each with its columns' names; files; the numbers of mails kept.

    A table without a row of theirs has none. `mails` are those to them that tell of nobody else, while they are kept.
    """

    person: Person
    tables: Mapping[str, Sequence[Mapping[str, Any]]]
    files: tuple[HeldFile, ...]
    mails: tuple[int, ...]


def get_own(session: Session, actor: Actor, person_id: int, today: date) -> Person:
    """The person, where the record is the actor's own. Raises NotFound alike for nobody and for everybody else's."""
    person = get_person(session, person_id)
    if Relation.HOLDER not in list_relations(session, actor, person.id, today):
        raise NotFound(f"There is no person with the number {person_id}.")
    return person


def gather(session: Session, person: Person) -> Holdings:
    """All that is held about the person, those merged into them included; the files themselves aren't read."""
    people = session.scalars(same_person(person.id)).all()
    tables = {}
    for name, query in plan_tables(Base.metadata, people).items():
        rows = [{key: _tell(value) for key, value in row.items()} for row in session.execute(query).mappings()]
        if rows:
            tables[name] = rows
    evidence = session.scalars(select(Evidence).where(Evidence.person_id.in_(people)).order_by(Evidence.id))
    return Holdings(
        person=person,
        tables=tables,
        files=tuple(HeldFile(_name_file(one), one) for one in evidence),
        mails=tuple(_list_mails(session, people)),
    )


def note_download(session: Session, held: Holdings, *, actor: Actor, at: datetime) -> None:
    """Write down that all of it was handed out."""
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="record.downloaded",
        subject=("person", held.person.id),
        people=[held.person.id],
        details={"tables": len(held.tables), "files": len(held.files), "mails": len(held.mails)},
    )


def _list_mails(session: Session, people: Sequence[int]) -> Sequence[int]:
    """Mails that are kept: no copy that tells of another person's day, and no mail about a team."""
    in_mail = (ReminderEmail.email_id == Email.id, Reminder.id == ReminderEmail.reminder_id)
    of_others = exists().where(*in_mail, Reminder.audience != "holder")
    of_team = exists().where(TeamMail.email_id == Email.id)
    query = select(Email.id).where(Email.recipient_id.in_(people), Email.data.is_not(None), ~of_others, ~of_team)
    return session.scalars(query.order_by(Email.id)).all()


def _name_file(evidence: Evidence) -> str:
    """A name that is one on every system: it begins with the file's number, and says what it was called."""
    stem = evidence.file_name.rsplit(".", 1)[0]
    plain = _UNSAFE.sub("-", stem).strip("-.")[:_LONGEST_NAME]
    return f"{evidence.id}-{plain or 'file'}{_ENDINGS[evidence.kind]}"


def _tell(value: object) -> object:
    """The value as JSON has it; days and moments as ISO 8601 writes them, moments in UTC."""
    return value.isoformat() if isinstance(value, date | datetime | time) else value
