"""Mails as a browser shows them: on the smallest phone nothing stands beside the window, with and without its rules."""

from collections.abc import Iterator

import pytest
from kit.every_mail import MAILS
from playwright.sync_api import Browser, Page

_IS_WIDER = "() => document.documentElement.scrollWidth > window.innerWidth"
_FORGET_RULES = "() => document.querySelectorAll('style').forEach(it => it.remove())"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    yield page
    page.close()


@pytest.mark.parametrize("locale", [pytest.param("en", marks=pytest.mark.nightly), "es"])  # the longer words
def test_every_mail_fits_a_phone_also_where_a_program_drops_its_rules(phone: Page, locale: str) -> None:
    wider: list[str] = []
    for name, make in MAILS.items():
        phone.set_content(make(locale).html)
        wider += [name] if phone.evaluate(_IS_WIDER) else []
        phone.evaluate(_FORGET_RULES)
        wider += [f"{name} without rules"] if phone.evaluate(_IS_WIDER) else []
    assert wider == []
