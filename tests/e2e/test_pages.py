"""Every page in a real browser, full and in its error state at 320 px in Spanish; at 1280 px in English a few, and at
night all.

A part of the product has its own pages in `looks/`: a module with `FULL` (one of each kind), `WIDE` (those of them that
are looked at in both widths each time), `NIGHTLY` (the further ones), `WRONG` and `PLAIN`, as here.
"""

import re
import sqlite3
from contextlib import closing

import pytest
from kit.browser import Visit, check_page, check_stops, check_width
from kit.registries import read_registry
from kit.site import Site
from playwright.sync_api import expect

from certtrack.mail.links import make_link_url
from certtrack.signing import make_signer

pytestmark = pytest.mark.browser

# Carol's own page is person 2: the demonstration's second
FULL = (
    ("/sign-in", None),
    ("/sign-in/help", None),
    ("/not-here", None),
    ("/people", "alice"),
    ("/people?words=zzz", "alice"),
    ("/people/2", "carol"),
    ("/people/6", "bob"),
    ("/people/2/credits/new", "carol"),
    ("/people/2/credits/7/amend", "bob"),
    ("/credits", "bob"),
    ("/credits?person=99999", "alice"),
    ("/people/33", "bob"),
    ("/people/2/certifications/2/application", "carol"),
    ("/people/2/certifications/2/plan", "carol"),
    ("/people/2/certifications/2/what-if", "bob"),
    ("/people/33/certifications/33/intentions/1/answer", "alice"),
    ("/applications", "alice"),
    ("/waivers", "alice"),
    ("/waivers/1/take-back", "alice"),
    ("/trainings", "alice"),
    ("/trainings/1", "alice"),
    ("/trainings/2/attendance", "alice"),
    ("/trainings/1/people/1/complete", "alice"),
    ("/supervision", "alice"),
    ("/supervision/due", "alice"),
    ("/exams", "alice"),
    ("/exams/5?words=e", "alice"),
    ("/exams/2", "pat"),
    ("/people/4/exams/1/certificate", "alice"),
    ("/credits/together", "bob"),
    ("/findings", "alice"),
    ("/people/35/reminders", "alice"),
    ("/people/24/telling", "bob"),
    ("/letters", "alice"),
    ("/undeliverable", "alice"),
    ("/held", "alice"),
    ("/held/release?cause=import:1", "alice"),
)
# another reader of a page above, and forms and lists that are made of the same parts as one of those
FURTHER = (
    ("/people?words=nunez", "alice"),
    ("/people", "bob"),
    ("/people/2", "alice"),
    ("/people/2", "bob"),
    ("/people/2/credits/7/withdraw", "carol"),
    ("/credits", "alice"),
    ("/people/32", "alice"),
    ("/people/2/certifications/2/certificate", "carol"),
    ("/waivers/new", "alice"),
    ("/waivers/1", "alice"),
    ("/trainings/new", "alice"),
    ("/trainings/1/people?words=e", "alice"),
    ("/people/2/trainings/new", "alice"),
    ("/people/2/trainings/1/withdraw", "alice"),
    ("/supervision/new", "bob"),
    ("/exams/new", "alice"),
    ("/exams/4/amend", "alice"),
    ("/people/3", "pat"),
    ("/people/3/exams/6/withdraw", "pat"),
    ("/people/12/addresses", "alice"),
    ("/held?gone=yes", "alice"),
    ("/not-here", "alice"),
)
WRONG = (
    ("/password/made-up", None),
    ("/people?as_of=2026-02-30", "alice"),
    ("/people/2?as_of=soon&known_at=never", "alice"),
    ("/people/99999", "carol"),
)
# what a wide window lays out in another way: a list, a page of parts, a form, a table, cards beside each other
WIDE = (
    ("/sign-in", None),
    ("/people", "alice"),
    ("/people/2", "carol"),
    ("/people/2/credits/new", "carol"),
    ("/credits", "bob"),
    ("/trainings/2/attendance", "alice"),
)
# as a reader without scripts has them: a page of each kind, and each that has a script of its own
PLAIN = (("/sign-in", None), ("/people", "alice"), ("/people/2", "carol"), ("/credits", "bob"), ("/exams/2", "pat"))

FULL += tuple(look for looks in read_registry("e2e/looks", "FULL") for look in looks)
WRONG += tuple(look for looks in read_registry("e2e/looks", "WRONG") for look in looks)
WIDE += tuple(look for looks in read_registry("e2e/looks", "WIDE") for look in looks)
PLAIN += tuple(look for looks in read_registry("e2e/looks", "PLAIN") for look in looks)
NIGHTLY = [
    pytest.param(*look, marks=pytest.mark.nightly)
    for looks in (FURTHER, *read_registry("e2e/looks", "NIGHTLY"))
    for look in looks
]


_FULL_AT_NIGHT = [pytest.param(*look, marks=pytest.mark.nightly) for look in FULL if look not in WIDE]


@pytest.mark.parametrize(("path", "name"), [*WIDE, *_FULL_AT_NIGHT, *NIGHTLY])
def test_a_full_page_is_clean_at_1280_px_in_english(look: Visit, path: str, name: str | None) -> None:
    check_page(look(path, name))


@pytest.mark.parametrize(("path", "name"), [*FULL, *WRONG, *NIGHTLY])
def test_a_page_is_clean_at_320_px_in_spanish_and_is_looked_at_without_scripts_where_it_has_its_own(
    look: Visit, path: str, name: str | None
) -> None:
    page = look(path, name, width=320, lang="es")
    assert page.locator("html").get_attribute("lang") == "es"
    others = page.locator("script:not([src$='/js/staying.js'], [src$='/js/line.js'])")
    assert others.count() == 0 or (path, name) in PLAIN, "it has to be looked at without scripts as well"
    check_page(page)


@pytest.mark.parametrize(("path", "name"), PLAIN)
def test_a_page_holds_together_without_scripts(visit: Visit, path: str, name: str | None) -> None:
    page = visit(path, name, width=320, scripts=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_width(page)


# each number is one of the demonstration's standings: not started, none, window, two days, grace, exam, training, ended
STANDINGS = tuple(f"/people/{number}" for number in (2, 3, 4, 6, 8, 14, 16, 17, 18, 19, 21, 22, 23, 25))
_PARTED = """() => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), parted = [];
  for (let it = texts.nextNode(); it; it = texts.nextNode()) {
    if (it.parentElement.closest(".hush, option")) continue;
    for (const found of it.data.matchAll(/[^ \\n\\t\\u00a0]+(?:\\u00a0[^ \\n\\t\\u00a0]+)+/g)) {
      const range = document.createRange();
      range.setStart(it, found.index);
      range.setEnd(it, found.index + found[0].length);
      const lines = new Set([...range.getClientRects()].filter(box => box.width).map(box => Math.round(box.top)));
      if (lines.size > 1) parted.push(found[0]);
    }
  }
  return parted;
}"""


@pytest.mark.long
@pytest.mark.parametrize("lang", ["en", pytest.param("es", marks=pytest.mark.nightly)])
def test_a_day_and_its_year_never_part(look: Visit, lang: str) -> None:
    parted: dict[str, object] = {}
    for path in ("/people", *STANDINGS, "/credits", "/findings", "/held", "/held/release?all=1"):
        page = look(path, "alice", lang=lang)
        page.evaluate("() => document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")
        for width in (320, 360, 1024):
            page.set_viewport_size({"width": width, "height": 800})
            check_width(page)
            parted[f"{path} at {width} px"] = page.evaluate(_PARTED)
    assert {place: found for place, found in parted.items() if found} == {}


def test_a_day_that_parts_is_seen(visit: Visit) -> None:
    page = visit("/people/14", "alice", width=320)
    page.evaluate("document.querySelector('.steps span').style.width = '4ch'")
    assert page.evaluate(_PARTED)


def test_paper_has_the_day_and_the_reasons_and_nothing_to_press(visit: Visit) -> None:
    page = visit("/people/23", "alice")
    expect(page.locator(".for-print")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".for-print")).to_have_text(re.compile(r"^As of \w+, "))
    expect(page.locator(".why").first).to_be_visible()
    for gone in ("header.top", ".next", ".certs", ".filters", ".back"):
        expect(page.locator(gone).first).to_be_hidden()


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
    else:
        check_width(page)
        check_stops(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_credit_with_errors_is_clean_and_keeps_what_was_typed(visit: Visit, scripts: bool) -> None:
    page = visit("/people/2/credits/new?blank=y", "carol", width=320, lang="es", scripts=scripts)
    page.get_by_label("Título").fill("Ética")
    page.get_by_label("Cantidad").fill("unas tres")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_label("Título")).to_have_value("Ética")
    expect(page.get_by_role("alert")).to_be_focused()
    if scripts:
        check_page(page)
    else:
        check_width(page)
        check_stops(page)


@pytest.mark.parametrize(("width", "lang"), [(320, "es"), pytest.param(1280, "en", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("scripts", [True, False])
def test_a_return_without_a_reason_is_clean_and_keeps_the_words(
    visit: Visit, width: int, lang: str, scripts: bool
) -> None:
    page = visit("/credits", "bob", width=width, lang=lang, scripts=scripts)
    card = page.get_by_role("article").first
    card.locator("summary").press("Enter")
    card.get_by_role("textbox").fill("Is it the same as the one of May?")
    card.locator("form").last.get_by_role("button").press("Enter")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("article").first.get_by_role("textbox")).to_have_value("Is it the same as the one of May?")
    if scripts:
        check_page(page)
    else:
        check_width(page)
        check_stops(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_results_with_errors_are_clean_and_keep_every_row(visit: Visit, scripts: bool) -> None:
    page = visit("/exams/2", "pat", width=320, lang="es", scripts=scripts)
    scores = page.get_by_label("Calificación de")
    scores.first.fill("101")
    scores.last.fill("84")
    page.get_by_role("button", name="Guardar los resultados").press("Enter")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(scores.first).to_have_value("101")
    expect(scores.last).to_have_value("84")
    if scripts:
        check_page(page)
    else:
        check_width(page)
        check_stops(page)


def test_an_answer_by_a_mails_link_is_clean_with_what_is_wrong_and_keeps_the_day(visit: Visit, site: Site) -> None:
    page = visit(find_link(site, "sent"), width=320, lang="es")
    page.get_by_label("Fecha de envío").fill("2026-01-05")
    page.get_by_role("button", name="Anotar que se envió").press("Enter")
    expect(page).to_have_title(re.compile("^Error"))
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Fecha de envío")).to_have_value("2026-01-05")
    check_page(page)


def find_link(site: Site, verb: str) -> str:
    """Where a link leads that stands in the mail to Carol."""
    signer = make_signer((site.instance / "secret-key").read_text(), "links")
    with closing(sqlite3.connect(site.instance / "certtrack.db")) as database:
        [(number, address)] = database.execute(
            "SELECT reminder.id, private_address FROM reminder JOIN person ON person.id = recipient_id"
            " WHERE person.id = 2 AND state = 'planned'"
        ).fetchall()
    return make_link_url("", signer, number, verb, address)
