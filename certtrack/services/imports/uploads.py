"""Files that were given to be brought in: taken in, mapped, asked to be written, forgotten."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.audit import NewEvent, record_event, record_events
from certtrack.db.models import ImportUpload
from certtrack.errors import NotFound, Refused
from certtrack.security import Actor, Task, check_can_do, list_places
from certtrack.services.imports.kinds import KINDS, get_kind
from certtrack.services.imports.mapping import Said
from certtrack.services.locking import lock_current
from certtrack.services.sheets.asked import Kind
from certtrack.services.sheets.files import check_size

KEPT_FOR = timedelta(days=30)
_OPEN = ("to_look", "to_write")
_TO_DECIDE = ("looked", "unread")


def take_file(
    session: Session,
    organization_id: int,
    kind_key: str,
    file_name: str,
    data: bytes,
    *,
    language: str,
    actor: Actor,
    at: datetime,
) -> ImportUpload:
    """Keep a file to be looked at next; the same one that isn't brought in yet is found again.

    Raises NotAllowed, NotFound for a kind that isn't, BadSheet for one that is empty or too large.
    """
    kind = get_kind(kind_key)
    for task in list_tasks(kind):
        check_can_do(actor, task, organization_id)
    check_size(file_name, data)
    digest = hashlib.sha256(data).hexdigest()
    same = select(ImportUpload).where(
        ImportUpload.organization_id == organization_id,
        ImportUpload.kind == kind.key,
        ImportUpload.sha256 == digest,
        ImportUpload.state != "done",
    )
    if found := session.scalars(same.order_by(ImportUpload.id.desc()).limit(1)).first():
        return found
    upload = ImportUpload(
        organization_id=organization_id,
        account_id=actor.account_id,
        kind=kind.key,
        file_name=file_name,
        sha256=digest,
        data=data,
        mapping={},
        language=language,
        state="to_look",
        total=0,
        done=0,
        told={},
        no=1,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(upload)
    session.flush()
    _record(session, upload, "import.uploaded", actor, at)
    return upload


def list_uploads(session: Session, actor: Actor) -> Sequence[ImportUpload]:
    """Those that the actor may see, the newest first."""
    return session.scalars(select(ImportUpload).where(_are_theirs(actor)).order_by(ImportUpload.id.desc())).all()


def get_upload(session: Session, actor: Actor, upload_id: int) -> ImportUpload:
    """The file. Raises NotFound alike where there is none, or it isn't the actor's to see."""
    upload = session.scalar(select(ImportUpload).where(ImportUpload.id == upload_id, _are_theirs(actor)))
    if upload is None:
        raise NotFound(f"There is no file to bring in with the number {upload_id}.")
    return upload


def select_unfinished(actor: Actor) -> Select[int]:
    """How many of those that the actor may see were looked at, or can't be read, and wait for somebody to go on."""
    return select(func.count(ImportUpload.id)).where(ImportUpload.state.in_(_TO_DECIDE), _are_theirs(actor))


def is_open(upload: ImportUpload) -> bool:
    """True while it is to be looked at or written, whether or not a process is at it."""
    return upload.state in _OPEN


def list_open(session: Session, at: datetime) -> Sequence[int]:
    """The numbers of those that are to be looked at, or written, and that no process is at; the oldest first."""
    is_free = or_(ImportUpload.leased_until.is_(None), ImportUpload.leased_until <= at)
    return session.scalars(
        select(ImportUpload.id).where(ImportUpload.state.in_(_OPEN), is_free).order_by(ImportUpload.id)
    ).all()


def say_mapping(
    session: Session, upload: ImportUpload, said: Said, *, expected_no: int, actor: Actor, at: datetime
) -> None:
    """Keep what was said of the file, and have it looked at anew. Raises StaleRecord, Refused while it is at work."""
    lock_current(session, upload, expected_no)
    check_can_do(actor, Task.IMPORT, upload.organization_id)
    if upload.state in (*_OPEN, "done"):
        raise Refused("This file is being worked at, or is brought in already, so nothing was changed.")
    upload.mapping, upload.state, upload.done = said.store(), "to_look", 0
    upload.no += 1
    session.flush()
    _record(session, upload, "import.mapped", actor, at)


def ask_to_write(session: Session, upload: ImportUpload, *, expected_no: int, actor: Actor, at: datetime) -> None:
    """Have it written as it was seen. Raises StaleRecord, Refused where it wasn't looked at."""
    lock_current(session, upload, expected_no)
    check_can_do(actor, Task.IMPORT, upload.organization_id)
    if upload.state != "looked":
        raise Refused("This file wasn't looked at, so nothing was written.")
    upload.state, upload.done, upload.account_id = "to_write", 0, actor.account_id or upload.account_id
    upload.no += 1
    session.flush()
    _record(session, upload, "import.asked", actor, at)


def forget_upload(session: Session, upload: ImportUpload, *, expected_no: int, actor: Actor, at: datetime) -> None:
    """Take the file away, with all that it says of people; what was brought in stays.

    Raises StaleRecord, Refused while a process is at it.
    """
    lock_current(session, upload, expected_no)
    check_can_do(actor, Task.IMPORT, upload.organization_id)
    if upload.leased_until is not None and upload.leased_until > at:
        raise Refused("This file is being worked at, so it stays for now.")
    _record(session, upload, "import.forgotten", actor, at)
    session.delete(upload)
    session.flush()


def forget_old(session: Session, *, actor: Actor, at: datetime) -> int:
    """Take away every file that came `KEPT_FOR` ago and isn't being written; how many they were."""
    old = delete(ImportUpload).where(ImportUpload.recorded_at < at - KEPT_FOR, ImportUpload.state != "to_write")
    gone = old.returning(ImportUpload.id, ImportUpload.kind, ImportUpload.sha256, ImportUpload.organization_id)
    events = [
        NewEvent("import.forgotten", ("import_upload", number), (), _tell(kind, sha256, organization_id))
        for number, kind, sha256, organization_id in session.execute(gone)
    ]
    record_events(session, events, at=at, actor=actor.key)
    return len(events)


def list_tasks(kind: Kind) -> tuple[Task, ...]:
    """What somebody must be allowed to do who brings in such a file, or reads what it says."""
    return (Task.IMPORT, Task.ENTER_RESULTS) if kind.has_own_rights else (Task.IMPORT,)


def list_kinds(actor: Actor) -> Sequence[Kind]:
    """The kinds that the actor may bring in, each of them somewhere."""
    return [kind for kind in KINDS if all(list_places(actor, task) != frozenset() for task in list_tasks(kind))]


def _are_theirs(actor: Actor) -> ColumnElement[bool]:
    """Files of the kinds that the actor may bring in where each of them is from."""
    return or_(
        *(and_(ImportUpload.kind == kind.key, *(_is_at(actor, task) for task in list_tasks(kind))) for kind in KINDS)
    )


def _is_at(actor: Actor, task: Task) -> ColumnElement[bool]:
    places = list_places(actor, task)
    return true() if places is None else ImportUpload.organization_id.in_(places)


def _record(session: Session, upload: ImportUpload, action: str, actor: Actor, at: datetime) -> None:
    details = _tell(upload.kind, upload.sha256, upload.organization_id)
    record_event(session, at=at, actor=actor.key, action=action, subject=("import_upload", upload.id), details=details)


def _tell(kind: str, sha256: str, organization_id: int) -> dict[str, Any]:
    return {"kind": kind, "sha256": sha256, "organization": organization_id}
