"""One import from its first batch to its last. Each batch is a transaction of the edge, and each row is written whole.

A run that broke off is taken up by importing the same file again: rows that are in already change nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from certtrack.db.advisory import take_lock
from certtrack.db.audit import record_event
from certtrack.db.models import ImportedRow, ImportRun, Organization, Person
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.heads import Heads
from certtrack.services.sheets.returned import WithFaults
from certtrack.services.sheets.rows import Refused
from certtrack.services.sheets.shown import Planned, sort_held, sum_up

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
F = TypeVar("F", bound="ReadFile[Any]")
P = TypeVar("P", bound=Planned)

_AIM_S = 0.05  # on SQLite nobody is to wait longer than 0.1 s for the write lock, and the next rows may be slower
_AIM_UNLOCKED_S = 0.4  # on PostgreSQL only other imports wait
_SMALLEST = 5
_LOCK = 4_207_316_003  # any number that nobody else uses on this database


class ReadFile(Protocol[R_co]):
    """A file that was read whole, before anything is written: what can go in, and what can't."""

    @property
    def file_name(self) -> str:
        """What the file is called."""

    @property
    def sha256(self) -> str:
        """Tells its bytes from any other's."""

    @property
    def heads(self) -> Heads:
        """Its line of heads."""

    @property
    def rows(self) -> Sequence[R_co]:
        """What can go in, in the order in which it goes in."""

    @property
    def refused(self) -> Sequence[Refused]:
        """What can't."""

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back to be mended, whether it went in or not."""


@dataclass
class Import(ABC, Generic[F, R]):
    """An import of one file into one organization, at one moment. `run_id` is None as long as nothing is written."""

    kind: ClassVar[str]
    """What its runs and rows are stored under."""
    batch: ClassVar[int] = 10
    """How many rows the first transaction takes: others wait for the write lock of SQLite while it lasts."""
    largest_batch: ClassVar[int] = 10
    """How many any takes where they turn out to be quick."""

    file: F
    organization: Organization
    rulebook: Rulebook
    actor: Actor
    at: datetime
    run_id: int | None = None
    is_by_page: bool = False
    """True where it was given on a page, by somebody who may see and change the organization's own people alone.

    Then nobody is known by an address, or amended, who doesn't belong there on that day, and nothing that somebody else
    is to say of whoever gives it goes in.
    """
    seen: Mapping[str, str] | None = None
    """By line what somebody was shown would come of the row; None where nothing was to be shown first."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """By line what a look found would come of it."""
    added: list[dict[str, Any]] = field(default_factory=list)
    """What is told of each row that is new."""
    held: list[Planned] = field(default_factory=list)
    """Rows of which nothing was written, since they would do something else by now than was shown."""
    readdressed: list[tuple[int, str]] = field(default_factory=list)
    """Whose private address the last batch has amended, and what it was before."""
    _size: int | None = field(default=None, init=False, repr=False)
    _done: int = field(default=0, init=False, repr=False)
    _aim_s: float = field(default=_AIM_S, init=False, repr=False)

    def prepare(self, session: Session) -> None:  # most kinds have nothing to ask beforehand
        """Ask what is to be known of the whole file before its first batch, and write nothing."""

    @abstractmethod
    def plan(self, session: Session, rows: Sequence[R]) -> None:
        """Plan a batch and write nothing."""

    @abstractmethod
    def write_planned(self, session: Session, rows: Sequence[R], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write it.

        Answers how many rows, from the first on, are written: at least one; the others come in the next batch.
        """

    def let_in(self, plans: Sequence[P]) -> list[P]:
        """Those that would do what was shown; the others are held back."""
        going, held = sort_held(plans, self.seen)
        self.held += held
        self._note_added(going)
        return going

    def show(self, plans: Sequence[P]) -> Sequence[P]:
        """Remember what would come of these."""
        self.outcomes |= {str(plan.line): sum_up(plan) for plan in plans}
        self._note_added(plans)
        return plans

    def _note_added(self, plans: Iterable[Planned]) -> None:
        self.added += [plan.tell_new() for plan in plans if plan.kind == "new"]

    @abstractmethod
    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""

    @abstractmethod
    def list_changes(self) -> list[dict[str, Any]]:
        """Each value that is amended: line, whose it is, field, old, new."""

    @abstractmethod
    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number."""

    def list_missing(self, session: Session) -> list[dict[str, Any]]:
        """What came by an earlier file and isn't in this one. Nothing is removed for that.

        A file that an import gave back holds what was to be mended alone: by that nothing is missing.
        """
        return [] if self.file.heads.is_returned else self._list_missing(session)

    @abstractmethod
    def _list_missing(self, session: Session) -> list[dict[str, Any]]: ...

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back to be mended."""
        return self.file.returned

    @property
    def is_in_part(self) -> bool:
        """True where some row didn't go in."""
        return bool(self.file.refused)

    @property
    def today(self) -> date:
        """The organization's day."""
        return self.at.astimezone(ZoneInfo(self.organization.zone)).date()

    @property
    def known_on(self) -> date | None:
        """The day on which people have to belong to the organization to be known; None where it needn't be any."""
        return self.today if self.is_by_page else None

    @property
    def rows(self) -> Sequence[R]:
        """What can go in, in the order in which it goes in."""
        rows: Sequence[R] = self.file.rows
        return rows

    def batches(self) -> Iterator[Sequence[R]]:
        """The rows that can go in, some at a time: as many as `pace` has last found to be good."""
        start = 0
        while start < len(self.rows):
            batch = self.rows[start : start + (self._size or self.batch)]
            self._done = len(batch)
            yield batch
            start += self._done

    def pace(self, took_s: float, worked_s: float) -> None:
        """Learn from the last batch how many rows the next one takes.

        `took_s` is how long its transaction was held, `worked_s` the processor's time in it: what else the machine has
        to do makes the first longer, and no batch small enough would make up for that.
        """
        seconds = max(worked_s, took_s / 2)
        wished = int(self._done * self._aim_s / max(seconds, 0.001))
        self._size = max(_SMALLEST, min(wished, 2 * (self._size or self.batch), self.largest_batch))

    def start(self, session: Session) -> None:
        """Note the run; one of the same file that broke off is taken up again."""
        found = session.scalar(
            select(ImportRun)
            .where(
                ImportRun.kind == self.kind,
                ImportRun.organization_id == self.organization.id,
                ImportRun.sha256 == self.file.sha256,
                ImportRun.finished_at.is_(None),
            )
            .order_by(ImportRun.id.desc())
            .limit(1)
        )
        self.run_id = (found or self._add_run(session)).id

    def write(self, session: Session, rows: Sequence[R]) -> int:
        """Plan a batch by what is on record in this transaction, and write it; no other import does so meanwhile.

        Answers how many of its rows are done; what is left comes again in the next batch.
        """
        if self.run_id is None:
            raise ValueError("start the run first")
        if session.get_bind().dialect.name == "postgresql":
            # two imports at once would both put the same on record; on SQLite only one transaction writes at a time
            take_lock(session, _LOCK)
            # plans made while a table was nearly empty are kept, and would read all of it for each row from then on
            session.execute(text("SET LOCAL enable_seqscan = off"))
            self._aim_s = _AIM_UNLOCKED_S
        self.readdressed.clear()
        self._done = self.write_planned(session, rows, self.run_id)
        return self._done

    def finish(self, session: Session) -> None:
        """Note that the run is over, with its counts, and write its one event into the audit."""
        run = session.get_one(ImportRun, self.run_id)
        run.finished_at, run.counts = self.at, self.count()
        session.flush()
        record_event(
            session,
            at=self.at,
            actor=self.actor.key,
            action="import.finished",
            subject=("import_run", run.id),
            details={"file": self.file.file_name, "sha256": self.file.sha256, "counts": run.counts},
        )

    def _add_run(self, session: Session) -> ImportRun:
        run = ImportRun(
            kind=self.kind,
            organization_id=self.organization.id,
            file_name=self.file.file_name,
            sha256=self.file.sha256,
            as_of=self.today,
            finished_at=None,
            counts={},
            recorded_at=self.at,
            recorded_by=self.actor.key,
        )
        session.add(run)
        session.flush()
        return run


@dataclass(frozen=True, slots=True)
class Earlier:
    """A row that an earlier file brought: its number, its key, whose it is and what it said."""

    id: int
    key: str
    person_id: int
    name: str
    said: dict[str, Any]


def list_earlier(session: Session, kind: str, organization_id: int) -> Iterator[Earlier]:
    """Every row of that kind that files of this organization brought, by the names of its people."""
    query = (
        select(
            ImportedRow.id,
            ImportedRow.key,
            ImportedRow.said,
            Person.id.label("person_id"),
            Person.given_name,
            Person.family_name,
        )
        .join(Person, Person.id == ImportedRow.person_id)
        .where(ImportedRow.organization_id == organization_id, ImportedRow.kind == kind)
        .order_by(Person.folded_name, ImportedRow.id)
    )
    for number, key, said, person_id, given, family in session.execute(query.execution_options(yield_per=1_000)):
        yield Earlier(number, key, person_id, f"{given} {family}".strip(), said)
