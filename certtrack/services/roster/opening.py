"""A roster as it is opened, and what its import tells."""

from sqlalchemy.orm import Session

from certtrack.services.roster.layout import ROSTER
from certtrack.services.roster.mapping import NO_MAPPING, read_mapping
from certtrack.services.roster.roster import read_roster
from certtrack.services.roster.runs import Import
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.sheets.asked import Asked, Kind, Told


def open_file(session: Session, rulebook: Rulebook, asked: Asked) -> Import:
    """The roster, read whole. Raises BadInput."""
    rules = confirmed_rules(session, rulebook)
    mapping = read_mapping(*asked.mapping, rules.packs) if asked.mapping else NO_MAPPING
    read = read_roster(asked.file_name, asked.data, mapping, rules.packs, asked.today)
    return Import(read, asked.organization, rules, asked.actor, asked.at)


KIND = Kind(
    layout=ROSTER,
    open_file=open_file,
    new_columns=("line", "name", "due_on"),
    change_columns=("line", "name", "number", "field", "old", "new"),
    missing_columns=("person", "name", "key"),
    told=(Told("past_their_day", ("line", "name", "number", "due_on"), Import.list_past),),
    count_more=lambda work: {f"finding_{kind}": count for kind, count in work.count_findings().items()},
)
