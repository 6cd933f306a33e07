"""Cells of files for spreadsheets: texts, and nothing that one of them would run."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_like_formula(cell: str) -> bool:
    """True where a spreadsheet that reads the text anew would run it as a formula."""
    return cell.startswith(FORMULA_STARTS)


def escape_cell(cell: str) -> str:
    """The text as a cell that no spreadsheet runs: with an apostrophe before what begins as a formula does."""
    return f"'{cell}" if is_like_formula(cell) else cell
