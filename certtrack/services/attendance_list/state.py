"""What is on record for some rows: the trainings offered, who is in them, what is noted, what earlier files brought."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Enrollment, ImportedRow, Training, TrainingAttendance
from certtrack.db.queries.merges import load_merged
from certtrack.db.queries.trainings import list_session_facts
from certtrack.rules.training import SessionFact
from certtrack.services.attendance_list.layout import KIND
from certtrack.services.people import fold
from certtrack.services.trainings.attendance import Cell, Noted

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """A training of the organization, with its sessions by their days. `seats` None where nobody has said how many."""

    id: int
    title: str
    is_called_off: bool
    seats: int | None
    sessions: tuple[SessionFact, ...]

    @property
    def folded_title(self) -> str:
        """The title as it is compared."""
        return fold(self.title)


@dataclass(frozen=True, slots=True)
class Place:
    """How somebody is in a training."""

    enrollment_id: int
    is_accepted: bool
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """A row that an earlier file brought: its number, and the minutes that it said."""

    id: int
    minutes: str


@dataclass(frozen=True, slots=True)
class State:
    """What is on record, merged people being one.

    `places` are by training and person, `taken` the seats of each training, `noted` by enrollment and session,
    `brought` by person and session.
    """

    places: Mapping[tuple[int, int], Place]
    taken: Mapping[int, int]
    noted: Mapping[Cell, Noted]
    brought: Mapping[tuple[int, int], Brought]


def make_key(person_id: int, session_id: int) -> str:
    """What a row is known by from file to file: a person in a session, which is one training's."""
    return f"{person_id}|{session_id}"


def load_offered(session: Session, organization_id: int) -> list[Offered]:
    """Every training of the organization, the oldest record first; two queries."""
    query = select(Training).where(Training.organization_id == organization_id).order_by(Training.id)
    trainings = session.scalars(query).all()
    sessions = list_session_facts(session, {one.id for one in trainings})
    return [
        Offered(one.id, one.title, one.state == "called_off", one.seats, tuple(sessions[one.id])) for one in trainings
    ]


def load_state(session: Session, organization_id: int, trainings: Collection[int], cells: Iterable[Cell]) -> State:
    """Load what these cells, persons and sessions of these trainings, may meet; a few queries."""
    enrollments = session.scalars(
        select(Enrollment)
        .where(Enrollment.training_id.in_(trainings))
        .order_by(Enrollment.id)
        .execution_options(populate_existing=True)
    ).all()
    wanted = list(cells)
    merged = load_merged(session, {person for person, _ in wanted} | {one.person_id for one in enrollments})
    places: dict[tuple[int, int], Place] = {}
    for one in enrollments:
        who = merged.get(one.person_id, one.person_id)
        place = Place(one.id, one.state == "accepted", one.completed_on is not None)
        places.setdefault((one.training_id, who), place)
    return State(
        places=places,
        taken=Counter(one.training_id for one in enrollments if one.state == "accepted"),
        noted=_load_noted(session, [one.id for one in enrollments]),
        brought=_load_brought(session, organization_id, wanted, merged),
    )


def _load_noted(session: Session, enrollment_ids: Sequence[int]) -> dict[Cell, Noted]:
    row = TrainingAttendance
    query = select(row.enrollment_id, row.session_id, row.minutes, row.no).where(row.enrollment_id.in_(enrollment_ids))
    return {(place, one): Noted(minutes, no) for place, one, minutes, no in session.execute(query)}


def _load_brought(
    session: Session, organization_id: int, cells: Sequence[Cell], merged: Mapping[int, int]
) -> dict[tuple[int, int], Brought]:
    same: dict[int, list[int]] = defaultdict(list)
    for was, now in merged.items():
        same[now].append(was)
    keys = {make_key(who, one): (person, one) for person, one in cells for who in (*same[person], person)}
    found: dict[tuple[int, int], Brought] = {}
    names = sorted(keys)
    for start in range(0, len(names), _AT_ONCE):
        query = select(ImportedRow).where(
            ImportedRow.organization_id == organization_id,
            ImportedRow.kind == KIND,
            ImportedRow.key.in_(names[start : start + _AT_ONCE]),
        )
        for row in session.scalars(query.execution_options(populate_existing=True)):
            found[keys[row.key]] = Brought(row.id, row.said["minutes"])
    return found
