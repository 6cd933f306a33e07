"""What is sent is told by its content, really opened, and drawn anew: nothing else of it is shown to anybody."""

import io
import struct
from pathlib import Path

import pytest
from kit.files import EXE, HEIC, HTML, SVG, ZIP, encode, huge_png, locked_pdf, pdf, photo, picture
from PIL import Image

from certtrack.services.evidence.drawing import draw
from certtrack.services.evidence.limits import MOST_PAGES, MOST_PIXELS, BadFile
from certtrack.services.evidence.parts import PREVIEW, Drawn, name_page

PICTURE = Drawn("picture", 1)


def load(folder: Path, part: str) -> Image.Image:
    with Image.open(folder / part) as image:
        image.load()
        return image


def find_problem(data: bytes, folder: Path) -> str:
    with pytest.raises(BadFile) as caught:
        draw(io.BytesIO(data), folder)
    return caught.value.problem


def test_a_phones_photo_is_turned_made_smaller_and_says_no_more_where_it_was_taken(tmp_path: Path) -> None:
    data = photo((8000, 6000))
    assert draw(io.BytesIO(data), tmp_path) == PICTURE

    page, preview = load(tmp_path, name_page(1)), load(tmp_path, PREVIEW)
    assert (page.size, preview.size) == ((1800, 2400), (480, 640))
    red, _, blue = page.getpixel((1790, 10))  # type: ignore[misc]  # three colors
    assert (red < 20, blue > 230) == (True, True)  # its first corner is the upper right one now
    assert dict(page.getexif()) == {}
    kept = (tmp_path / name_page(1)).read_bytes()
    assert [word for word in (b"Exif", b"GPS", b"taken at home", b"ICC_PROFILE") if word in kept] == []


@pytest.mark.parametrize(
    "data",
    [
        picture(),
        picture(fmt="PNG"),
        picture(fmt="WEBP"),
        picture(mode="L", color=9),
        picture(mode="CMYK", color=(0, 0, 0, 9)),
        picture(fmt="PNG", mode="1", color=1),
        picture(fmt="PNG", mode="P", color=1),
        picture(fmt="PNG", mode="LA", color=(9, 9)),
        picture(fmt="PNG", mode="I;16", color=40_000),
    ],
    ids=["jpeg", "png", "webp", "gray", "cmyk", "bits", "palette", "gray-clear", "gray-16"],
)
def test_pictures_of_every_kind_are_taken(tmp_path: Path, data: bytes) -> None:
    assert draw(io.BytesIO(data), tmp_path) == PICTURE
    assert load(tmp_path, name_page(1)).size == (80, 60)


def test_what_is_clear_is_white_and_gray_keeps_its_depth(tmp_path: Path) -> None:
    draw(io.BytesIO(encode(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG")), tmp_path)
    assert load(tmp_path, name_page(1)).getpixel((4, 4)) == (255, 255, 255)

    draw(io.BytesIO(picture((9, 9), "PNG", "I;16", color=32_896)), tmp_path)
    assert load(tmp_path, name_page(1)).getpixel((4, 4)) == (128, 128, 128)


def test_a_photo_whose_notes_are_garbled_is_taken_all_the_same(tmp_path: Path) -> None:
    garbled = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 0x0112, 2, 4, 54) + bytes(4)  # its turn as letters
    plain = picture()
    head = b"\xff\xe1" + struct.pack(">H", len(garbled) + 8) + b"Exif\0\0" + garbled
    assert draw(io.BytesIO(plain[:2] + head + plain[2:]), tmp_path) == PICTURE


def test_what_hangs_on_a_picture_is_gone(tmp_path: Path) -> None:
    draw(io.BytesIO(picture() + ZIP + HTML), tmp_path)
    kept = (tmp_path / name_page(1)).read_bytes()
    assert (b"PK" in kept, b"<script>" in kept) == (False, False)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (EXE, "not_taken"),
        (SVG, "not_taken"),
        (HTML, "not_taken"),
        (ZIP, "not_taken"),
        (b"GIF89a" + bytes(40), "not_taken"),
        (HTML + pdf(), "not_taken"),
        (HEIC, "heic"),
        (huge_png(100_000, 100_000), "too_many_pixels"),
        (huge_png(MOST_PIXELS // 1000 + 1, 1000), "too_many_pixels"),
        (locked_pdf(), "locked"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (pdf(pages=MOST_PAGES + 1), "too_many_pages"),
        (pdf().replace(b"/Count 1", b"/Count 9999"), "too_many_pages"),
    ],
)
def test_what_is_not_taken_says_why(tmp_path: Path, data: bytes, problem: str) -> None:
    assert find_problem(data, tmp_path) == problem
    assert list(tmp_path.iterdir()) == []


def test_of_a_pdf_every_page_is_drawn(tmp_path: Path) -> None:
    assert draw(io.BytesIO(pdf(pages=3)), tmp_path) == Drawn("pdf", 3)

    assert {path.name for path in tmp_path.iterdir()} == {PREVIEW, name_page(1), name_page(2), name_page(3)}
    page = load(tmp_path, name_page(2))
    assert page.size == (1236, 1599)
    darkest, _ = page.convert("L").getextrema()
    assert darkest < 60  # type: ignore[operator]  # gray has one pair


@pytest.mark.parametrize("size", [(10_000_000, 10_000_000), (10_000, 1), (3, 3)])
def test_a_page_of_an_absurd_size_is_drawn_within_bounds(tmp_path: Path, size: tuple[float, float]) -> None:
    draw(io.BytesIO(pdf(size=size)), tmp_path)
    assert max(load(tmp_path, name_page(1)).size) <= 1600


@pytest.mark.parametrize("before", [b"\r\n", b"\xef\xbb\xbf"])
def test_a_pdf_may_begin_with_an_empty_line_as_scanners_write_it(tmp_path: Path, before: bytes) -> None:
    assert draw(io.BytesIO(before + pdf()), tmp_path) == Drawn("pdf", 1)


def test_a_pdf_that_is_something_else_too_is_only_its_pages(tmp_path: Path) -> None:
    assert draw(io.BytesIO(pdf() + HTML + ZIP), tmp_path) == Drawn("pdf", 1)
