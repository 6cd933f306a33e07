"""Cases in a file: one JSON object, a list of them, or JSON Lines, one on each line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from certtrack.errors import BadInput

Shape = Literal["object", "list", "lines"]


@dataclass(frozen=True, slots=True)
class Given:
    """One case as the file has it. `place` is how refusals call it; `problem` says why it is no JSON, if so."""

    place: str
    content: Any
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of a file, in its order, each read when it is its turn.

    Of an `object` a refusal is the whole answer; else the others are answered.
    """

    shape: Shape
    cases: Iterable[Given]


def read_cases(text: str, name: str) -> CaseFile:
    """The cases in `text`; `name` is the file's.

    One whose name ends in .jsonl or .ndjson is read line by line, and so is any that isn't JSON as a whole, or is one
    object on one line. Raises BadInput where there is no case in it at all.
    """
    if not text.strip():
        raise BadInput(f"{name} is empty; it must hold a case, a list of cases, or one case a line.")
    whole = _parse(text, name)
    if name.endswith((".jsonl", ".ndjson")) or _is_in_lines(text, whole, name):
        return CaseFile("lines", _read_lines(text, name))
    if whole.problem is not None:
        raise BadInput(whole.problem)
    if isinstance(whole.content, list):
        numbered = enumerate(whole.content, start=1)
        return CaseFile("list", (Given(f"{name}, case {number}", content) for number, content in numbered))
    return CaseFile("object", (whole,))


def _is_in_lines(text: str, whole: Given, name: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    if whole.problem is None:
        return len(lines) == 1 and isinstance(whole.content, dict) and not name.endswith(".json")
    return len(lines) > 1 and any(isinstance(_parse(line, name).content, dict) for line in lines)


def _read_lines(text: str, name: str) -> Iterator[Given]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _parse(line, f"{name}, line {number}")


def _parse(text: str, place: str) -> Given:
    try:
        return Given(place, json.loads(text, object_pairs_hook=_refuse_twice, parse_constant=_refuse_constant))
    except json.JSONDecodeError as error:
        return Given(place, None, f"{place} isn't JSON: {error.msg} (column {error.colno} of line {error.lineno}).")
    except RecursionError:
        return Given(place, None, f"{place} is nested too deep to be a case.")
    except ValueError as error:
        return Given(place, None, f"{place} can't be read: {error}.")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"it has the key {twice!r} twice in one object")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number that JSON knows")
