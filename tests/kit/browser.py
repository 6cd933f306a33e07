"""A real browser on a real server: pages as a person has them, with a check that every page must pass."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.sync_playwright import Axe
from kit.site import PASSWORDS, Site
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from playwright.sync_api import Error as BrowserError

Visit = Callable[..., Page]
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
_MOST_STOPS = 600
_HEIGHT = 800
_PATIENCE_MS = 10_000
_WRONGS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()

# what shows that something has the focus, and whether any of it lies in the window
_DRAWN = """
  const at = document.activeElement;
  const drawn = at?.matches(".usa-checkbox__input, .usa-radio__input") ? at.nextElementSibling : at;
  const box = drawn?.getBoundingClientRect();
  const isSeen = () =>
    box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth && box.width > 0;"""
# what has the focus: where it is, and how its ring is drawn; None once the tab key has gone round
_STOP = f"""() => {{{_DRAWN}
  if (!at || at === document.body || at.tagName === "HTML") return null;
  at.getAnimations().forEach(moving => moving.finish());
  const part = drawn === at ? null : "::before";
  const ring = getComputedStyle(drawn, part);
  return {{
    what: at.outerHTML.slice(0, 120),
    ring: ring.outlineStyle === "none" ? 0 : parseFloat(ring.outlineWidth),
    isSeen: isSeen(),
    mark: at.dataset.seenByTest ? "again" : (at.dataset.seenByTest = "yes"),
  }};
}}"""
# a busy browser scrolls to what has the focus a moment after the key
_IS_SEEN = f"() => {{{_DRAWN}\n  return isSeen();\n}}"
_SOON_MS = 2_000
# whether that has the focus; what only an eye sees, such as the letter of a key, is no part of its words
_IS_AT = """([role, name]) => {
  const it = document.activeElement, words = (it.labels?.[0] ?? it).cloneNode(true);
  words.querySelectorAll("[aria-hidden=true]").forEach(part => part.remove());
  return it.matches(role) && words.textContent.trim().replace(/\\s+/g, " ") === name;
}"""
_FROM_THE_TOP = """() => {
  document.querySelectorAll("[data-seen-by-test]").forEach(it => delete it.dataset.seenByTest);
  document.activeElement?.blur();
  getSelection().removeAllRanges();
}"""
_WIDER = """() => [...document.querySelectorAll("body *")]
  .filter(it => it.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5).map(it => it.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; a test without one is skipped, or fails where everything is required."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if lack := "there is no Chromium on PATH" if program is None else _find_lack_of_driver():
        if os.environ.get("CERTTRACK_REQUIRE_ALL"):
            pytest.fail(f"CERTTRACK_REQUIRE_ALL is set and {lack}.")
        pytest.skip(f"needs a browser, and {lack}")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        yield opened
        opened.close()


def _find_lack_of_driver() -> str | None:
    """Why Playwright's driver, which is a program with wants of its own, can't run here; None where it can."""
    done = subprocess.run([*compute_driver_executable(), "--version"], capture_output=True, text=True, check=False)
    return f"Playwright's driver can't run: {done.stderr.strip()}" if done.returncode else None


@pytest.fixture(scope="session")
def cookies(browser: Browser, site: Site) -> Callable[[str], Any]:
    """The cookies of alice, bob, carol or pat, who sign in once a session."""
    kept: dict[str, Any] = {}

    def find(name: str) -> Any:
        if name not in kept:
            context = _open(browser, site)
            sign_in(context.new_page(), name)
            kept[name] = context.cookies()
            context.close()
        return kept[name]

    return find


@pytest.fixture
def visit(browser: Browser, site: Site, cookies: Callable[[str], Any]) -> Iterator[Visit]:
    """Open a page: `visit("/people", "alice", width=320, lang="es", scripts=False)`; each visit has its own cookies.

    Without scripts axe can't run: `check_width` and `check_stops` can.
    """
    opened: list[BrowserContext] = []

    def open_page(
        path: str, name: str | None = None, *, width: int = 1280, lang: str = "en", scripts: bool = True
    ) -> Page:
        page = _enter(browser, site, cookies(name) if name else [], lang=lang, java_script_enabled=scripts)
        opened.append(page.context)
        return _go(page, path, width)

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def look(browser: Browser, site: Site, cookies: Callable[[str], Any]) -> Iterator[Visit]:
    """Look at a page, and leave all as it is: like `visit`, but each reader keeps one page and its cookies.

    So a browser needn't be made ready for each page, and fetches what all pages share only once.
    """
    kept: dict[tuple[str | None, str], Page] = {}

    def show(path: str, name: str | None = None, *, width: int = 1280, lang: str = "en") -> Page:
        if (name, lang) not in kept:
            kept[name, lang] = _enter(browser, site, cookies(name) if name else [], lang=lang)
        return _go(kept[name, lang], path, width)

    yield show
    for page in kept.values():
        page.context.close()


def _enter(browser: Browser, site: Site, known: list[Any], *, lang: str, **options: Any) -> Page:
    context = _open(browser, site, **options)
    context.add_cookies([*known, _say_language(site, lang)])
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    _listen(page)
    return page


def _go(page: Page, path: str, width: int) -> Page:
    _WRONGS[page].clear()
    page.set_viewport_size({"width": width, "height": _HEIGHT})
    page.goto(path)
    return page


def sign_in(page: Page, name: str, path: str = "/sign-in") -> None:
    """Sign in as alice, bob, carol or pat of the demonstration, through the form."""
    page.goto(path)
    page.get_by_label("Sign-in name").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORDS[name])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out").first).to_be_attached()


def check_page(page: Page) -> None:
    """The page is clean to axe, no wider than the window, silent in the console, and each tab stop shows its ring."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    check_width(page)
    check_stops(page)
    wrongs = _WRONGS.get(page, [])
    assert not wrongs, wrongs


def check_width(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide at {page.url}: {page.evaluate(_WIDER)}"


def check_stops(page: Page) -> list[str]:
    """Each stop of the tab key is in sight and has a ring of 2 px or more; what they are, in their order."""
    stops: list[str] = []
    page.evaluate(_FROM_THE_TOP)
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None or stop["mark"] == "again":
            break
        assert stop["isSeen"] or _comes_into_sight(page), f"out of sight: {stop['what']}"
        assert stop["ring"] >= 2, f"no ring: {stop['what']}"
        stops.append(stop["what"])
    assert stops, "the tab key leads nowhere"
    return stops


def tab_to(page: Page, role: str, name: str) -> None:
    """Press the tab key until that link, button or field has the focus; `name`: all of its words, or its label's."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate(_IS_AT, [role, name]):
            return
    pytest.fail(f"the tab key never comes to {name} on {page.url}")


def _comes_into_sight(page: Page) -> bool:
    try:
        page.wait_for_function(_IS_SEEN, timeout=_SOON_MS)
    except BrowserError:
        return False
    return True


def _open(browser: Browser, site: Site, **options: Any) -> BrowserContext:
    return browser.new_context(base_url=site.url, **options)


def _say_language(site: Site, lang: str) -> Any:
    return {"name": "lang", "value": lang, "url": site.url}


def _listen(page: Page) -> None:
    wrongs = _WRONGS.setdefault(page, [])

    def hear(message: ConsoleMessage) -> None:
        # that the page itself is a 404 is said there too, and isn't an error of the page
        is_own = urlsplit(message.location["url"])[:3] == urlsplit(page.url)[:3] and "status of" in message.text
        if message.type == "error" and not is_own:
            wrongs.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: wrongs.append(str(error)))
