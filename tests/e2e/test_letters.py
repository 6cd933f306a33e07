"""Letters as they leave the printer: each fits on one page, whatever the rules say, on either kind of paper."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pypdfium2
import pytest
from kit.hours import earn, tell_with
from kit.mails import make_check, make_exam, make_item
from kit.rules import every_shipped_pack, make_cycle
from kit.wheel import CHECKOUT
from playwright.sync_api import Browser

from certtrack.language import LOCALES, environment
from certtrack.mail.letter import Letter, write_letter
from certtrack.rules.cycles import days_of, phases_of
from certtrack.rules.pack import Pack

pytestmark = pytest.mark.browser

STATIC = CHECKOUT / "certtrack/static"
NAMED: dict[str, Any] = {
    "office": "The Lakeside Agency for Peers and Families",
    "reply_to": "office@lakeside.example.org",
    "name": "María José Núñez Muñoz de la Cruz",
    "called": "María José",
    "has_address": False,
}
HALF_AN_HOUR = earn(30, decision="waiting")
SHEETS = ("vendor/uswds/css/uswds.min.css", "css/tokens.css", "css/app.css")


def write_all(pack: Pack, locale: str) -> Iterator[Letter]:
    """Everything that may have to be told under the pack: in each phase, of a day that moved, and once it was sent."""
    item = make_item(pack=pack)
    for phase in phases_of(days_of(pack, make_cycle(item.anchor_on))):
        for stage, sent_on in (("before_1", None), ("day_moved", None), ("late", item.today)):
            its = tell_with(pack, HALF_AN_HOUR, today=phase.from_on, stage=stage, sent_on=sent_on)
            yield write_letter(its, locale=locale, **NAMED)


def write_days(locale: str) -> Iterator[Letter]:
    """The same of an exam with much to bring, and of a background check."""
    to_bring = "A photo ID that hasn't expired, two sharpened pencils and a calculator without a memory. " * 2
    for stage in ("before_14", "day_moved", "called_off"):
        for item in (make_exam(stage=stage, to_bring=to_bring), make_check(stage=stage)):
            if stage != "called_off" or item.kind == "exam_sitting":
                yield write_letter(item, locale=locale, **NAMED)


def pick_longest(count: int) -> list[Letter]:
    letters = [letter for pack in every_shipped_pack() for locale in LOCALES for letter in write_all(pack, locale)]
    letters += [letter for locale in LOCALES for letter in write_days(locale)]
    return sorted(letters, key=lambda letter: sum(len(one.whole) for one in letter.part.paragraphs))[-count:]


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with the longest letters that there can be."""
    words: Any = environment("en").get_template("letters/letter.html").module
    pages = "".join(words.letter_page(SimpleNamespace(letter=letter)) for letter in pick_longest(20))
    styles = "".join(f'<link rel="stylesheet" href="{(STATIC / name).as_uri()}">' for name in SHEETS)
    file = tmp_path_factory.mktemp("letters") / "letters.html"
    body = f'<main><div class="page"><div class="letters">{pages}</div></div></main>'
    file.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{styles}</head><body>{body}</body></html>'
    )
    return file


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_longest_letters_are_a_page_each_on_either_paper(browser: Browser, sheet: Path, paper: str) -> None:
    page = browser.new_page()
    page.goto(sheet.as_uri())
    printed = pypdfium2.PdfDocument(page.pdf(format=paper, prefer_css_page_size=False))
    page.close()
    texts = [one.get_textpage().get_text_range() for one in printed]
    assert len(texts) == 20
    assert all("Lakeside" in text and ("With kind regards" in text or "Atentamente" in text) for text in texts)
