"""Packs of an invented jurisdiction: as little as a pack must say, and what a test adds to it."""

import tomllib
from typing import Any

from certtrack.packs.reading import read_content
from certtrack.rules.pack import Pack

_LEAST = """
key = "xx-inv"
version = 1
kind = "credential"
credential = "inv"
zone = "America/Chicago"
currency = "USD"
office_names = ["INV"]
[applies_to]
due_on_or_after = 2000-01-01
[name]
en = "Invented Peer Specialist"
es = "Especialista inventado"
[name_at_first_use]
en = "Invented Peer Specialist"
es = "Especialista inventado"
[short_name]
en = "INV"
es = "INV"
[whom_to_ask]
en = "the Invented Board"
es = "la Junta Inventada"
[authority]
link = "https://board.example.org"
[authority.name]
en = "Invented Board"
es = "Junta Inventada"
[sources.page]
title = "A page"
link = "https://board.example.org/rules"
as_of = 2026-11-23
[deadline]
rule = "anniversary"
source = "page"
sure = "verified"
[term]
years = 2
source = "page"
sure = "verified"
[window]
days_before = "unknown"
source = "page"
sure = "unknown"
[earn_until]
phase = "due"
source = "page"
sure = "verified"
[weekend]
rule = "none"
source = "page"
sure = "verified"
[counts_by]
rule = "received"
source = "page"
sure = "verified"
[holds.late]
holds = "unknown"
source = "page"
sure = "unknown"
[needs]
[fees]
[hours.total]
minutes = 1200
source = "page"
sure = "verified"
[hours.proof]
needed = "none"
source = "page"
sure = "verified"
[hours.ceu]
minutes = "unknown"
source = "page"
sure = "unknown"
"""


def invent(toml: str = "", /, **tables: Any) -> Pack:
    """The least pack, with TOML laid over it table by table, and `tables` likewise; None takes a table away.

    A table without a source gets one that is verified. Raises BadPack as the reader does.
    """
    content = tomllib.loads(_LEAST)
    _lay(content, tomllib.loads(toml))
    _lay(content, tables)
    _source(
        content,
        (
            "deadline",
            "term",
            "first_cycle",
            "parity",
            "grace",
            "late",
            "exam_route",
            "provisional",
            "late_hours",
            "audit",
            "window",
        ),
    )
    for name, table in content.items():
        if name in ("hours", "entry", "renewal", "provisional"):
            _source_within(table)
    for rule in content.get("sharing", []):
        _say(rule)
    return read_content("invented", content, "0" * 64, "")


def _lay(content: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if value is None:
            content.pop(key, None)
        elif isinstance(value, dict) and isinstance(content.get(key), dict):
            _lay(content[key], value)
        else:
            content[key] = value


def _source(content: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name in content:
            _say(content[name])


def _source_within(table: dict[str, Any]) -> None:
    """Give a source to each innermost table, and to an area."""
    for key, inner in table.items():
        if isinstance(inner, dict) and key not in ("areas", "limits", "minima", "forms", "name", "opens"):
            _say(inner)
        if isinstance(inner, dict) and key in ("areas", "limits", "minima", "forms"):
            for each in inner.values():
                _say(each)
                _source_within(each)


def _say(table: dict[str, Any]) -> None:
    apart = ("sure", "adds_to_total", "hours")
    is_unknown = any(value == "unknown" for key, value in table.items() if key not in apart)
    table.setdefault("source", "page")
    table.setdefault("sure", "unknown" if is_unknown else "verified")
