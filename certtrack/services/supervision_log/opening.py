"""A log of supervision as it is opened, and what its import tells."""

from sqlalchemy.orm import Session

from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.asked import Asked, Kind, Told
from certtrack.services.sheets.mapping import Mapping, parse_mapping
from certtrack.services.supervision_log.layout import SUPERVISION_LOG
from certtrack.services.supervision_log.rows import read_log
from certtrack.services.supervision_log.runs import Import


def open_file(_session: Session, rulebook: Rulebook, asked: Asked) -> Import:
    """The log, read whole. Raises BadInput."""
    read = parse_mapping(*asked.mapping, SUPERVISION_LOG) if asked.mapping else None
    mapping = Mapping(sheet=read.sheet, heads=read.heads) if read else Mapping()
    log = read_log(asked.file_name, asked.data, mapping, asked.today)
    return Import(
        log,
        asked.organization,
        rulebook,
        asked.actor,
        asked.at,
        language=asked.language,
    )


KIND = Kind(
    layout=SUPERVISION_LOG,
    open_file=open_file,
    new_columns=("line", "name", "held_on"),
    change_columns=("line", "name", "held_on", "field", "old", "new"),
    missing_columns=("supervisor", "name", "held_on", "minutes", "kind"),
    told=(
        Told("kept", ("line", "name", "held_on", "field", "record", "file"), Import.list_kept),
        Told("twice", ("line", "first_line", "name", "field", "first", "second"), Import.list_twice),
        Told("service", ("line", "name", "held_on", "hours", "reason"), Import.list_unserved),
    ),
)
