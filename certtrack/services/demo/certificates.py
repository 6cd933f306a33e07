"""The demonstration's certificate: a page that is drawn here, of a course that never was."""

from io import BytesIO
from tempfile import TemporaryFile

from certtrack.security import Actor
from certtrack.services.demo.place import Place
from certtrack.services.evidence.intake import take_in
from certtrack.services.evidence.records import record_evidence
from certtrack.services.evidence.store import EvidenceStore

_PAGE = (1240, 877)  # a sheet on its side, at 106 dots an inch
_INK, _EDGE, _PAPER = "#1d1c1a", "#0b5a5e", "#fdfcf8"
_SIZES = (54, 30, 44, 30, 36, 26)


def add_certificate(place: Place, store: EvidenceStore, person_id: int, lines: tuple[str, ...], actor: Actor) -> int:
    """Draw a certificate with these lines as a PDF, and put it on record for the person; its number."""
    with TemporaryFile() as file:
        file.write(_draw(lines))
        kept = take_in(file, "certificate.pdf", store)
    return record_evidence(place.session, person_id, kept, actor=actor, at=place.at).id


def _draw(lines: tuple[str, ...]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415  # only where the demonstration is made

    sheet = Image.new("RGB", _PAGE, _PAPER)
    drawing = ImageDraw.Draw(sheet)
    width, height = _PAGE
    for inset, line in ((36, 6), (52, 2)):
        drawing.rectangle((inset, inset, width - inset, height - inset), outline=_EDGE, width=line)
    for place, (text, size) in enumerate(zip(lines, _SIZES, strict=False)):
        font = ImageFont.load_default(size)
        drawing.text((width / 2, 170 + 108 * place), text, fill=_INK, font=font, anchor="mm")
    made = BytesIO()
    sheet.save(made, "PDF", resolution=106)
    return made.getvalue()
