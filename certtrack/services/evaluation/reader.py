"""A strict reader of JSON objects: each refusal names the place and what was expected there, in one sentence."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NoReturn, TypeVar, cast
from zoneinfo import ZoneInfo

from certtrack.errors import BadInput
from certtrack.rules.calendar import check_day

T = TypeVar("T")
Id = str | int

_DAY = "must be a day such as 2026-10-31, from 1900 to 9999"
_MOMENT = "must be a day such as 2026-10-31, or a moment with its zone such as 2026-10-31T17:00-05:00"
_ID = "must be a word or a whole number"
_SHOWN = 60
_MOST = 1_000_000
_DAYS_KEPT = 8192


class Item:
    """One JSON object at a place such as `credits[0]`. Each key is taken once; `finish` refuses what nobody took."""

    __slots__ = ("_left", "place")

    def __init__(self, content: object, place: str = "") -> None:
        self.place = place
        if not isinstance(content, dict):
            name = place or "the case"
            raise BadInput(f"{name} must be an object in braces; it is {_show(content)}.")
        self._left = dict(content)

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Raise BadInput that names the place of `key`, and what was expected there."""
        raise BadInput(f"{self.at(key)} {expected}.")

    def at(self, key: str) -> str:
        """The place of a key, as refusals name it."""
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        """True where the key is there, wasn't taken yet, and isn't null."""
        return self._left.get(key) is not None

    def finish(self) -> None:
        """Raise BadInput where a key is left over; one that is null is as if it weren't there."""
        for key in self._left:
            self.refuse(key, "isn't a key that is known here; take it away or mend its spelling")

    def text(self, key: str) -> str | None:
        """Words, None where there are none."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse_kind(key, "must be text in quotes", value)
        return value.strip()

    def id(self, key: str, default: Id) -> Id:
        """A word or a whole number by which the case names something."""
        value = self._left.pop(key, None)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int):
            self._refuse_kind(key, _ID, value)
        if isinstance(value, str) and not (value and value.isprintable()):
            self._refuse_kind(key, _ID, value)
        return value

    def flag(self, key: str) -> bool | None:
        """True or false, None where it isn't said."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, bool):
            self._refuse_kind(key, "must be true or false", value)
        return value

    def minutes(self, key: str) -> int | None:
        """A whole number of minutes from 1 on, None where it isn't said."""
        return self.whole(key, 1, "a whole number of minutes from 1 on")

    def whole(self, key: str, least: int, what: str) -> int | None:
        """A whole number, None where it isn't said; `what` is how a refusal calls it."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            self._refuse_kind(key, f"must be {what}", value)
        return value

    def percent(self, key: str) -> float | None:
        """A number from 0 to 100, None where it isn't said."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
            self._refuse_kind(key, "must be a number of percent from 0 to 100", value)
        return value

    def day(self, key: str) -> date | None:
        """A day, None where it isn't said."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        found = _read_day(value) if isinstance(value, str) else None
        return found if found is not None else self._refuse_kind(key, _DAY, value)

    def need_day(self, key: str) -> date:
        """A day. Raises BadInput where it isn't said."""
        found = self.day(key)
        return found if found is not None else self.refuse(key, f"is missing; it {_DAY}")

    def day_or_moment(self, key: str) -> date | datetime | None:
        """A day, or an aware moment; None where it isn't said."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        found = (_read_day(value) or _read_moment(value)) if isinstance(value, str) else None
        return found if found is not None else self._refuse_kind(key, _MOMENT, value)

    def choice(self, key: str, allowed: Sequence[T], default: T) -> T:
        """One of `allowed`, `default` where it isn't said."""
        value = self._left.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, str) or value not in allowed:
            self._refuse_kind(key, f"must be {_one_of(allowed)}", value)
        return allowed[allowed.index(cast("T", value))]

    def need_choice(self, key: str, allowed: Sequence[T]) -> T:
        """One of `allowed`. Raises BadInput where it isn't said."""
        if not self.has(key):
            self.refuse(key, f"is missing; it must be {_one_of(allowed)}")
        return self.choice(key, allowed, allowed[0])

    def texts(self, key: str) -> tuple[str, ...] | None:
        """Different words, None where there are none."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            self._refuse_kind(key, "must be a list of words", value)
        if len(set(value)) < len(value):
            self._refuse_kind(key, "names something twice", value)
        return tuple(value)

    def values(self, key: str) -> list[Any] | None:
        """A list of whatever, None where there is none."""
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, list):
            self._refuse_kind(key, "must be a list in brackets", value)
        return value

    def item(self, key: str) -> "Item | None":
        """The object under a key, None where there is none."""
        value = self._left.pop(key, None)
        return None if value is None else Item(value, self.at(key))

    def items(self, key: str) -> Iterator["Item"]:
        """The objects of a list, none where there is no list."""
        for number, value in enumerate(self.values(key) or ()):
            yield Item(value, f"{self.at(key)}[{number}]")

    def _refuse_kind(self, key: str, expected: str, value: object) -> NoReturn:
        self.refuse(key, f"{expected}; it is {_show(value)}")


@lru_cache(maxsize=_DAYS_KEPT)
def _read_day(value: str) -> date | None:
    if len(value) != len("2026-10-31") or value[4] != "-":
        return None
    try:
        return check_day(date.fromisoformat(value))
    except ValueError:
        return None


def _read_moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        check_day(moment.date())
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def day_in(at: date | datetime, zone: str) -> date:
    """The day itself; of a moment the day that it is in `zone`."""
    return at.astimezone(ZoneInfo(zone)).date() if isinstance(at, datetime) else at


def _one_of(allowed: Sequence[object]) -> str:
    return " or ".join(f'"{one}"' for one in allowed)


def _show(value: object) -> str:
    """What stood there, short and on one line."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
