"""What stands in a reminder's way."""

from datetime import date

import pytest
from kit.rules import CPS, make_cycle, make_facts, shipped_packs

from certtrack.db.models import Cycle, Person
from certtrack.rules.facts import StatusKind
from certtrack.rules.standing import stand
from certtrack.services.obstacles import find_obstacle

DUE = date(2026, 10, 31)
TODAY = date(2026, 6, 1)


def find(
    *,
    acts: tuple[tuple[StatusKind, date], ...] = (),
    address: str | None = "carol@example.org",
    died_on: date | None = None,
    closed_on: date | None = None,
    anchor_on: date = DUE,
) -> str | None:
    standing = stand(shipped_packs().get(CPS), make_facts(make_cycle(DUE), statuses=acts), TODAY)
    person = Person(private_address=address, died_on=died_on)
    cycle = Cycle(id=1, start_on=date(2024, 11, 1), due_on=DUE, closed_on=closed_on, is_withdrawn=False)
    return find_obstacle(person, standing, cycle, anchor_on)


def test_nothing_stands_in_the_way_of_somebody_with_an_address() -> None:
    assert find() is None


@pytest.mark.parametrize("act", ["suspended", "revoked", "retired"])
def test_an_act_of_the_authority_stands_in_the_way_from_its_day_on(act: StatusKind) -> None:
    assert find(acts=((act, TODAY),)) == act
    assert find(acts=((act, date(2026, 6, 2)),)) is None


def test_what_concerns_the_record_speaks_before_what_concerns_the_mail() -> None:
    assert find(address=None) == "no_address"
    assert find(address=None, anchor_on=date(2026, 12, 15)) == "day_moved"
    assert find(address=None, closed_on=TODAY) == "cycle_closed"
    assert find(address=None, died_on=TODAY, closed_on=TODAY) == "died"
