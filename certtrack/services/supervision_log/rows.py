"""The rows of a log as values: what each says, whoever was there."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Literal, cast

from certtrack.rules.calendar import add_years
from certtrack.rules.service import SessionKind
from certtrack.services.sheets.amounts import find_unit, read_amount, to_minutes
from certtrack.services.sheets.cells import Problem, Unreadable, read_address, read_name, read_number
from certtrack.services.sheets.files import open_sheets
from certtrack.services.sheets.heads import Heads, find_sheet
from certtrack.services.sheets.layout import Column, fold_head
from certtrack.services.sheets.mapping import Mapping
from certtrack.services.sheets.rows import Fault, Refused, RowReader, list_lines
from certtrack.services.sheets.whose import Mark
from certtrack.services.supervision_log.layout import SUPERVISION_LOG

Signed = Literal["both", "supervisor", "person", "nobody"]

MOST_MINUTES = 720
"""No meeting is longer than twelve hours."""
MOST_SERVICE = 500 * 60
"""Nobody serves more than five hundred hours between two sessions that are a quarter of a year apart or less."""

_YEARS_BACK = 30
_WITH_ADDRESS = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>")
_KINDS: dict[str, SessionKind] = {
    **dict.fromkeys(("individual", "one on one", "1 1", "1 on 1", "one to one"), "individual"),
    **dict.fromkeys(("group", "grupo", "grupal", "team"), "group"),
    **dict.fromkeys(("observation", "direct observation", "observed", "observacion"), "observation"),
}
_SIGNED: dict[str, Signed] = {
    **dict.fromkeys(("both", "all", "everybody", "ambos", "both sides"), "both"),
    **dict.fromkeys(("supervisor", "supervisor only", "supervisora"), "supervisor"),
    **dict.fromkeys(("specialist", "specialists", "peer specialist", "specialist only", "especialista"), "person"),
    **dict.fromkeys(("", "no", "none", "nobody", "neither", "nadie"), "nobody"),
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row that can go in, if everybody in it is on record.

    `people` are marks with the text that each was read from. `service` is None where nothing is said of hours.
    """

    number: int
    line: int
    held_on: date
    supervisor: Mark
    people: tuple[tuple[str, Mark], ...]
    minutes: int
    kind: SessionKind
    service: int | None
    signed: Signed
    faults: tuple[Fault, ...]
    texts: Table[Column, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """Who was at a session on a day, as far as a row says it that doesn't go in: hours count from it all the same."""

    held_on: date
    people: tuple[Mark, ...]


@dataclass(frozen=True)
class SupervisionLog:
    """What a file says: rows that can go in if everybody is on record, and rows that can't.

    `glimpses` are of the latter.
    """

    file_name: str
    sha256: str
    heads: Heads
    rows: tuple[SessionRow, ...]
    refused: tuple[Refused, ...]
    glimpses: tuple[Glimpse, ...]

    @property
    def returned(self) -> tuple[Refused | SessionRow, ...]:
        """What comes back to be mended."""
        return (*self.refused, *(row for row in self.rows if row.faults))


def read_log(file_name: str, data: bytes, mapping: Mapping, today: date) -> SupervisionLog:
    """Read a log whole, before anything is written. Raises BadInput; `today` is the organization's day."""
    sheet, heads = find_sheet(file_name, open_sheets(file_name, data), SUPERVISION_LOG, mapping)
    accepted: list[SessionRow] = []
    refused: list[Refused] = []
    glimpses: list[Glimpse] = []
    for number, line in list_lines(sheet, heads):
        row, glimpse = _read_row(number, line.number, RowReader(line, heads), heads, today)
        if isinstance(row, SessionRow):
            accepted.append(row)
        else:
            refused.append(row)
            glimpses += [glimpse] if glimpse else []
    return SupervisionLog(file_name, sha256(data).hexdigest(), heads, tuple(accepted), tuple(refused), tuple(glimpses))


def read_member(text: str) -> Mark:
    """Whom a text means: an address, a name with an address in angle brackets, or a certification's number.

    Raises Unreadable, for a name alone too.
    """
    if not text:
        raise Unreadable("member_missing")
    if found := _WITH_ADDRESS.fullmatch(text):
        name = read_name(found["name"].strip(), is_family_first=False) if found["name"].strip() else None
        return Mark(address=read_address(found["address"]), name=name)
    if "@" in text:
        return Mark(address=read_address(text))
    if not any(sign.isdigit() for sign in text):
        raise Unreadable("only_a_name")
    return Mark(number=read_number(text))


def _read_row(
    number: int, line: int, reader: RowReader, heads: Heads, today: date
) -> tuple[SessionRow | Refused, Glimpse | None]:
    held_on = _read_day(reader, today)
    supervisor = reader.read("supervisor", lambda _: read_member(reader.texts["supervisor"] or _refuse("missing")))
    people = _read_people(reader)
    minutes = reader.read("minutes", lambda _: _read_minutes(reader.texts["minutes"], heads.texts["minutes"]))
    kind = reader.read("kind", lambda _: _read_kind(reader.texts["kind"]))
    service = _read_service(reader)
    is_whole = not reader.faults
    signed = reader.read("signed", lambda _: _read_signed(reader.texts.get("signed", "")))
    if not is_whole:
        glimpse = Glimpse(held_on, tuple(mark for _, mark in people)) if held_on else None
        return Refused(number, line, tuple(reader.faults), reader.texts), glimpse
    row = SessionRow(
        number=number,
        line=line,
        held_on=cast("date", held_on),
        supervisor=cast("Mark", supervisor),
        people=people,
        minutes=cast("int", minutes),
        kind=cast("SessionKind", kind),
        service=service,
        signed=signed or "nobody",
        faults=tuple(reader.faults),
        texts=reader.texts,
    )
    return row, None


def _refuse(problem: Problem) -> str:
    raise Unreadable(problem)


def _read_day(reader: RowReader, today: date) -> date | None:
    if not reader.texts["held_on"]:
        reader.note("held_on", "missing")
    day = reader.day("held_on", today)
    if day and day > today:
        reader.note("held_on", "not_come_yet")
    elif day and day < add_years(today, -_YEARS_BACK):
        reader.note("held_on", "far_from_now")
    return day


def _read_people(reader: RowReader) -> tuple[tuple[str, Mark], ...]:
    whole = reader.texts["people"]
    if not whole:
        reader.note("people", "missing")
        return ()
    found: list[tuple[str, Mark]] = []
    for text in (part.strip() for part in whole.split(";")):
        try:
            found.append((text, read_member(text)))
        except Unreadable as error:
            reader.faults.append(Fault("people", text or whole, error.problem))
    return tuple(found)


def _read_minutes(text: str, head: str) -> int:
    amount = read_amount(text)
    unit = amount.unit or find_unit(head)
    if unit is None or unit == "ceu":
        raise Unreadable("unit_not_said")
    minutes = to_minutes(amount, unit, None)
    if minutes > MOST_MINUTES:
        raise Unreadable("meeting_too_long")
    return minutes


def _read_kind(text: str) -> SessionKind:
    if not text:
        raise Unreadable("missing")
    if (kind := _KINDS.get(fold_head(text))) is None:
        raise Unreadable("kind_unknown")
    return kind


def _read_service(reader: RowReader) -> int | None:
    text = reader.texts.get("service", "")
    return reader.read("service", lambda _: _read_hours(text)) if text else None


def _read_hours(text: str) -> int:
    amount = read_amount(text)
    if amount.unit == "ceu":
        raise Unreadable("not_an_amount")
    exact = amount.number * (1 if amount.unit == "minutes" else 60)
    minutes = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    if minutes > MOST_SERVICE:
        raise Unreadable("service_too_long")
    return minutes


def _read_signed(text: str) -> Signed:
    if (signed := _SIGNED.get(fold_head(text))) is None:
        raise Unreadable("signed_unclear")
    return signed
