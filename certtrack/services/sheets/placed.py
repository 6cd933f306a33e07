"""The rows of a file once it is known whose they are: what goes in, what says the same again, what doesn't go in."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from certtrack.services.sheets.rows import Refused


class HasLine(Protocol):
    """A row that was read."""

    @property
    def line(self) -> int:
        """Counts the lines of the file."""


class IsPlaced(Protocol):
    """A row that is somebody's."""

    @property
    def row(self) -> HasLine:
        """What was read."""

    @property
    def name(self) -> str:
        """Whose it is, for people."""


P = TypeVar("P", bound=IsPlaced)


@dataclass(frozen=True, slots=True)
class Twice(Generic[P]):
    """A row that is known by the same as another one before it: (field, first, second) where they differ.

    The first stands.
    """

    row: P
    first: P
    differences: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Placed(Generic[P]):
    """Rows that go in, in the order in which they do; rows that say one of them again; rows that don't go in."""

    rows: tuple[P, ...] = ()
    twice: tuple[Twice[P], ...] = ()
    refused: tuple[Refused, ...] = ()

    def list_on(self, lines: Collection[int]) -> Iterator[P]:
        """The rows on these lines that are somebody's, those that say another one again too."""
        return (item for item in (*self.rows, *(one.row for one in self.twice)) if item.row.line in lines)
