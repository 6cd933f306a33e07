"""`certtrack reminders told`: that somebody was told a stage by letter, by phone or in person."""

from collections.abc import Sequence
from datetime import date
from typing import cast, get_args

import click
from sqlalchemy.orm import Session

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import flatten, write_message
from certtrack.cli.parsing import DAY
from certtrack.errors import NotFound, Refused
from certtrack.language import say_by
from certtrack.security import Actor
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.tellings import How, NewTelling, find_hindrance, find_telling, note_told, take_back_told
from certtrack.services.ledger.whole import list_whole_ledger
from certtrack.services.lookup import get_person_asked

_WORDS = "reminders/words.jinja"


@click.command(
    short_help="Note that somebody was told otherwise.",
    epilog="Example: certtrack reminders told carol@example.org before_30 --by phone --on 2026-10-02 --as bob",
)
@click.argument("person")
@click.argument("stage")
@click.option("--by", "how", type=click.Choice(get_args(How)), help="How they were told.")
@click.option("--on", "told_on", type=DAY, metavar="DAY", help="On which day.  [default: today]")
@click.option("--who", metavar="NAME", help="Who told them.  [default: whoever notes it]")
@click.option("--certification", type=int, metavar="ID", help="Which one, by its own number, where several have it.")
@click.option("--due", type=DAY, metavar="DAY", help="Which one, by the day that it is about, where several have it.")
@click.option("--take-back", "reason", metavar="REASON", help="Take the note back instead; why it was a mistake.")
@acting_as
@pass_edge
def told(
    edge: Edge,
    person: str,
    stage: str,
    how: str | None,
    told_on: date | None,
    who: str | None,
    certification: int | None,
    due: date | None,
    reason: str | None,
    actor: Actor,
) -> None:
    """Note that a PERSON was told a STAGE by letter, by phone or in person: no mail is sent for it, nor a copy of it.

    PERSON is a certification's number, an address, the person's own number, or the name. What was mailed already can't
    be noted. A note that was a mistake is taken back with --take-back: the stage is then decided on anew.
    """
    if (how is None) == (reason is None):
        raise click.UsageError("Say how they were told (--by), or why a note is taken back (--take-back).")
    at = edge.clock.now()
    with edge.writing() as session:
        found = get_person_asked(session, person)
        today = edge.today(found.zone)
        entries = list_whole_ledger(session, edge.rulebook, actor, found.id, at)
        if due is not None:
            entries = [entry for entry in entries if entry.anchor_on == due]
        if reason is not None:
            _take_back(session, _pick(entries, stage, certification, "told"), reason, edge, actor)
        else:
            entry = _pick(entries, stage, certification, None)
            new = NewTelling(cast("How", how), told_on or today, who)
            note_told(session, edge.rulebook, found.id, entry.key, new, actor=actor, at=at)
    write_message(
        "Taken back; the stage is decided on anew." if reason is not None else "Noted; no mail is sent for it."
    )


def _pick(entries: Sequence[LedgerEntry], stage: str, certification: int | None, state: str | None) -> LedgerEntry:
    """The one entry of that stage that can be noted, or with a state the one that is in it."""
    of_stage = [entry for entry in entries if entry.stage == stage and certification in (None, entry.certification_id)]
    if not of_stage:
        known = ", ".join(dict.fromkeys(entry.stage for entry in entries)) or "none"
        raise NotFound(f"No stage is called {stage!r} here; there are: {known}.")
    if state is not None:
        found = [entry for entry in of_stage if entry.state == state]
    else:
        found = [entry for entry in of_stage if find_hindrance(entry, entries) is None]
    if not found:
        hindrance = find_hindrance(of_stage[-1], entries)
        raise Refused(_say_not_noted() if state is not None or hindrance is None else _say(hindrance))
    if len(found) > 1:
        ways = " or ".join(_name_way(entry) for entry in found)
        raise Refused(f"{len(found)} of the person's days have this stage; say which: {ways}.")
    return found[0]


def _name_way(entry: LedgerEntry) -> str:
    is_of_cycle = entry.subject_kind == "cycle"
    return f"--certification {entry.certification_id}" if is_of_cycle else f"--due {entry.anchor_on}"


def _take_back(session: Session, entry: LedgerEntry, reason: str, edge: Edge, actor: Actor) -> None:
    telling = find_telling(session, entry.reminder_id or 0)
    if telling is None:
        raise Refused(_say_not_noted())
    take_back_told(session, telling, expected_no=telling.no, reason=reason, actor=actor, at=edge.clock.now())


def _say(hindrance: str) -> str:
    return flatten(say_by(_WORDS, "en", "hindrance_sentence", hindrance))


def _say_not_noted() -> str:
    return "Nobody has noted for this stage that somebody told the person."
