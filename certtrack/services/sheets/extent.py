"""How large a workbook's sheets claim to be: a stray cell in the last corner would take all of a machine's memory."""

import re
from collections.abc import Iterator
from typing import IO
from zipfile import ZipFile

_CELL = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"')
_MERGED = re.compile(rb"<mergeCell\b")
_SHEETS = "xl/worksheets/"
_CHUNK, _OVERLAP = 1 << 20, 256
_MOST_CELLS = 20_000_000
_MOST_MERGED = 20_000


def is_too_wide(packed: ZipFile) -> bool:
    """True where some sheet's used rectangle holds more cells, or more merged ranges, than any office's list has."""
    names = [name for name in packed.namelist() if name.startswith(_SHEETS) and name.endswith(".xml")]
    return any(_is_sheet_too_wide(packed, name) for name in names)


def _is_sheet_too_wide(packed: ZipFile, name: str) -> bool:
    rows = columns = merged = 0
    with packed.open(name) as sheet:
        for part in _read(sheet):
            merged += len(_MERGED.findall(part))
            for letters, row in _CELL.findall(part):
                rows, columns = max(rows, int(row)), max(columns, _count(letters))
            if rows * columns > _MOST_CELLS or merged > _MOST_MERGED:
                return True
    return False


def _read(sheet: IO[bytes]) -> Iterator[bytes]:
    """The text in parts that overlap: a cell is never cut in two."""
    rest = b""
    while chunk := sheet.read(_CHUNK):
        yield rest + chunk
        rest = chunk[-_OVERLAP:]


def _count(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
