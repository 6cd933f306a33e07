"""`certtrack rules evaluate`: files of each shape, refusals at their place, no database and no instance."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from certtrack.cli import main as certtrack

CASE = {"pack": "us-wi-cps", "as_of": "2026-12-31", "exams": [{"taken_on": "2025-05-05", "passed": True}]}
BAD = CASE | {"credits": [{"last_on": "2026-03-01", "minutes": -30}]}
SENTENCE = "credits[0].minutes must be a whole number of minutes from 1 on; it is -30."


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CERTTRACK_INSTANCE", str(tmp_path / "instance"))


def evaluated(file: str, text: str, given: str | None = None) -> Result:
    if given is None:
        Path(file).write_text(text, encoding="utf-8")
    return CliRunner().invoke(certtrack, ["rules", "evaluate", file], input=given)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_case_is_answered_on_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    done = evaluated("case.json", json.dumps(CASE, indent=2))
    assert (done.exit_code, done.stderr) == (0, "")
    assert [one["cycle"]["due_on"] for one in answers(done)] == ["2027-10-31"]
    assert not (tmp_path / "instance").exists()


def test_a_list_and_json_lines_are_answered_in_their_order() -> None:
    cases = [CASE | {"as_of": day} for day in ("2026-01-01", "2028-01-01", "2027-01-01")]
    for file, text in (("a.json", json.dumps(cases)), ("a.jsonl", "\n".join(map(json.dumps, cases)) + "\n")):
        done = evaluated(file, text)
        assert (done.exit_code, [one["validity"] for one in answers(done)]) == (0, ["current", "late", "current"])


def test_a_bad_case_is_refused_in_one_sentence() -> None:
    done = evaluated("case.json", json.dumps(BAD, indent=2))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"certtrack: case.json: {SENTENCE}\n"


def test_a_bad_line_is_told_at_its_place_and_the_others_are_answered() -> None:
    done = evaluated("a.jsonl", f"{json.dumps(CASE)}\n\n{json.dumps(BAD)}\n{{oops\n{json.dumps(CASE)}\n")
    first, bad, worse, last = answers(done)
    assert (done.exit_code, first) == (1, last)
    assert bad == {"error": f"a.jsonl, line 3: {SENTENCE}"}
    assert worse["error"].startswith("a.jsonl, line 4 isn't JSON: ")
    assert done.stderr.splitlines() == [bad["error"], worse["error"]]


def test_a_bad_case_of_a_list_is_told_at_its_place() -> None:
    done = evaluated("a.json", json.dumps([CASE, BAD]))
    assert (done.exit_code, answers(done)[1]) == (1, {"error": f"a.json, case 2: {SENTENCE}"})


def test_standard_input_is_read_line_by_line_too() -> None:
    done = evaluated("-", "", given=f"{json.dumps(CASE)}\n{json.dumps(BAD)}\n")
    assert done.exit_code == 1
    assert answers(done)[1] == {"error": f"standard input, line 2: {SENTENCE}"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "case.json is empty; it must hold a case, a list of cases, or one case a line."),
        ("{", "case.json isn't JSON"),
        ('{"as_of": "2026-01-01", "as_of": "2027-01-01"}', "it has the key 'as_of' twice in one object"),
        ('{"as_of": NaN}', "NaN is no number that JSON knows"),
        ("3", "case.json: the case must be an object in braces; it is 3."),
        ("[" * 100_000, "case.json is nested too deep to be a case."),
    ],
)
def test_what_is_no_case_is_refused(text: str, sentence: str) -> None:
    done = evaluated("case.json", text)
    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_file_and_one_that_is_no_text_are_refused() -> None:
    assert "gone.json: No such file" in evaluated("gone.json", "", given="").stderr
    Path("case.json").write_bytes(b"\xff\xfe{}")
    assert "case.json isn't UTF-8 text" in evaluated("case.json", "", given="").stderr


def test_a_pack_of_the_installation_is_found_by_its_key(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "config/packs/us-wi-cps.toml"
    folder = tmp_path / "instance" / "packs"
    folder.mkdir(parents=True)
    text = shipped.read_text(encoding="utf-8").replace('key = "us-wi-cps"', 'key = "our-cps"')
    (folder / "our-cps.toml").write_text(text, encoding="utf-8")
    assert answers(evaluated("case.json", json.dumps(CASE | {"pack": "our-cps"})))[0]["pack"] == "our-cps@1"
