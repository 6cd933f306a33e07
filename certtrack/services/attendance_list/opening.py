"""An attendance list as it is opened, and what its import tells."""

from sqlalchemy.orm import Session

from certtrack.services.attendance_list.layout import ATTENDANCE
from certtrack.services.attendance_list.mapping import make_titles, read_mapping
from certtrack.services.attendance_list.rows import read_list
from certtrack.services.attendance_list.runs import Import
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.asked import Asked, Kind, Told
from certtrack.services.sheets.confirmed import load_words
from certtrack.services.sheets.mapping import Mapping

_WHICH = ("name", "training", "session", "day")


def open_file(session: Session, rulebook: Rulebook, asked: Asked) -> Import:
    """The list, read whole, by the words confirmed now or earlier. Raises BadInput."""
    mapping, confirmed = read_mapping(*asked.mapping) if asked.mapping else (Mapping(), None)
    titles = make_titles(load_words(session, asked.organization.id, ATTENDANCE.kind), confirmed)
    file = read_list(asked.file_name, asked.data, mapping, asked.today)
    return Import(
        file,
        asked.organization,
        rulebook,
        asked.actor,
        asked.at,
        titles=titles,
        confirmed=confirmed,
    )


KIND = Kind(
    layout=ATTENDANCE,
    open_file=open_file,
    new_columns=("line", "name", "training"),
    change_columns=("line", *_WHICH, "old", "new"),
    missing_columns=("name", "training", "day", "minutes"),
    told=(
        Told("kept", ("line", *_WHICH, "record", "file"), Import.list_kept),
        Told("twice", ("line", "first_line", *_WHICH, "first", "second"), Import.list_twice),
    ),
)
