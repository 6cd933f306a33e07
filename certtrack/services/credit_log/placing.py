"""Whose each row is, what it is known by, and which rows say the same again: asked once for the whole file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256

from certtrack.services.credit_log.holders import Held, find_ceu_minutes, list_claimed
from certtrack.services.credit_log.mapping import Meanings
from certtrack.services.credit_log.rows import CreditLog, CreditRow
from certtrack.services.people import fold
from certtrack.services.sheets.amounts import to_minutes
from certtrack.services.sheets.cells import Problem, Unreadable
from certtrack.services.sheets.placed import Placed, Twice
from certtrack.services.sheets.rows import Refused
from certtrack.services.sheets.whose import Register

_LONGEST_KEY = 255
Subject = tuple[int, str, str, date]
"""What a credit is but for its length: person, folded provider, folded title, first day."""


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row that is somebody's. `key`: what the credit is known by from file to file.

    `areas` is None where the row names no category, or one that was never confirmed to stand for areas or none.
    """

    row: CreditRow
    person_id: int
    name: str
    subject: Subject
    key: str
    minutes: int
    certification_ids: tuple[int, ...]
    areas: tuple[str, ...] | None

    @property
    def is_unmapped(self) -> bool:
        """True where it names a category that nobody has confirmed the areas of."""
        return bool(self.row.category) and self.areas is None


def make_subject(person_id: int, provider: str | None, title: str, first_on: date) -> Subject:
    """What a credit is but for its length."""
    return person_id, _fold(provider or ""), _fold(title), first_on


@lru_cache(maxsize=10_000)
def _fold(text: str) -> str:
    # folding is slow, and a log names the same courses again and again
    return fold(text)


def make_key(subject: Subject, minutes: int) -> str:
    """What a credit is known by: person, provider, title, first day and minutes."""
    person_id, provider, title, first_on = subject
    key = f"{person_id}|{provider}|{title}|{first_on}|{minutes}"
    return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


def place_rows(
    log: CreditLog, register: Register, held: Mapping[int, Sequence[Held]], meanings: Meanings
) -> Placed[PlacedRow]:
    """Place each row that was read, and part those of one key. `held` is what the people of the register hold."""
    refused: list[Refused] = []
    placed: list[PlacedRow] = []
    for row in log.rows:
        try:
            placed.append(_place(row, register, held, meanings))
        except _Misplaced as error:
            refused.append(log.refuse(row, error.column, error.problem))
    first: dict[str, PlacedRow] = {}
    twice: list[Twice[PlacedRow]] = []
    for item in placed:
        known = first.setdefault(item.key, item)
        if known is not item:
            twice.append(Twice(item, known, _compare(known, item)))
    # side by side, so that a person's standings are projected once
    return Placed(tuple(sorted(first.values(), key=lambda item: item.person_id)), tuple(twice), tuple(refused))


class _Misplaced(Exception):
    def __init__(self, column: str, problem: Problem) -> None:
        super().__init__(column, problem)
        self.column, self.problem = column, problem


def _place(row: CreditRow, register: Register, held: Mapping[int, Sequence[Held]], meanings: Meanings) -> PlacedRow:
    try:
        whose = register.get(row.mark)
    except Unreadable as error:
        raise _Misplaced(row.mark.column, error.problem) from error
    theirs = held.get(whose.person_id, ())
    try:
        minutes = to_minutes(row.amount, row.unit, find_ceu_minutes(theirs))
    except Unreadable as error:
        raise _Misplaced("amount", error.problem) from error
    subject = make_subject(whose.person_id, row.provider, row.title, row.first_on)
    return PlacedRow(
        row=row,
        person_id=whose.person_id,
        name=whose.name,
        subject=subject,
        key=make_key(subject, minutes),
        minutes=minutes,
        certification_ids=list_claimed(theirs, row.last_on),
        areas=meanings.categories.get(_fold(row.category)) if row.category else None,
    )


def _compare(first: PlacedRow, second: PlacedRow) -> tuple[tuple[str, str, str], ...]:
    pairs = zip(_say(first.row), _say(second.row), strict=True)
    return tuple((field, one, other) for (field, one), (_, other) in pairs if one != other)


def _say(row: CreditRow) -> Iterable[tuple[str, str]]:
    paper = {True: "yes", False: "no", None: ""}[row.has_paper]
    yield from (("title", row.title), ("provider", row.provider or ""), ("last_on", row.last_on.isoformat()))
    yield from (("category", row.category), ("activity", row.activity or ""), ("form", row.form or ""))
    yield from (("proof", paper),)
