"""Nothing is wider than the column that it stands in, and so lies over what stands beside it."""

import pytest
from kit.browser import Visit

pytestmark = pytest.mark.browser

_SPILLING = """() => [...document.querySelectorAll("main :is(td, th, dt, dd, .rows > li > *)")]
  .filter(it => it.clientWidth > 1 && it.scrollWidth > it.clientWidth + 1)
  .filter(it => getComputedStyle(it).overflowX === "visible")
  .map(it => it.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/people/2/looks", "alice"),
        ("/people/8/names", "alice"),
        ("/people/2/credits", "carol"),
        ("/offerings", "carol"),
        ("/team", "alice"),
    ],
)
def test_days_hours_and_words_keep_to_their_columns(look: Visit, path: str, name: str, lang: str) -> None:
    page = look(path, name, lang=lang)
    for width in (1280, 1024, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(_SPILLING) == [], f"{path} at {width} px"


def test_what_lies_over_its_neighbour_is_seen(visit: Visit) -> None:
    page = visit("/people/2/looks", "alice")
    page.evaluate("document.querySelector('.rows .day').style.whiteSpace = 'nowrap'")
    page.evaluate("document.querySelector('.rows .day').append(' and some more words than there is room for')")
    assert len(page.evaluate(_SPILLING)) == 1


_CUT = """() => [...document.querySelectorAll(".map thead th")].flatMap(head => {
  const cut = [], texts = document.createTreeWalker(head, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let text; (text = texts.nextNode());) for (const word of text.data.matchAll(/[^\\s-]+/g)) {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    if (range.getClientRects().length > 1) cut.push(word[0]);
  }
  return cut;
})"""


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_word_is_cut_in_the_head_of_the_map(look: Visit, lang: str) -> None:
    page = look("/team", "alice", lang=lang)
    for width in (1440, 1280, 1024, 768):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(_CUT) == [], f"at {width} px"
    level = "Object.assign(head.style, {overflowWrap: 'anywhere', writingMode: 'horizontal-tb'})"
    page.evaluate(f"document.querySelectorAll('.map thead th').forEach(head => {level})")
    assert page.evaluate(_CUT), "a word that is cut is seen"


_LONG = """() => [...document.querySelectorAll("p")].filter(it => it.checkVisibility()).flatMap(it => {
  const range = document.createRange();
  range.selectNodeContents(it);
  const lines = new Set([...range.getClientRects()].map(box => Math.round(box.bottom / 8))).size;
  return it.textContent.trim().length / lines > 95 ? [it.textContent.trim()] : [];
})"""


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/home", "carol"),
        ("/people/2/credits", "carol"),
        ("/people/2/transcript", "carol"),
        ("/undeliverable", "alice"),
        ("/team", "alice"),
        ("/forecast/preview", "alice"),
    ],
)
def test_no_line_of_words_is_too_long_to_be_read(look: Visit, path: str, name: str, lang: str) -> None:
    assert look(path, name, lang=lang).evaluate(_LONG) == []


def test_a_long_line_is_seen(visit: Visit) -> None:
    page = visit("/people/2/transcript", "carol")
    page.evaluate("document.querySelectorAll('p').forEach(it => { it.style.maxWidth = 'none'; })")
    assert page.evaluate(_LONG)


@pytest.mark.parametrize("width", [1280, 320])
def test_what_is_to_be_fixed_lies_over_no_field(look: Visit, width: int) -> None:
    page = look("/team?due_before=2026-02-30", "bob", width=width, lang="es")
    said = page.locator(".err").bounding_box()
    labels = [label.bounding_box() for label in page.locator(".err + form label").all()]
    assert said
    assert labels
    ring = 5  # px around what has the focus, as this has when the page comes
    assert min(label["y"] for label in labels if label) >= said["y"] + said["height"] + ring
