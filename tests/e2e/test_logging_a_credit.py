"""A credit logged on a phone, with and without scripts: nothing typed is lost, and nobody writes over another."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kit.browser import check_page, check_width, sign_in, tab_to
from kit.files import certificate, photo
from kit.site import Site, run_site
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 360, "height": 740}
NEW, RECORD = "/people/2/credits/new", "/people/2"


@pytest.fixture(scope="module")
def own_site(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, of which these tests may change what they like."""
    with run_site(shutil.copytree(demonstration, tmp_path_factory.mktemp("logging") / "instance")) as made:
        yield made


@pytest.fixture
def phone(browser: Browser, own_site: Site) -> Iterator[Any]:
    """Open a page of somebody who has signed in: `phone("carol", scripts=False)`."""
    opened: list[BrowserContext] = []

    def enter(name: str, *, scripts: bool = True) -> Page:
        context = browser.new_context(base_url=own_site.url, java_script_enabled=scripts, has_touch=True)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        enter_on_phone(page, name)
        return page

    yield enter
    for context in opened:
        context.close()


def enter_on_phone(page: Page, name: str, path: str = "/sign-in") -> None:
    page.set_viewport_size({"width": 1280, "height": 740})  # on a phone the way out is folded
    sign_in(page, name, path)
    page.set_viewport_size(PHONE)


def fill_in(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Last day").fill("2026-11-02")
    page.get_by_label("Amount").fill("90")
    page.get_by_label("Counted in").select_option("minutes")
    page.get_by_text("Ethics and boundaries", exact=True).click()
    page.get_by_label("What kind of activity").select_option("webinar")
    page.get_by_text("Live online", exact=True).click()


def end_session(site: Site) -> None:
    """The session that began last is over: its owner has looked at nothing for half an hour."""
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database, database:
        earlier = "datetime(seen_at, '-31 minutes') || '.000000'"
        database.execute(f"UPDATE web_session SET seen_at = {earlier} WHERE id = (SELECT MAX(id) FROM web_session)")  # noqa: S608  # texts of ours


def read_bar(page: Page) -> dict[str, float]:
    """How much of the whole each part of the bar of all hours takes, in percent."""
    page.goto(f"{RECORD}/credits")
    bar = page.locator(".hours svg.bar").first
    parts = {kind: bar.locator(f"rect.{kind}") for kind in ("full", "waiting")}
    return {kind: float((it.get_attribute("width") or "")[:-1]) if it.count() else 0.0 for kind, it in parts.items()}


def log_with_photo(page: Page, title: str, image: Path, *, scripts: bool) -> None:
    page.goto(NEW)
    page.get_by_label("Take a photo").set_input_files(image)
    if not scripts:
        page.get_by_role("button", name="Send it and go on").click()
    expect(page.get_by_text("IMG_1.jpg").first).to_be_visible()
    fill_in(page, title)
    if not scripts:
        page.get_by_role("button", name="See what it changes").click()
    expect(page.locator("#converted")).to_contain_text("90 minutes is 1.5\u00a0hours.")
    expect(page.get_by_role("heading", name="With this credit")).to_be_visible()
    expect(page.get_by_text("Draft kept")).to_be_visible()
    if scripts:
        check_page(page)
    else:
        check_width(page)
    page.get_by_role("button", name="Save credit").last.click()
    expect(page).to_have_url(re.compile(r"/home\?saved=\d+$"))
    expect(page.get_by_role("heading", name=f"Saved: \u201c{title}\u201d")).to_be_visible()
    if scripts:
        check_page(page)
    else:
        check_width(page)


def check_by_keyboard(page: Page, title: str, *, scripts: bool) -> None:
    """The supervisor's part, without a mouse: find it, look at its picture, say that it is as the record says."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/people")
    tab_to(page, "a", "To check")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/credits$"))
    for _ in range(20):
        if page.locator("#entry").text_content() == title:
            break
        if scripts:
            page.keyboard.press("j")
        else:
            tab_to(page, "a", "Leave it and go on to the next")
            page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.locator("#entry")).to_have_text(title)
    certificate_of_it = page.get_by_role("img", name=f"Certificate for \u201c{title}\u201d")
    expect(certificate_of_it).to_be_visible()
    assert certificate_of_it.evaluate("it => it.decode().then(() => it.naturalWidth > 0)"), "once it is loaded"
    if scripts:
        page.keyboard.press("a")
    else:
        tab_to(page, "button", "Mark as checked")
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"Checked: \u201c{title}\u201d, Carol Example.")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_photo_becomes_a_credit_the_bar_moves_and_the_supervisor_checks_it_by_keyboard(
    phone: Any, tmp_path: Path, scripts: bool
) -> None:
    page: Page = phone("carol", scripts=scripts)
    title, image = f"Grief {scripts}", tmp_path / "IMG_1.jpg"
    image.write_bytes(photo((3000, 2000)))
    before = read_bar(page)

    log_with_photo(page, title, image, scripts=scripts)

    logged = read_bar(page)
    assert logged["waiting"] > before["waiting"], "hours that wait are hatched"
    assert logged["full"] == before["full"]
    expect(page.get_by_text(title).first).to_be_attached()
    expect(page.locator("a[href*='?draft=']").filter(has_text=title)).to_have_count(0)

    check_by_keyboard(phone("bob", scripts=scripts), title, scripts=scripts)

    checked = read_bar(page)
    assert checked["waiting"] == pytest.approx(before["waiting"], abs=0.02)
    assert checked["full"] == pytest.approx(before["full"] + logged["waiting"] - before["waiting"], abs=0.02)
    expect(page.locator("li").filter(has_text=title).get_by_text("Checked by Bob Sample.").first).to_be_attached()


def test_what_a_pdf_says_is_marked_until_it_is_touched(phone: Any, tmp_path: Path) -> None:
    page: Page = phone("carol")
    paper = tmp_path / "constancia.pdf"
    paper.write_bytes(
        certificate("Centro Ejemplo", "Constancia", "Curso: \u00c9tica diaria", "2 de noviembre de 2026", "3 horas")
    )
    page.goto(NEW)
    page.get_by_label("Choose a file").set_input_files(paper)
    title = page.get_by_label("Title")
    expect(title).to_have_value("\u00c9tica diaria")
    expect(page.get_by_label("Who gave it")).to_have_value("Centro Ejemplo")
    expect(page.get_by_text("From your file")).to_have_count(4)
    with page.expect_response("**/credits/preview"):
        title.fill("\u00c9tica de cada d\u00eda")
        expect(page.get_by_text("From your file")).to_have_count(3)
    page.reload()
    expect(title).to_have_value("\u00c9tica de cada d\u00eda")
    expect(page.get_by_text("From your file")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"\?draft=\d+$"))
    page.get_by_role("link", name="larger").first.click()
    expect(page.get_by_role("img", name="Page 1 of 1")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_long_form_outlives_its_session(phone: Any, own_site: Site, scripts: bool) -> None:
    page: Page = phone("carol", scripts=scripts)
    page.goto(f"{NEW}?blank=y")
    end_session(own_site)
    fill_in(page, f"Kept {scripts}")
    if not scripts:
        page.get_by_role("button", name="Save as a draft").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    enter_on_phone(page, "carol", "/sign-in?kept=y")
    expect(page.get_by_text("You had been signed out. All that you typed is here")).to_be_visible()
    for label, value in (("Title", f"Kept {scripts}"), ("Amount", "90"), ("Counted in", "minutes")):
        expect(page.get_by_label(label)).to_have_value(value)
    page.get_by_text("I have it on paper").click()
    page.get_by_role("button", name="Save credit").last.click()
    expect(page.get_by_text(f"Kept {scripts}").first).to_be_attached()


def test_what_was_typed_without_a_line_stays_and_goes_by_itself_once_the_line_is_back(phone: Any) -> None:
    page: Page = phone("carol")
    page.goto(f"{NEW}?blank=y")
    said = page.get_by_text("There is no connection just now. What you typed stays here")
    page.context.set_offline(True)
    fill_in(page, "Typed in a tunnel")
    expect(said).to_be_visible()
    expect(page.locator("#converted")).not_to_contain_text("90 minutes is")
    page.context.set_offline(False)
    expect(page.locator("#converted")).to_contain_text("90 minutes is")
    expect(page.get_by_text("Draft kept")).to_be_visible()
    expect(said).to_be_hidden()

    page.get_by_text("I have it on paper").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="Save credit").last.click()
    expect(said).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Typed in a tunnel")
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile(r"/home\?saved=\d+$"))
    expect(page.get_by_role("heading", name="Saved: \u201cTyped in a tunnel\u201d")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_of_two_people_who_edit_one_credit_the_second_is_told_and_can_compare(phone: Any, scripts: bool) -> None:
    bob, carol = phone("bob", scripts=scripts), phone("carol", scripts=scripts)
    for page in (bob, carol):
        page.goto("/people/2/credits/7/amend")
    words = f"Boundaries, {scripts}"
    bob.get_by_label("Title").fill(f"{words}, by Bob")
    bob.get_by_role("button", name="Save the change").click()
    expect(bob).to_have_url(re.compile(rf"{RECORD}\?saved=7$"))
    carol.get_by_label("Title").fill(f"{words}, by Carol")
    carol.get_by_role("button", name="Save the change").click()
    expect(carol.get_by_role("heading", name="Somebody else has changed this credit meanwhile")).to_be_visible()
    expect(carol.get_by_text(f"{words}, by Bob")).to_be_visible()
    expect(carol.get_by_label("Title")).to_have_value(f"{words}, by Carol")
    carol.get_by_role("button", name="Save the change").click()
    expect(carol.get_by_text(f"{words}, by Carol").first).to_be_attached()
