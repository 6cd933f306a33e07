"""What the README says is so: its commands, settings, jobs, files and tests."""

import re
import tomllib
from datetime import timedelta
from pathlib import Path

import click
import pytest
from kit.checkout import read_texts
from kit.commands import find_command, get_example, list_commands, list_leaves
from kit.wheel import CHECKOUT

from certtrack.settings import Settings, load_default_packs, load_settings
from jobs.catalogue import list_jobs

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
CI = (CHECKOUT / ".ci/run").read_text(encoding="utf-8")
LEAVES = list_leaves()
TYPED = re.findall(r"^(certtrack(?:-jobs)? [^\n#]+)|`(certtrack(?:-jobs)? [^`]+)`", README, re.MULTILINE)
LINES = sorted({(first or second).strip() for first, second in TYPED})


def list_rows(head: str) -> dict[str, list[str]]:
    """The rows of the README's table under a heading, by their first cell."""
    section = README.partition(f"\n## {head}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split("|") for line in section.splitlines() if line.startswith("|")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows[2:]}


def parse(line: str) -> None:
    """Wrong usage fails; nothing is run."""
    command, arguments = find_command(line)
    if "--help" in arguments:
        return
    command.make_context(command.name, arguments, resilient_parsing=False)


@pytest.fixture(autouse=True)
def in_a_folder_with_a_roster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("roster.xlsx", "mapping.toml", "words.toml", "pack.toml", "policy.toml"):
        (tmp_path / name).touch()
    for name in ("ce-log.csv", "supervision-log.csv", "attendance.csv", "exam-results.csv", "seen.json"):
        (tmp_path / name).touch()


@pytest.mark.parametrize("command", [c for _, c in LEAVES], ids=[" ".join(path) for path, _ in LEAVES])
def test_every_commands_example_parses_and_stands_in_the_readme(command: click.Command) -> None:
    example = get_example(command)
    parse(example)
    assert f"`{example}`" in README


@pytest.mark.parametrize("line", [line for line in LINES if not re.search(r"\b[A-Z]{4,}\b", line)])
def test_every_command_in_the_readme_parses(line: str) -> None:
    parse(line)


def test_every_group_shows_an_example_of_one_of_its_own_commands() -> None:
    for path, command in list_commands():
        assert get_example(command).startswith(" ".join(path))


def test_every_setting_is_told_as_its_own_sentence_with_its_default() -> None:
    rows = list_rows("Settings")
    told = {f"CERTTRACK_{name.upper()}": _tell(name) for name in Settings.model_fields}
    assert rows == told


def test_every_setting_is_named_in_full_in_capitals_only_if_there_is_one() -> None:
    named = set(re.findall(r"CERTTRACK_[A-Z_]+[A-Z]", README))
    known = {f"CERTTRACK_{name.upper()}" for name in Settings.model_fields}
    assert named - known == {"CERTTRACK_REQUIRE_ALL", "CERTTRACK_TEST_POSTGRES_URL"}


def test_the_example_of_a_production_is_made_of_settings_that_are_taken() -> None:
    values = tomllib.loads((CHECKOUT / "config/production.example.toml").read_text(encoding="utf-8"))
    assert load_settings(**values).is_production


def test_the_shipped_defaults_are_those_of_the_settings() -> None:
    values = tomllib.loads((CHECKOUT / "config/default.toml").read_text(encoding="utf-8"))
    assert tuple(values.pop("packs")) == load_default_packs()  # names a state, as the code never does
    assert values == {name: Settings.model_fields[name].default for name in values}


def test_every_job_is_told_with_its_interval_in_words() -> None:
    jobs = {job.name: [_say(job.every), job.says] for job in list_jobs(load_settings())}
    assert list_rows("Jobs") == jobs


def test_every_file_that_the_readme_names_is_there() -> None:
    named = re.findall(r"`((?:config|tests|benchmarks|\.ci)/[\w./-]+)`", README)
    assert named
    assert [name for name in named if not (CHECKOUT / name).exists()] == []


def test_every_test_that_a_document_names_exists() -> None:
    tests = " ".join(text for _, text in read_texts("tests"))
    for document in ("README.md", "CHANGELOG.md"):
        for name in re.findall(r"`(test_\w+)`", (CHECKOUT / document).read_text(encoding="utf-8")):
            assert f"def {name}(" in tests, name


def test_ci_runs_the_readmes_own_command_for_the_tests() -> None:
    found = re.search(r"sed -n '/(.+)/p' README\.md", CI)
    assert found
    commands = [line for line in README.splitlines() if re.search(found[1], line)]
    assert commands == ["python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"]


def test_ci_runs_every_linter() -> None:
    for linter in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        assert f'"{linter}"' in CI


def test_two_commands_install_and_run_and_test_and_need_nothing_else() -> None:
    blocks = re.findall(r"```sh\n(python3 -m venv [^\n]+)\n```", README)
    assert [block.rpartition("&& ")[2] for block in blocks] == [".venv/bin/certtrack up --demo", ".venv/bin/pytest"]


def _tell(name: str) -> list[str]:
    field = Settings.model_fields[name]
    default = " ".join(load_default_packs()) if name == "packs" else field.default
    return ["" if default in (None, "") else f"`{default}`", field.description or "?"]


def _say(every: timedelta) -> str:
    seconds = int(every.total_seconds())
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return word if count == 1 else f"{count} {word}s"
    return "?"
