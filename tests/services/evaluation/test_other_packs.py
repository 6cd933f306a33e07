"""What other authorities ask for: birthdays, opening days, steps, hours that two certifications share."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.cases import CPS, ask, case_packs, changed_pack, credit, days_of, passed, total, why_not

from certtrack.services.evaluation import evaluate

WA, GA, MI, CA = "us-wa-cpss", "us-ga-cps", "us-mi-cpss", "us-ca-mcpss"


def issued(on: str) -> dict[str, Any]:
    return {"issued_on": on}


def test_a_due_day_that_goes_by_the_birthday_asks_for_it() -> None:
    case = {"certification": issued("2026-02-10")}
    assert ask("2026-05-01", WA, **case)["next_step"]["code"] == "enter_birthday"
    found = ask("2026-05-01", WA, person={"born_on": "1990-07-04"}, **case)
    assert days_of(found, "start_on", "due_on") == ["2026-02-10", "2026-07-04"]


def test_before_the_window_opens_the_next_step_is_to_wait_once_the_hours_are_there() -> None:
    hours = [credit(1, "2026-01-10", 600, "law_ethics"), credit(2, "2026-02-10", 600)]
    case = {"certification": issued("2025-03-10"), "credits": hours}
    step = ask("2026-06-01", CA, **case)["next_step"]
    assert (step["code"], step["values"]["by"]) == ("wait_for_window", "2027-03-10")
    assert ask("2027-01-15", CA, **case)["next_step"]["code"] == "send_application"


def test_where_no_page_says_when_the_late_phase_ends_no_last_day_is_named() -> None:
    step = ask("2028-05-01", "icrc-pr", certification={"stated_due_on": "2027-02-10"})["next_step"]
    assert step["values"]["by"] is None
    assert step["text"]["en"].startswith("Still to do: 20 hours. Log what was earned by February 10, 2027. Whether")
    assert "last day" not in step["text"]["en"]


def test_the_version_of_a_pack_is_the_one_that_speaks_for_the_cycle() -> None:
    first, second = (case_packs().get(f"{GA}@{number}") for number in (1, 2))
    before = ask(f"{second.applies_from.year - 2}-06-01", GA, certification=issued("2015-02-10"))
    assert before["pack"] == first.ref
    assert ask("2026-06-01", GA, certification=issued("2025-02-10"))["pack"] == second.ref
    assert ask("2026-06-01", f"{GA}@1", certification=issued("2025-02-10"))["pack"] == first.ref


def test_an_hour_for_two_certifications_is_unsure_for_the_later_one_where_nobody_publishes_it() -> None:
    found = ask(
        "2027-01-01",
        certifications=[
            {"id": "later", "pack": "us-wi-cpps", "stated_due_on": "2028-01-31"},
            {"id": "first", "pack": CPS, "stated_due_on": "2027-10-31"},
        ],
        credits=[credit(1, "2026-03-01", 600), credit(2, "2026-05-01", 60, claims=["later"])],
    )
    later, first = found["certifications"]
    assert why_not(first) == {"c1": None, "c2": "not_claimed"}
    assert why_not(later) == {"c1": "sharing_not_published", "c2": None}
    assert (total(later)["counted_minutes"], total(later)["unsure_minutes"]) == (60, 600)


PROVISIONAL = '[term]\nyears = 2\nsource = "department"\nsure = "verified"\n'
STEP = '\n[provisional]\nmonths = 6\nextensions = 1\nextension_months = 6\nsource = "department"\nsure = "verified"\n'
SERVICE = '\n[provisional.service]\nminutes = 15000\nsource = "department"\nsure = "verified"\n'


def test_a_provisional_step_asks_for_service_and_the_full_term_runs_from_its_grant(tmp_path: Path) -> None:
    packs = changed_pack(tmp_path, CPS, (PROVISIONAL, PROVISIONAL + STEP + SERVICE))
    case = {"pack": "changed", "certification": issued("2026-01-10"), "exams": [passed("2025-12-01")]}
    served = [{"from_on": "2026-02-01", "until_on": "2026-03-31", "minutes": 6000}]
    found = evaluate(case | {"as_of": "2026-04-01", "service": served}, packs)
    assert days_of(found, "start_on", "due_on") == ["2026-01-10", "2026-07-10"]
    assert [(line["id"], line["open_minutes"]) for line in found["requirements"]] == [("service", 9000)]
    assert found["next_step"]["text"]["en"] == "Serve and log 150 hours more. The last day for it is July 10, 2026."
    granted = [{"received_on": "2026-06-20", "decided_on": "2026-06-25", "outcome": "granted"}]
    full = evaluate(case | {"as_of": "2026-07-01", "service": served, "applications": granted}, packs)
    assert days_of(full, "start_on", "due_on") == ["2026-06-25", "2028-10-31"]
    longer = [{"kind": "extend", "until_on": "2027-01-10", "granted_on": "2026-07-01"}]
    assert evaluate(case | {"as_of": "2026-08-01", "waivers": longer}, packs)["cycle"]["due_on"] == "2027-01-10"


def test_each_requirement_says_where_it_was_read_and_how_sure_it_is() -> None:
    found = ask("2026-06-01", exams=[passed("2025-05-05")])
    assert (total(found)["sure"], total(found)["source"].startswith("https://")) == ("verified", True)
    assert {line["sure"] for line in found["requirements"][1:]} == {"unknown"}


@pytest.mark.parametrize("pack", ["us-wi-cps", WA, GA, MI, CA, "us-nc-cpss", "us-ne-cpss", "icrc-pr", "us-mn-cprs"])
def test_day_by_day_each_phase_lies_within_its_days(pack: str) -> None:
    @settings(max_examples=15)
    @given(
        st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 1, 1)), st.sampled_from(["2016-02-29", "2019-08-31"])
    )
    def check(as_of: date, start: str) -> None:
        case = {"certification": issued(start), "exams": [passed(start)], "person": {"born_on": "1990-02-28"}}
        found = ask(as_of.isoformat(), pack, known_at="2036-01-01", **case)
        if found["cycle"] is None:
            assert found["validity"] in ("not_yet", "not_established")
            return
        lasts = {"on_time": "due_on", "grace": "grace_until", "late": "late_until", "exam_route": "exam_route_until"}
        phases = [phase for phase in lasts if found["cycle"][lasts[phase]] is not None or phase == found["phase"]]
        before = phases[: phases.index(found["phase"])] if found["phase"] in phases else phases
        for phase in before:
            assert _last(found, lasts[phase]) < as_of.isoformat()
        if found["phase"] in lasts:
            assert as_of.isoformat() <= _last(found, lasts[found["phase"]])

    check()


def _last(answer: dict[str, Any], name: str) -> str:
    last: str | None = answer["cycle"].get(f"{name}_latest", answer["cycle"][name])
    return last or "9999-12-31"
