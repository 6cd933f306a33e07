"""What is still to do as cells, and that hours are said to be done only where nothing speaks against it."""

from dataclasses import replace
from datetime import date

import pytest
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.rules.facts import CreditFact, CreditPart
from certtrack.rules.heat import Heat, make_heat
from certtrack.rules.pack import Pack
from certtrack.rules.standing import stand

DUE, AS_OF = date(2027, 10, 31), date(2027, 10, 27)
TOTAL = "[hours.total]\nminutes = 300\n"
UNKNOWN_TOTAL = '[hours.total]\nminutes = "unknown"\nsure = "unknown"\n'
AREA = '[hours.areas.ethics]\nsource = "page"\nsure = "verified"\n[hours.areas.ethics.minimum]\nminutes = '
UNKNOWN_AREA = AREA + '"unknown"\nsure = "unknown"\n'


def warm(pack: Pack, minutes: int) -> Heat:
    """With one credit of so many minutes, all of them in ethics."""
    on = date(2026, 5, 4)
    parts = (CreditPart(minutes, ("ethics",)),)
    credit = CreditFact(1, on, on, parts, "course", "in_person", "participant", "on_paper", "checked")
    facts = replace(make_facts(make_cycle(DUE)), credits=(credit,))
    return make_heat(stand(pack, facts, AS_OF), ["ethics"] if pack.hours and pack.hours.areas else [])


@pytest.mark.parametrize(
    ("rules", "minutes", "kind", "is_done"),
    [
        (TOTAL, 300, "set", True),
        (TOTAL, 240, "open", False),
        (UNKNOWN_TOTAL, 300, "unknown", False),
        (TOTAL + AREA + "120\n", 300, "set", True),
        (TOTAL + UNKNOWN_AREA, 300, "set", False),
    ],
)
def test_hours_are_done_where_all_that_is_asked_for_is_known_and_there(
    rules: str, minutes: int, kind: str, is_done: bool
) -> None:
    heat = warm(invent(rules), minutes)
    assert (heat.total.kind, heat.is_done) == (kind, is_done)


def test_rules_that_publish_nothing_about_hours_make_nobody_done() -> None:
    heat = warm(invent(hours=None), 300)
    assert (heat.total.kind, heat.hours, heat.is_done) == ("none", "unconfirmed", False)
