"""What was read is proposed where nothing is typed, if the form would take it, and is never more than a proposal."""

from dataclasses import replace
from datetime import date

import pytest

from certtrack.rules.reading_certificates import ReadCertificate
from certtrack.services.credits.proposing import keep_untouched, propose
from certtrack.services.credits.typed import TypedCredit

TODAY, DAY, BEFORE = date(2026, 5, 15), date(2026, 3, 2), date(2026, 3, 1)
BLANK = TypedCredit(
    title="", provider="", first_on="", last_on="", amount="", unit="hours", areas=(), activity="", form="", role="",
    proof="",
)  # fmt: skip
READ = ReadCertificate("Ethics", "Lakeside", DAY, DAY, "0.3", "ceu")


def test_gaps_are_filled_and_what_was_typed_stays() -> None:
    typed, filled = propose(replace(BLANK, title="Mine"), [READ], 600, TODAY)
    assert typed == replace(
        BLANK, title="Mine", provider="Lakeside", last_on="2026-03-02", amount="0.3", unit="ceu"
    )  # fmt: skip
    assert filled == {"provider": "Lakeside", "last_on": "2026-03-02", "amount": "0.3", "unit": "ceu"}


def test_of_several_files_the_first_that_says_something_goes_first() -> None:
    later = ReadCertificate("Other", None, BEFORE, DAY, "2", "hours")
    typed, filled = propose(BLANK, [ReadCertificate(), ReadCertificate(provider="Lakeside"), later, READ], None, TODAY)
    assert (typed.title, typed.provider, typed.first_on, typed.amount) == ("Other", "Lakeside", "2026-03-01", "2")
    assert set(filled) == {"title", "provider", "first_on", "last_on", "amount", "unit"}


@pytest.mark.parametrize(
    "read",
    [
        ReadCertificate(first_on=TODAY, last_on=date(2026, 5, 16)),
        ReadCertificate(first_on=date(1990, 1, 1), last_on=date(1990, 1, 1)),
        ReadCertificate(first_on=DAY, last_on=BEFORE),
        ReadCertificate(last_on=DAY),
        ReadCertificate(amount="0.3", unit="ceu"),
        ReadCertificate(amount="1,500", unit="minutes"),
        ReadCertificate(amount="200", unit="hours"),
        ReadCertificate(amount="3"),
        ReadCertificate(title="a" * 201, provider="\u202e\0"),
    ],
)
def test_what_the_form_would_not_take_is_not_proposed(read: ReadCertificate) -> None:
    assert propose(BLANK, [read], None, TODAY) == (BLANK, {})


def test_days_are_proposed_together_or_not_at_all() -> None:
    typed, filled = propose(replace(BLANK, first_on="2026-02-02"), [replace(READ, first_on=BEFORE)], 600, TODAY)
    assert (typed.first_on, typed.last_on, "last_on" in filled) == ("2026-02-02", "", False)


def test_signs_that_turn_letters_round_are_left_out() -> None:
    assert propose(BLANK, [ReadCertificate(title="a\u202efdp.exe")], None, TODAY)[0].title == "afdp.exe"


def test_a_field_is_proposed_until_somebody_touches_or_changes_it() -> None:
    typed, filled = propose(BLANK, [READ], 600, TODAY)
    changed = replace(typed, provider="Another")
    assert keep_untouched(changed, filled, filled) == {name: filled[name] for name in filled if name != "provider"}
    assert keep_untouched(typed, filled, ["title", "made_up"]) == {"title": "Ethics"}
    assert keep_untouched(typed, {"made_up": ""}, ["made_up"]) == {}
