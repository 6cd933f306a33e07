"""The kinds of files that can be brought in."""

from certtrack.errors import NotFound
from certtrack.services.attendance_list.opening import KIND as ATTENDANCE
from certtrack.services.credit_log.opening import KIND as CREDITS
from certtrack.services.exam_results.opening import KIND as EXAMS
from certtrack.services.roster.opening import KIND as ROSTER
from certtrack.services.sheets.asked import Kind
from certtrack.services.supervision_log.opening import KIND as SUPERVISION

KINDS: tuple[Kind, ...] = (ROSTER, CREDITS, ATTENDANCE, SUPERVISION, EXAMS)
"""In the order in which an office that begins needs them: people first."""


def get_kind(key: str) -> Kind:
    """The kind of that name. Raises NotFound, which lists those that there are."""
    found = next((kind for kind in KINDS if kind.key == key), None)
    if found is None:
        raise NotFound(f"There is no kind of file {key!r}; there are: {', '.join(kind.key for kind in KINDS)}.")
    return found
