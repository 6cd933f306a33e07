"""One record that nobody can read stops no page: what else is on it is told."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from kit.client import CheckingClient
from kit.one_of_each import fill_in
from kit.second_steps import stop_clock

from certtrack.services.other_days.day_book import DayBook

READERS = ("alice", "bob", "carol")


@pytest.fixture
def app(app: Flask) -> Flask:
    """On a day that is always the same: what is due then decides what some pages say."""
    stop_clock(app, datetime(2026, 5, 15, 17, tzinfo=UTC))
    return app


def list_open(app: Flask, clients: dict[str, CheckingClient], places: dict[str, str]) -> set[tuple[str, str]]:
    """The pages that answer, each with who asked."""
    paths = sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    asked = ((name, path) for path in paths for name in READERS)
    return {(name, path) for name, path in asked if clients[name].get(fill_in(path, places)).status_code == 200}


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_day_that_nobody_can_read_stops_no_page_but_its_own_letter(
    app: Flask, clients: dict[str, CheckingClient], places: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list_open(app, clients, places)
    monkeypatch.setattr(DayBook, "look", lambda *_values: 1 / 0)
    assert before - list_open(app, clients, places) == set()
