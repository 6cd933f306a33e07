"""Words that are agreed to at recertification: each office's own, kept by number, and the example that is shipped."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Attestation, Organization, Wording
from certtrack.errors import BadPack, StaleRecord
from certtrack.resources import get_resource
from certtrack.security import Actor, Task, check_can_do

ETHICS = "ethics"
_SHIPPED_BY = "certtrack"


@dataclass(frozen=True, slots=True)
class Words:
    """A wording as it is read. `es` is None where there is none; `is_example`: what is shipped, nobody's own."""

    no: int
    en: str
    es: str | None
    sha256: str
    from_on: date
    is_example: bool

    def of(self, language: str) -> str:
        """The words in that language; in English where there are no others."""
        return self.es if language == "es" and self.es else self.en

    def language_of(self, language: str) -> str:
        """In which language `of` gives them."""
        return "es" if language == "es" and self.es else "en"


def digest_words(en: str, es: str | None) -> str:
    """The sha256 of the words in both languages, as hexadecimal digits."""
    return hashlib.sha256(json.dumps([ETHICS, en, es], ensure_ascii=False).encode()).hexdigest()


@cache  # a file of the installation, which doesn't change under a running process
def load_example() -> Words:
    """The plain example that is shipped, for offices without words of their own."""
    read = tomllib.loads((get_resource("config") / "wordings" / "ethics.toml").read_text(encoding="utf-8"))
    en, es = read["en"].strip(), read["es"].strip()
    return Words(read["no"], en, es, digest_words(en, es), read["from_on"], is_example=True)


def show_words(wording: Wording) -> Words:
    """A wording on record, as it is read."""
    es, is_example = wording.text_es, wording.organization_id is None
    return Words(wording.no, wording.text_en, es, wording.sha256, wording.from_on, is_example)


def own_wording_id(organization_id: InstrumentedAttribute[int], today: date) -> ScalarSelect[int]:
    """As a part of a query: the number of the organization's wording in force `today`; null where it has none."""
    own = (Wording.organization_id == organization_id, Wording.kind == ETHICS, Wording.from_on <= today)
    query = select(Wording.id).where(*own).order_by(Wording.from_on.desc(), Wording.no.desc()).limit(1)
    return query.correlate_except(Wording).scalar_subquery()


def get_words(session: Session, wording_id: int | None) -> Words:
    """The wording of that number, the shipped example with None."""
    return show_words(session.get_one(Wording, wording_id)) if wording_id is not None else load_example()


def list_wordings(session: Session, organization_ids: Sequence[int]) -> list[Wording]:
    """The wordings of these organizations, the last first."""
    query = select(Wording).where(Wording.organization_id.in_(organization_ids), Wording.kind == ETHICS)
    return list(session.scalars(query.order_by(Wording.organization_id, Wording.no.desc())))


def count_agreed(session: Session, wording_ids: Sequence[int]) -> dict[int, int]:
    """How many have agreed to each of these wordings, and have agreed to no other one since."""
    query = select(Attestation.wording_id, func.count().label("how_many")).group_by(Attestation.wording_id)
    query = query.where(Attestation.wording_id.in_(wording_ids), Attestation.withdrawn_at.is_(None))
    return {row.wording_id: row.how_many for row in session.execute(query)}


def add_wording(
    session: Session,
    organization: Organization,
    en: str,
    es: str | None,
    from_on: date,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> Wording:
    """Put other words on record, which hold from that day on; those before stay as they were agreed to.

    `expected_no` is the number of the last wording that was seen, 0 for none. Raises NotAllowed, and StaleRecord where
    somebody else has put one on record meanwhile.
    """
    check_can_do(actor, Task.KEEP_WORDINGS, organization.id)
    session.refresh(organization, with_for_update=True)
    query = select(func.max(Wording.no)).where(Wording.organization_id == organization.id, Wording.kind == ETHICS)
    last = session.scalar(query) or 0
    if last != expected_no:
        raise StaleRecord("Somebody else has put other words on record meanwhile, so nothing was written.")
    wording = Wording(
        organization_id=organization.id,
        kind=ETHICS,
        no=last + 1,
        text_en=en,
        text_es=es,
        sha256=digest_words(en, es),
        from_on=from_on,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(wording)
    session.flush()
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="wording.added",
        subject=("wording", wording.id),
        people=[],
        details={
            "organization": organization.id,
            "no": wording.no,
            "sha256": wording.sha256,
            "from_on": from_on.isoformat(),
        },
    )
    return wording


def store_example(session: Session, at: datetime) -> Wording:
    """The row of the shipped example, stored when somebody first agrees to it. Raises BadPack for another text."""
    shipped = load_example()
    own = (Wording.organization_id.is_(None), Wording.kind == ETHICS, Wording.no == shipped.no)
    insert_unless_there(
        session,
        Wording,
        organization_id=None,
        kind=ETHICS,
        no=shipped.no,
        text_en=shipped.en,
        text_es=shipped.es,
        sha256=shipped.sha256,
        from_on=shipped.from_on,
        recorded_at=at,
        recorded_by=_SHIPPED_BY,
    )
    found = session.scalars(select(Wording).where(*own)).one()
    if found.sha256 != shipped.sha256:
        raise BadPack(f"The shipped wording {shipped.no} has changed since it was agreed to; give it the next number.")
    return found
