"""From the packet to the new certificate, by a specialist on a phone, with scripts and without: saved is never sent."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from kit.browser import check_page, check_width, sign_in
from kit.files import photo
from kit.site import Site, run_site
from playwright.sync_api import Browser, Page, expect

from certtrack.language import format_day

pytestmark = pytest.mark.browser

NOTHING = "Nothing has been sent to the program yet."
RECORD = "/people/2"
AT = f"{RECORD}/certifications/2"


@pytest.fixture
def own_site(demonstration: Path, tmp_path: Path) -> Iterator[Site]:
    """A demonstration of this test's own: a certification is renewed once."""
    with run_site(shutil.copytree(demonstration, tmp_path / "instance")) as made:
        yield made


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def page(request: pytest.FixtureRequest, browser: Browser, own_site: Site) -> Iterator[Page]:
    """Carol's, on her phone, with scripts and without."""
    context = browser.new_context(base_url=own_site.url, java_script_enabled=request.param, has_touch=True)
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    sign_in(opened, "carol")
    opened.set_viewport_size({"width": 360, "height": 740})
    yield opened
    context.close()


def find_due_day(site: Site) -> date:
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database:
        [(due_on,)] = database.execute("SELECT due_on FROM cycle WHERE certification_id = 2")
    return date.fromisoformat(due_on)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def prepare(page: Page) -> None:
    """Look at the hours, say which papers are at hand and how the fee is paid; each saved, none of it sent."""
    page.goto(RECORD)
    page.get_by_role("link", name="Recertify, step by step").click()
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    page.get_by_role("link", name="1. Hours").click()
    press(page, "Save, not sent yet")
    expect(page.locator(".toast")).to_have_text(f"Saved. {NOTHING}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificates and papers")
    page.locator("label", has_text="The program's application form").click()
    press(page, "Save, not sent yet")
    page.goto(f"{AT}/recertify/fee")
    page.locator("label", has_text="A check or money order goes along").click()
    press(page, "Save, not sent yet")
    expect(page.locator(".toast")).to_have_text(f"Saved. {NOTHING}")


def look_at_packet(page: Page) -> None:
    page.goto(f"{AT}/recertify/send")
    page.get_by_role("link", name="Packet to print").click()
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    expect(page.get_by_text("☑ The program's application form")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text(NOTHING, exact=True)).to_be_hidden()  # the program is told nothing of what we don't know
    expect(page.get_by_role("heading", level=1)).to_have_text("Recertification: Carol Example")
    page.emulate_media(media="screen")
    page.go_back()


def send(page: Page, *, has_scripts: bool) -> None:
    """Enter alone saves and sends nothing; without a way it isn't sent; then it is on record as sent."""
    expect(page.get_by_label("What was enclosed")).to_have_value(re.compile("^The program's application form; "))
    page.get_by_label("Day on which it was sent").press("Enter")
    expect(page.locator(".toast")).to_have_text(f"Saved. {NOTHING}")
    page.goto(f"{AT}/recertify/send")
    press(page, "I have sent it")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_role("alert")).to_be_focused()
    if has_scripts:
        check_page(page)
    check_width(page)
    page.locator("label", has_text="By post").click()
    press(page, "I have sent it")
    expect(page.get_by_text("we can't see the answer.").last).to_be_visible()
    expect(page.get_by_text(NOTHING, exact=True)).to_have_count(0)


def test_a_specialist_prepares_the_packet_says_it_was_sent_and_enters_the_new_certificate(
    request: pytest.FixtureRequest, page: Page, own_site: Site, tmp_path: Path
) -> None:
    next_due_on = find_due_day(own_site) + timedelta(days=730)
    prepare(page)
    look_at_packet(page)
    send(page, has_scripts="plain" not in request.node.name)

    page.get_by_role("link", name="My new certificate has come").click()
    image = tmp_path / "new-certificate.jpg"
    image.write_bytes(photo((1600, 1200)))
    page.get_by_label("The certificate as a file").set_input_files(image)
    page.get_by_label("Last valid day on the new certificate").fill(next_due_on.isoformat())
    press(page, "Save")

    page.goto(RECORD)
    expect(page.locator(".say").first).to_contain_text(format_day(next_due_on, "en"))
    expect(page.get_by_role("link", name="new-certificate.jpg").first).to_be_attached()
    page.goto(f"{AT}/recertify")
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    expect(page.get_by_text("Saved, not sent")).to_have_count(0)
