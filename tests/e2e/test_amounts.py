"""An amount stands on one line with what it is of, however narrow its place: in a real browser, in both languages."""

import pytest
from kit.browser import Visit
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES = (("/", "carol"), ("/people/2/credits", "carol"), ("/team", "bob"))
# each amount of the page, with whether its last figure stands on the line of the word after it
_AMOUNTS = r"""() => {
  document.querySelectorAll("details").forEach(it => { it.open = true; });
  document.querySelector("main").style.width = "7rem";
  const words = "hours?|minutes?|days?|months?|credits?|horas?|minutos?|días?|mes(?:es)?|créditos?";
  const units = new RegExp(`\\d\\s(${words})(?=[\\s.,;:]|$)`, "g");
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const topOf = (text, at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getClientRects()[0]?.top;
  };
  const found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const it of text.data.matchAll(units)) {
      const top = topOf(text, it.index);
      if (top !== undefined) found.push([it[0], Math.abs(top - topOf(text, it.index + 2)) < 2]);
    }
  return found;
}"""


def list_amounts(page: Page) -> list[tuple[str, bool]]:
    return [(words, is_whole) for words, is_whole in page.evaluate(_AMOUNTS)]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_number_and_its_unit_stand_on_one_line_in_a_narrow_box(visit: Visit, lang: str) -> None:
    found = [one for path, name in PAGES for one in list_amounts(visit(path, name, width=320, lang=lang))]
    assert len(found) > 20
    assert [words for words, is_whole in found if not is_whole] == []
