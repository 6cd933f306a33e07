"""From the packet to the new certificate in a real browser, with scripts and without: saved is never taken for sent."""

import re
import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from kit.browser import Visit, check_page, check_width
from kit.site import Site
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NOTHING = "Nothing has been sent to the program yet."


def find_address(site: Site, family_name: str) -> tuple[str, date]:
    """Where this person's only certification is, and its due day."""
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database:
        [(person, certification, due_on)] = database.execute(
            "SELECT person.id, certification.id, due_on FROM person JOIN certification ON person_id = person.id"
            " JOIN cycle ON certification_id = certification.id WHERE family_name = ?",
            (family_name,),
        )
    return f"/people/{person}/certifications/{certification}", date.fromisoformat(due_on)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("scripts", "family_name"), [pytest.param(True, "Faraway", marks=pytest.mark.nightly), (False, "Quarter")]
)
def test_from_the_packet_to_the_new_certificate(visit: Visit, site: Site, scripts: bool, family_name: str) -> None:
    at, due_on = find_address(site, family_name)
    page = visit(f"{at}/recertify", "alice", width=360, scripts=scripts)
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    page.get_by_role("link", name="Go on: Hours").click()
    press(page, "Save, not sent yet")
    expect(page.locator(".toast")).to_have_text(f"Saved. {NOTHING}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Certificates and papers")
    page.locator("label", has_text="The program's application form").click()
    press(page, "Save, not sent yet")

    page.goto(f"{at}/recertify/send")
    page.get_by_role("link", name="Packet to print").click()
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    expect(page.get_by_text("☑ The program's application form")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("What was enclosed")).to_have_value("The program's application form")
    page.get_by_label("Day on which it was sent").press("Enter")
    expect(page.locator(".toast")).to_have_text(f"Saved. {NOTHING}")
    page.goto(f"{at}/recertify/send")
    press(page, "It was sent")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_role("alert")).to_be_focused()
    if scripts:
        check_page(page)
    check_width(page)
    page.locator("label", has_text="By post").click()
    press(page, "It was sent")
    expect(page.get_by_text("we can't see the answer.").last).to_be_visible()
    expect(page.get_by_text(NOTHING, exact=True)).to_have_count(0)

    page.get_by_role("link", name="The new certificate has come").click()
    page.get_by_label("Last valid day on the new certificate").fill((due_on + timedelta(days=730)).isoformat())
    press(page, "Save")
    page.goto(f"{at}/recertify")
    expect(page.get_by_text(NOTHING, exact=True)).to_be_visible()
    expect(page.get_by_text("Saved, not sent")).to_have_count(0)
