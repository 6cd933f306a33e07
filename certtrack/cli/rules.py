"""`certtrack rules`: which rule packs there are, what they leave open, and who settled it."""

from datetime import date

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.evaluate import evaluate_
from certtrack.cli.output import write_message
from certtrack.cli.parsing import DAY
from certtrack.cli.rebuilding import rebuild
from certtrack.cli.rules_check import check, schema
from certtrack.cli.rules_diff import diff
from certtrack.cli.rules_told import list_
from certtrack.security import Actor
from certtrack.services.confirmations import confirm_rule
from certtrack.services.recounts import find_newest_recount, work_at_recount

_CONFIRMING = "certtrack rules confirm PACK weekend.rule next_day --source 'Letter of the program' --on 2026-10-31"


@click.group(epilog=f"Example: {_CONFIRMING}")
def rules() -> None:
    """Rule packs: what they say and leave open."""


rules.add_command(list_)
rules.add_command(rebuild)
rules.add_command(check)
rules.add_command(schema)
rules.add_command(diff)


@rules.command(short_help="Settle a value that isn't published.", epilog=f"Example: {_CONFIRMING}")
@click.argument("pack")
@click.argument("key")
@click.argument("value")
@click.option("--source", required=True, metavar="SOURCE", help="Who said it, or the address where it stands.")
@click.option("--on", type=DAY, required=True, metavar="DAY", help="The day on which it was said or read.")
@acting_as
@pass_edge
def confirm(edge: Edge, pack: str, key: str, value: str, source: str, on: date, actor: Actor) -> None:
    """Put on record what VALUE the unknown KEY of a rule PACK has, as the authority told somebody.

    The pack's file stays as it is; from now on standings rest on the value and name its source, and answers as known
    before today don't. KEY is its place in the file. VALUE is as the file would have it: minutes, a number, a word;
    `unknown` takes back what was confirmed. Where it is broken off, the job recount_rules does the rest.
    """
    at = edge.clock.now()
    with edge.writing() as session:
        whole = confirm_rule(session, edge.rulebook, pack, key, value, source=source, on=on, actor=actor, at=at).key
        recount = find_newest_recount(session, pack)
    if recount is not None:
        work_at_recount(edge.writing, edge.rulebook, recount.id, now=edge.clock.now)
    with edge.reading() as session:
        recount = find_newest_recount(session, pack)
    done, changed = (recount.looked_at, recount.changed) if recount is not None else (0, 0)
    write_message(f"{pack}, {whole}: {value}, by {source}.")
    write_message(f"Certifications looked at anew: {done}. They stand otherwise, today or later: {changed}.")


rules.add_command(evaluate_)
