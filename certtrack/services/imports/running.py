"""Working at a file that was given: looked at, then written, batch after batch, by whichever process takes it up.

How far it came is on record in the transaction of each batch. A process that ends in the middle leaves rows that are
in: whoever takes the file up again finds them the same and writes the rest. A row that would do something else by then
than was shown is held back, and the file is looked at anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, undefer

from certtrack.db.models import ImportRun, ImportUpload, Organization
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.logs import get_log
from certtrack.security import Task, check_can_do
from certtrack.services.actors import find_actor, find_actor_name
from certtrack.services.imports.driving import Opening, TellFormer, bring_in, look_through
from certtrack.services.imports.kinds import get_kind
from certtrack.services.imports.mapping import Said, make_mapping_file
from certtrack.services.imports.telling import tell
from certtrack.services.on_behalf import in_its_name
from certtrack.services.organizations import OrganizationOver
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.asked import Asked, Kind
from certtrack.services.sheets.bad_sheet import BadSheet
from certtrack.services.sheets.returned import make_returned
from certtrack.services.sheets.runs import Import

_NEXT = {"to_look": "looked", "to_write": "done"}
_LEASE = timedelta(minutes=2)
_SAID_EVERY_S = 1.0
_MOST_TRIES = 3  # a file that ends each process that takes it up mustn't keep the others' from being brought in


class _LeftOffError(Exception):
    """This process is to end, or another one has taken the file over."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that was opened; `language` is that of what comes back of it."""

    kind: Kind
    work: Import[Any, Any]
    language: str


@dataclass
class _Work:
    """One process's turn at one file. `leased_until` is what it has put on record itself: another's ends its turn."""

    reading: Opening
    writing: Opening
    rulebook: Rulebook
    tell_former: TellFormer
    upload_id: int
    now: Callable[[], datetime]
    stop: Callable[[], bool]
    leased_until: datetime | None = None
    done: int = 0
    said_at: float = 0.0
    is_broken: bool = False

    def run(self) -> bool:
        """False where it wasn't to be taken up, or was left off."""
        state = self._lease()
        if state is None:
            return False
        try:
            while state is not None:
                state = self._go_through(state)
        except _LeftOffError:
            return False
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one file, the others are brought in
            self.is_broken = True
            get_log(upload=self.upload_id).error("import_broke_off", kind=type(error).__name__)
            return False
        else:
            return True
        finally:
            self._give_back()

    def _lease(self) -> str | None:
        with self.writing() as session:
            upload = self._lock(session)
            at = self.now()
            if upload is None or upload.state not in ("to_look", "to_write"):
                return None
            if upload.leased_until is not None and upload.leased_until > at:
                return None
            tries = int(upload.told.get("tries", 0)) + 1
            if tries > _MOST_TRIES:
                upload.state, upload.told, upload.no = "unread", {"problem": "not_readable"}, upload.no + 1
                return None
            upload.told = {**upload.told, "tries": tries}
            upload.leased_until = self.leased_until = at + _LEASE
            return upload.state

    def _go_through(self, state: str) -> str | None:
        """Look at all of it, or write it; answers what is to be done next, None for nothing."""
        try:
            opened = self._open(state)
            self._say(total=len(opened.work.file.rows), done=0)
            if state == "to_look":
                look_through(self.reading, opened.work, advance=self._advance)
            else:
                bring_in(self.reading, self.writing, opened.work, note=self._note, tell_former=self.tell_former)
        except StaleRecord:  # somebody was quicker: it is tried again
            raise
        except Refused as error:
            self._refuse(error)
            return None
        return self._settle(opened, state)

    def _open(self, state: str) -> _Opened:
        """Raises BadInput, NotAllowed where whoever asked for it may not any more."""
        more = [undefer(ImportUpload.data), undefer(ImportUpload.seen)]
        with self.reading() as session:
            upload = session.get_one(ImportUpload, self.upload_id, options=more)
            kind = get_kind(upload.kind)
            asked = self._ask(session, upload, kind, upload.seen if state == "to_write" else None)
            return _Opened(kind, kind.open(session, self.rulebook, asked), upload.language)

    def _ask(self, session: Session, upload: ImportUpload, kind: Kind, seen: Mapping[str, str] | None) -> Asked:
        office, at = session.get_one(Organization, upload.organization_id), self.now()
        actor = find_actor(session, upload.account_id, at.astimezone(ZoneInfo(office.zone)).date())
        if actor is None:
            raise NotAllowed("Whoever asked for this has no account here any more.")
        check_can_do(actor, Task.IMPORT, upload.organization_id)
        by = find_actor_name(session, actor.key) or actor.key
        return Asked(
            file_name=upload.file_name,
            data=upload.data,
            mapping=make_mapping_file(Said.load(upload.mapping), kind.layout, by),
            organization=office,
            # what a file says of people is the office's to say, whoever of it brings the file
            actor=actor if kind.has_own_rights else in_its_name(actor.key),
            at=at,
            language=upload.language,
            is_by_page=True,
            seen=seen,
        )

    def _settle(self, opened: _Opened, state: str) -> str | None:
        """Where rows were held back it is looked at anew, so that somebody sees what would come of them now."""
        work = opened.work
        with self.reading() as session:
            told = tell(session, work, opened.kind)
        returned = make_returned(work.file.heads, work.returned, opened.language) or None
        with self.writing() as session:
            upload = self._get_mine(session)
            upload.run_id, upload.seen = work.run_id or upload.run_id, work.outcomes
            if work.held:
                upload.state, upload.told = "to_look", {"held": told["held"]}
                return upload.state
            held = {"held": upload.told["held"]} if state == "to_look" and "held" in upload.told else {}
            upload.state, upload.told, upload.returned = _NEXT[state], told | held, returned
            upload.total = upload.done = len(work.rows)
            upload.no += 1
            if state == "to_write":
                _keep_mapping(session, upload)
            return None

    def _refuse(self, error: Refused) -> None:
        told: dict[str, Any] = {"problem": "refused", "sentence": str(error)}
        if isinstance(error, OrganizationOver):
            told["problem"] = "office_over"
        if isinstance(error, BadSheet):
            told = {"problem": error.problem, "values": error.values}
        elif isinstance(error, NotAllowed):
            told = {"problem": "not_allowed"}
        elif isinstance(error, BadInput):
            told["problem"] = "mapping"
        with self.writing() as session:
            upload = self._get_mine(session)
            if upload.state == "to_write" and upload.done:
                told["done"] = upload.done
            upload.state, upload.told, upload.returned = "unread", told, None
            upload.no += 1

    def _advance(self, rows: int) -> None:
        if self.stop():
            raise _LeftOffError
        self.done += rows
        if monotonic() - self.said_at > _SAID_EVERY_S:
            self._say(done=self.done)

    def _say(self, **values: int) -> None:
        with self.writing() as session:
            self._renew(self._get_mine(session), **values)
        self.said_at = monotonic()

    def _note(self, session: Session, rows: int) -> None:
        if self.stop():
            raise _LeftOffError
        upload = self._get_mine(session)
        self._renew(upload, done=upload.done + rows)

    def _renew(self, upload: ImportUpload, **values: int) -> None:
        upload.leased_until = self.leased_until = self.now() + _LEASE
        for name, value in values.items():
            setattr(upload, name, value)

    def _get_mine(self, session: Session) -> ImportUpload:
        upload = self._lock(session)
        if upload is None or upload.leased_until != self.leased_until:
            raise _LeftOffError
        return upload

    def _lock(self, session: Session) -> ImportUpload | None:
        return session.get(ImportUpload, self.upload_id, with_for_update=True, populate_existing=True)

    def _give_back(self) -> None:
        with self.writing() as session:
            upload = self._lock(session)
            if upload is not None and upload.leased_until == self.leased_until:
                upload.leased_until = None
                if not self.is_broken:  # a process that ends in order says nothing against the file
                    upload.told = {name: value for name, value in upload.told.items() if name != "tries"}


def _keep_mapping(session: Session, upload: ImportUpload) -> None:
    """What was said of the file is proposed for the next one, also once this one is taken away."""
    said = Said.load(upload.mapping).name_nobody().store()
    if said and upload.run_id is not None:
        run = session.get_one(ImportRun, upload.run_id)
        run.mapping, run.heads = said, upload.told["heads"]


def work_at_upload(
    reading: Opening,
    writing: Opening,
    rulebook: Rulebook,
    upload_id: int,
    *,
    tell_former: TellFormer,
    now: Callable[[], datetime],
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Look at the file, or write it, as was asked; False where another process is at it, or `stop` was true.

    What can't be brought in as it is becomes `unread`, with the reason.
    """
    return _Work(reading, writing, rulebook, tell_former, upload_id, now, stop).run()
