"""`certtrack mail`: what other mail servers report of our mails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.mail.boxes import Box, Letter, MaildirBox, make_imap_box
from certtrack.mail.reports import MOST_BYTES
from certtrack.security import Actor
from certtrack.services.delivery.leasing import make_terms
from certtrack.services.delivery.reading_reports import read_box

_OUTCOMES = ("bounced", "known", "delayed", "passed_over", "unreadable")


@click.group(short_help="Reports of mails that came back.", epilog="Example: certtrack mail bounces --imap")
def mail() -> None:
    """What other mail servers report of our mails."""


@mail.command(
    short_help="Read the reports of mails that came back.",
    epilog="Example: certtrack mail bounces --maildir /var/mail/bounces",
)
@click.argument("message", type=click.File("rb", lazy=True), required=False)
@click.option("--maildir", metavar="DIR", type=click.Path(path_type=Path), help="Read what is new in this Maildir.")
@click.option("--imap", is_flag=True, help="Read what is new in the folder that CERTTRACK_BOUNCE_IMAP_... name.")
@formatted
@acting_as
@pass_edge
def bounces(
    edge: Edge, message: BinaryIO | None, maildir: Path | None, imap: bool, format_: Format, actor: Actor
) -> None:
    """Read reports of mails that came back: one MESSAGE (a file, or - for standard input), a Maildir, or IMAP.

    Only a report whose address has our signature counts, and only one that says that a mail was given up. Its reminders
    then count as not told, and the office finds it among the findings; a new address puts them back, and later stages
    go on. The same report again changes nothing. Nothing is deleted: what was understood is marked as read, the rest
    with a flag.

    Exit codes: 0 done; 1 refused: the box can't be read; 2 wrong usage; 3 done in part: some messages are unreadable.
    """
    if (message is not None) + (maildir is not None) + imap != 1:
        raise click.UsageError("Name one of these: a MESSAGE or -, --maildir DIR, or --imap.")
    box = _choose_box(edge, message, maildir)
    counts = read_box(edge.database, make_terms(edge.settings).bounces, box, actor=actor, clock=edge.clock)
    write_rows(
        [{"what": name, "count": counts[name]} for name in _OUTCOMES if counts[name]], ("what", "count"), format_
    )
    write_message(_say(counts))
    if counts["unreadable"]:
        click.get_current_context().exit(3)


@dataclass(frozen=True, slots=True)
class _One:
    """A box of one message, which nobody can mark."""

    data: bytes

    def letters(self) -> Iterator[Letter]:
        """The message."""
        yield Letter(self.data, lambda _is_understood: None)


def _choose_box(edge: Edge, message: BinaryIO | None, maildir: Path | None) -> Box:
    if message is not None:
        return _One(message.read(MOST_BYTES))
    return MaildirBox(maildir) if maildir is not None else make_imap_box(edge.settings)


def _say(counts: Mapping[str, int]) -> str:
    if not any(counts.values()):
        return "Nothing new has arrived."
    if not counts["bounced"]:
        return "No mail has come back that wasn't on record."
    number = counts["bounced"]
    came = "One mail has come back." if number == 1 else f"{number} mails have come back."
    return f"{came} See `certtrack findings`."
