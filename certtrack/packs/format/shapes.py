"""The shapes that a pack's format is declared in, each of them a JSON Schema (2020-12) of itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from certtrack.packs.origins import SURE
from certtrack.packs.table import NAME, UNKNOWN

Shape = dict[str, Any]
Shapes = Mapping[str, Shape]

_NOT_BLANK = r"\S"
_FROM_1900 = "^(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_SHORT_MONTHS = [4, 6, 9, 11]


def text() -> Shape:
    """Words that aren't blank."""
    return {"type": "string", "pattern": _NOT_BLANK}


def name() -> Shape:
    """A name for programs."""
    return {"type": "string", "pattern": f"^{NAME}$"}


def texts() -> Shape:
    """One or more of them."""
    return {"type": "array", "items": text(), "minItems": 1}


def whole(least: int, most: int) -> Shape:
    """A whole number from `least` to `most`."""
    return {"type": "integer", "minimum": least, "maximum": most}


def wholes(least: int, most: int) -> Shape:
    """One or more different ones."""
    return {"type": "array", "items": whole(least, most), "minItems": 1, "uniqueItems": True}


def flag() -> Shape:
    """True or false."""
    return {"type": "boolean"}


def day() -> Shape:
    """A day from 1900 on. TOML writes it without quotes, and JSON has it as a text."""
    return {"type": "string", "format": "date", "pattern": _FROM_1900}


def one_of(words: Sequence[object]) -> Shape:
    """One of these."""
    return {"enum": list(words)}


def some_of(words: Sequence[object]) -> Shape:
    """One or more different ones of these."""
    return {"type": "array", "items": one_of(words), "minItems": 1, "uniqueItems": True}


def either(*shapes: Shape) -> Shape:
    """Any of these shapes."""
    return {"anyOf": list(shapes)}


def or_unknown(shape: Shape) -> Shape:
    """This shape, or the word "unknown" in its place."""
    return either(shape, {"const": UNKNOWN})


def table(required: Shapes, optional: Shapes | None = None, *, says: str = "", **more: object) -> Shape:
    """A table with these keys and no others. `says` is what it means, `more` is laid beside it in the schema."""
    properties = {**required, **(optional or {})}
    told = {"description": says} if says else {}
    return told | _object(properties, list(required)) | more


def value(required: Shapes, optional: Shapes | None = None, *, says: str, unknown: str = "") -> Shape:
    """A value that names its source and how sure it is, in keys beside it.

    `unknown` is the key that may be "unknown": then neither the other keys are there nor anything is known.
    """
    known = table({**required, **_origin(known=True)}, optional, says=says)
    return {"description": says} | either(known, left_open(unknown)) if unknown else known


def left_open(key: str, required: Shapes | None = None, optional: Shapes | None = None) -> Shape:
    """A value whose `key` is "unknown", with keys that say something all the same."""
    return table({key: {"const": UNKNOWN}, **(required or {}), **_origin(known=False)}, optional)


def words(says: str) -> Shape:
    """Words in both languages."""
    return table({"en": text(), "es": text()}, says=says)


def by_name(shape: Shape, *, says: str, names: Shape | None = None) -> Shape:
    """A table whose keys are chosen by whoever writes the pack, in the shape `names`."""
    told = {"description": says, "type": "object", "additionalProperties": shape}
    return told | {"propertyNames": names} if names else told


def by(keys: Sequence[str], shape: Shape, *, says: str) -> Shape:
    """A table with some of these keys, each of one shape."""
    return table({}, dict.fromkeys(keys, shape), says=says)


def month_day() -> dict[str, Shape]:
    """The keys of a day of the year."""
    return {"month": whole(1, 12), "day": whole(1, 31)}


def real_day(shape: Shape) -> Shape:
    """The shape, whose month has its day: February at most 29 of them."""
    return shape | {"allOf": [_longest(_SHORT_MONTHS, 30), _longest([2], 29)]}


def one_key(shapes: Shapes, *, says: str) -> Shape:
    """A table with exactly one of these keys."""
    return {"description": says} | either(*(table({key: shape}) for key, shape in shapes.items()))


def _origin(*, known: bool) -> dict[str, Shape]:
    sure = one_of([word for word in SURE if word != UNKNOWN]) if known else {"const": UNKNOWN}
    return {"source": text(), "sure": sure}


def _object(properties: Shapes, required: Sequence[str]) -> Shape:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _longest(months: Sequence[int], days: int) -> Shape:
    return {
        "if": {"properties": {"month": one_of(months)}, "required": ["month"]},
        "then": {"properties": {"day": {"maximum": days}}},
    }
