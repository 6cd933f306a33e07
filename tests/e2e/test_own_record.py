"""One's own days in a calendar program, and everything as a file: through a browser, with scripts and without."""

import zipfile
from urllib.parse import urlsplit

import pytest
from kit.browser import Visit
from kit.site import PASSWORDS
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.nightly]


def is_read(page: Page, path: str) -> bool:
    """Whether days are found there."""
    answer = page.request.get(path)
    return answer.status == 200 and b"BEGIN:VEVENT" in answer.body()


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.nightly)])
def test_a_holder_takes_days_and_record_along_and_ends_the_calendar_again(visit: Visit, scripts: bool) -> None:
    page = visit("/record", "carol", width=360, scripts=scripts)
    page.get_by_role("link", name="Your days in your calendar").click()
    page.get_by_label("Your password").fill(PASSWORDS["carol"])
    page.get_by_role("button", name="Make an address").click()
    path = urlsplit(page.locator(".feed-address").inner_text().strip()).path
    assert is_read(page, path)
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("It is off: there is no such address.")).to_be_visible()
    assert not is_read(page, path)
    page.goto("/record")
    page.get_by_role("link", name="Everything as a file").click()
    with page.expect_download() as handed_out:
        page.get_by_role("button", name="Make the file").click()
    with zipfile.ZipFile(handed_out.value.path()) as archive:
        assert archive.testzip() is None
        assert "records/credit.json" in archive.namelist()
