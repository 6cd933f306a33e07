"""Where the day of a cycle comes from: the file that stated it, and the day on which it came on record so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, CycleVersion, ImportRun
from certtrack.db.parameters import numbers
from certtrack.db.together import Together
from certtrack.services.names import list_named, make_names, select_names

CERTIFICATE_SEEN = "certificate:seen"
"""The evidence of a cycle that a certificate opened, which whoever put it on record has seen."""
CERTIFICATE_TOLD = "certificate:told"
"""The same, by its holder's word alone."""
_CHUNK = 500


def tell_certificate(*, is_seen: bool) -> str:
    """The evidence of a cycle whose day a certificate states."""
    return CERTIFICATE_SEEN if is_seen else CERTIFICATE_TOLD


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where a record comes from; `file_name` is None where no import brought it.

    `seen_by` says that a certificate states it, and who has seen that; None for anything else. `is_holder_s`: it states
    it by the word of its holder, and nobody else has seen it.
    """

    recorded_on: date
    file_name: str | None
    seen_by: str | None = None
    is_holder_s: bool = False


def load_sources(
    session: Session, zones: Mapping[int, str], known_at: datetime | None = None
) -> dict[int, RecordSource]:
    """The source of each of these cycles' days, in the zone that stands beside it, as on record now or at `known_at`.

    A version that leaves the day and its evidence alone, such as the closing of the cycle, is no source of it.
    """
    numbers, versions = sorted(zones), list[CycleVersion]()
    for start in range(0, len(numbers), _CHUNK):
        versions += session.scalars(select_versions(numbers[start : start + _CHUNK], known_at))
    first = find_first(versions)
    *papers, accounts, people = _put_together().ask(session, list_papers(first) | list_named(list_witnesses(first)))
    return make_sources(first, papers, zones, make_names(accounts, people))


def select_versions(cycle_ids: Sequence[int], known_at: datetime | None = None) -> Select[CycleVersion]:
    """Every version of these cycles, as on record now or at that moment."""
    query = select(CycleVersion).where(CycleVersion.cycle_id.in_(cycle_ids))
    return query if known_at is None else query.where(CycleVersion.recorded_at <= known_at)


def find_first(versions: Iterable[CycleVersion]) -> dict[int, CycleVersion]:
    """By cycle the version that first said its day as it is said last."""
    first: dict[int, CycleVersion] = {}
    for version in sorted(versions, key=lambda one: (one.cycle_id, one.no)):
        known = first.get(version.cycle_id)
        if known is None or _says(known) != _says(version):
            first[version.cycle_id] = version
    return first


def list_papers(first: Mapping[int, CycleVersion]) -> dict[str, list[int]]:
    """What these versions rest on, as `select_papers` asks for it."""
    named = (("papers_read", "import"), ("papers_seen", "application_step"))
    return {
        name: sorted({number for one in first.values() if (number := _find(one.evidence, kind)) is not None})
        for name, kind in named
    }


def list_witnesses(first: Mapping[int, CycleVersion]) -> Iterable[str]:
    """Who has seen the certificates that opened cycles, by the keys that records keep."""
    return (version.recorded_by for version in first.values() if version.evidence == CERTIFICATE_SEEN)


def select_papers() -> tuple[Select[int, str], Select[int, str | None]]:
    """The files that versions were read in, and who has seen the certificates that they rest on.

    `list_papers` has the values of the parameters.
    """
    return (
        select(ImportRun.id, ImportRun.file_name).where(ImportRun.id.in_(numbers("papers_read"))),
        select(ApplicationStep.id, ApplicationStep.proof_seen_by).where(ApplicationStep.id.in_(numbers("papers_seen"))),
    )


@cache
def _put_together() -> Together:
    return Together(*select_papers(), *select_names())


def make_sources(
    first: Mapping[int, CycleVersion],
    papers: Sequence[Iterable[tuple[int, str | None]]],
    zones: Mapping[int, str],
    names: Mapping[str, str],
) -> dict[int, RecordSource]:
    """What `load_sources` gives, of the rows of `select_papers`; `names` are those of `list_witnesses`."""
    files, seen_by = (dict(rows) for rows in papers)
    return {
        number: RecordSource(
            version.recorded_at.astimezone(ZoneInfo(zones[number])).date(),
            files.get(_find(version.evidence, "import") or 0),
            seen_by.get(step := _find(version.evidence, "application_step") or 0) or _name_witness(version, names),
            is_holder_s=version.evidence == CERTIFICATE_TOLD or (step in seen_by and seen_by[step] is None),
        )
        for number, version in first.items()
    }


def _name_witness(version: CycleVersion, names: Mapping[str, str]) -> str | None:
    return names.get(version.recorded_by, version.recorded_by) if version.evidence == CERTIFICATE_SEEN else None


def _says(version: CycleVersion) -> tuple[date, str, str | None]:
    return version.due_on, version.due_source, version.evidence


def _find(evidence: str | None, wanted: str) -> int | None:
    kind, _, number = (evidence or "").partition(":")
    return int(number) if kind == wanted and number.isdigit() else None
