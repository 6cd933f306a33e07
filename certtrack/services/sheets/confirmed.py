"""Words of an office whose meaning somebody has confirmed by name: recorded once, used by every later import."""

from collections.abc import Mapping as Table
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import ConfirmedWord
from certtrack.security import Actor
from certtrack.services.people import fold
from certtrack.services.sheets.mapping import Confirmed


def load_words(session: Session, organization_id: int, kind: str) -> dict[str, dict[str, str]]:
    """The meaning of each folded word by table, as it was last confirmed for that kind of file."""
    found: dict[str, dict[str, str]] = {}
    query = select(ConfirmedWord).where(ConfirmedWord.organization_id == organization_id, ConfirmedWord.kind == kind)
    for word in session.scalars(query.order_by(ConfirmedWord.id)):
        found.setdefault(word.topic, {})[word.word] = word.meaning
    return found


def record_words(
    session: Session, organization_id: int, kind: str, confirmed: Confirmed, *, actor: Actor, at: datetime
) -> int:
    """Record what a mapping file confirms and isn't on record yet; how many words that is.

    What was confirmed before stays on record: the last one counts.
    """
    known = load_words(session, organization_id, kind)
    fresh = {
        (topic, fold(word)): meaning
        for topic, words in confirmed.tables.items()
        for word, meaning in words.items()
        if known.get(topic, {}).get(fold(word)) != meaning
    }
    for (topic, word), meaning in fresh.items():
        row = ConfirmedWord(
            organization_id=organization_id,
            kind=kind,
            topic=topic,
            word=word,
            meaning=meaning,
            confirmed_by=confirmed.confirmed_by or actor.key,
            recorded_at=at,
            recorded_by=actor.key,
        )
        session.add(row)
    if fresh:
        session.flush()
        _record(session, organization_id, kind, confirmed.confirmed_by, fresh, actor, at)
    return len(fresh)


def _record(
    session: Session,
    organization_id: int,
    kind: str,
    confirmed_by: str | None,
    fresh: Table[tuple[str, str], str],
    actor: Actor,
    at: datetime,
) -> None:
    words = [[topic, word, meaning] for (topic, word), meaning in fresh.items()]
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="words.confirmed",
        subject=("organization", organization_id),
        details={"kind": kind, "confirmed_by": confirmed_by, "words": words},
    )
