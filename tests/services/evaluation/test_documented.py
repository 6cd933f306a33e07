"""What the README tells of cases and answers is what is taken and given."""

import json
import re
from pathlib import Path
from typing import Any, get_args

from kit.cases import ask, case_packs, credit, passed

from certtrack.rules.judging import CountCode
from certtrack.rules.next_step import StepCode
from certtrack.services.evaluation import evaluate

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
TOLD = README.partition("### Cases for `rules evaluate`")[2].partition("\n## ")[0]
NOT_COUNTED_HERE = {"not_claimed", "not_known_yet", "no_cycle", "no_hours_asked", "rounded_down"}


def words(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def rows(head: str) -> dict[str, str]:
    """The rows of the table under a head, by each key of their first cell."""
    table = TOLD.partition(f"| {head} |")[2].partition("\n\n")[0]
    cells = [line.strip("|").split(" | ", 1) for line in table.splitlines()[2:]]
    return {key: cell[1] for cell in cells for key in re.findall(r"`(\w+)`", cell[0])}


def test_the_example_is_a_case() -> None:
    example = re.search(r"```json\n(.+?)\n```", TOLD, re.DOTALL)
    assert example
    assert evaluate(json.loads(example[1]), case_packs())["validity"] == "current"


def test_every_code_is_told() -> None:
    sentence = re.search(r"A credit's `why_not` is one of: (.+?)\. The next step is one of: (.+?)\.\n", TOLD)
    assert sentence
    assert words(sentence[1]) == ({*get_args(CountCode)} - {"counts"}) | NOT_COUNTED_HERE
    of_credentials, _, of_services = sentence[2].partition("; of a service pack ")
    assert words(of_credentials) == {*get_args(StepCode)}
    assert words(of_services) == {"hold_supervision", "sign_supervision", "ask_about_supervision"}


def test_every_key_that_is_told_is_taken() -> None:
    told = rows("A case's key")
    sample: dict[str, Any] = {
        "person": {"born_on": "1990-01-01", "died_on": "2026-11-01"},
        "roles": ["supervisor"],
        "certification": {"issued_on": "2025-05-20", "stated_due_on": "2027-10-31"},
        "trainings": [{"completed_on": "2025-04-01", "minutes": 2880}],
        "exams": [passed("2025-05-05", route="first", attempt=1, score=90)],
        "credits": [
            credit(1, "2026-02-01", 60, title="T", provider="P", first_on="2026-01-31", format="in_person")
            | {"activity": "course", "role": "participant", "decision": "accepted", "proof": "file", "claims": []},
            {"last_on": "2026-02-02", "parts": [{"minutes": 60, "areas": ["area_4"]}]},
        ],
        "planned": [credit(2, "2027-02-01", 60)],
        "supervision": [
            {"on": "2026-02-01", "minutes": 60, "kind": "group", "way": "remote", "signed_on": "2026-02-02"},
        ],
        "service": [{"from_on": "2026-02-01", "until_on": "2026-02-02", "minutes": 60}],
        "waivers": [
            {"kind": "reduce", "requirement": "total", "minutes": 60}
            | {"granted_on": "2026-02-01", "until_on": "2027-01-01"}
        ],
        "applications": [
            {"sent_on": "2026-10-01", "postmarked_on": "2026-10-01", "received_on": "2026-10-02"}
            | {"decided_on": "2026-10-03", "outcome": "returned", "effective_on": "2026-10-04"}
        ],
    }
    assert set(told) == {*sample, "pack", "as_of", "known_at"}
    for key, value in sample.items():
        item = value[0] if isinstance(value, list) and isinstance(value[0], dict) else value
        assert not isinstance(item, dict) or set(item) <= words(told["credits" if key == "planned" else key]), key
    found = ask("2026-12-01", known_at="2026-12-01", **sample)
    assert set(rows("The answer's key")) == set(found) - {"pack", "as_of", "what_if"}
    assert words(rows("The answer's key")["cycle"]) - {"due_on_latest"} == set(found["cycle"]) - {
        "late_until_latest"
    } - {"exam_route_until_latest"}
