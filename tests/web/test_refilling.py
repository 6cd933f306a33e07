"""A page's form as somebody had sent it: each kind of field, and nothing else of the page."""

import pytest

from certtrack.web.refilling import ask_filled_in, fill_in

URL = "/people/3/plan?kept=y&lang=es"


def fill(form: str, *typed: tuple[str, str], path: str = "/people/3/plan?lang=es") -> str:
    """What becomes of a form without an address of its own, which is sent to its page's."""
    filled = fill_in(
        f'<p>é “x”</p>\n<form method="post">{form}</form><input name="a" value="b">', URL, path, typed, "[note]"
    )
    assert filled is not None
    before, _, rest = filled.partition('[note]<form method="post">')
    inside, _, after = rest.partition("</form>")
    assert (before, after) == ("<p>é “x”</p>\n", '<input name="a" value="b">')
    return inside


@pytest.mark.parametrize(
    ("form", "filled"),
    [
        ('<input name="a" value="1" required>', '<input name="a" value="2 &quot;&lt;" required>'),
        ('<input type="date"\n  name="a">', '<input type="date" name="a" value="2 &quot;&lt;">'),
        ('<textarea name="a" rows="2">x &amp; y</textarea>', '<textarea name="a" rows="2">2 "&lt;</textarea>'),
        ('<input type="file" name="a">', '<input type="file" name="a">'),
        ('<button name="a" value="1">Go</button>', '<button name="a" value="1">Go</button>'),
        ("<p>one</p>\n", '<input type="hidden" name="a" value="2 &quot;&lt;"><p>one</p>\n'),
    ],
)
def test_what_was_typed_stands_in_its_field_and_goes_along_where_there_is_none(form: str, filled: str) -> None:
    assert fill(form, ("a", '2 "<')) == filled


def test_choices_are_those_that_were_made_and_no_others() -> None:
    box = '<input type="checkbox" name='
    boxes = f'{box}"a" value="1" checked>{box}"a" value="2">{box}"b" checked>'
    made = fill(boxes, ("a", "2"))
    assert made.count("checked") == 1
    assert 'value="2" checked' in made
    options = '<select name="c"><option value="1" selected>One</option><option value="2">Two</option></select>'
    assert fill(options, ("c", "2")) == (
        '<select name="c"><option value="1">One</option><option value="2" selected="">Two</option></select>'
    )


def test_fields_of_one_name_are_filled_in_their_order() -> None:
    made = fill('<input name="a"><input name="a"><input name="a">', ("a", "x"), ("a", "y"))
    assert made == '<input name="a" value="x"><input name="a" value="y"><input name="a">'


def test_a_form_in_a_fold_is_opened_and_of_several_it_is_the_one_that_carries_the_same_values() -> None:
    rows = "".join(
        f'<details><form method="post" action="/seats"><input name="no" value="{no}"><input name="b"></form></details>'
        for no in (1, 2)
    )
    made = fill_in(rows, "/exams/1", "/seats", [("no", "2"), ("b", "ill")], "")
    assert made is not None
    first, _, second = made.partition("</details>")
    assert first == rows.partition("</details>")[0]
    assert second.startswith('<details open="">')
    assert 'value="ill"' in second


def test_a_page_without_the_form_is_told_from_one_that_has_it() -> None:
    other = '<form method="post" action="/elsewhere"></form><form method="post" action="/x">%s</form>'
    assert fill_in('<form action="/seats"></form>', "/exams/1", "/seats", [], "") is None
    assert fill_in(other % "", "/exams/1", "/seats", [], "") is None
    assert fill_in(other % '<button formaction="/seats">', "/exams/1", "/seats", [], "") is not None


def test_an_address_is_asked_for_filled_in_once() -> None:
    assert ask_filled_in("/people/3?lang=es&kept=y") == "/people/3?lang=es&kept=y"
    assert ask_filled_in("/people/3") == "/people/3?kept=y"
