"""What every plan of a row that is somebody's says of it: its line, and whose it is."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from certtrack.services.sheets.placed import IsPlaced


class IsOnRecord(IsPlaced, Protocol):
    """A row of somebody who is on record."""

    @property
    def person_id(self) -> int:
        """Whose it is, by number."""


P = TypeVar("P", bound=IsOnRecord)


@dataclass
class PlacedPlan(Generic[P]):
    """What one row would change; it begins with the row."""

    placed: P

    @property
    def line(self) -> int:
        """The line of the file."""
        return self.placed.row.line

    @property
    def name(self) -> str:
        """Whose row it is, for people."""
        return self.placed.name

    @property
    def person_id(self) -> int:
        """Whose record it is."""
        return self.placed.person_id
