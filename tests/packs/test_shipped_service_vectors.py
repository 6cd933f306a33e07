"""The shipped service packs answer what was worked out by hand, in tests/packs/shipped/service/KEY.json."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from certtrack.packs import read_service_pack
from certtrack.resources import get_resource
from certtrack.rules.service import DutyFact, ServiceFact, SessionFact
from certtrack.rules.supervision import PeriodResult, list_periods

FILES = sorted((Path(__file__).parent / "shipped" / "service").glob("*.json"))


VECTORS = [
    pytest.param(vector, id=f"{file.stem}-{number}")
    for file in FILES
    for number, vector in enumerate(json.loads(file.read_text()), start=1)
]


def judge(case: dict[str, Any]) -> PeriodResult:
    """The period of the case's day, by the shipped pack."""
    pack = read_service_pack(get_resource("config") / "packs" / f"{case['pack']}.toml")
    sessions = [
        SessionFact(
            id=number,
            held_on=date.fromisoformat(one["on"]),
            minutes=one["minutes"],
            kind=one["kind"],
            way=one["way"],
            signed=frozenset(one["signed_by"]),
            is_qualified=one["is_qualified"],
        )
        for number, one in enumerate(case["supervision"], start=1)
    ]
    service = [
        ServiceFact(number, date.fromisoformat(one["from_on"]), date.fromisoformat(one["until_on"]), one["minutes"])
        for number, one in enumerate(case["service"], start=1)
    ]
    duty = DutyFact(date.fromisoformat(case["duty_from_on"]), None)
    return list_periods(pack, duty, sessions, service, date.fromisoformat(case["as_of"]), 1)[0]


@pytest.mark.parametrize("vector", VECTORS)
def test_a_service_pack_answers_what_was_worked_out_by_hand(vector: dict[str, Any]) -> None:
    found = judge(vector["case"])
    answer = {
        "from_on": found.from_on.isoformat(),
        "until_on": found.until_on.isoformat(),
        "by_period": found.by_period,
        "by_service": found.by_service.state if found.by_service else None,
        "state": found.state,
        "is_part": found.is_part,
        "needed_minutes": found.needed,
        "counted_minutes": found.counted,
        "waiting_minutes": found.waiting,
        "unsure_minutes": found.unsure,
        "open_minutes": found.open,
    }
    assert {key: answer[key] for key in vector["expect"]} == vector["expect"], vector["why"]
