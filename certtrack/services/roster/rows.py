"""The rows of a roster as values: what each says, what of it can't be read, and which rows are refused for that."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from certtrack.packs import Packs
from certtrack.rules.calendar import add_years
from certtrack.rules.pack import Pack
from certtrack.services.people import fold, fold_name
from certtrack.services.roster.mapping import Mapping, find_pack
from certtrack.services.sheets.cells import Name, Unreadable, read_address
from certtrack.services.sheets.files import Line, Sheet
from certtrack.services.sheets.heads import Heads
from certtrack.services.sheets.layout import Column
from certtrack.services.sheets.rows import Fault, Refused, RowReader, list_lines

_YEARS_BACK, _YEARS_AHEAD = 30, 2  # ahead: beyond a whole term
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row that can go in. None: the cell is blank or can't be read; then it is among `faults`.

    `supervisor` is an address; `supervisor_name` what the cell says instead, where no mapping confirms whose it is.
    """

    number: int
    line: int
    name: Name
    pack: Pack
    due_on: date
    address: str | None
    cert_number: str | None
    exam_on: date | None
    supervisor: str | None
    supervisor_name: str | None
    faults: tuple[Fault, ...]
    texts: Table[Column, str]

    @property
    def folded_name(self) -> str:
        """The name that rows are told apart by."""
        return fold_name(self.name.given, self.name.family)

    @property
    def key(self) -> str:
        """What the row is known by from file to file: credential and number, else address and folded name."""
        if self.cert_number:
            return make_key(self.pack.credential, self.cert_number)
        key = f"{self.pack.credential}@{self.address or ''}@{self.folded_name}"
        return key if len(key) <= _LONGEST_KEY else sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything a sheet says, in the order of its lines."""

    accepted: tuple[RosterRow, ...]
    refused: tuple[Refused, ...]


def make_key(credential: str, number: str) -> str:
    """What the row of a certification with that number is known by."""
    return f"{credential}#{number.casefold()}"


def read_rows(sheet: Sheet, heads: Heads, mapping: Mapping, packs: Packs, today: date) -> Rows:
    """The rows below the heads. Blank lines, titles across columns and repeated heads are passed over.

    A row is refused for want of a readable name, credential or day; any other cell that can't be read is left empty.
    """
    accepted: list[RosterRow] = []
    refused: list[Refused] = []
    for number, line in list_lines(sheet, heads):
        row = _read_row(number, line, heads, mapping, packs, today)
        if isinstance(row, Refused):
            refused.append(row)
        else:
            accepted.append(row)
    return Rows(tuple(accepted), tuple(refused))


def _read_row(
    number: int, line: Line, heads: Heads, mapping: Mapping, packs: Packs, today: date
) -> RosterRow | Refused:
    reader = RowReader(line, heads)
    name = reader.name()
    pack = _read_credential(reader, mapping, packs)
    due_on = _read_due_on(reader, pack, today)
    cert_number, address, exam_on = (
        reader.number(),
        reader.address(),
        reader.exam_day("exam_date", today, years_back=2 * _YEARS_BACK),
    )
    supervisor, supervisor_name = _read_supervisor(reader, mapping)
    faults = tuple(reader.faults)
    if name is None or pack is None or due_on is None:
        return Refused(number, line.number, faults, reader.texts)
    return RosterRow(
        number=number,
        line=line.number,
        name=name,
        pack=packs.get(pack.key, on=due_on),
        due_on=due_on,
        address=address,
        cert_number=cert_number,
        exam_on=exam_on,
        supervisor=supervisor,
        supervisor_name=supervisor_name,
        faults=faults,
        texts=reader.texts,
    )


def _read_credential(reader: RowReader, mapping: Mapping, packs: Packs) -> Pack | None:
    text = reader.texts["credential"]
    pack = mapping.credentials.get(fold(text)) or find_pack(packs, text)
    if pack is None:
        reader.note("credential", "credential_unknown" if text else "missing")
    return pack


def _read_due_on(reader: RowReader, pack: Pack | None, today: date) -> date | None:
    if not reader.texts["expires"]:
        reader.note("expires", "missing")
        return None
    day = reader.day("expires", today)
    if day is None:
        return None
    ahead = ((pack.term_years.value if pack else None) or 0) + _YEARS_AHEAD
    if pack and not add_years(today, -_YEARS_BACK) <= day <= add_years(today, ahead):
        reader.note("expires", "far_from_now")  # a slip of the pen: 2062 for 2026
        return None
    return day


def _read_supervisor(reader: RowReader, mapping: Mapping) -> tuple[str | None, str | None]:
    """The address that the cell says or that was confirmed for its words, else the words."""
    text = reader.texts.get("supervisor", "")
    if not text:
        return None, None
    if confirmed := mapping.supervisors.get(fold(text)):
        return confirmed, None
    try:
        return read_address(text), None
    except Unreadable:
        if "@" in text:
            reader.note("supervisor", "not_an_address")
            return None, None
        return None, text
