"""Where the day of a cycle comes from: the file that stated it, and the day on which it came on record so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, CycleVersion, ImportRun

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where a record comes from; `file_name` is None where no import brought it.

    `seen_by` says that a certificate states it, and who has seen that; None for anything else.
    """

    recorded_on: date
    file_name: str | None
    seen_by: str | None = None


def load_sources(
    session: Session, cycle_ids: Iterable[int], zone: str, known_at: datetime | None = None
) -> dict[int, RecordSource]:
    """The source of each cycle's day, in `zone`, as on record now or at `known_at`.

    A version that leaves the day and its evidence alone, such as the closing of the cycle, is no source of it.
    """
    numbers, first = sorted(set(cycle_ids)), dict[int, CycleVersion]()
    for start in range(0, len(numbers), _CHUNK):
        query = select(CycleVersion).where(CycleVersion.cycle_id.in_(numbers[start : start + _CHUNK]))
        if known_at is not None:
            query = query.where(CycleVersion.recorded_at <= known_at)
        for version in session.scalars(query.order_by(CycleVersion.cycle_id, CycleVersion.no)):
            known = first.get(version.cycle_id)
            if known is None or _says(known) != _says(version):
                first[version.cycle_id] = version
    files = _load_files(session, first.values())
    papers = _load_papers(session, first.values())
    return {
        number: RecordSource(
            version.recorded_at.astimezone(ZoneInfo(zone)).date(),
            files.get(_find(version.evidence, "import") or 0),
            papers.get(_find(version.evidence, "application_step") or 0),
        )
        for number, version in first.items()
    }


def _says(version: CycleVersion) -> tuple[date, str, str | None]:
    return version.due_on, version.due_source, version.evidence


def _load_files(session: Session, versions: Iterable[CycleVersion]) -> dict[int, str]:
    runs = {run for version in versions if (run := _find(version.evidence, "import")) is not None}
    query = select(ImportRun.id, ImportRun.file_name).where(ImportRun.id.in_(runs))
    return {row.id: row.file_name for row in session.execute(query)}


def _load_papers(session: Session, versions: Iterable[CycleVersion]) -> dict[int, str | None]:
    """Who has seen each certificate that a cycle's day rests on."""
    steps = {step for version in versions if (step := _find(version.evidence, "application_step")) is not None}
    query = select(ApplicationStep.id, ApplicationStep.proof_seen_by).where(ApplicationStep.id.in_(steps))
    return {row.id: row.proof_seen_by for row in session.execute(query)}


def _find(evidence: str | None, wanted: str) -> int | None:
    kind, _, number = (evidence or "").partition(":")
    return int(number) if kind == wanted and number.isdigit() else None
