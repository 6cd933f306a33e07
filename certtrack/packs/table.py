"""A strict reader of TOML tables: each refusal names the file, the key, and what was expected there."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from certtrack.errors import BadKey, BadPack
from certtrack.rules.calendar import check_day

UNKNOWN = "unknown"
NAME = "[a-z][a-z0-9]*([-_][a-z0-9]+)*"
"""A name for programs, as a regular expression."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class File:
    """A TOML file as read: its text, the sha256 of its bytes, and its outermost table."""

    raw: str
    sha256: str
    top: "Table"


class Table:
    """One TOML table. Each key is taken once; `finish` refuses whatever nobody took."""

    def __init__(self, path: Path, name: str, content: Mapping[str, Any]) -> None:
        self._path = path
        self._name = name
        self._left = dict(content)

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Raise BadKey that names the file, `key` in full, and what was expected there."""
        place = ".".join(part for part in (self._name, key) if part) or "the file"
        raise BadKey(str(self._path), place, expected)

    def has(self, key: str) -> bool:
        """True where the key is there and wasn't taken yet."""
        return key in self._left

    def keys(self) -> list[str]:
        """The keys that nobody has taken yet, in the file's order."""
        return list(self._left)

    def finish(self) -> None:
        """Raise BadPack where a key is left over."""
        for key in self._left:
            self.refuse(key, "isn't a key that is known here; take it away or mend its spelling")

    def text(self, key: str) -> str:
        """Words that aren't blank."""
        value = self._take(key, str, "must be text in quotes")
        return value.strip() or self.refuse(key, "must not be empty")

    def name(self, key: str) -> str:
        """A name for programs: small letters, digits, and `-` or `_` between them."""
        value = self.text(key)
        check_name(self, key, value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One or more words."""
        value = self._take(key, list, "must be a list of texts")
        if not value or not all(isinstance(item, str) and item.strip() for item in value):
            self.refuse(key, "must be a list of one or more texts, none of them empty")
        return tuple(item.strip() for item in value)

    def number(self, key: str, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        return self._check_number(key, self._take(key, int, _whole(least, most)), least, most)

    def numbers(self, key: str, least: int, most: int) -> tuple[int, ...]:
        """One or more different whole numbers, in order."""
        value = self._take(key, list, "must be a list of whole numbers")
        numbers = [self._check_number(key, item, least, most) for item in value]
        if not numbers or len(set(numbers)) < len(numbers):
            self.refuse(key, "must be a list of one or more different whole numbers")
        return tuple(sorted(numbers))

    def day(self, key: str) -> date:
        """A day from 1900 on."""
        expected = "must be a day such as 2026-10-31, without quotes, from 1900 on"
        value = self._take(key, date, expected)
        try:
            return self.refuse(key, expected) if isinstance(value, datetime) else check_day(value)
        except ValueError:
            self.refuse(key, expected)

    def flag(self, key: str) -> bool:
        """True or false."""
        return self._take(key, bool, "must be true or false, without quotes")

    def time_of_day(self, key: str) -> time:
        """A time of day."""
        return self._take(key, time, "must be a time such as 09:00:00, without quotes")

    def choice(self, key: str, allowed: Sequence[T]) -> T:
        """One of `allowed`."""
        value = self._take(key, object, _one_of(allowed))
        return next((item for item in allowed if item == value and type(item) is type(value)), None) or self.refuse(
            key, _one_of(allowed)
        )

    def choices(self, key: str, allowed: Sequence[T]) -> tuple[T, ...]:
        """One or more different ones of `allowed`, in the file's order."""
        expected = f"must be a list; each of its items {_one_of(allowed)}"
        values = self._take(key, list, expected)
        found = tuple(item for value in values for item in allowed if item == value)
        if not values or len(found) != len(values) or len(set(found)) < len(found):
            self.refuse(key, expected)
        return found

    def is_list(self, key: str) -> bool:
        """True where the key holds a list; it isn't taken."""
        return isinstance(self._left.get(key), list)

    def says(self, key: str, value: object) -> bool:
        """True where the key has this value; it isn't taken."""
        return self._left.get(key) == value

    def is_unknown(self, key: str) -> bool:
        """True where the key says "unknown"; then it is taken."""
        if self._left.get(key) != UNKNOWN:
            return False
        del self._left[key]
        return True

    def table(self, key: str) -> "Table":
        """The table of that name."""
        value = self._take(key, dict, "must be a table")
        return self._inner(key, value)

    def find_table(self, key: str) -> "Table | None":
        """The table of that name, None where there is none."""
        return self.table(key) if self.has(key) else None

    def tables(self, key: str) -> Iterator["Table"]:
        """One or more tables under one name, `[[name]]`."""
        values = self._take(key, list, f"must be one or more tables, each under [[{key}]]")
        if not values or not all(isinstance(value, dict) for value in values):
            self.refuse(key, f"must be one or more tables, each under [[{key}]]")
        for position, value in enumerate(values, start=1):
            yield self._inner(f"{key}[{position}]", value)

    def _inner(self, key: str, value: dict[str, Any]) -> "Table":
        return Table(self._path, ".".join(part for part in (self._name, key) if part), value)

    def _take(self, key: str, kind: type[T], expected: str) -> T:
        if key not in self._left:
            self.refuse(key, f"is missing; it {expected}")
        value = self._left.pop(key)
        if not isinstance(value, kind):
            self.refuse(key, expected)
        return value

    def _check_number(self, key: str, value: object, least: int, most: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(key, _whole(least, most))
        return value


def check_name(table: Table, key: str, name: str) -> None:
    """Raise BadPack, at `key` of the table, where `name` isn't one for programs."""
    if not re.fullmatch(NAME, name):
        table.refuse(key, "must be small letters and digits, with - or _ between them")


def read_toml(path: Path) -> File:
    """The TOML file at `path`. Raises BadPack where it is missing, unreadable, or no TOML."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadPack(f"{path} can't be read: {error.strerror}.") from error
    return parse_toml(content, path)


def parse_toml(content: bytes, path: Path) -> File:
    """What a TOML file holds; messages name `path`. Raises BadPack where it is no TOML."""
    try:
        raw = content.decode("utf-8")
        top = Table(path, "", load_tables(raw))
    except UnicodeDecodeError as error:
        raise BadPack(f"{path} isn't UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    except ValueError as error:
        raise BadPack(f"{path} isn't TOML: {error}") from error
    return File(raw, hashlib.sha256(content).hexdigest(), top)


@lru_cache(maxsize=256)
def load_tables(raw: str) -> Mapping[str, Any]:
    """What the text of a TOML file says, parsed once in a process: only to be read. Raises ValueError where it is none.

    Reading an installation's packs comes to its files several times, and parsing them is nearly all that it takes.
    """
    return tomllib.loads(raw)


def _whole(least: int, most: int) -> str:
    return f"must be a whole number from {least} to {most}"


def _one_of(allowed: Sequence[object]) -> str:
    return "must be " + " or ".join(f'"{item}"' for item in allowed)
