"""Files by their content, really opened: what people look at is drawn anew, and nothing else of a picture is kept."""

import warnings
from codecs import BOM_UTF8
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageOps

from certtrack.services.evidence.limits import MOST_PAGES, MOST_PIXELS, BadFile
from certtrack.services.evidence.parts import PREVIEW, Drawn, name_page

_PICTURE_LONGEST, _PAGE_LONGEST, _PREVIEW_LONGEST = 2400, 1600, 640
_MOST_ENLARGED = 4
_QUALITY = 85
_HEADS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"hevc", b"mif1", b"msf1", b"avif")


def draw(source: BinaryIO, folder: Path) -> Drawn:
    """Draw the file's pages and a small preview of the first into `folder`, as JPEG without metadata.

    Raises BadFile; and whatever a decoder raises for a file that isn't what its first bytes say.
    """
    found = _find_format(source.read(32))
    source.seek(0)
    if found == "PDF":
        return Drawn("pdf", _draw_pdf(source, folder))
    _draw_picture(source, found, folder)
    return Drawn("picture", 1)


def _find_format(head: bytes) -> str:
    if not head:
        raise BadFile("empty")
    if head.removeprefix(BOM_UTF8).lstrip().startswith(b"%PDF-"):  # scanners put an empty line before it
        return "PDF"
    for start, name in _HEADS.items():
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    raise BadFile("heic" if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS else "not_taken")


def _draw_picture(source: BinaryIO, found: str, folder: Path) -> None:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image: Image.Image = Image.open(source, formats=(found,))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadFile("too_many_pixels") from error
    with image:
        image.draft("RGB", (_PICTURE_LONGEST, _PICTURE_LONGEST))  # a JPEG is decoded no larger than it is needed
        image.load()
        flat = _flatten(image)
        flat.thumbnail((_PICTURE_LONGEST, _PICTURE_LONGEST))
        # what lies on its side by a note in the metadata is turned before that is dropped
        turned = ImageOps.exif_transpose(_with_turn_of(image, flat))
    _save(turned, folder / name_page(1))
    _save_preview(turned, folder)


def _flatten(image: Image.Image) -> Image.Image:
    """On white, in plain colors, 16 bits of gray made 8."""
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point([level // 256 for level in range(65536)], "L")
    if image.mode == "P" or "A" in image.mode or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear)
        return white
    return image.convert("RGB")


def _with_turn_of(image: Image.Image, flat: Image.Image) -> Image.Image:
    """The rest of the metadata is let alone: what some phone has garbled there is no reason to refuse a photo."""
    flat.info = {}
    turn = image.getexif().get(ExifTags.Base.Orientation)
    if turn in range(1, 9):
        kept = Image.Exif()
        kept[ExifTags.Base.Orientation] = turn
        flat.info["exif"] = kept.tobytes()
    return flat


def _draw_pdf(source: BinaryIO, folder: Path) -> int:
    import pypdfium2  # noqa: PLC0415  # pictures are opened without it

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        is_locked = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise BadFile("locked" if is_locked else "damaged") from error
    pages = len(document)
    if not pages:
        raise BadFile("damaged")
    if pages > MOST_PAGES:
        raise BadFile("too_many_pages")
    document.init_forms()  # what was filled in belongs to the page
    for number in range(1, pages + 1):
        page = document[number - 1]
        # a side is rounded up
        scale = min((_PAGE_LONGEST - 1) / max(*page.get_size(), 1), _MOST_ENLARGED)
        drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        _save(drawn, folder / name_page(number))
        if number == 1:
            _save_preview(drawn, folder)
        page.close()
    return pages


def _save_preview(drawn: Image.Image, folder: Path) -> None:
    drawn.thumbnail((_PREVIEW_LONGEST, _PREVIEW_LONGEST))
    _save(drawn, folder / PREVIEW)


def _save(drawn: Image.Image, path: Path) -> None:
    clean = Image.new("RGB", drawn.size)  # nothing that the file said beside its pixels comes along
    clean.paste(drawn)
    clean.save(path, "JPEG", quality=_QUALITY, optimize=True)
