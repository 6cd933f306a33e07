"""Where people stand: asked for any day, as known at any moment, and projected into spans for lists."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from certtrack.db.bulk import add_tuples
from certtrack.db.models import Certification, StandingSpan
from certtrack.db.queries.beside import load_beside
from certtrack.db.queries.facts import Shared, load_shared
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import Beside, CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.spans import Span, spans
from certtrack.rules.standing import Standing, stand
from certtrack.services.own_days import keep_own_days
from certtrack.services.rule_locks import share_rules
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
    held = load_held(session, confirmed_rules(session, rulebook, known_at), certification_ids, known_at)
    return {number: stand(pack, facts, as_of) for number, (pack, facts) in held.items()}


def load_held(
    session: Session,
    rulebook: Rulebook,
    certification_ids: Sequence[int],
    known_at: datetime | None = None,
    *,
    counts_hours: bool = True,
) -> dict[int, tuple[Pack, CertificationFacts]]:
    """By certification its rules and its facts, with those of the others that share a credit with it beside them.

    `rulebook` holds what is confirmed. One that wasn't on record at `known_at` is left out. Unless hours are to be
    counted there are neither credits nor others.
    """
    shared = load_shared(session, certification_ids, known_at, counts_hours=counts_hours)
    return _hold(rulebook, shared, certification_ids)


def load_held_by_each(
    session: Session, rulebooks: Sequence[Rulebook], certification_ids: Sequence[int]
) -> list[dict[int, tuple[Pack, CertificationFacts]]]:
    """`load_held` by each of these rulebooks, whose facts are asked for once."""
    shared = load_shared(session, certification_ids, None)
    return [_hold(rulebook, shared, certification_ids) for rulebook in rulebooks]


def _hold(
    rulebook: Rulebook, shared: Shared, certification_ids: Sequence[int]
) -> dict[int, tuple[Pack, CertificationFacts]]:
    facts = shared.facts
    packs = {number: pack_for(rulebook, key, facts[number]) for number, key in shared.pack_keys.items()}
    return {
        number: (packs[number], _set_beside(facts, packs, number, shared.beside.get(number, ())))
        for number in certification_ids
        if number in facts
    }


def project_spans(
    session: Session,
    rulebook: Rulebook,
    certification_ids: Sequence[int],
    *,
    at: datetime,
    by_many: bool = False,
    cause_key: str | None = None,
) -> None:
    """Write the spans of these certifications anew, and keep their own days; part of each change to what they rest on.

    So are those of the others that share a credit with one of them. Of two transactions that change what the same one
    rests on the second waits here for the first, and sees what that has put on record. Inside `projecting_once` they
    wait for its end. `by_many`: the change is no person's own act, so that what it moves is told by stages alone, and
    by a mail of its own once its cause (`cause_key`) is released.
    """
    if _WAITING in session.info:
        session.info[_WAITING].update(certification_ids)
        return
    session.flush()
    numbers = sorted({*certification_ids}.union(*load_beside(session, certification_ids).values()))
    lock_certifications(session, numbers)
    share_rules(session)
    held = load_held(session, confirmed_rules(session, rulebook), numbers)
    replace_spans(session, {number: spans(pack, facts) for number, (pack, facts) in held.items()})
    keep_own_days(session, rulebook, held, at=at, by_many=by_many, cause_key=cause_key)


def lock_certifications(session: Session, certification_ids: Sequence[int]) -> dict[int, int]:
    """Let whoever else projects one of these wait until this transaction ends; how often each was projected so far."""
    query = select(Certification.id, Certification.projected_no).where(Certification.id.in_(certification_ids))
    rows = session.execute(query.order_by(Certification.id).with_for_update(key_share=True))
    return {row.id: row.projected_no for row in rows}


def replace_spans(session: Session, projected: Mapping[int, Sequence[Span]]) -> None:
    """Write these spans in place of those on record. The certifications are locked already."""
    if not projected:
        return
    session.execute(
        update(Certification)
        .where(Certification.id.in_(projected.keys()))
        .values(projected_no=Certification.projected_no + 1)
        .execution_options(synchronize_session=False)  # nobody reads it from an object
    )
    session.execute(delete(StandingSpan).where(StandingSpan.certification_id.in_(projected.keys())))
    add_tuples(
        session,
        StandingSpan,
        ("certification_id", "from_on", "until_on", "validity", "hours", "application", "next_on"),
        [(number, *_write(span)) for number, found in projected.items() for span in found],
    )


@contextmanager
def projecting_once(
    session: Session, rulebook: Rulebook, *, at: datetime, cause_key: str | None = None
) -> Iterator[None]:
    """For many changes in one transaction: the spans of all that changed are written once, when the block ends.

    Inside it spans are the old ones; one within another is part of the outer one. `cause_key` names the operation. When
    it raises nothing is written: the transaction is to be given up.
    """
    if _WAITING in session.info:
        yield
        return
    session.info[_WAITING] = waiting = set[int]()
    try:
        yield
    finally:
        del session.info[_WAITING]
    project_spans(session, rulebook, sorted(waiting), at=at, by_many=True, cause_key=cause_key)


def project_spans_of_person(session: Session, rulebook: Rulebook, person_id: int, *, at: datetime) -> None:
    """Write the spans of all of a person's certifications anew, and keep their own days."""
    project_spans(session, rulebook, list_certification_ids(session, person_id), at=at)


def list_certification_ids(session: Session, person_id: int) -> list[int]:
    """The numbers of a person's certifications, those from before a merge included, in the order of recording."""
    query = select(Certification.id).where(Certification.person_id.in_(same_person(person_id)))
    return list(session.scalars(query.order_by(Certification.id)))


def pack_for(rulebook: Rulebook, pack_key: str, facts: CertificationFacts) -> Pack:
    """The version of the pack that speaks for the newest of these cycles; the newest version where there is none."""
    due_on = max((cycle.due_on for cycle in facts.cycles), default=None)
    return rulebook.packs.get(pack_key, on=due_on)


def _set_beside(
    facts: Mapping[int, CertificationFacts], packs: Mapping[int, Pack], number: int, beside: Iterable[int]
) -> CertificationFacts:
    others = tuple(Beside(packs[other], facts[other]) for other in sorted(beside) if other in facts)
    return replace(facts[number], beside=others) if others else facts[number]


def _write(span: Span) -> tuple[str | None, ...]:
    next_on = span.next_on.isoformat() if span.next_on else None
    days = (span.from_on.isoformat(), span.until_on.isoformat())
    return (*days, span.validity, span.hours, span.application, next_on)
