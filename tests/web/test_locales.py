"""The link to the other language leads to a page, wherever it stands."""

import re

from flask import Flask
from kit.client import CheckingClient
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from certtrack.web.locales import other_locale_url


def fill(rule: Rule) -> str:
    """An address of the rule."""
    path = rule.rule
    for name, converter in rule._converters.items():
        value = next(iter(converter.items)) if isinstance(converter, AnyConverter) else "7"
        assert isinstance(converter, AnyConverter | IntegerConverter) or type(converter).__name__ == "UnicodeConverter"
        path = re.sub(rf"<[^<>]*\b{name}>", value, path)
    return path


def test_where_a_form_alone_is_taken_the_other_language_is_on_the_nearest_page_above(app: Flask) -> None:
    pages = app.url_map.bind("")
    read = {rule.rule for rule in app.url_map.iter_rules() if rule.methods and "GET" in rule.methods}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule not in read]
    assert len(rules) > 40
    for rule in rules:
        path = fill(rule)
        assert pages.match(path, method="POST")[0] == rule.endpoint
        with app.test_request_context(f"{path}?lang=en&at=1", method="POST"):
            page, _, asked = other_locale_url().partition("?")
        pages.match(page, method="GET")
        assert path.startswith(page.rstrip("/") + "/")
        assert asked == "lang=es"


def test_the_page_itself_keeps_what_was_asked_and_one_that_is_not_there_its_address(client: CheckingClient) -> None:
    assert 'href="/about/help?at=1&amp;lang=es"' in client.get("/about/help?at=1").text
    assert 'href="/sign-in?lang=es"' in client.send("/sign-in", name="").text
    assert 'href="/nowhere/at/all?lang=es"' in client.get("/nowhere/at/all").text
    assert 'href="/nowhere/at/all?lang=es"' in client.send("/nowhere/at/all").text
    assert 'href="/?lang=es"' in client.get("/sign-out").text
