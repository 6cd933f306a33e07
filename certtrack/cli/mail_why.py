"""`certtrack reminders why`: what was decided about a person's mails, why, when, and what comes next, in sentences."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, flatten, formatted, spoken, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.language import say_by
from certtrack.security import Actor
from certtrack.services.ledger.coming_copies import add_coming_copies
from certtrack.services.ledger.mail_why import MailWhy, explain_mail, pick_newest, pick_stage
from certtrack.services.ledger.whole import load_whole_ledger
from certtrack.services.lookup import get_person_asked

_WORDS = "reminders/words.jinja"
_COLUMNS = ("day", "stage", "state", "reason", "subject_kind", "certification", "credential", "anchor_on", "says")


@click.command(
    short_help="Why somebody was told, or wasn't.",
    epilog="Example: certtrack reminders why carol@example.org --stage before_30",
)
@click.argument("person")
@click.option("--stage", metavar="STAGE", help="One stage alone, by its key: before_30, grace, day_moved ...")
@formatted
@spoken
@acting_as
@pass_edge
def why(edge: Edge, person: str, stage: str | None, format_: Format, language: str, actor: Actor) -> None:
    """Say in a sentence what was decided about each of a PERSON's mails, why, when, and with which answer.

    Without --stage the newest decision and what comes next stand first. PERSON is a certification's number, an address,
    the person's own number, or the name.
    """
    with edge.reading() as session:
        found = get_person_asked(session, person)
        whole = load_whole_ledger(session, edge.rulebook, actor, found.id, edge.clock.now())
        mail = explain_mail(session, found, add_coming_copies(session, whole))
    asked = pick_stage(mail, stage) if stage is not None else mail
    note_look(edge, actor, "reminders.listed", [found.id])
    if not asked:
        write_message("Nothing is decided or to come for that.")
    elif format_ == "table":
        _tell(asked, language, pick_newest(mail) if stage is None else None)
    else:
        write_rows([_make_row(one, language) for one in asked], _COLUMNS, format_)


def _tell(asked: Iterable[MailWhy], language: str, newest: MailWhy | None) -> None:
    if newest is not None:
        click.echo(f"{_say(language, 'why_sentence', newest)} {_say(language, 'next_sentence', newest)}")
        click.echo()
    for one in asked:
        click.echo(f"{one.entry.day.isoformat()}  {_say(language, 'why_sentence', one)}")


def _make_row(one: MailWhy, language: str) -> dict[str, Any]:
    entry = asdict(one.entry)
    entry["certification"] = entry.pop("certification_id")
    following = one.following
    return entry | {
        "says": _say(language, "why_sentence", one),
        "next_says": _say(language, "next_sentence", one),
        "next_stage": following.stage if following is not None else None,
        "next_on": following.day if following is not None else None,
        "held_by": asdict(one.held_by) if one.held_by is not None else None,
        "office_on": one.office_on,
    }


def _say(language: str, macro: str, one: MailWhy) -> str:
    return flatten(say_by(_WORDS, language, macro, one))
