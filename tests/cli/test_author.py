"""The page for authors of packs: every command on it does what the page says, with the page's own files."""

import json
import re
import shlex
from pathlib import Path

import pytest
from kit.author import PAGE, TEXT
from kit.typed import Typed
from kit.world import World

LINES = [
    shlex.split(line)[1:] for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]
CASE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
SHOWN = re.findall(r"```\n(ok: .*?)```", PAGE, re.DOTALL)[0]


@pytest.fixture
def author(typed: Typed, tmp_path: Path) -> Typed:
    """Commands in a folder with the page's files, and the pack in use."""
    newer = TEXT.replace("version = 1", "version = 2", 1).replace("2025-01-01", "2027-01-01")
    (tmp_path / "instance" / "packs").mkdir(parents=True)
    (tmp_path / "instance" / "packs" / "ruritania-cpc.toml").write_text(TEXT)
    (tmp_path / "ruritania-cpc.toml").write_text(TEXT)
    (tmp_path / "ruritania-cpc@2.toml").write_text(newer)
    (tmp_path / "carol.json").write_text(CASE)
    return typed


def test_every_command_on_the_page_is_done(author: Typed, world: World) -> None:
    assert world.organization_id
    assert [words[1] for words in LINES] == ["check", "evaluate", "list", "confirm", "diff"]
    for words in LINES:
        done = author(*words)
        assert (done.exit_code, words, done.stderr.startswith("certtrack:")) == (0, words, False)


def test_what_the_page_shows_of_a_check_and_an_answer_is_so(author: Typed) -> None:
    check, evaluate, *_ = LINES
    done = author(*check)
    assert done.stderr + done.stdout == SHOWN
    answer = json.loads(author(*evaluate).stdout)
    days = [answer["cycle"][name] for name in ("grace_until", "late_until", "late_until_latest", "exam_route_until")]
    for day in days:
        assert day in PAGE.partition("certtrack rules evaluate carol.json")[2]
    total = answer["requirements"][0]
    assert (total["needed_minutes"], total["open_minutes"]) == (1440, 1080)
    assert [credit["counted_minutes"] for credit in answer["credits"]] == [360, 0]


def test_every_table_that_the_page_names_is_one(author: Typed) -> None:
    schema = json.loads(author("rules", "schema").stdout)
    tables = schema["else"]["properties"]
    named = {name.partition(".")[0] for name in re.findall(r"`\[+([a-z_]+)[\].]", PAGE)}
    assert named - set(tables) == set()
