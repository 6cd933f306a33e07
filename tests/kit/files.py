"""Files as people send them, made by their bytes: pictures, PDFs, and what only says that it is one."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from kit.world import World
from PIL import Image

from certtrack.security import Actor
from certtrack.services.evidence.intake import take_in
from certtrack.services.evidence.records import record_evidence
from certtrack.services.evidence.store import FolderStore

EXE = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(120)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
ZIP = b"PK\x05\x06" + bytes(18)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
_TURN, _GPS = 0x0112, 0x8825


def picture(size: tuple[int, int] = (80, 60), fmt: str = "JPEG", mode: str = "RGB", **values: Any) -> bytes:
    """A red one; `values` as Pillow saves them."""
    return encode(Image.new(mode, size, values.pop("color", "red")), fmt, **values)


def encode(image: Image.Image, fmt: str = "JPEG", **values: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, fmt, **values)
    return made.getvalue()


def photo(size: tuple[int, int], mark: str = "blue") -> bytes:
    """As a phone writes it: lying on its side, with the place where it was taken; its upper left corner is marked."""
    image = Image.new("RGB", size, "red")
    image.paste(Image.new("RGB", (size[0] // 4, size[1] // 4), mark))
    exif = Image.Exif()
    exif[_TURN] = 6
    exif[_GPS] = {1: "N", 2: (43.0, 4.0, 23.0), 3: "W", 4: (89.0, 24.0, 4.0)}
    return encode(image, exif=exif, comment=b"taken at home")


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has so many pixels."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def pdf(
    pages: int = 1, size: tuple[float, float] = (612, 792), text: str = "Ethics, 3 hours", trailer: str = ""
) -> bytes:
    """A PDF of that many pages, each with the text. `trailer`: what else its end says."""
    drawn = f"BT /F1 24 Tf 72 {size[1] / 2:f} Td ({text}) Tj ET"
    return _draw(drawn, pages, size, trailer)


def certificate(*lines: str) -> bytes:
    """A PDF of one page with these lines one below the other, as a provider's system makes it."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    return _draw(f"BT /F1 14 Tf 24 TL 72 700 Td {shown}ET")


def _draw(drawn: str, pages: int = 1, size: tuple[float, float] = (612, 792), trailer: str = "") -> bytes:
    kids = " ".join(f"{5 + number} 0 R" for number in range(pages))
    width, height = size
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    ]
    box = f"/MediaBox [0 0 {width:f} {height:f}]"
    page = f"<< /Type /Page /Parent 2 0 R {box} /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
    return _join([*bodies, *[page] * pages], trailer)


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    word = "<" + "41" * 32 + ">"
    return pdf(trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {word} /U {word} /P -4 >> /ID [{word} {word}]")


def _join(bodies: list[str], trailer: str) -> bytes:
    made, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(made)
    made += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}"
    made += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return made.encode("latin-1")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def on_disk(data: bytes, use: Callable[[Any], Any]) -> Any:
    """What `use` makes of a real file with these bytes."""
    with TemporaryFile() as file:
        file.write(data)
        return use(file)


def keep(
    world: World,
    folder: Path,
    person_id: int,
    data: bytes | None = None,
    *,
    actor: Actor | None = None,
    name: str = "a.jpg",
) -> int:
    """Put a file on record for a person; its number."""
    kept = on_disk(data or picture(), lambda file: take_in(file, name, FolderStore(folder)))
    with world.database.writing() as session:
        return record_evidence(session, person_id, kept, actor=actor or world.actor, at=world.at).id
