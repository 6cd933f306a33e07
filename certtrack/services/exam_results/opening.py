"""A list of exam results as it is opened, and what its import tells."""

from sqlalchemy.orm import Session

from certtrack.services.exam_results.layout import EXAM_RESULTS
from certtrack.services.exam_results.mapping import NO_MAPPING, read_mapping
from certtrack.services.exam_results.rows import read_results
from certtrack.services.exam_results.runs import Import
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.asked import Asked, Kind, Told

_WHICH = ("name", "credential", "taken_on", "attempt")


def open_file(_session: Session, rulebook: Rulebook, asked: Asked) -> Import:
    """The list, read whole. Raises BadInput."""
    mapping = read_mapping(*asked.mapping, rulebook.packs) if asked.mapping else NO_MAPPING
    file = read_results(asked.file_name, asked.data, mapping, rulebook.packs, asked.today)
    return Import(file, asked.organization, rulebook, asked.actor, asked.at)


KIND = Kind(
    layout=EXAM_RESULTS,
    open_file=open_file,
    new_columns=("line", "name", "taken_on"),
    change_columns=("line", *_WHICH, "field", "old", "new"),
    missing_columns=_WHICH,
    told=(
        Told("kept", ("line", *_WHICH, "field", "record", "file"), Import.list_kept),
        Told("twice", ("line", "first_line", *_WHICH), Import.list_twice),
    ),
    has_own_rights=True,
)
