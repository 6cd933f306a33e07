"""The way in by the keyboard alone: sign in, everybody, one person, and out."""

import pytest
from kit.browser import Visit, tab_to
from kit.site import PASSWORDS
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_signing_in_and_reading_about_a_person_needs_no_mouse(visit: Visit, scripts: bool) -> None:
    page = visit("/people", scripts=scripts)
    tab_to(page, "input", "Sign-in name")
    page.keyboard.type("alice@example.org")
    tab_to(page, "input", "Password")
    page.keyboard.type(PASSWORDS["alice"])
    page.keyboard.press("Enter")
    expect(page).to_have_url("/people")
    tab_to(page, "a", "Grace Fortnight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Grace Fortnight")
    tab_to(page, "button", "Sign out")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/sign-in")


def test_the_first_stop_skips_to_the_content(visit: Visit) -> None:
    page = visit("/people", "alice")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
