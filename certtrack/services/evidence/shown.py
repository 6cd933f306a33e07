"""Files as pages show them: by name, beside what they back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Evidence, EvidenceLink, EvidenceLinkVersion
from certtrack.db.parameters import a_moment, a_text
from certtrack.db.queries.among import is_among
from certtrack.db.queries.merges import same_person
from certtrack.db.queries.versions import join_known
from certtrack.security import Actor
from certtrack.services.evidence.parts import Kind
from certtrack.services.evidence.records import SubjectKind, are_open


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file by its name. `is_attached` False: it was then, in a look back, and isn't now."""

    id: int
    name: str
    kind: Kind
    pages: int
    is_attached: bool = True


def list_files(
    session: Session,
    subject_ids: Iterable[int],
    known_at: datetime | None = None,
    *,
    kind: SubjectKind = "credit",
) -> Mapping[int, Sequence[ShownFile]]:
    """By credit, or other record of that kind, the files that are attached to it, in the order in which they came.

    One without a file has no key.

    With `known_at` those that were attached at that moment. Whether they are the reader's to see is for the caller.
    """
    values = {"kind": kind, "subjects": list(subject_ids), "known_at": known_at}
    rows = session.execute(_select_attached(is_then=known_at is not None), values)
    found: dict[int, list[ShownFile]] = defaultdict(list)
    for subject_id, is_attached, evidence in rows:
        found[subject_id].append(_show(evidence, is_attached=is_attached))
    return found


def select_files(subject_id: int, kind: SubjectKind = "credit") -> Select[int, Evidence]:
    """What is attached now to that credit, or other record of that kind, and the file itself."""
    query = select(EvidenceLink.subject_id, Evidence).join(Evidence, Evidence.id == EvidenceLink.evidence_id)
    return query.where(
        EvidenceLink.is_attached, EvidenceLink.subject_kind == kind, EvidenceLink.subject_id == subject_id
    )


@cache
def _select_attached(*, is_then: bool) -> Select[int, bool, Evidence]:
    query: Any = select(EvidenceLink.subject_id, EvidenceLink.is_attached, Evidence)
    query = query.join(Evidence, Evidence.id == EvidenceLink.evidence_id)
    if is_then:
        known_at = a_moment("known_at")
        query = join_known(query, EvidenceLink.id, EvidenceLinkVersion, EvidenceLinkVersion.link_id, known_at)
        query = query.where(EvidenceLinkVersion.is_attached)
    else:
        query = query.where(EvidenceLink.is_attached)
    mine = (EvidenceLink.subject_kind == a_text("kind"), is_among(EvidenceLink.subject_id, "subjects"))
    whole: Select[int, bool, Evidence] = query.where(*mine).order_by(Evidence.id)
    return whole


def make_files(rows: Iterable[tuple[int, Evidence]]) -> Mapping[int, Sequence[ShownFile]]:
    """What `list_files` gives now, of what each file backs and the file itself."""
    found: dict[int, list[ShownFile]] = defaultdict(list)
    for subject_id, evidence in sorted(rows, key=lambda row: row[1].id):
        found[subject_id].append(_show(evidence))
    return found


def list_usable(
    session: Session, actor: Actor, person_id: int, evidence_ids: Iterable[int], today: date
) -> list[ShownFile]:
    """Those of these files that are this person's and the actor's to see; another number says nothing."""
    own = (Evidence.id.in_(list(evidence_ids)), Evidence.person_id.in_(same_person(person_id)))
    query = select(Evidence).where(*own, are_open(actor, today)).order_by(Evidence.id)
    return [_show(evidence) for evidence in session.scalars(query)]


def _show(evidence: Evidence, *, is_attached: bool = True) -> ShownFile:
    kind = cast("Kind", evidence.kind)
    return ShownFile(evidence.id, evidence.file_name, kind, evidence.pages, is_attached)
