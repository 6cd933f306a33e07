"""`certtrack reminders forecast` and `preview`: the mails to come, and what another reminder policy would change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, write_message, write_rows
from certtrack.cli.parsing import DAY
from certtrack.cli.standing import note_look
from certtrack.errors import BadInput
from certtrack.packs import read_policy
from certtrack.security import Actor
from certtrack.services.forecast.coming import ComingMail, foresee, list_people
from certtrack.services.forecast.preview import Ahead, Difference, compare_ahead, list_differences
from certtrack.services.forecast.scope import Scope
from certtrack.services.lookup import get_person_asked
from certtrack.services.organizations import get_organization
from certtrack.services.reminders.arming import earliest_day, list_merged

_MAIL = ("day", "person", "name", "credential", "due_on", "stage", "occurrence", "audience", "to", "recipient")
_FORECAST = (*_MAIL, "kept_back", "until", "then")
_PREVIEW = ("change", "was_on", *_MAIL, "kept_back")
_USUAL, _MOST = timedelta(days=90), timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are asked for, and the moment from which they are foreseen."""

    at: datetime
    from_on: date
    to_on: date


@click.command(
    short_help="The mails to come.",
    epilog="Example: certtrack reminders forecast --from 2026-10-01 --to 2026-12-31",
)
@click.option("--from", "from_on", type=DAY, metavar="DAY", help="The first day.  [default: today]")
@click.option("--to", "to_on", type=DAY, metavar="DAY", help="The last day, included.  [default: 90 days on]")
@click.option("--person", metavar="PERSON", help="Only about one person: a number or an address.")
@click.option("--organization", metavar="KEY", help="Only those of one organization.  [default: of all]")
@formatted
@acting_as
@pass_edge
def forecast(
    edge: Edge,
    from_on: date | None,
    to_on: date | None,
    person: str | None,
    organization: str | None,
    format_: Format,
    actor: Actor,
) -> None:
    """List every mail to come, by day: about whom, which stage, to whom, and what keeps it back as things are.

    It is what the planner decides, day after day, with nothing changed meanwhile. A mail that waits for release, for
    an address, or for the end of a suspension is listed with that; `until` is the day on which that ends by itself:
    then it goes out, or a later mail has taken its place. The week's mail about a team has the stage `weekly`, and
    is about nobody by name: with --person it isn't listed. Mails that somebody's act brings, such as a new password,
    can't be foreseen.
    """
    days = _find_days(edge, from_on, to_on)
    with edge.reading() as session:
        scope = _find_scope(session, person, organization)
        found = foresee(session, edge.rulebook, scope, at=days.at, from_on=days.from_on, to_on=days.to_on)
        mails = sorted(found, key=_in_order)
    note_look(edge, actor, "reminders.foreseen", list_people(mails))
    write_rows((_row(mail) for mail in mails), _FORECAST, format_)
    kept = sum(mail.kept_back is not None for mail in mails)
    write_message(
        f"From {days.from_on} to {days.to_on}: {len(mails) - kept} to go out, {kept} kept back as things are."
    )


@click.command(
    short_help="What another reminder policy would change.",
    epilog="Example: certtrack reminders preview policy.toml --to 2027-06-30",
)
@click.argument("policy", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "from_on", type=DAY, metavar="DAY", help="The first day.  [default: today]")
@click.option("--to", "to_on", type=DAY, metavar="DAY", help="The last day, included.  [default: 90 days on]")
@click.option("--organization", metavar="KEY", help="Only those of one organization.  [default: of all]")
@formatted
@acting_as
@pass_edge
def preview(
    edge: Edge,
    policy: Path,
    from_on: date | None,
    to_on: date | None,
    organization: str | None,
    format_: Format,
    actor: Actor,
) -> None:
    """List what the reminder policy in the file POLICY would change: mails that are added, dropped, moved, or wait.

    Nothing is written. It says too how many people the change itself would mail at once, and whether those mails would
    wait for release. To use the policy, put the file into the instance's folder `policies` and restart.
    """
    days = _find_days(edge, from_on, to_on)
    wanted = read_policy(policy)
    with edge.reading() as session:
        scope = _find_scope(session, None, organization)
        ahead = compare_ahead(session, edge.rulebook, wanted, at=days.at, to_on=days.to_on)
        found = list_differences(session, ahead, scope, at=days.at, from_on=days.from_on, to_on=days.to_on)
        differences = sorted(found, key=lambda one: _in_order(one.mail))
    note_look(edge, actor, "reminders.foreseen", list_people(one.mail for one in differences))
    write_rows([_difference_row(one) for one in differences], _PREVIEW, format_)
    _say_change(ahead, differences)


def _find_days(edge: Edge, from_on: date | None, to_on: date | None) -> Days:
    at = edge.clock.now()
    today = earliest_day(at)
    first = from_on or today
    last = to_on or first + _USUAL
    if first < today:
        raise BadInput(
            f"{first} is over: `certtrack reminders ledger` lists what was mailed. Name a day from {today} on."
        )
    if last < first:
        raise BadInput(f"The last day, {last}, comes before the first, {first}.")
    if last - today > _MOST:
        raise BadInput(f"{last} is more than five years ahead; name an earlier last day.")
    return Days(at, first, last)


def _find_scope(session: Session, person: str | None, organization: str | None) -> Scope:
    people = list_merged(session, get_person_asked(session, person).id) if person else None
    places = [get_organization(session, organization).id] if organization else None
    return Scope(places=places, people=people)


def _in_order(mail: ComingMail) -> tuple[date, datetime, str, tuple[object, ...]]:
    return mail.on, mail.at, mail.name, mail.key


def _row(mail: ComingMail) -> dict[str, Any]:
    return {
        "day": mail.on,
        "person": mail.person_id,
        "name": mail.name if mail.person_id is not None else None,
        "credential": mail.credential,
        "due_on": mail.anchor_on if mail.person_id is not None else None,
        "stage": mail.stage,
        "occurrence": mail.occurrence,
        "audience": mail.audience,
        "to": mail.recipient_id,
        "recipient": mail.recipient,
        "kept_back": mail.kept_back,
        "until": mail.until_on,
        "then": mail.then,
    }


def _difference_row(one: Difference) -> dict[str, Any]:
    return {"change": one.change, "was_on": one.was_on} | _row(one.mail)


def _say_change(ahead: Ahead, differences: Sequence[Difference]) -> None:
    counts = Counter(one.change for one in differences)
    people = len(list_people(one.mail for one in differences))
    if not differences:
        write_message("It changes no mail in that time.")
    else:
        write_message(
            f"People concerned: {people}. Mails added: {counts['added']}, dropped: {counts['dropped']}, "
            f"moved: {counts['moved']}, that would wait: {counts['kept_back']}."
        )
    for first in ahead.first_mails:
        wait = (
            f"more than {first.guard_above}, so they wait for release" if first.is_held else "they go out at their hour"
        )
        write_message(f"People whom the change itself mails on {first.on}: {first.people}; {wait}.")
