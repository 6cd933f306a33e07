"""`certtrack reminders`: what was mailed and why, what waits, and its release."""

from dataclasses import asdict
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.forecast import forecast, preview
from certtrack.cli.mail_why import why
from certtrack.cli.output import Format, formatted, spoken, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.cli.tellings import told
from certtrack.language import say_by
from certtrack.security import Actor
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.whole import list_whole_ledger
from certtrack.services.lookup import get_person_asked, list_certifications
from certtrack.services.people import get_person
from certtrack.services.reminders.causes import (
    HeldCause,
    HeldMail,
    HeldPerson,
    list_held,
    release_all,
    release_cause,
    release_person,
)
from certtrack.services.reminders.restored import note_restored

_LEDGER = (
    *("person", "name", "day", "stage", "state", "reason", "subject_kind", "credential"),
    *("anchor_on", "send_after", "sent_at"),
)
_HELD = ("cause", "why", "release", "person", "name", "stages", "since")
_WORDS = "held/words.jinja"
_STATES = ("planned", "held", "suppressed", "in_mail", "sent", "failed", "superseded", "expired", "told", "coming")


@click.group(short_help="What is mailed, what waits, its release.", epilog="Example: certtrack reminders held")
def reminders() -> None:
    """What is mailed to whom and why, what waits for release, and its release."""


reminders.add_command(forecast)
reminders.add_command(preview)
reminders.add_command(why)
reminders.add_command(told)


@reminders.command(
    short_help="What was mailed and what not, and what comes.",
    epilog="Example: certtrack reminders ledger carol@example.org --state sent",
)
@click.argument("person", required=False)
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@formatted
@acting_as
@pass_edge
def ledger(edge: Edge, person: str | None, state: str | None, format_: Format, actor: Actor) -> None:
    """List every decision about one PERSON's mails, or everybody's, and the stages that are still to come.

    PERSON is a certification's number, an address, or the person's own number.
    """
    with edge.reading() as session:
        if person is not None:
            people = [get_person_asked(session, person)]
        else:
            owners = [item.person_id for item in list_certifications(session, ()).certifications]
            people = list({found.id: found for found in (get_person(session, number) for number in owners)}.values())
        rows = [
            _ledger_row(entry, one.id, one.shown_name)
            for one in people
            for entry in list_whole_ledger(session, edge.rulebook, actor, one.id, edge.clock.now())
            if state in (None, entry.state)
        ]
    note_look(edge, actor, "reminders.listed", [one.id for one in people])
    write_rows(rows, _LEDGER, format_)
    if not rows:
        write_message("Nothing is decided or to come for that.")


@reminders.command(short_help="What waits for release.", epilog="Example: certtrack reminders held --format csv")
@formatted
@spoken
@acting_as
@pass_edge
def held(edge: Edge, format_: Format, language: str, actor: Actor) -> None:
    """List what waits until somebody releases it, and how each is released."""
    with edge.reading() as session:
        causes = list_held(session)
    rows = [row for cause in causes for row in _held_rows(cause, say_by(_WORDS, language, "cause_kind", cause.kind))]
    note_look(edge, actor, "reminders.held_listed", [row["person"] for row in rows])
    write_rows(rows, _HELD, format_)
    if not rows:
        write_message("Nothing waits for release.")


@reminders.command(short_help="Let go what waits.", epilog="Example: certtrack reminders release import:7")
@click.argument("cause", required=False)
@click.option("--person", metavar="PERSON", help="One person by name, with their later stages: a number or an address.")
@click.option("--all", "everything", is_flag=True, help="Every cause, and everybody who waits by name.")
@acting_as
@pass_edge
def release(edge: Edge, cause: str | None, person: str | None, everything: bool, actor: Actor) -> None:
    """Let go what waits: of one CAUSE, of one person, or all of it; name exactly one of the three.

    A cause once released stays so. What is no longer true isn't mailed; the next stage says what is true then.
    """
    if (cause is not None) + (person is not None) + everything != 1:
        raise click.UsageError("Name one of these: a CAUSE, --person PERSON, or --all.")
    at = edge.clock.now()
    with edge.writing() as session:
        if cause is not None:
            released = release_cause(session, cause, actor=actor, at=at)
        elif person is not None:
            released = release_person(session, get_person_asked(session, person).id, actor=actor, at=at)
        else:
            released = release_all(session, actor=actor, at=at)
    click.echo(released)
    write_message("Nothing was due just now; what is still to come is free." if not released else _say(released))


@reminders.command(
    short_help="Say that the database was put back.", epilog="Example: certtrack reminders restored --as alice"
)
@acting_as
@pass_edge
def restored(edge: Edge, actor: Actor) -> None:
    """Say that the database was put back from a backup, before the jobs run again.

    CertTrack notices that by itself where the instance's folder is newer than the database. Say it where the folder
    was put back too. What may have been mailed since the backup then waits for the planner: where it is for more
    people than the reminder policy's guard_above, it is held until it is released.
    """
    with edge.writing() as session:
        key = note_restored(session, actor=actor, at=edge.clock.now())
    click.echo(key)
    write_message(
        "Noted. What was due before now, and isn't on record as sent, may have been mailed: planning holds it where it "
        "is for many people. See `certtrack reminders held` once the jobs have run."
    )


def _say(released: int) -> str:
    return "One reminder is released." if released == 1 else f"{released} reminders are released."


def _ledger_row(entry: LedgerEntry, person_id: int, name: str) -> dict[str, Any]:
    return {"person": person_id, "name": name} | asdict(entry)


def _held_rows(cause: HeldCause, why: str) -> list[dict[str, Any]]:
    together = [_held_row(cause, why, one, f"certtrack reminders release {cause.key}") for one in cause.people]
    return together + [
        _held_row(cause, why, one, f"certtrack reminders release --person {one.person_id}") for one in cause.by_name
    ]


def _tell_mail(mail: HeldMail) -> str:
    what = mail.credential if mail.kind == "cycle" else mail.kind
    return f"{what} {mail.stage} of {mail.anchor_on}"


def _held_row(cause: HeldCause, why: str, one: HeldPerson, how: str) -> dict[str, Any]:
    return {
        "cause": cause.key,
        "why": why,
        "release": how,
        "person": one.person_id,
        "name": one.name,
        "stages": ", ".join(_tell_mail(mail) for mail in one.mails),
        "since": cause.since.isoformat(timespec="minutes"),
    }
