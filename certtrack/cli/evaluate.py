"""`certtrack rules evaluate`: what the rules say of cases that are told in a file."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from certtrack.cli.edge import Edge, pass_edge
from certtrack.cli.output import flatten, write_message
from certtrack.errors import BadInput, BadPack
from certtrack.services.evaluation import PackSource, evaluate
from certtrack.services.evaluation.files import Given, Shape, read_cases

_STANDARD_INPUT = "-"


@click.command(
    "evaluate",
    short_help="Say where cases in a file stand by the rules.",
    epilog="Example: certtrack rules evaluate cases.jsonl",
)
@click.argument("file", metavar="FILE")
@pass_edge
def evaluate_(edge: Edge, file: str) -> None:
    """Say where each case of FILE stands by the rules, and why: one answer a line, as JSON, in the file's order.

    \b
    A case: {"pack": "KEY", "as_of": "2026-12-01",
             "exams": [{"taken_on": "2025-05-05", "score": 90}],
             "credits": [{"id": "a", "last_on": "2026-02-05", "minutes": 90}]}

    FILE is JSON, one case or a list of them, or JSON Lines; - is standard input. Nothing is kept, and no database is
    needed. The README tells what a case and its answer hold.

    A case that can't be so is refused in one sentence that names the place, on standard error; in a list or in JSON
    Lines its line is {"error": ...} and the others are answered. The exit code is 1 if any was refused.
    """  # noqa: D301  # the mark by which click keeps lines as they are
    is_piped = file == _STANDARD_INPUT
    cases = read_cases(_read(file), "standard input" if is_piped else file)
    packs = PackSource([edge.settings.instance / "packs"], None if is_piped else Path(file).parent)
    refused = [not _answer(case, cases.shape, packs) for case in cases.cases]
    if any(refused):
        sys.exit(1)


def _answer(case: Given, shape: Shape, packs: PackSource) -> bool:
    """Write the answer's line, True where there is one. Raises BadInput where the file is that one case."""
    try:
        answer = _evaluate(case, packs)
    except (BadInput, BadPack) as error:
        if shape == "object":
            raise
        _write({"error": str(error)})
        write_message(flatten(str(error)))
        return False
    _write(answer)
    return True


def _evaluate(case: Given, packs: PackSource) -> dict[str, Any]:
    if case.problem is not None:
        raise BadInput(case.problem)
    try:
        return evaluate(case.content, packs)
    except BadInput as error:
        raise BadInput(f"{case.place}: {error}") from error


def _write(answer: dict[str, Any]) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, separators=(",", ":")))


def _read(file: str) -> str:
    content = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} isn't UTF-8 text (byte {error.start}); save it as UTF-8.") from error
