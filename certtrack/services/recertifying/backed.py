"""The credits that are claimed for a certification, each with the files that back it; one query."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, Credit, Evidence, EvidenceLink
from certtrack.services.evidence.parts import Kind
from certtrack.services.evidence.shown import ShownFile


@dataclass(frozen=True, slots=True)
class BackedCredit:
    """A credit, what was decided of it for the certification, and the files that are attached to it."""

    credit: Credit
    claim: Claim
    files: tuple[ShownFile, ...] = ()


def list_backed(session: Session, certification_id: int) -> tuple[BackedCredit, ...]:
    """All that are claimed for it and not withdrawn, in the order of days."""
    link = and_(
        EvidenceLink.subject_kind == "credit", EvidenceLink.subject_id == Credit.id, EvidenceLink.is_attached
    )  # fmt: skip
    query = (
        select(Credit, Claim, Evidence)
        .join(Claim, Claim.credit_id == Credit.id)
        .outerjoin(EvidenceLink, link)
        .outerjoin(Evidence, Evidence.id == EvidenceLink.evidence_id)
        .where(Claim.certification_id == certification_id, Claim.is_dropped.is_(False), Credit.state == "logged")
        .order_by(Credit.last_on, Credit.id, Evidence.id)
    )
    found: dict[int, BackedCredit] = {}
    for credit, claim, evidence in session.execute(query):
        one = found.setdefault(credit.id, BackedCredit(credit, claim))
        if evidence is not None:
            found[credit.id] = replace(one, files=(*one.files, _show(evidence)))
    return tuple(found.values())


def mark_hours(credits_: Iterable[BackedCredit]) -> str:
    """A mark that changes as soon as one of these credits, or what was decided of it, does."""
    return _mark(f"{one.credit.id}:{one.credit.no}:{one.claim.no}" for one in credits_)


def mark_evidence(credits_: Iterable[BackedCredit]) -> str:
    """A mark that changes as soon as one of these credits or of the files that back them does."""
    return _mark(f"{one.credit.id}:{one.credit.no}:{','.join(str(file.id) for file in one.files)}" for one in credits_)


def _mark(parts: Iterable[str]) -> str:
    return hashlib.sha256(";".join(parts).encode()).hexdigest()[:16]


def _show(evidence: Evidence) -> ShownFile:
    return ShownFile(evidence.id, evidence.file_name, cast("Kind", evidence.kind), evidence.pages)
