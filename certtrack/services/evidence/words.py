"""What a PDF's own text seems to say: read in the process that opens it, and handed over in a few short values."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, BinaryIO

from certtrack.rules.reading_certificates import ReadCertificate, read_certificate
from certtrack.rules.reading_lines import MOST_LETTERS

_MOST_PAGES = 3
_LONGEST = 200
_UNITS = ("hours", "minutes", "ceu")


def read_words(source: BinaryIO) -> ReadCertificate:
    """What the text of its first pages says; nothing where it is a picture of a paper. May raise what pdfium raises."""
    source.seek(0)
    return read_certificate("\n".join(_list_texts(source))[:MOST_LETTERS])


def _list_texts(source: BinaryIO) -> Iterator[str]:
    import pypdfium2  # noqa: PLC0415  # pictures are opened without it

    document = pypdfium2.PdfDocument(source)
    for number in range(min(len(document), _MOST_PAGES)):
        page = document[number]
        words = page.get_textpage()
        yield words.get_text_range(0, min(words.count_chars(), MOST_LETTERS)) if words.count_chars() else ""
        words.close()
        page.close()


def write_read(read: ReadCertificate) -> dict[str, str]:
    """For the way out of that process: each value as a text, those that are None left out."""
    return {name: str(value) for name, value in asdict(read).items() if value is not None}


def take_read(said: Any) -> ReadCertificate | None:  # noqa: ANN401  # whatever that process has written
    """What came out of that process, which a file may have made its own; None for what it can't have been."""
    if not isinstance(said, Mapping) or not all(_is_short(value) for value in said.values()):
        return None
    try:
        days: dict[str, Any] = {
            name: date.fromisoformat(said[name]) for name in ("first_on", "last_on") if name in said
        }
    except ValueError:
        return None
    texts: dict[str, Any] = {name: said[name] for name in ("title", "provider", "amount", "unit") if name in said}
    return ReadCertificate(**texts, **days) if texts.get("unit") in (None, *_UNITS) else None


def _is_short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST
