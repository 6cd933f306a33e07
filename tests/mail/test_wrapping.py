"""Lines of plain text."""

from hypothesis import given
from hypothesis import strategies as st

from certtrack.mail.wrapping import WIDTH, wrap_text

words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20)


@given(st.lists(words, min_size=1, max_size=60))
def test_no_line_is_longer_than_63_characters_and_no_word_is_lost(some: list[str]) -> None:
    wrapped = wrap_text(" ".join(some))
    assert all(len(line) <= WIDTH for line in wrapped.splitlines())
    assert wrapped.split() == some


def test_an_address_stays_whole_on_a_line_of_its_own() -> None:
    address = "https://certtrack.example.org/password/" + "x" * 80
    assert wrap_text(f"Open:\n{address}\nthen go on") == f"Open:\n{address}\nthen go on\n"


def test_what_a_no_break_space_joins_stays_on_one_line_and_becomes_plain() -> None:
    day = "October\N{NO-BREAK SPACE}31,\N{NO-BREAK SPACE}2026"
    wrapped = wrap_text("x" * 55 + f" {day}")
    assert wrapped == "x" * 55 + "\nOctober 31, 2026\n"


def test_empty_lines_stay_one_at_a_time_and_none_at_the_ends() -> None:
    assert wrap_text("\n\na\n\n\n\nb\n\n") == "a\n\nb\n"
