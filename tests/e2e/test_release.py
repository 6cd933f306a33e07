"""Held mail is released in a browser without scripts, from the hint on the list to what each person's page says."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.browser import check_width, sign_in
from kit.site import Site, run_site
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from certtrack.db.engine import Database
from certtrack.db.models import AuditEvent, Cause, Reminder

pytestmark = pytest.mark.browser
KEY = "import:1"


@pytest.fixture
def own_site(demonstration: Path, tmp_path: Path) -> Iterator[Site]:
    """A demonstration of this test's own, since it changes what waits."""
    with run_site(shutil.copytree(demonstration, tmp_path / "instance")) as made:
        yield made


@pytest.fixture
def page(browser: Browser, own_site: Site) -> Iterator[Page]:
    """Alice's, on a phone, without scripts."""
    context = browser.new_context(base_url=own_site.url, java_script_enabled=False, locale="en-US")
    opened = context.new_page()
    sign_in(opened, "alice")
    opened.set_viewport_size({"width": 320, "height": 800})
    yield opened
    context.close()


def load_release(site: Site) -> tuple[str, int, int]:
    """The cause's state, how many of its mails are held for all, and how many releases the audit has of it."""
    database = Database(site.database_url)
    with database.reading() as session:
        cause = session.scalars(select(Cause).where(Cause.key == KEY)).one()
        waits = select(Reminder.id).where(Reminder.cause_id == cause.id, Reminder.reason == "cause")
        held = session.scalars(waits.where(Reminder.state == "held")).all()
        by = session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "reminders.cause_released")).all()
    database.close()
    assert all(actor.startswith("account:") for actor in by)
    return cause.state, len(held), len(by)


def test_a_mass_is_looked_at_and_released_and_a_second_time_is_harmless(page: Page, own_site: Site) -> None:
    state, held, releases = load_release(own_site)
    assert (state, held > 25, releases) == ("held", True, 0)
    page.goto("/people")
    page.get_by_role("link", name="What waits for you").click()
    page.get_by_role("link", name="waits for a release").click()
    page.get_by_role("link", name="Look at the release", exact=True).click()
    expect(page.get_by_text("within minutes by day, in the morning by night")).to_be_visible()
    check_width(page)
    again = page.context.new_page()  # the same page, open in a second tab
    again.goto(page.url)

    page.get_by_role("button", name="Release").click()

    expect(page).to_have_url("/held")
    expect(page.locator(".toast")).to_contain_text(f"Released. {held} mails go out at their hours.")
    check_width(page)
    assert load_release(own_site) == ("released", 0, 1)

    again.get_by_role("button", name="Release").click()

    expect(again.locator("main")).to_contain_text("Nothing waits there any more, so nothing was done.")
    assert load_release(own_site) == ("released", 0, 1)
    page.goto("/people?words=heldone")
    page.get_by_role("link", name="Xenia Heldone").click()
    page.goto(f"{page.url}/reminders")
    expect(page.get_by_text("alice@example.org released it on")).to_be_visible()
