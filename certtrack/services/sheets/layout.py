"""What is declared of one kind of file: its columns, how offices call them, and which of them it can't do without."""

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from certtrack.services.people import fold

Column = str
"""A column in our words."""

WHOSE: Table[Column, tuple[str, ...]] = {
    "name": (
        "name",
        "name last first",
        "last first",
        "last name first name",
        "full name",
        "specialist",
        "peer specialist",
        "staff name",
        "employee",
        "employee name",
    ),
    "first_name": ("first name", "first", "given name", "firstname"),
    "last_name": ("last name", "last", "family name", "surname", "lastname"),
    "address": ("email", "e mail", "mail", "email address", "e mail address"),
    "number": (
        "cert",
        "cert no",
        "cert number",
        "certificate",
        "certificate no",
        "certificate number",
        "certification no",
        "certification number",
        "number",
    ),
}
"""Columns that say whose a row is, with the heads that they usually have."""

WHOSE_NEEDED: tuple[tuple[Column, ...], ...] = (("address",), ("number",))
"""One of these tells somebody who is on record; a name alone never does."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of file, and the words that refuse a file without them.

    `kind` is what its runs and rows are stored under. `usual` has each column's usual heads, folded; its order is that
    of the columns. `needed` are alternatives: of each at least one must be there whole. `asks` says that in words.
    `tables` are the tables of words in its mapping file, each with an example of a line; with `is_confirmed` they are
    read only where the mapping says who confirmed them.
    """

    kind: str
    singular: str
    plural: str
    asks: str
    usual: Table[Column, tuple[str, ...]]
    needed: tuple[tuple[tuple[Column, ...], ...], ...]
    tables: Table[str, str] = field(default_factory=dict)
    is_confirmed: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns in our words."""
        return tuple(self.usual)

    def find_column(self, head: str) -> Column | None:
        """The column that a folded head usually names."""
        return next((column for column, heads in self.usual.items() if head in heads), None)

    def list_lacking(self, columns: Iterable[Column]) -> list[Column]:
        """What can't be done without and isn't among `columns`; of alternatives the first is named."""
        known = set(columns)
        return [ways[0][0] for ways in self.needed if not any(set(way) <= known for way in ways)]


def fold_head(text: str) -> str:
    """A head as it is compared: letters and digits alone, in lower case."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(text)).split())
