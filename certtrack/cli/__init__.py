"""The `certtrack` command: results on standard output, messages on standard error.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 done in part.
"""

from importlib import import_module
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from certtrack import __version__
from certtrack.cli.edge import Edge
from certtrack.errors import CertTrackError

_COMMANDS = {
    "up": "certtrack.cli.up:up",
    "watch": "certtrack.cli.watch:watch",
    "db": "certtrack.cli.database:db",
    "import": "certtrack.cli.imports:import_",
    "standing": "certtrack.cli.standing:standing",
    "why": "certtrack.cli.why:why",
    "reminders": "certtrack.cli.reminders:reminders",
    "mail": "certtrack.cli.mail:mail",
    "credits": "certtrack.cli.credits:credits_",
    "hours": "certtrack.cli.hours:hours",
    "waivers": "certtrack.cli.waivers:waivers",
    "findings": "certtrack.cli.findings:findings",
    "merge": "certtrack.cli.merges:merge",
    "account": "certtrack.cli.accounts:account",
    "organization": "certtrack.cli.organizations:organization",
    "rules": "certtrack.cli.rules:rules",
    "audit": "certtrack.cli.audit:audit",
}


WIDE = {"max_content_width": 120}
"""On a wide terminal an example stays on one line, to be copied."""


class Refusal(click.ClickException):
    """An error that a person may read, as the one line that `programme` ends with."""

    exit_code = 1

    def __init__(self, message: str, programme: str) -> None:
        super().__init__(message)
        self.programme = programme

    def show(self, file: Any = None) -> None:  # noqa: ANN401  # click's signature
        """Write it on standard error."""
        click.echo(f"{self.programme}: {self.message}", err=True, file=file)


class Plain(click.Group):
    """A group of commands whose refusals are shown as one message, never as a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what it refuses is shown as one message, never as a traceback."""
        programme = self.name or "certtrack"
        try:
            return super().invoke(ctx)
        except CertTrackError as error:
            raise Refusal(str(error), programme) from error
        except DBAPIError as error:
            raise Refusal(f"The database broke off: {error.orig}", programme) from error
        except BrokenPipeError:
            raise  # whoever reads has seen enough: click ends quietly
        except OSError as error:
            raise Refusal(f"{error.filename or 'The system'}: {error.strerror or error}", programme) from error


class Commands(Plain):
    """The commands by name; a module is imported when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Their names, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # likewise
        """The command of that name, None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command("certtrack", cls=Commands, context_settings=WIDE, epilog="Example: certtrack up --demo")
@click.version_option(__version__, prog_name="certtrack")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Keep peer specialists' certification records, and mail people before recertification is due.

    Results are on standard output, messages on standard error.

    Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 done in part: some rows or names weren't, or mail
    waits for the mail server.
    """
    ctx.obj = edge = Edge()
    ctx.call_on_close(edge.close)
