"""Where people stand: asked for any day, as known at any moment, and projected into spans for lists."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from certtrack.db.bulk import add_rows
from certtrack.db.models import Certification, StandingSpan
from certtrack.db.queries.facts import load_facts
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.standing import Standing, spans, stand
from certtrack.services.rulebook import Rulebook, confirmed_rules

_WAITING = "certtrack spans to be projected"


def load_standings(
    session: Session,
    rulebook: Rulebook,
    certification_ids: Sequence[int],
    as_of: date,
    known_at: datetime | None = None,
) -> dict[int, Standing]:
    """Standing by certification as of a day; with `known_at`, by what was on record at that moment.

    A certification that wasn't on record then is left out.
    """
    facts = load_facts(session, certification_ids, known_at)
    packs = _load_packs(session, confirmed_rules(session, rulebook, known_at), facts)
    return {number: stand(packs[number], fact, as_of) for number, fact in facts.items()}


def project_spans(session: Session, rulebook: Rulebook, certification_ids: Sequence[int]) -> None:
    """Write the spans of these certifications anew; part of each change to what they rest on.

    Inside `projecting_once` they wait for its end.
    """
    if _WAITING in session.info:
        session.info[_WAITING].update(certification_ids)
        return
    session.flush()
    facts = load_facts(session, certification_ids)
    packs = _load_packs(session, confirmed_rules(session, rulebook), facts)
    session.execute(delete(StandingSpan).where(StandingSpan.certification_id.in_(certification_ids)))
    rows = [row for number, fact in facts.items() for row in _rows(packs[number], fact)]
    add_rows(session, StandingSpan, rows)


@contextmanager
def projecting_once(session: Session, rulebook: Rulebook) -> Iterator[None]:
    """For many changes in one transaction: the spans of all that changed are written once, when the block ends.

    Inside it spans are the old ones. When it raises nothing is written: the transaction is to be given up.
    """
    session.info[_WAITING] = waiting = set[int]()
    try:
        yield
    finally:
        del session.info[_WAITING]
    project_spans(session, rulebook, sorted(waiting))


def project_spans_of_person(session: Session, rulebook: Rulebook, person_id: int) -> None:
    """Write the spans of all of a person's certifications anew."""
    project_spans(session, rulebook, list_certification_ids(session, person_id))


def list_certification_ids(session: Session, person_id: int) -> list[int]:
    """The numbers of a person's certifications, those from before a merge included, in the order of recording."""
    query = select(Certification.id).where(Certification.person_id.in_(same_person(person_id)))
    return list(session.scalars(query.order_by(Certification.id)))


def pack_for(rulebook: Rulebook, pack_key: str, facts: CertificationFacts) -> Pack:
    """The version of the pack that speaks for the newest of these cycles; the newest version where there is none."""
    due_on = max((cycle.due_on for cycle in facts.cycles), default=None)
    return rulebook.packs.get(pack_key, on=due_on)


def _load_packs(session: Session, rulebook: Rulebook, facts: dict[int, CertificationFacts]) -> dict[int, Pack]:
    query = select(Certification.id, Certification.pack_key).where(Certification.id.in_(facts.keys()))
    return {number: pack_for(rulebook, key, facts[number]) for number, key in session.execute(query)}


def _rows(pack: Pack, fact: CertificationFacts) -> Iterable[dict[str, Any]]:
    for span in spans(pack, fact):
        yield {
            "certification_id": fact.id,
            "from_on": span.from_on,
            "until_on": span.until_on,
            "validity": span.validity,
            "hours": span.hours,
            "application": span.application,
            "next_on": span.next_on,
        }
