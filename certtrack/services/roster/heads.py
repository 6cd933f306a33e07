"""Finding the line that names the columns, and which of them are ours. The other columns are never read."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass

from certtrack.errors import BadInput
from certtrack.services.people import fold
from certtrack.services.roster.cells import text_of
from certtrack.services.roster.files import Line, Sheet
from certtrack.services.roster.mapping import COLUMNS, Column, Mapping

_SEARCHED_LINES = 50
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_USUAL: dict[Column, tuple[str, ...]] = {
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
    "credential": ("type", "credential", "cert type", "certification", "certification type", "credential type"),
    "exam_date": ("exam date", "exam", "date of exam", "exam taken", "test date"),
    "expires": (
        "expires",
        "expiration",
        "expiration date",
        "expiry",
        "expiry date",
        "expires on",
        "exp date",
        "exp",
        "valid until",
        "valid through",
        "due",
        "due date",
        "recertification due",
    ),
    "supervisor": ("supervisor", "supervisor email", "supervised by"),
}
OWN_HEADS = ("Refused row", "Refused line", "Refused column", "Refused value", "What is wrong")
"""Heads that no office's roster has: those that an import adds to the rows it gives back."""

_BY_USUAL: dict[str, Column] = {name: column for column, names in _USUAL.items() for name in names}


@dataclass(frozen=True, slots=True)
class Heads:
    """The line of heads: where each of our columns stands, and what the file calls it.

    `is_returned`: it has heads of a file that an import gave back, which holds some rows of a roster and never all.
    """

    line: int
    places: Table[Column, int]
    texts: Table[Column, str]
    is_returned: bool = False

    @property
    def is_family_first(self) -> bool:
        """True where the head of the names says that the family name comes first."""
        words = _fold_head(self.texts.get("name", "")).split()
        return "last" in words and "first" in words and words.index("last") < words.index("first")


def find_sheet(file_name: str, sheets: list[Sheet], mapping: Mapping) -> tuple[Sheet, Heads]:
    """The sheet that is the roster, and its heads.

    Raises BadInput where no sheet has them, or more than one: then the mapping says which is meant.
    """
    if mapping.sheet is not None:
        named = next((sheet for sheet in sheets if sheet.name == mapping.sheet), None)
        if named is None:
            raise BadInput(f"{file_name} has no sheet {mapping.sheet!r}; it has: {_name_all(sheets)}.")
        sheets = [named]
    found = [(sheet, heads) for sheet in sheets if (heads := find_heads(file_name, sheet, mapping))]
    if len(found) > 1:
        names = _name_all([sheet for sheet, _ in found])
        raise BadInput(f'{file_name} has several rosters: {names}. Say which in a mapping file: sheet = "NAME".')
    if not found:
        raise BadInput(_explain_lack(file_name, sheets, mapping))
    return found[0]


def find_heads(file_name: str, sheet: Sheet, mapping: Mapping) -> Heads | None:
    """The heads of a sheet, None where no line among its first names all that a roster needs.

    Raises BadInput where two columns could be meant by one head.
    """
    for line in sheet.lines[:_SEARCHED_LINES]:
        candidates = _recognise(line, mapping)
        if not _list_lacking(candidates.keys()):
            return _choose(file_name, line, candidates)
    return None


def is_heads_again(line: Line, heads: Heads) -> bool:
    """True for a line that repeats the heads, as at the top of a printed page."""
    return all(
        place < len(line.cells) and text_of(line.cells[place]) == heads.texts[column]
        for column, place in heads.places.items()
    )


def _recognise(line: Line, mapping: Mapping) -> dict[Column, list[int]]:
    named = {_fold_head(head): column for column in COLUMNS if (head := mapping.heads.get(column))}
    found: dict[Column, list[int]] = defaultdict(list)
    for place, cell in enumerate(line.cells):
        head = _fold_head(text_of(cell)) if isinstance(cell, str) else ""
        column = named.get(head)
        usual = _BY_USUAL.get(head)
        if column is None and usual is not None and usual not in mapping.heads:
            column = usual
        if column is not None:
            found[column].append(place)
    return found


def _choose(file_name: str, line: Line, candidates: dict[Column, list[int]]) -> Heads:
    for column, places in candidates.items():
        if len(places) > 1:
            both = " and ".join(f"{_letter(place)} ({text_of(line.cells[place])})" for place in places)
            raise BadInput(
                f"{file_name}, line {line.number}: the columns {both} could both be the {column}; "
                f'give them different heads, or say which in a mapping file: columns.{column} = "HEAD".'
            )
    chosen = {column: candidates[column][0] for column in COLUMNS if column in candidates}
    texts = {column: text_of(line.cells[place]) for column, place in chosen.items()}
    return Heads(line.number, chosen, texts, is_returned=_has_own_heads(line))


def _has_own_heads(line: Line) -> bool:
    own = {_fold_head(head) for head in OWN_HEADS if head.startswith("Refused")}
    return any(_fold_head(text_of(cell)) in own for cell in line.cells)


def _list_lacking(columns: Iterable[Column]) -> list[str]:
    known = set(columns)
    lacking = [str(column) for column in ("credential", "expires") if column not in known]
    if "name" not in known and not {"first_name", "last_name"} <= known:
        lacking.insert(0, "name")
    return lacking


def _explain_lack(file_name: str, sheets: list[Sheet], mapping: Mapping) -> str:
    lines = [line for sheet in sheets for line in sheet.lines[:_SEARCHED_LINES]]
    best = max(lines, key=lambda line: len(_recognise(line, mapping)), default=None)
    known = _recognise(best, mapping) if best else {}
    if best is None or not known:
        return (
            f"{file_name}: none of the first {_SEARCHED_LINES} lines names the columns of a roster. "
            "It needs a name, a credential (Type) and a day (Expires); a mapping file can say what they are called."
        )
    lacking = _list_lacking(known.keys())
    return (
        f"{file_name}, line {best.number}: no column is known as {' or '.join(lacking)}. "
        f'Name it in a mapping file: [columns] {lacking[0]} = "THE HEAD IN THE FILE".'
    )


def _fold_head(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(text)).split())


def _letter(place: int) -> str:
    first, last = divmod(place, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[last]


def _name_all(sheets: list[Sheet]) -> str:
    return ", ".join(repr(sheet.name) for sheet in sheets) or "none"
