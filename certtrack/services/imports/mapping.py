"""What somebody says of a file on a page, as the mapping file that an import reads."""

import json
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from typing import Any, Self

from certtrack.services.sheets.layout import Layout
from certtrack.services.sheets.mapping import Mapping

FILE_NAME = "mapping.toml"
_OF_PEOPLE = ("supervisors",)


@dataclass(frozen=True, slots=True)
class Said:
    """Which sheet is meant, by our words the heads of columns, and by table what the file's words mean.

    What isn't said is left to the usual names.
    """

    sheet: str | None = None
    columns: Table[str, str] = field(default_factory=dict)
    words: Table[str, Table[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, stored: Table[str, Any]) -> Self:
        """What was stored of it."""
        return cls(stored.get("sheet"), stored.get("columns", {}), stored.get("words", {}))

    def name_nobody(self) -> Self:
        """What may outlive the file: all but the words that stand for people."""
        return replace(self, words={table: words for table, words in self.words.items() if table not in _OF_PEOPLE})

    def store(self) -> dict[str, Any]:
        """As it is stored; empty where nothing was said."""
        values: dict[str, Any] = {"sheet": self.sheet, "columns": dict(self.columns)}
        values["words"] = {table: dict(words) for table, words in self.words.items() if words}
        return {name: value for name, value in values.items() if value}

    def find_heads(self) -> Mapping:
        """The part that finds the columns."""
        return Mapping(sheet=self.sheet, heads=self.columns)


def make_mapping_file(said: Said, layout: Layout, confirmed_by: str) -> tuple[str, bytes] | None:
    """A mapping file of it, in the name of whoever says so; None where nothing was said."""
    lines = [f"sheet = {_quote(said.sheet)}"] if said.sheet else []
    if layout.is_confirmed:
        lines.append(f"confirmed_by = {_quote(confirmed_by)}")
    for name, words in {"columns": said.columns, **said.words}.items():
        lines += [f"[{name}]", *(f"{_quote(word)} = {_quote(meaning)}" for word, meaning in words.items())]
    return (FILE_NAME, "\n".join(lines).encode()) if said.store() else None


def _quote(text: str) -> str:
    """As a TOML string: JSON's are, but for the one letter that JSON leaves as it is and TOML doesn't."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
