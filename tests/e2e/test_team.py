"""A supervisor's team on a phone: the map of hours is read card by card, and nothing has to be scrolled sideways."""

from typing import Any

import pytest
from kit.browser import Visit, check_width
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

_CARDS = """() => {
  const within = box => box.left >= 0 && box.right <= document.documentElement.clientWidth;
  const shown = element => element.getClientRects().length > 0;
  return [...document.querySelectorAll('.map tbody tr')].map(row => {
    const name = row.querySelector('th a').getBoundingClientRect();
    const cells = [...row.querySelectorAll('td:has(.heat)')].map(cell => {
      const heat = cell.querySelector('.heat'), head = cell.querySelector('.ab'), box = heat.getBoundingClientRect();
      const above = head.getBoundingClientRect();
      return {
        'says what it is of': shown(head) && head.textContent.trim() !== '' && above.bottom <= box.top + 1,
        'is within the window': within(box) && within(above),
        'is not cut': heat.scrollWidth <= heat.clientWidth + 1,
        'is under the name': box.top >= name.bottom,
        'is large enough': box.height >= 24 && parseFloat(getComputedStyle(heat).fontSize) >= 14,
      };
    });
    const wrong = cells.flatMap(cell => Object.entries(cell).filter(([, so]) => !so).map(([what]) => what));
    return { who: row.querySelector('th a').textContent, cells: cells.length, wrong: [...new Set(wrong)] };
  });
}"""


def list_wrong(page: Page) -> dict[str, Any]:
    """By whose card it is what can't be read of it."""
    cards: list[dict[str, Any]] = page.evaluate(_CARDS)
    assert len(cards) > 1
    assert all(card["cells"] > 1 for card in cards), cards
    return {card["who"]: card["wrong"] for card in cards if card["wrong"]}


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_map_of_hours_is_read_card_by_card_on_a_phone(visit: Visit, lang: str, width: int) -> None:
    page = visit("/team", "bob", width=width, lang=lang, scripts=False)
    check_width(page)
    assert list_wrong(page) == {}
    heads = page.locator(".map thead th").all_text_contents()[4:]
    short = page.locator(".map tbody tr").first.locator(".ab").all_text_contents()[1:]
    told = page.locator(".short-names")
    expect(told).to_be_visible()
    for letters, head in zip(short, heads, strict=False):
        assert letters == "+" or f"{letters}: {head}" in told.inner_text(), f"nobody says what {letters} stands for"


def test_on_a_phone_it_stays_a_table_to_whoever_has_it_read_out(visit: Visit) -> None:
    page = visit("/team", "bob", width=360)
    table = page.get_by_role("table").filter(has_text="A number is the hours still to do.")
    expect(table.get_by_role("columnheader").first).to_have_text("Person and certification")
    heads, rows = table.get_by_role("columnheader").count(), table.get_by_role("row")
    first = rows.nth(1)
    assert first.get_by_role("rowheader").count() == 1
    assert first.get_by_role("cell").count() == heads - 1


def test_a_cell_that_nothing_says_the_name_of_is_seen(visit: Visit) -> None:
    page = visit("/team", "bob", width=360)
    page.evaluate("() => document.querySelectorAll('.map .ab').forEach(head => { head.style.display = 'none'; })")
    assert list_wrong(page)
