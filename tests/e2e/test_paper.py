"""What leaves the printer: all that the paper is for, whole, and nothing to press."""

import re

import pypdfium2
import pytest
from kit.browser import Visit
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def print_out(page: Page) -> str:
    """All that stands on the paper, its lines joined by single spaces."""
    printed = pypdfium2.PdfDocument(page.pdf(format="Letter"))
    return re.sub(r"\s+", " ", " ".join(one.get_textpage().get_text_range() for one in printed))


def test_an_attendance_sheet_has_a_line_for_each_to_sign(visit: Visit) -> None:
    page = visit("/trainings/2/attendance?session=3", "alice")
    names = page.locator(".sheet tbody th").all_inner_texts()
    paper = print_out(page)
    assert len(names) == 2
    assert all(name in paper for name in names)
    assert "Session 3:" in paper
    assert "Name From Until Signature" in paper
    assert "Trainer's signature:" in paper
    assert "Save" not in paper


def test_no_day_of_the_team_is_broken_or_covered(visit: Visit) -> None:
    page = visit("/team", "alice")
    days = [re.sub(r"\s+", " ", day) for day in page.locator(".map .when time").all_inner_texts()]
    paper = print_out(page)
    assert len(days) > 20
    assert [day for day in days if day not in paper] == []


@pytest.mark.parametrize(
    ("path", "has", "lacks"),
    [
        ("/people/2/transcript", ("Carol Example", "CPS-1002", "no certificate"), ("Print it", "Sign out")),
        (
            "/people/2/certifications/2/packet?certificates=1",
            ("Recertification: Carol Example", "What goes along", "Wisconsin Department of Health Services"),
            ("Nothing has been sent", "Without the certificates", "Sign out"),
        ),
    ],
)
def test_a_sheet_to_hand_over_says_what_it_is_and_nothing_of_the_page(
    visit: Visit, path: str, has: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    paper = print_out(visit(path, "carol"))
    assert [words for words in has if words not in paper] == []
    assert [words for words in lacks if words in paper] == []
