"""Lines of plain text: short enough for every reader, with what belongs together on one line."""

from textwrap import wrap

WIDTH = 63
_NO_BREAK = "\N{NO-BREAK SPACE}"


def wrap_text(text: str) -> str:
    """`text` in lines of at most 63 characters; a longer word, an address say, has a line of its own.

    A no-break space keeps its words together and is a plain space afterwards. Empty lines stay, one at a time.
    """
    lines: list[str] = []
    for paragraph in text.strip().splitlines():
        lines += wrap_line(paragraph) or [""]
    kept = [line for no, line in enumerate(lines) if line or lines[no - 1]]
    return "\n".join(kept).replace(_NO_BREAK, " ") + "\n"


def wrap_line(line: str) -> list[str]:
    """One paragraph's lines; none for an empty one."""
    # textwrap breaks at no-break spaces too where they count as white space: so they are letters meanwhile
    glued = line.replace(_NO_BREAK, "\ue000")
    parts = wrap(glued, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [part.replace("\ue000", _NO_BREAK) for part in parts]
