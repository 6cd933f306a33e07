"""Finding the line that names the columns, and which of them are ours. The other columns are never read."""

from collections import defaultdict
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from certtrack.services.sheets.bad_sheet import BadSheet
from certtrack.services.sheets.cells import text_of
from certtrack.services.sheets.files import Line, Sheet
from certtrack.services.sheets.layout import Column, Layout, fold_head
from certtrack.services.sheets.mapping import Mapping

_SEARCHED_LINES = 50
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

OWN_HEADS = ("Refused row", "Refused line", "Refused column", "Refused value", "What is wrong")
"""Heads that no office's file has: those that an import adds to the rows it gives back."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The line of heads: where each of our columns stands, and what the file calls it.

    `is_returned`: it has heads of a file that an import gave back, which holds some rows of a file and never all.
    """

    line: int
    places: Table[Column, int]
    texts: Table[Column, str]
    is_returned: bool = False

    @property
    def is_family_first(self) -> bool:
        """True where the head of the names says that the family name comes first."""
        words = fold_head(self.texts.get("name", "")).split()
        return "last" in words and "first" in words and words.index("last") < words.index("first")


def find_sheet(file_name: str, sheets: list[Sheet], layout: Layout, mapping: Mapping) -> tuple[Sheet, Heads]:
    """The sheet that is meant, and its heads.

    Raises BadInput where no sheet has what the layout asks for, or more than one: then the mapping says which is meant.
    """
    if mapping.sheet is not None:
        named = next((sheet for sheet in sheets if sheet.name == mapping.sheet), None)
        if named is None:
            raise BadSheet("no_such_sheet", f"{file_name} has no sheet {mapping.sheet!r}; it has: {_name_all(sheets)}.")
        sheets = [named]
    found = [(sheet, heads) for sheet in sheets if (heads := _find_heads(file_name, sheet, layout, mapping))]
    if len(found) > 1:
        names = _name_all([sheet for sheet, _ in found])
        raise BadSheet(
            "several_sheets",
            f'{file_name} has several {layout.plural}: {names}. Say which in a mapping file: sheet = "NAME".',
        )
    if not found:
        raise _explain_lack(file_name, sheets, layout, mapping)
    return found[0]


def is_heads_again(line: Line, heads: Heads) -> bool:
    """True for a line that repeats the heads, as at the top of a printed page."""
    return all(
        place < len(line.cells) and text_of(line.cells[place]) == heads.texts[column]
        for column, place in heads.places.items()
    )


def _find_heads(file_name: str, sheet: Sheet, layout: Layout, mapping: Mapping) -> Heads | None:
    """The heads of a sheet, None where no line among its first names all that is needed.

    Raises BadInput where two columns could be meant by one head.
    """
    for line in sheet.lines[:_SEARCHED_LINES]:
        candidates = _recognise(line, layout, mapping)
        if not layout.list_lacking(candidates):
            return _choose(file_name, line, layout, candidates)
    return None


def _recognise(line: Line, layout: Layout, mapping: Mapping) -> dict[Column, list[int]]:
    named = {fold_head(head): column for column in layout.columns if (head := mapping.heads.get(column))}
    found: dict[Column, list[int]] = defaultdict(list)
    for place, cell in enumerate(line.cells):
        head = fold_head(text_of(cell)) if isinstance(cell, str) else ""
        column = named.get(head)
        usual = layout.find_column(head)
        if column is None and usual is not None and usual not in mapping.heads:
            column = usual
        if column is not None:
            found[column].append(place)
    return found


def _choose(file_name: str, line: Line, layout: Layout, candidates: dict[Column, list[int]]) -> Heads:
    for column, places in candidates.items():
        if len(places) > 1:
            both = " and ".join(f"{_letter(place)} ({text_of(line.cells[place])})" for place in places)
            raise BadSheet(
                "two_heads",
                f"{file_name}, line {line.number}: the columns {both} could both be the {column}; "
                f'give them different heads, or say which in a mapping file: columns.{column} = "HEAD".',
                line=line.number,
                heads=[text_of(line.cells[place]) for place in places],
            )
    chosen = {column: candidates[column][0] for column in layout.columns if column in candidates}
    texts = {column: text_of(line.cells[place]) for column, place in chosen.items()}
    return Heads(line.number, chosen, texts, is_returned=_has_own_heads(line))


def _has_own_heads(line: Line) -> bool:
    own = {fold_head(head) for head in OWN_HEADS if head.startswith("Refused")}
    return any(fold_head(text_of(cell)) in own for cell in line.cells)


def _explain_lack(file_name: str, sheets: list[Sheet], layout: Layout, mapping: Mapping) -> BadSheet:
    lines = [line for sheet in sheets for line in sheet.lines[:_SEARCHED_LINES]]
    best = max(lines, key=lambda line: len(_recognise(line, layout, mapping)), default=None)
    known = _recognise(best, layout, mapping) if best else {}
    if best is None or not known:
        return BadSheet(
            "no_heads",
            f"{file_name}: none of the first {_SEARCHED_LINES} lines names the columns of {layout.singular}. "
            f"It needs {layout.asks}; a mapping file can say what they are called.",
        )
    lacking = layout.list_lacking(known)
    return BadSheet(
        "column_lacking",
        f"{file_name}, line {best.number}: no column is known as {' or '.join(lacking)}. "
        f'Name it in a mapping file: [columns] {lacking[0]} = "THE HEAD IN THE FILE".',
        line=best.number,
        columns=lacking,
    )


def _letter(place: int) -> str:
    first, last = divmod(place, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[last]


def _name_all(sheets: list[Sheet]) -> str:
    return ", ".join(repr(sheet.name) for sheet in sheets) or "none"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a file has to choose from: its sheets, and the heads of the line that is most likely theirs.

    `known` are those of which it is clear, by our words for their columns.
    """

    sheets: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    known: Table[Column, str] = field(default_factory=dict)


def offer_heads(sheets: list[Sheet], layout: Layout, mapping: Mapping) -> Offered:
    """What somebody can say of a file that wasn't understood: where its columns stand, and on which sheet."""
    names = tuple(sheet.name for sheet in sheets if sheet.name is not None)
    meant = [sheet for sheet in sheets if mapping.sheet is None or sheet.name == mapping.sheet] or sheets
    lines = [line for sheet in meant for line in sheet.lines[:_SEARCHED_LINES]]

    def weigh(line: Line) -> tuple[int, int]:
        texts = {text_of(cell) for cell in line.cells if isinstance(cell, str)} - {""}
        return len(_recognise(line, layout, mapping)), len(texts)

    best = max(lines, key=weigh, default=None)
    if best is None:
        return Offered(names)
    texts = (text_of(cell) for cell in best.cells if isinstance(cell, str))
    places = _recognise(best, layout, mapping)
    known = {column: text_of(best.cells[found[0]]) for column, found in places.items() if len(found) == 1}
    return Offered(names, tuple(dict.fromkeys(text for text in texts if text)), known)
