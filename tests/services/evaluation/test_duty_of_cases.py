"""What a service pack says of a case: supervision in the week of the day, by the week and by the hours of service."""

from typing import Any

from kit.cases import DHS36, ask, codes_of

# Monday to Sunday, 2026-11-23 to 29.


def session(on: str, minutes: int = 60, signed_on: str | None = None, **more: Any) -> dict[str, Any]:
    return {"on": on, "minutes": minutes, "kind": "individual", "signed_on": signed_on, **more}


def line(answer: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in answer["requirements"] if one["id"] == key)
    return found


def test_a_signed_hour_in_the_week_is_enough_and_there_is_no_cycle() -> None:
    found = ask("2026-11-25", DHS36, supervision=[session("2026-11-24", signed_on="2026-11-24")])
    assert (found["validity"], found["phase"], found["cycle"], found["hours"]) == (None, None, None, "complete")
    assert line(found, "per_period")["credits"] == [{"id": "supervision[0]", "minutes": 60}]
    assert found["next_step"]["code"] == "nothing"


def test_a_session_counts_from_the_day_of_its_signature() -> None:
    case = {"supervision": [session("2026-11-24", signed_on="2026-11-27")]}
    before = ask("2026-11-26", DHS36, **case)
    assert (line(before, "per_period")["counted_minutes"], before["next_step"]["code"]) == (0, "sign_supervision")
    assert "session_not_signed" in codes_of(before)
    assert line(ask("2026-11-27", DHS36, **case), "per_period")["counted_minutes"] == 60


def test_an_hour_of_the_week_before_doesnt_count_and_what_is_open_is_to_be_held_by_sunday() -> None:
    served = [{"from_on": "2026-11-23", "until_on": "2026-11-25", "minutes": 1800}]
    found = ask("2026-11-25", DHS36, supervision=[session("2026-11-20", signed_on="2026-11-20")], service=served)
    step = found["next_step"]
    assert (step["code"], step["values"]) == ("hold_supervision", {"minutes": 60, "by": "2026-11-29"})
    assert step["text"]["en"] == "Hold 1 hour more of supervision by November 29, 2026."


def test_before_so_many_hours_of_service_nothing_is_due_by_the_second_test() -> None:
    served = [{"from_on": "2026-11-23", "until_on": "2026-11-29", "minutes": 600}]
    found = ask("2026-11-29", DHS36, service=served)
    assert (line(found, "per_service")["state"], found["hours"]) == ("met", "complete")
    assert line(found, "per_period")["open_minutes"] == 60
