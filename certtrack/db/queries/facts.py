"""The only bridge from tables to rules: facts of certifications, as known now or at a past moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from certtrack.db.queries.credits import load_credits
from certtrack.db.queries.dated import load_dated
from certtrack.db.queries.heads import Heads, load_heads
from certtrack.rules.facts import CertificationFacts

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Shared:
    """Facts and the key of the pack that it goes by, of each; `beside` are the numbers of those that share with it."""

    facts: dict[int, CertificationFacts] = field(default_factory=dict)
    pack_keys: dict[int, str] = field(default_factory=dict)
    beside: dict[int, set[int]] = field(default_factory=dict)


def load_facts(
    session: Session,
    certification_ids: Sequence[int],
    known_at: datetime | None = None,
    *,
    counts_hours: bool = True,
) -> dict[int, CertificationFacts]:
    """Facts by certification, as on record now or, with `known_at`, as they were on record at that moment.

    A certification that wasn't on record yet at `known_at` is left out. People who were merged, as far as is on record
    now, are one: exams and death count for all. Three queries for each 1,000 certifications. Unless hours are to be
    counted no credits are read, and there are none in the facts.
    """
    found: dict[int, CertificationFacts] = {}
    for start in range(0, len(certification_ids), _CHUNK):
        heads = load_heads(session, certification_ids[start : start + _CHUNK], known_at)
        found |= _load_of(session, heads, known_at, counts_hours=counts_hours)
    return found


def load_shared(
    session: Session,
    certification_ids: Sequence[int],
    known_at: datetime | None = None,
    *,
    counts_hours: bool = True,
) -> Shared:
    """What `load_facts` gives, and the same of the others that a credit of one of these is or was claimed for.

    Unless hours are to be counted there are no others.
    """
    found = Shared()
    for start in range(0, len(certification_ids), _CHUNK):
        heads = load_heads(session, certification_ids[start : start + _CHUNK], known_at, has_beside=counts_hours)
        found.facts.update(_load_of(session, heads, known_at, counts_hours=counts_hours))
        found.pack_keys.update({number: head.pack_key for number, head in heads.found.items()})
        found.beside.update(heads.beside)
    return found


def _load_of(
    session: Session, heads: Heads, known_at: datetime | None, *, counts_hours: bool = True
) -> Mapping[int, CertificationFacts]:
    ids = sorted(heads.found)
    if not ids:
        return {}
    dated = load_dated(session, ids, heads.holders, known_at)
    claimed = load_credits(session, ids, known_at) if counts_hours else {}
    found: dict[int, CertificationFacts] = {}
    for number in ids:
        head = heads.found[number]
        holder = heads.holders[head.person_id]
        found[number] = CertificationFacts(
            id=number,
            credential=head.credential,
            issued_on=head.issued_on,
            cycles=tuple(dated.cycles.get(number, ())),
            exams=tuple(dated.exams.get((holder, head.credential), ())),
            statuses=tuple(dated.statuses.get(number, ())),
            died_on=heads.deaths.get(holder),
            credits=tuple(claimed.get(number, ())),
            steps=tuple(dated.steps.get(number, ())),
            intentions=tuple(dated.intentions.get(number, ())),
            bases=tuple(dated.bases.get(number, ())),
            waivers=tuple(dated.waivers.get(number, ())),
        )
    return found
