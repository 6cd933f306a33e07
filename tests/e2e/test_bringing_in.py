"""An office brings in a log as it keeps it, with and without scripts: explained, seen, brought in, mended, once."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kit.browser import check_page, check_width, sign_in
from kit.roster import make_csv
from kit.site import Site, run_site
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
HEADS = ("Whose", "What it was", "On which day", "How much", "About")
MEANT = {
    "address": "Whose",
    "title": "What it was",
    "last_on": "On which day",
    "amount": "How much",
    "category": "About",
}
GOOD = 70
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def own_site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, of which these tests may change what they like."""
    with run_site(shutil.copytree(demonstration, tmp_path_factory.mktemp("bringing") / "instance")) as made:
        yield made


def make_log(title: str, word: str) -> bytes:
    """More rows than go in while somebody waits; of two of them the office has to mend something."""
    days = [f"2026-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(GOOD)]
    rows = [("carol@example.org", f"{title} {n}", day, "1 h", word) for n, day in enumerate(days)]
    wrong = (
        ("carol@example.org", f"{title} long ago", "someday", "1 h", word),
        ("", f"{title} whose", "2026-02-02", "2 h", ""),
    )
    return make_csv(*rows, *wrong, heads=HEADS)


def run_job(site: Site) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("CERTTRACK_")}
    env |= {"CERTTRACK_ENV": "demo", "CERTTRACK_INSTANCE": str(site.instance)}
    subprocess.run([sys.executable, "-m", "jobs", "run", "run_imports"], env=env, check=True, capture_output=True)


def count(site: Site, title: str) -> tuple[int, int]:
    """How many credits of these titles are on record, and how many different ones."""
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database:
        query = "SELECT COUNT(*), COUNT(DISTINCT title) FROM credit WHERE title LIKE ?"
        found: tuple[int, int] = database.execute(query, (f"{title} %",)).fetchone()
    return found


def give(page: Page, file: Path) -> None:
    page.goto("/imports")
    page.get_by_label("What is in it?").select_option("credits")
    page.get_by_label("Your file").set_input_files(file)
    page.get_by_role("button", name="See what would come of it").click()


def explain_columns(page: Page) -> None:
    """With a slip first: what was chosen is still there."""
    page.get_by_role("link", name="Say which column is which").click()
    for column, head in MEANT.items():
        page.locator(f"#column-{column}").select_option(head)
    page.locator("#column-category").select_option("Whose")
    page.get_by_role("button", name="See what would come of it now").click()
    expect(page.get_by_role("alert")).to_contain_text("This column stands for something else already.")
    expect(page.locator("#column-title")).to_have_value("What it was")
    page.locator("#column-category").select_option("About")
    page.get_by_role("button", name="See what would come of it now").click()


def fact(page: Page, name: str) -> str:
    found = page.locator("dl.facts div").filter(has=page.get_by_text(name, exact=True)).locator("dd")
    return found.inner_text().strip()


def bring_in(page: Page, site: Site, *, scripts: bool, is_large: bool) -> None:
    page.get_by_role("button", name="Bring it in").click()
    if is_large:
        expect(page.get_by_text("Being brought in", exact=True)).to_be_visible()
        expect(page.get_by_role("progressbar", name="Rows so far")).to_be_visible()
        run_job(site)
        if not scripts:
            page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("Brought in", exact=True)).to_be_visible(timeout=PATIENCE_MS)


def mend(page: Page, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download these rows").click()
    lines = list(csv.DictReader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    assert [(line["What it was"].rpartition(" ")[2], line["On which day"]) for line in lines] == [
        ("ago", "someday"), ("whose", "2026-02-02"),
    ]  # fmt: skip
    lines[0]["On which day"], lines[1]["Whose"] = "2026-02-03", "carol@example.org"
    mended = folder / "mended.csv"
    mended.write_bytes(make_csv(*(tuple(line.values()) for line in lines), heads=tuple(lines[0])))
    return mended


@pytest.mark.parametrize("scripts", [True, False])
def test_a_log_in_ones_own_words_is_explained_seen_brought_in_and_mended_and_nothing_doubles(
    browser: Browser, own_site: Site, tmp_path: Path, scripts: bool
) -> None:
    context = browser.new_context(base_url=own_site.url, java_script_enabled=scripts)
    page, title = context.new_page(), f"Evening {'with' if scripts else 'without'}"
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, "alice")
    log = tmp_path / "our log.csv"
    word = f"limits {scripts}"
    log.write_bytes(make_log(title, word))
    give(page, log)
    expect(page.get_by_text("Say which column is which").first).to_be_visible()
    explain_columns(page)
    expect(page.get_by_text("Nothing is written yet.")).to_be_visible()
    page.get_by_role("link", name="Say what they mean").click()
    page.get_by_label(f"“{word}” in the file", exact=True).select_option("ethics_boundaries")
    page.get_by_role("button", name="See what would come of it now").click()
    assert (fact(page, "New"), fact(page, "To be mended"), count(own_site, title)) == (str(GOOD), "2", (0, 0))
    expect(page.get_by_text("This isn't a day that exists")).to_be_visible()
    check_page(page) if scripts else check_width(page)
    bring_in(page, own_site, scripts=scripts, is_large=True)
    assert count(own_site, title) == (GOOD, GOOD)
    mended = mend(page, tmp_path)
    give(page, mended)
    explain_columns(page)
    assert fact(page, "New") == "2"
    bring_in(page, own_site, scripts=scripts, is_large=False)
    give(page, log)
    explain_columns(page)
    assert fact(page, "The same as on record") == str(GOOD)
    assert count(own_site, title) == (GOOD + 2, GOOD + 2)
    context.close()
