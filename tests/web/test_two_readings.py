"""Between two readings of a last day each page says both, the earlier first, and asks nobody to rely on the later."""

from datetime import date

import pytest
from kit.client import CheckingClient
from kit.credit_pages import Office, read

PAST, LATER = "April 30, 2026", "May 31, 2026"
SPANISH = ("30 de abril de 2026", "31 de mayo de 2026")


@pytest.fixture
def at(office: Office) -> str:
    """Of a certification whose late window is over by one reading, and by another isn't."""
    late, _ = office.world.certify(office.carol, date(2025, 10, 31))
    return f"{office.page}/certifications/{late}"


def find_sentences(page: str, later: str) -> list[str]:
    return [sentence for sentence in read(page).split(". ") if later in sentence]


@pytest.mark.parametrize(("lang", "days"), [("en", (PAST, LATER)), ("es", SPANISH)])
def test_no_page_names_the_later_reading_of_a_last_day_alone(
    carol: CheckingClient, office: Office, at: str, lang: str, days: tuple[str, str]
) -> None:
    past, later = days
    late = at.rpartition("/")[2]
    pages = (f"/home?certification={late}", f"{office.page}?certification={late}", f"{at}/recertify", f"{at}/what-if")
    for url in pages:
        shown = read(carol.get(f"{url}{'&' if '?' in url else '?'}lang={lang}").text)
        assert shown.index(past) < shown.index(later), url
    for url in pages[2:]:
        assert all(past in said for said in find_sentences(carol.get(f"{url}?lang={lang}").text, later)), url


def test_after_the_due_day_nobody_is_told_to_earn_what_may_not_count(
    carol: CheckingClient, office: Office, at: str
) -> None:
    late = at.rpartition("/")[2]
    home = read(carol.get(f"/home?certification={late}").text)
    assert "Earn and log" not in home
    assert "Log what was earned by October 31, 2025. Whether hours earned now still count isn't published: ask" in home
    assert "It isn't published whether hours earned now still count" in read(carol.get(f"{at}/what-if").text)
    assert "Earn and log" in read(carol.get(f"/home?certification={office.cps}").text)
