"""What an exam is passed with, and where that is said."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, ExamSitting
from certtrack.db.queries.merges import same_person
from certtrack.rules.pack import Pack, Sure
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class PassMark:
    """Hundredths of a percent, None where nobody says. `sure` and `link` are the rules', None for a sitting's own."""

    pass_mark: int | None
    said_by: Literal["sitting", "rules", "nobody"]
    sure: Sure | None = None
    link: str | None = None


def find_pass_mark(
    session: Session, rulebook: Rulebook, person_id: int | None, credential: str, sitting: ExamSitting | None
) -> PassMark:
    """What the sitting was told to ask for goes before what the rules of the person's certification publish.

    Somebody without a certification falls under the rules of the credential, where only one pack has it.
    """
    if sitting is not None and sitting.pass_mark is not None:
        return PassMark(sitting.pass_mark, "sitting")
    pack = find_exam_pack(session, rulebook, person_id, credential)
    value = pack.pass_percent if pack is not None else None
    if value is None or value.value is None:
        return PassMark(None, "nobody")
    return PassMark(value.value * 100, "rules", value.sure, value.source.link)


def find_exam_pack(session: Session, rulebook: Rulebook, person_id: int | None, credential: str) -> Pack | None:
    """The newest version of the rules that this person's exam is held by; None where several could be meant."""
    keys: set[str] = set()
    if person_id is not None:
        query = select(Certification.pack_key).where(
            Certification.person_id.in_(same_person(person_id)), Certification.credential == credential
        )
        keys = set(session.scalars(query))
    return choose_exam_pack(rulebook, credential, keys)


def choose_exam_pack(rulebook: Rulebook, credential: str, pack_keys: Collection[str]) -> Pack | None:
    """The same by the rules of the person's certifications for the credential; without one by the credential's own."""
    keys = set(pack_keys) or {pack.key for pack in rulebook.packs.list() if pack.credential == credential}
    return rulebook.packs.get(keys.pop()) if len(keys) == 1 else None
