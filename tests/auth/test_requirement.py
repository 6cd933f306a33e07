"""Who needs a second step, and from when on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certtrack.auth.requirement import find_first_day, is_required
from certtrack.security import Actor, Role, RoleGrant
from certtrack.settings import Settings, load_settings

TODAY = date(2026, 5, 15)


def make_actor(*roles: Role) -> Actor:
    return Actor("account:1", 1, None, frozenset(RoleGrant(role, 1) for role in roles))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(env="production", instance=tmp_path)


@pytest.mark.parametrize("role", Role)
def test_whoever_may_see_records_of_others_needs_one(settings: Settings, role: Role) -> None:
    assert is_required(settings, make_actor(role), TODAY) == (role is not Role.SPECIALIST)
    assert is_required(settings, make_actor(Role.SPECIALIST, role), TODAY) == (role is not Role.SPECIALIST)


@pytest.mark.parametrize(
    ("values", "is_asked"),
    [
        ({"env": "production"}, True),
        ({"env": "demo"}, False),
        ({"env": "demo", "second_step": "required"}, True),
        ({"env": "production", "second_step": "optional"}, False),
    ],
)
def test_it_is_required_where_real_records_are_unless_a_setting_says_otherwise(
    tmp_path: Path, values: dict[str, Any], is_asked: bool
) -> None:
    settings = load_settings(instance=tmp_path, **values)
    assert is_required(settings, make_actor(Role.SUPERVISOR), TODAY) == is_asked


def test_from_a_day_on_it_is_required_and_is_announced_before(tmp_path: Path) -> None:
    settings, first = (
        load_settings(env="production", instance=tmp_path, second_step_from="2026-05-16"),
        date(2026, 5, 16),
    )
    bob = make_actor(Role.SUPERVISOR)
    assert [(is_required(settings, bob, day), find_first_day(settings, bob, day)) for day in (TODAY, first)] == [
        (False, first),
        (True, None),
    ]
    assert find_first_day(settings, make_actor(Role.SPECIALIST), TODAY) is None
