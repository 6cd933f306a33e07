"""Cells of files for spreadsheets: texts, days and numbers, and nothing that one of them would run."""

from datetime import date

Cell = str | date | float
"""What a cell holds: a number is one of hours, such as 1.5."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_like_formula(cell: str) -> bool:
    """True where a spreadsheet that reads the text anew would run it as a formula."""
    return cell.startswith(FORMULA_STARTS)


def write_cell(cell: Cell) -> str:
    """The cell as a text: a day as 2027-10-31, a number as 1.5."""
    if isinstance(cell, str):
        return cell
    return cell.isoformat() if isinstance(cell, date) else f"{round(cell, 2):g}"


def escape_cell(cell: str) -> str:
    """The text as a cell that no spreadsheet runs: with an apostrophe before what begins as a formula does."""
    return f"'{cell}" if is_like_formula(cell) else cell
