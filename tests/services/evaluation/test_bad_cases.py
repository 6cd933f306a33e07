"""A case that can't be so is refused in one sentence that names the place."""

from pathlib import Path
from typing import Any

import pytest
from kit.cases import ask, case_packs, credit, passed

from certtrack.errors import BadInput
from certtrack.services.evaluation import PackSource, evaluate

WHOLE = "credits[0].minutes must be a whole number of minutes from 1 on"
END = "the end of what is known; what is still to come is planned"
LINES = "total, cultural_humility, trauma_informed_care, ethics_boundaries, area_4, area_5, area_6"
MOMENT = "a day such as 2026-10-31, or a moment with its zone such as 2026-10-31T17:00-05:00"
SPELLING = "isn't a key that is known here; take it away or mend its spelling"
GOOD = {"last_on": "2026-03-01", "minutes": 60}


def refused(**case: Any) -> str:
    with pytest.raises(BadInput) as error:
        ask("2026-12-31", **case)
    return str(error.value)


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            {"credits": [GOOD | {"minutes": -30}]},
            f"{WHOLE}; it is -30.",
        ),
        ({"credits": [GOOD | {"minutes": 0}]}, f"{WHOLE}; it is 0."),
        ({"credits": [GOOD | {"minutes": 1.5}]}, f"{WHOLE}; it is 1.5."),
        ({"credits": [GOOD | {"minutes": True}]}, f"{WHOLE}; it is true."),
        ({"credits": [{"last_on": "2026-03-01"}]}, "credits[0].minutes is missing."),
        (
            {"credits": [GOOD | {"last_on": "2026-02-30"}]},
            'credits[0].last_on must be a day such as 2026-10-31, from 1900 to 9999; it is "2026-02-30".',
        ),
        (
            {"exams": [passed("1899-12-31")]},
            'exams[0].taken_on must be a day such as 2026-10-31, from 1900 to 9999; it is "1899-12-31".',
        ),
        (
            {"credits": [GOOD | {"last_on": "2027-01-01"}]},
            f"credits[0].last_on is 2027-01-01, after 2026-12-31, {END}.",
        ),
        (
            {"credits": [GOOD | {"first_on": "2026-03-02"}]},
            "credits[0].first_on is 2026-03-02, after last_on, which is 2026-03-01.",
        ),
        (
            {"service": [{"from_on": "2026-03-02", "until_on": "2026-03-01", "minutes": 60}]},
            "service[0].from_on is 2026-03-02, after until_on, which is 2026-03-01.",
        ),
        (
            {"credits": [credit(1, "2026-03-01", 60), credit(1, "2026-03-02", 60)]},
            "credits[1].id is 'c1', and credits[0] has that id already.",
        ),
        (
            {"credits": [credit(1, "2026-03-01", 60)], "planned": [credit(1, "2027-03-02", 60)]},
            "planned[0].id is 'c1', and credits[0] has that id already.",
        ),
        (
            {"credits": [GOOD | {"claims": ["x"]}]},
            "credits[0].claims[0] claims for 'x', and the case has no certification of that id.",
        ),
        (
            {"exams": [passed("2026-01-01", attempt=1), passed("2026-02-01", attempt=1)]},
            "exams[1].attempt is 1, and exams[0] tells of that attempt already; one attempt has one result.",
        ),
        (
            {"exams": [{"taken_on": "2026-01-01", "score": 101}]},
            "exams[0].score must be a number of percent from 0 to 100; it is 101.",
        ),
        ({"colour": "red"}, f"colour {SPELLING}."),
        ({"credits": [GOOD | {"hours": 1}]}, f"credits[0].hours {SPELLING}."),
        ({"credits": {}}, "credits must be a list in brackets; it is an object."),
        ({"credits": [3]}, "credits[0] must be an object in braces; it is 3."),
        ({"person": []}, "person must be an object in braces; it is a list."),
        (
            {"credits": [GOOD | {"format": "by mail"}]},
            'credits[0].format must be "in_person" or "live_online" or "recorded" or "self_study"; it is "by mail".',
        ),
        (
            {"credits": [{"last_on": "2026-03-01", "minutes": 90, "parts": [{"minutes": 60}]}]},
            "credits[0].minutes is 90, and the parts make 60; leave it out or mend the parts.",
        ),
        (
            {"certification": {"issued_on": "2026-05-01", "stated_due_on": "2026-05-01"}},
            "certification.stated_due_on is 2026-05-01, and issued_on is 2026-05-01; a cycle ends after it starts.",
        ),
        (
            {"exams": [passed("2026-06-01")], "certification": {"stated_due_on": "2026-05-31"}},
            "certification.stated_due_on is 2026-05-31, and it begins on 2026-06-01; a cycle ends after it starts.",
        ),
        (
            {"certification": {}, "certifications": [{}]},
            "certifications can't stand beside a certification; put that one into the list.",
        ),
        (
            {"certifications": [{"id": 1}, {"id": 1}]},
            "certifications[1].id is 1, and certifications[0] has that id already.",
        ),
        ({"certifications": []}, "certifications must be a list of one or more certifications."),
        ({"waivers": [{"kind": "extend"}]}, "waivers[0].until_on is missing; an extension gives a later day."),
        (
            {"waivers": [{"kind": "waive", "requirement": "yoga"}]},
            f"waivers[0].requirement is 'yoga', and us-wi-cps@1 has: {LINES}.",
        ),
        ({"waivers": [{}]}, 'waivers[0].kind is missing; it must be "waive" or "extend" or "reduce".'),
        (
            {"applications": [{"outcome": "granted"}]},
            "applications[0] has no day; say when it was sent, received or decided.",
        ),
        (
            {"applications": [{"decided_on": "2026-01-01"}]},
            "applications[0].outcome is missing, and yet there is a day of it; say what came of it.",
        ),
        (
            {"known_at": "2026-10-31T17:00"},
            f'known_at must be {MOMENT}; it is "2026-10-31T17:00".',
        ),
    ],
)
def test_what_cant_be_so_is_refused_in_one_sentence_that_names_the_place(case: dict[str, Any], sentence: str) -> None:
    assert refused(**case) == sentence


def test_an_unknown_pack_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(BadInput, match=r"pack names 'us-xx', and there is no such pack; there are: .*us-wi-cps"):
        ask("2026-01-01", "us-xx")
    with pytest.raises(BadInput, match=r"us-wi-cps has no version 99; it has: 1"):
        ask("2026-01-01", "us-wi-cps@99")
    with pytest.raises(BadInput, match=r"pack names the file 'gone.toml', and there is none"):
        ask("2026-01-01", "gone.toml")
    with pytest.raises(BadInput, match="pack is missing"):
        evaluate({"as_of": "2026-01-01"}, case_packs())


def test_the_day_that_is_asked_for_is_missing() -> None:
    with pytest.raises(BadInput, match="as_of is missing; it must be a day"):
        evaluate({"pack": "us-wi-cps"}, case_packs())


def test_a_pack_is_found_by_version_and_by_path_beside_the_case(tmp_path: Path) -> None:
    shipped = case_packs().get("us-wi-cps")
    text = shipped.raw.replace('key = "us-wi-cps"', 'key = "my-cps"')
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    packs = PackSource([tmp_path], tmp_path)
    for name in ("mine.toml", "my-cps", "my-cps@1", str(tmp_path / "mine.toml")):
        case = {"pack": name, "as_of": "2026-12-31", "exams": [passed("2025-05-05")]}
        assert evaluate(case, packs)["pack"] == "my-cps@1"
    assert "my-cps" in packs.list_keys()
