"""The shipped packs and policies, read once."""

from datetime import date

import pytest
from kit.rules import CPPS, CPS, shipped_packs, shipped_policies

from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Policy


@pytest.fixture(scope="session")
def cps() -> Pack:
    return shipped_packs().get(CPS)


@pytest.fixture(scope="session")
def cpps() -> Pack:
    return shipped_packs().get(CPPS)


@pytest.fixture(scope="session")
def policy() -> Policy:
    found = shipped_policies().for_pack(CPS, date(2026, 5, 15))
    assert found is not None
    return found
