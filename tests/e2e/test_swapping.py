"""A part of a page is exchanged in a real browser: the focus stays in sight, and what didn't come is said."""

import re

import pytest
from kit.browser import Visit
from playwright.sync_api import Page, Route, expect

from certtrack.language import make_environment

pytestmark = pytest.mark.browser
_PART = (
    '<section id="part"><h2>{heading}</h2><button data-hx-get="/{to}" data-hx-target="#part" data-hx-swap="outerHTML"'
)
_PAGE = """<!doctype html><html lang="en"><head><title>Parts</title>{head}</head><body>
{part}>Next</button></section>
<button id="other" data-hx-get="/swap/away" data-hx-target="#part">Away</button>
<button id="kept" data-hx-get="/swap/kept" data-hx-swap="outerHTML">Kept</button></body></html>"""


@pytest.fixture
def page(visit: Visit) -> Page:
    """A page of two parts, under the policy of every page of ours and with the scripts that ours have."""
    page = visit("/sign-in")
    base = page.locator("link[href*='/css/app.css']").get_attribute("href") or ""
    jinja = make_environment("en")
    jinja.globals["asset"] = lambda path: base.replace("css/app.css", path)
    policy = (page.request.get("/sign-in")).headers["content-security-policy"]

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "away":
            return route.fulfill(status=503, body="<p>away</p>", content_type="text/html")
        if name == "stale":
            return route.fulfill(status=409, body="<p>stale</p>", content_type="text/html")
        if name == "kept":
            return route.fulfill(body='<button id="kept">Kept again</button>', content_type="text/html")
        part = _PART.format(heading="First" if name == "page" else "Second", to="swap/stale")
        body = f"{part}>Next</button></section>"
        if name == "page":
            body = _PAGE.format(
                head=jinja.get_template("swapping.html").render(), part=_PART.format(heading="First", to="swap/second")
            )
        return route.fulfill(body=body, content_type="text/html", headers={"Content-Security-Policy": policy})

    page.route("**/swap/*", answer)
    page.goto("/swap/page")
    return page


def test_the_focus_goes_to_what_came_where_what_had_it_is_gone_and_stays_where_it_is_there_again(page: Page) -> None:
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("heading", name="Second")).to_be_focused()
    page.get_by_role("button", name="Kept").press("Enter")
    expect(page.get_by_role("button", name="Kept again")).to_be_focused()


def test_what_does_not_come_is_said_and_leaves_the_page_as_it_was(page: Page) -> None:
    page.get_by_role("button", name="Away").press("Enter")
    expect(page.get_by_role("alert")).to_have_text(re.compile("did not get through"))
    expect(page.get_by_role("heading", name="First")).to_be_visible()
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("heading", name="Second")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_role("alert")).to_have_text(re.compile("open the page anew"))
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
