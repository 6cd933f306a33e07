"""Which version of a pack speaks, by each day that an authority may go by."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from kit.invented import invent

from certtrack.errors import BadPack
from certtrack.packs import Packs
from certtrack.rules.pack import Pack

D = date.fromisoformat


def version(number: int, **applies_to: str) -> Pack:
    days = {key: D(day) for key, day in applies_to.items()}
    made = invent(version=number, applies_to={"due_on_or_after": None} | days, late={"months": 6})
    return replace(made, sha256=str(number) * 64)


OLD = version(1, due_on_or_after="2000-01-01")


@pytest.mark.parametrize(
    ("applies_to", "due_on", "speaks"),
    [
        ({"due_on_or_after": "2026-10-31"}, "2026-10-30", 1),
        ({"due_on_or_after": "2026-10-31"}, "2026-10-31", 2),
        ({"starting_on_or_after": "2026-01-01"}, "2027-12-30", 1),
        ({"starting_on_or_after": "2026-01-01"}, "2027-12-31", 2),
        ({"all_open_from": "2026-07-01"}, "2025-12-30", 1),
        ({"all_open_from": "2026-06-30"}, "2025-12-30", 2),
    ],
)
def test_a_version_speaks_for_cycles_due_started_or_open_from_its_day_on(
    applies_to: dict[str, Any], due_on: str, speaks: int
) -> None:
    packs = Packs([OLD, version(2, **applies_to)])
    assert packs.get("xx-inv", on=D(due_on)).version == speaks


def test_a_version_that_says_two_days_or_none_is_refused() -> None:
    for applies_to in ({"due_on_or_after": None}, {"all_open_from": D("2026-01-01")}):
        with pytest.raises(BadPack, match="'applies_to' must hold one of"):
            invent(applies_to=applies_to)
