"""The check of pages sees what it is there to see."""

import pytest
from kit.browser import Visit, check_page, check_stops, check_width

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            "document.querySelector('main').append(Object.assign(document.createElement('input'), {id: 'bare'}))",
            "label",
        ),
        ("document.querySelector('h1').style.width = '1400px'", "px too wide"),
        ("document.querySelector('main a').style.setProperty('outline', 'none', 'important')", "no ring"),
        ("document.querySelector('main a').style.marginLeft = '-9000px'", "out of sight"),
        ("console.error('something broke')", "something broke"),
    ],
)
def test_a_damaged_page_is_refused(visit: Visit, damage: str, said: str) -> None:
    page = visit("/sign-in")
    check_page(page)
    page.evaluate(damage)
    with pytest.raises(AssertionError, match=said):
        check_page(page)


def test_without_scripts_width_and_stops_are_checked_too(visit: Visit) -> None:
    page = visit("/sign-in", scripts=False)
    check_width(page)
    assert len(check_stops(page)) >= 6
    page.evaluate("document.querySelector('h1').style.width = '1400px'")
    with pytest.raises(AssertionError, match="too wide"):
        check_width(page)
