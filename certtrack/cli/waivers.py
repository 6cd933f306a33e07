"""`certtrack waivers`: what an authority's letter gives to a whole group, seen before, put on record, taken back."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, formatted, spoken, write_message, write_rows
from certtrack.cli.parsing import DAY
from certtrack.cli.progress import show_progress
from certtrack.cli.standing import note_look
from certtrack.cli.waivers_told import list_rows, say, say_difference, say_how_far, tell_act
from certtrack.db.models import GroupAct
from certtrack.errors import BadInput, StaleRecord
from certtrack.security import Actor
from certtrack.services.credits.amounts import read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable
from certtrack.services.group_acts.acts import begin_group_act, find_group_act, get_group_act, list_group_acts
from certtrack.services.group_acts.plan import compare, make_digest, plan_group
from certtrack.services.group_acts.running import work_at
from certtrack.services.group_acts.undoing import begin_undoing
from certtrack.services.group_acts.wish import GroupWish, read_wish_told
from certtrack.services.organizations import get_organization

C = TypeVar("C", bound=Callable[..., Any])

_SEEN = (
    *("person", "name", "number", "due_before", "due_after", "standing_before", "standing_after"),
    *("open_before", "open_after", "why_not"),
)
_ACTS = ("act", "pack", "due_from_on", "due_until_on", "gives", "state", "members", "written", "given_by")


class _Off(click.ParamType[tuple[str, int]]):
    """Hours taken off a requirement, written total=5 or ethics_boundaries=1:30."""

    name = "requirement=hours"

    def convert(
        self,
        value: str | tuple[str, int],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, int]:
        """The requirement and whole minutes; wrong usage where it can't be read."""
        if isinstance(value, tuple):
            return value
        key, _, amount = value.partition("=")
        try:
            return key, to_minutes(read_amount(amount), "hours", None)
        except Unreadable:
            self.fail(f"{value!r} isn't a requirement and its hours. Write total=5, or total=2:30.", param, ctx)


@click.group(short_help="What was given to a whole group.", epilog="Example: certtrack waivers list")
def waivers() -> None:
    """What a letter of the authority gives to everybody due then: hours waived or taken off, or a later day."""


def _wish_options(command: C) -> C:
    for option in (
        click.option("--person", "people", multiple=True, metavar="NUMBER", help="Only whoever has this number."),
        click.option("--organization", metavar="KEY", help="Only records of this organization.  [default: of all]"),
        click.option("--letter", type=DAY, help="The letter's day."),
        click.option("--words", required=True, help="Why it was given, and where it is written."),
        click.option("--by", "given_by", required=True, help="Who gave it."),
        click.option("--from", "from_on", type=DAY, required=True, help="From which day it holds, also long ago."),
        click.option("--days", type=click.IntRange(0, 1_000), default=0, help="Each one's own day, and so many days."),
        click.option("--months", type=click.IntRange(0, 60), default=0, help="Each one's own day, and so many months."),
        click.option("--to", "due_on", type=DAY, help="One later due day for everybody."),
        click.option("--off", "takes_off", multiple=True, type=_Off(), help="Hours taken off, such as total=5."),
        click.option("--waive", "waives", multiple=True, help="What is waived: total, or the key of an area."),
        click.option("--until", type=DAY, help="The last due day, where they are several."),
        click.option("--due", type=DAY, required=True, help="Everybody due on this day."),
        click.argument("pack"),
    ):
        command = option(command)
    return command


@waivers.command(
    short_help="Who would be in it, before and after.",
    epilog="Example: certtrack waivers preview PACK --due 2026-10-31 --to 2027-01-31 --from 2026-10-31"
    " --by DCTS --words 'Letter of May 18' --format json",
)
@_wish_options
@formatted
@spoken
@acting_as
@pass_edge
def preview(
    edge: Edge,
    /,
    pack: str,
    due: date,
    until: date | None,
    months: int,
    days: int,
    organization: str | None,
    letter: date | None,
    format_: Format,
    language: str,
    actor: Actor,
    **said: Any,  # noqa: ANN401  # the other options, by the names of a wish
) -> None:
    """Show who would be in it, by the rules PACK, and write nothing.

    A file with what it gives as JSON is what `certtrack waivers give` puts on record, as long as nothing has changed.
    """
    wish = GroupWish(
        pack_key=pack, due_from_on=due, due_until_on=until or due, months_later=months, days_later=days,
        letter_on=letter, **said,
    )  # fmt: skip
    with edge.reading() as session:
        if organization is not None:
            wish = replace(wish, organization_id=get_organization(session, organization).id)
        plan = plan_group(session, edge.rulebook, wish, actor=actor, at=edge.clock.now())
    people = [one.member.person_id for one in plan.members] + [one.member.person_id for one in plan.left_out]
    note_look(edge, actor, "people.listed", people)
    rows = list(list_rows(plan, language))
    if format_ == "json":
        seen = {str(number): basis for number, basis in plan.seen.items()}
        write_rows([{"wish": wish.tell_whole(), "seen": seen, "unknown": plan.unknown, "rows": rows}], (), "json")
        return
    write_rows(rows, _SEEN, format_)
    write_message(f"{len(plan.members)} are in it, {len(plan.left_out)} were due then and are left out.")
    if plan.unknown:
        write_message(f"Nobody who was due then has these numbers: {', '.join(plan.unknown)}")


@waivers.command(
    short_help="Put on record what was seen.", epilog="Example: certtrack waivers give seen.json --as alice"
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@acting_as
@pass_edge
def give(edge: Edge, file: Path, actor: Actor) -> None:
    """Put on record what `certtrack waivers preview` has written into FILE, and write it to its end.

    Where who is in it has changed since, nothing is written and the difference is shown. The same file again goes on
    with what was stopped, and gives nothing twice.
    """
    wish, seen = _read_file(file)
    at, digest = edge.clock.now(), make_digest(wish, seen)
    with edge.reading() as session:
        begun = find_group_act(session, digest)
        plan = plan_group(session, edge.rulebook, wish, actor=actor, at=at) if begun is None else None
        difference = compare(session, plan, seen, actor=actor, at=at) if plan is not None else None
    if begun is not None:
        act_id = begun.id
    elif plan is not None:
        if difference:
            raise StaleRecord(say_difference(difference))
        with edge.writing() as session:
            act_id = begin_group_act(session, plan, digest, actor=actor, at=at).id
    act = _work(edge, actor, act_id, "Writing", len(seen))
    click.echo(act.id)
    write_message(say_how_far(act))


@waivers.command(
    short_help="Take back what was given to a group.",
    epilog="Example: certtrack waivers undo 3 --reason 'It was another letter' --as alice",
)
@click.argument("act_id", metavar="ACT", type=int)
@click.option("--reason", required=True, help="Why; it stays on record.")
@acting_as
@pass_edge
def undo(edge: Edge, act_id: int, reason: str, actor: Actor) -> None:
    """Take back ACT, a number of `certtrack waivers list`, as a whole; stopped in the middle, the same goes on with it.

    What was changed by hand since is kept, and listed.
    """
    with edge.writing() as session:
        act = get_group_act(session, actor, act_id)
        if act.state != "undoing":
            values: dict[str, Any] = {"reason": reason, "actor": actor, "at": edge.clock.now()}
            begin_undoing(session, edge.rulebook, act_id, expected_no=act.no, **values)
    act = _work(edge, actor, act_id, "Taking back", len(act.members))
    for kept in act.kept:
        write_message(f"Kept: waiver {kept['waiver']}, {say('en', 'why_not', kept['why'])}")
    write_message("It is taken back." if act.state == "undone" else "It isn't through yet; the scheduler goes on.")


@waivers.command("list", short_help="What was given to groups.", epilog="Example: certtrack waivers list --format json")
@formatted
@spoken
@acting_as
@pass_edge
def list_(edge: Edge, format_: Format, language: str, actor: Actor) -> None:
    """List what was given to groups, the newest first, with how far each is."""
    with edge.reading() as session:
        acts = list_group_acts(session, actor)
    packs = {pack.key: pack for pack in edge.rulebook.packs.list()}
    write_rows([tell_act(act, packs.get(act.pack_key), language) for act in acts], _ACTS, format_)
    if not acts:
        write_message("Nothing was given to a group so far.")


def _work(edge: Edge, actor: Actor, act_id: int, what: str, total: int) -> GroupAct:
    writing: Callable[[], AbstractContextManager[Any]] = edge.writing
    with show_progress(total, what, "people") as advance:
        work_at(writing, edge.rulebook, act_id, now=edge.clock.now, advance=advance)
    with edge.reading() as session:
        return get_group_act(session, actor, act_id)


def _read_file(file: Path) -> tuple[GroupWish, dict[int, str]]:
    try:
        [told] = json.loads(file.read_text(encoding="utf-8"))
        return read_wish_told(told["wish"]), {int(number): basis for number, basis in told["seen"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file} isn't what `certtrack waivers preview --format json` has written.") from error
