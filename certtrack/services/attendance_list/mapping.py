"""An attendance list's mapping file: which training on record an office's own name for one stands for.

`confirmed_by = "Alice Example"`: who says so; it is recorded, and later imports need no mapping file for these words.
`[trainings] "CPS spring" = "Certified Peer Specialist training"`: the file's word = the title on record, or the
number.
"""

from collections.abc import Mapping as Table

from certtrack.services.attendance_list.layout import ATTENDANCE
from certtrack.services.sheets.mapping import Confirmed, Mapping, parse_mapping

_TOPIC = "trainings"


def read_mapping(file_name: str, data: bytes) -> tuple[Mapping, Confirmed]:
    """The mapping in a TOML file. Raises BadInput, which names the file, the key and what was expected."""
    read = parse_mapping(file_name, data, ATTENDANCE)
    return Mapping(sheet=read.sheet, heads=read.heads), read


def make_titles(words: Table[str, Table[str, str]], confirmed: Confirmed | None) -> dict[str, str]:
    """By the folded word the title or number that it stands for: as on record, and as this mapping file confirms."""
    fresh = confirmed.translate(_TOPIC, str) if confirmed else {}
    return {**words.get(_TOPIC, {}), **fresh}
