"""How long each phase lasts after the due day, by each way in which an authority may say it."""

from datetime import date
from typing import Any

import pytest
from kit.invented import invent
from kit.rules import make_cycle, make_facts

from certtrack.rules.cycles import days_of, phases_of
from certtrack.rules.standing import stand

D = date.fromisoformat


@pytest.mark.parametrize(
    ("late", "due_on", "until", "latest"),
    [
        ({"days": 30}, "2026-05-31", "2026-06-30", "2026-06-30"),
        ({"days": [30, 60], "sure": "conflicting"}, "2026-05-31", "2026-06-30", "2026-07-30"),
        ({"months": 6}, "2026-08-31", "2027-02-28", "2027-02-28"),
        ({"until": {"month": 1, "day": 15}}, "2026-12-31", "2027-01-15", "2027-01-15"),
        ({"until": {"month": 2, "day": 29}}, "2026-12-31", "2027-02-28", "2027-02-28"),
        ({"until": [{"month": 1, "day": 31}, {"month": 2, "day": 28}]}, "2026-12-31", "2027-01-31", "2027-02-28"),
    ],
)
def test_a_phase_lasts_months_days_or_until_a_day_of_the_year(
    late: dict[str, Any], due_on: str, until: str, latest: str
) -> None:
    found = days_of(invent(late=late), make_cycle(D(due_on)))
    assert (found.late_until, found.late_until_latest) == (D(until), D(latest))


def test_a_phase_whose_length_is_not_published_is_never_said_to_be_over() -> None:
    pack = invent(late={"months": "unknown"})
    facts = make_facts(make_cycle(D("2026-05-31")))
    assert [phase.phase for phase in phases_of(days_of(pack, facts.cycles[0]))] == ["on_time", "late"]
    standing = stand(pack, facts, D("2040-01-01"))
    assert (standing.validity, standing.phase, standing.next_on) == ("late", "late", None)


def test_a_window_opens_on_a_day_of_the_year_before_the_due_day() -> None:
    pack = invent(window={"days_before": None, "opens": {"month": 10, "day": 1}, "sure": "verified"})
    assert days_of(pack, make_cycle(D("2026-12-31"))).window_opens_on == D("2026-10-01")
    assert days_of(pack, make_cycle(D("2026-09-30"))).window_opens_on == D("2025-10-01")
    short = make_cycle(D("2026-12-31"), start_on=D("2026-11-15"))
    assert days_of(pack, short).window_opens_on == D("2026-11-15")
