"""Every page in a real browser: full at 1280 px in English, in its error state at 320 px in Spanish."""

import re

import pytest
from kit.browser import Visit, check_page, check_stops, check_width
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# Carol's own page is person 2: the demonstration's second
FULL = (
    ("/sign-in", None),
    ("/sign-in/help", None),
    ("/not-here", None),
    ("/people", "alice"),
    ("/people?words=zzz", "alice"),
    ("/people", "bob"),
    ("/people/2", "alice"),
    ("/people/2", "bob"),
    ("/people/2", "carol"),
    ("/findings", "alice"),
    ("/held", "alice"),
    ("/held/release?cause=import:1", "alice"),
    ("/not-here", "alice"),
)
WRONG = (
    ("/password/used-up", None),
    ("/people?as_of=2026-02-30", "alice"),
    ("/people/2?as_of=soon&known_at=never", "alice"),
    ("/people/99999", "carol"),
)


@pytest.mark.parametrize(("path", "name"), FULL)
def test_a_full_page_is_clean_at_1280_px_in_english(visit: Visit, path: str, name: str | None) -> None:
    check_page(visit(path, name))


@pytest.mark.parametrize(("path", "name"), [*FULL, *WRONG])
def test_a_page_is_clean_at_320_px_in_spanish(visit: Visit, path: str, name: str | None) -> None:
    page = visit(path, name, width=320, lang="es")
    assert page.locator("html").get_attribute("lang") == "es"
    check_page(page)


@pytest.mark.parametrize(("path", "name"), [*FULL, *WRONG])
def test_a_page_holds_together_without_scripts(visit: Visit, path: str, name: str | None) -> None:
    page = visit(path, name, width=320, scripts=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_width(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_sign_in_is_clean_and_keeps_the_name(visit: Visit, scripts: bool) -> None:
    page = visit("/sign-in", width=320, lang="es", scripts=scripts)
    page.get_by_label("Nombre de acceso").fill("nobody@example.org")
    page.get_by_label("Contraseña").fill("not my password")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_label("Nombre de acceso")).to_have_value("nobody@example.org")
    expect(page.get_by_role("alert")).to_be_focused()
    if scripts:
        check_page(page)
    check_width(page)
    check_stops(page)
