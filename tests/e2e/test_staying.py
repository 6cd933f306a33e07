"""The notice before a session ends, in a real browser: it comes politely, and one button makes the session last."""

import sqlite3
from contextlib import closing

import pytest
from kit.browser import Visit, sign_in
from kit.site import Site
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def make_idle(site: Site, minutes: int) -> None:
    """Carol opened her last page so long ago, in whichever session began last."""
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database, database:
        last = "(SELECT MAX(id) FROM web_session)"
        earlier = f"datetime(seen_at, '-{minutes} minutes') || '.000000'"
        database.execute(f"UPDATE web_session SET seen_at = {earlier} WHERE id = {last}")  # noqa: S608  # texts of ours


def test_the_end_is_told_five_minutes_before_and_a_button_makes_the_session_last(visit: Visit, site: Site) -> None:
    page: Page = visit("/sign-in")
    page.clock.install()
    sign_in(page, "carol")
    notice = page.locator("#staying")
    expect(notice).to_be_empty()
    page.clock.fast_forward(26 * 60 * 1000)  # the server says that another tab was used meanwhile
    page.wait_for_timeout(300)
    expect(notice).to_be_empty()
    make_idle(site, 27)
    page.clock.fast_forward(26 * 60 * 1000)
    expect(notice).to_contain_text("You will be signed out in less than five minutes.")
    page.get_by_role("button", name="Stay signed in").click()
    expect(notice).to_be_empty()
    make_idle(site, 31)
    page.clock.fast_forward(26 * 60 * 1000)
    expect(notice).to_contain_text("You have been signed out.")
