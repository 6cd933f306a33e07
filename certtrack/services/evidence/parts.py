"""What a file is kept as: its original where that is a PDF, a picture of each page, and a small one of the first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from certtrack.rules.reading_certificates import ReadCertificate

Kind = Literal["picture", "pdf"]

ORIGINAL = "original.pdf"
PREVIEW = "preview.jpg"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a file turned out to be, and how many pages were drawn; a picture is one.

    `read`: what a PDF's text seems to say, to be proposed to whoever sent it and kept nowhere else; None without text.
    """

    kind: Kind
    pages: int
    read: ReadCertificate | None = field(default=None, compare=False)

    @property
    def main(self) -> str:
        """The part that is the file itself: a PDF as it came, a picture as it was drawn anew."""
        return find_main(self.kind)

    def list_drawn(self) -> Iterator[str]:
        """The parts that were drawn."""
        yield PREVIEW
        yield from (name_page(number) for number in range(1, self.pages + 1))


def find_main(kind: str) -> str:
    """The part that is the file itself, of a file of this kind."""
    return ORIGINAL if kind == "pdf" else name_page(1)


def name_page(number: int) -> str:
    """What the picture of a page is called, from 1."""
    return f"page-{number}.jpg"
