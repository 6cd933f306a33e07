"""Every command of the two programmes, with the example of its help, and one way to call them in tests."""

import re
import shlex
from collections.abc import Iterator

import click

from certtrack.cli import main as certtrack
from jobs.cli import main as certtrack_jobs

PROGRAMMES: dict[str, click.Command] = {"certtrack": certtrack, "certtrack-jobs": certtrack_jobs}

Path_ = tuple[str, ...]


def list_commands() -> Iterator[tuple[Path_, click.Command]]:
    """Every command and group, by the words that are typed for it."""
    for name, programme in PROGRAMMES.items():
        yield from _walk((name,), programme)


def list_leaves() -> list[tuple[Path_, click.Command]]:
    """Every command that does something by itself."""
    return [(path, command) for path, command in list_commands() if not isinstance(command, click.Group)]


def get_example(command: click.Command) -> str:
    """The command line that its help shows."""
    found = re.fullmatch(r"Example: (certtrack(?:-jobs)? .+?)(?:  \(.*\))?", command.epilog or "")
    assert found, f"{command.name} has no example: {command.epilog!r}"
    return found[1]


def find_command(line: str) -> tuple[click.Command, list[str]]:
    """The command of a typed line, and the arguments that are left for it."""
    words = shlex.split(line, comments=True)
    command, rest = PROGRAMMES[words[0]], words[1:]
    while isinstance(command, click.Group) and rest:
        inner = command.get_command(click.Context(command), rest[0])
        assert inner, f"{line}: there is no {rest[0]}"
        command, rest = inner, rest[1:]
    return command, rest


def _walk(path: Path_, command: click.Command) -> Iterator[tuple[Path_, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _walk((*path, name), inner)
