"""How long a mail waits."""

from datetime import timedelta

import pytest

from certtrack.rules.retry import wait_after


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 240), (6, 240), (500, 240)])
def test_waits_grow_to_four_hours_and_never_end_by_themselves(attempts: int, minutes: int) -> None:
    assert wait_after(attempts) == timedelta(minutes=minutes)


@pytest.mark.parametrize("attempts", [0, -1])
def test_there_is_no_wait_without_an_attempt(attempts: int) -> None:
    with pytest.raises(ValueError, match=str(attempts)):
        wait_after(attempts)
