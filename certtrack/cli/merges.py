"""`certtrack merge`: two records of one person made one, and that undone."""

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import write_message
from certtrack.security import Actor
from certtrack.services.lookup import get_person_asked
from certtrack.services.merges import merge_people, undo_merge


@click.command(
    short_help="Make two records of one person one.",
    epilog='Example: certtrack merge 31 carol@example.org --because "She came twice in the list" --as alice',
)
@click.argument("person")
@click.argument("into", required=False)
@click.option("--because", "reason", required=True, metavar="REASON", help="Why; it stays on record.")
@click.option("--undo", is_flag=True, help="Let PERSON, by the number of their own record, be somebody else again.")
@acting_as
@pass_edge
def merge(edge: Edge, person: str, into: str | None, reason: str, undo: bool, actor: Actor) -> None:
    """Let PERSON be the same person as INTO, whose name, address and wishes hold from then on.

    Nothing is rewritten: certifications, hours and exams of both count as one person's, mail goes to INTO, and --undo
    parts them again. Each is a certification's number, an address, the person's own number, or the name.
    """
    if (into is None) != undo:
        raise click.UsageError("Name two people, or one with --undo.")
    at = edge.clock.now()
    with edge.writing() as session:
        if into is not None:
            number = get_person_asked(session, person).id
            whole = merge_people(
                session, edge.rulebook, number, get_person_asked(session, into).id, reason=reason, actor=actor, at=at
            )
            said = f"{number} is {whole.id} from now on; undo it with: certtrack merge {number} --undo"
        else:
            if not (person.isascii() and person.isdigit()):
                raise click.UsageError("With --undo name the record by its number.")
            parted = undo_merge(session, edge.rulebook, int(person), reason=reason, actor=actor, at=at)
            said = f"{parted.id} is a person of their own again."
    write_message(said)
