"""A log of continuing education as it is opened, and what its import tells."""

from sqlalchemy.orm import Session

from certtrack.services.credit_log.layout import CREDIT_LOG
from certtrack.services.credit_log.mapping import make_meanings, read_mapping
from certtrack.services.credit_log.rows import read_log
from certtrack.services.credit_log.runs import Import
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.asked import Asked, Kind, Told
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping


def open_file(session: Session, rulebook: Rulebook, asked: Asked) -> Import:
    """The log, read whole, by the words confirmed now or earlier. Raises BadInput."""
    mapping, confirmed = read_mapping(*asked.mapping, rulebook.packs) if asked.mapping else (Mapping(), None)
    meanings = make_meanings(load_words(session, asked.organization.id, CREDIT_LOG.kind), confirmed)
    log = read_log(asked.file_name, asked.data, mapping, asked.today, meanings.formats)
    return Import(
        log,
        asked.organization,
        rulebook,
        asked.actor,
        asked.at,
        meanings=meanings,
        confirmed=confirmed,
    )


KIND = Kind(
    layout=CREDIT_LOG,
    open_file=open_file,
    new_columns=("line", "name", "title"),
    change_columns=("line", "name", "title", "field", "old", "new"),
    missing_columns=("name", "title", "first_on", "minutes"),
    told=(
        Told("kept", ("line", "name", "title", "field", "record", "file"), Import.list_kept),
        Told("twice", ("line", "first_line", "name", "field", "first", "second"), Import.list_twice),
        Told("categories", ("word", "rows"), Import.list_unmapped),
        Told("formats", ("word", "rows"), Import.list_unknown),
    ),
)
