"""The shipped packs and policies, read once."""

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
    found = shipped_policies().for_pack(CPS)
    assert found is not None
    return found
