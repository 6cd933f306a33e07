"""Credits are looked through by the keyboard alone, and by forms where there are no scripts."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.browser import check_page, check_width, sign_in, tab_to
from kit.site import Site, run_site
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, served for these tests alone: they decide on what waits there."""
    with run_site(shutil.copytree(demonstration, tmp_path_factory.mktemp("desk") / "instance")) as made:
        yield made


def enter(browser: Browser, office: Site, *, scripts: bool) -> Page:
    page = browser.new_context(base_url=office.url, java_script_enabled=scripts).new_page()
    sign_in(page, "bob")
    page.goto("/credits")
    return page


def expect_on_desk(page: Page, title: str) -> None:
    """It lies there, and its heading has the focus."""
    expect(page.locator("#entry")).to_have_text(title)
    expect(page.locator("#entry")).to_be_focused()


def test_a_credit_is_checked_returned_and_taken_back_by_the_keyboard_alone(browser: Browser, office: Site) -> None:
    page = enter(browser, office, scripts=True)
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("j")
    expect_on_desk(page, "Stories of Recovery")
    page.keyboard.press("k")
    expect_on_desk(page, "Humility at the Front Door")
    page.keyboard.press("a")
    expect_on_desk(page, "Stories of Recovery")
    expect(page.get_by_role("status").first).to_contain_text("Checked: “Humility at the Front Door”, Carol Example.")
    check_page(page)

    page.get_by_role("button", name="Undo").press("Enter")
    expect_on_desk(page, "Humility at the Front Door")
    page.keyboard.press("r")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("a")  # no key acts in a field
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("ajark")
    expect(page.get_by_label("In your words")).to_have_value("ajark")
    check_page(page)
    page.get_by_role("button", name="Return to Carol Example").press("Enter")
    expect_on_desk(page, "Stories of Recovery")
    expect(page.get_by_role("status").first).to_contain_text("Returned: “Humility at the Front Door”, Carol Example.")

    page.get_by_role("button", name="Turn keys off").press("Enter")
    for _ in range(2):
        page.locator("#entry").focus()
        page.keyboard.press("a")
        page.keyboard.press("j")
        expect_on_desk(page, "Stories of Recovery")
        page.reload()  # it stays so
    expect(page.get_by_role("button", name="Turn keys on")).to_be_visible()
    page.context.close()


def follow(page: Page, role: str, name: str) -> None:
    """By the tab key and Enter, as whoever has no mouse does."""
    tab_to(page, role, name)
    page.keyboard.press("Enter")


def test_without_scripts_links_and_forms_do_the_same_by_the_keyboard_alone(browser: Browser, office: Site) -> None:
    page = enter(browser, office, scripts=False)
    page.set_viewport_size({"width": 320, "height": 800})
    expect(page.locator("#keys")).to_be_hidden()
    first = page.locator("#entry").text_content() or ""
    follow(page, "a", "Leave it and go on to the next")
    expect(page.locator("#entry")).not_to_have_text(first)
    second = page.locator("#entry").text_content() or ""
    follow(page, "a", "The one before")
    expect_on_desk(page, first)
    follow(page, "button", "Mark as checked")
    expect_on_desk(page, second)
    check_width(page)
    follow(page, "button", "Undo")
    expect_on_desk(page, first)
    follow(page, "summary", "Return")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    reason = page.get_by_role("radio", checked=True)
    expect(reason).to_have_count(1)
    follow(page, "button", "Return to Carol Example")
    expect_on_desk(page, second)
    page.goto("/credits/decided")
    follow(page, "button", "Take it back")
    expect_on_desk(page, first)
    page.context.close()
