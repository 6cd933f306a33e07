"""An import whose rows are held one by one against the record: amended, kept as somebody mended them, or the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from certtrack.services.own_numbers import list_own_numbers
from certtrack.services.sheets import runs
from certtrack.services.sheets.confirmed import record_words
from certtrack.services.sheets.mapping import Confirmed
from certtrack.services.sheets.placed import P, Placed
from certtrack.services.sheets.returned import WithFaults
from certtrack.services.sheets.whose import Mark, Register, load_register

F = TypeVar("F", bound=runs.ReadFile[Any])


class Differing(Protocol):
    """A value of which the record and the file don't say the same."""

    @property
    def field(self) -> str:
        """Which one."""

    @property
    def old(self) -> Any:  # noqa: ANN401  # whatever the record holds
        """What the record says."""

    @property
    def new(self) -> Any:  # noqa: ANN401  # likewise
        """What the file says."""


@dataclass
class Import(runs.Import[F, P], Generic[F, P]):
    """An import of one file into one organization, at one moment.

    `confirmed` is a mapping file whose words are recorded when the run starts, None where there is none.
    """

    confirmed: Confirmed | None = None
    placed: Placed[P] = field(default_factory=Placed)
    changes: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    _tally: Counter[str] = field(default_factory=Counter)
    _met: set[int] = field(default_factory=set)
    """The rows of earlier files that this one says again."""

    def load_register(self, session: Session, marks: Iterable[Mark]) -> Register:
        """Load whom these marks may mean; of a file that was given on a page, not whoever gave it."""
        own = list_own_numbers(session, self.actor) if self.is_by_page else ()
        return load_register(session, self.organization.id, marks, on=self.known_on, own=own)

    @property
    def rows(self) -> Sequence[P]:
        """What can go in, in the order in which it goes in."""
        return self.placed.rows

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back: also rows that are nobody's here."""
        return (*self.file.returned, *self.placed.refused)

    @property
    def is_in_part(self) -> bool:
        """True where some row didn't go in."""
        return self._refused > 0

    def start(self, session: Session) -> None:
        """Note the run, and record the words that the mapping file confirms."""
        super().start(session)
        if self.confirmed is not None:
            record_words(session, self.organization.id, self.kind, self.confirmed, actor=self.actor, at=self.at)

    def list_changes(self) -> list[dict[str, Any]]:
        """Each value that is amended: line, whose it is, field, old, new."""
        return by_line(self.changes)

    def list_kept(self) -> list[dict[str, Any]]:
        """Each value that was mended by hand and isn't overwritten: the same, with record and file for old and new."""
        return by_line(self.kept)

    def list_twice(self) -> list[dict[str, Any]]:
        """Where a row says something else than the one before it that is known by the same: what each of them says."""
        return [
            {"line": item.row.row.line, "first_line": item.first.row.line, "name": item.row.name}
            | {"field": name, "first": first, "second": second}
            for item in self.placed.twice
            for name, first, second in item.differences
        ]

    @property
    def _refused(self) -> int:
        return len(self.file.refused) + len(self.placed.refused)

    def _count_rows(self) -> dict[str, int]:
        return {
            "rows": len(self.placed.rows) + len(self.placed.twice) + self._refused,
            "rows_new": self._tally["new"],
            "rows_changed": self._tally["changed"],
            "rows_same": self._tally["same"],
            "rows_twice": len(self.placed.twice),
            "rows_kept": self._tally["kept"],
            "rows_refused": self._refused,
            "rows_held": len(self.held),
        }

    def _note_values(self, own: dict[str, Any], changes: Sequence[Differing], kept: Sequence[Differing]) -> None:
        self.changes += [own | {"field": item.field, "old": item.old, "new": item.new} for item in changes]
        self.kept += [own | {"field": item.field, "record": item.old, "file": item.new} for item in kept]


def by_line(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is told of rows, in the order of the file's lines."""
    return sorted(items, key=lambda item: int(item["line"]))
