"""What a value would change, asked before it is put on record: for how many people, and in what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.merges import every_last_way
from certtrack.packs.confirming import Confirmed, confirm_all
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.spans import Span, SpanMaker
from certtrack.security import Actor
from certtrack.services.actors import visible_certifications
from certtrack.services.rulebook import Rulebook, load_confirmed
from certtrack.services.standing import load_held_by_each

MOST = 1000
"""So many certifications are computed while somebody waits: of more, some evenly spread over all."""
SHOWN = 20
"""Of so many people it is said by name."""
What = Literal["validity", "hours", "next_on"]
_WHAT: tuple[What, ...] = ("validity", "hours", "next_on")


@dataclass(frozen=True, slots=True)
class ChangedPerson:
    """Somebody who would stand otherwise today: in what, and how before and then."""

    certification_id: int
    person: Person
    before: Span
    then: Span


@dataclass(frozen=True, slots=True)
class Preview:
    """Of `total` certifications by the pack `looked_at` were computed; `otherwise` would stand otherwise on some day.

    `today`: how many of them today already, by what. `people` are the first of those whom the reader may see.
    """

    total: int
    looked_at: int
    otherwise: int
    today: Mapping[What, int]
    people: tuple[ChangedPerson, ...]

    @property
    def is_whole(self) -> bool:
        """True where every one was computed."""
        return self.looked_at == self.total

    @property
    def person_ids(self) -> list[int]:
        """Whom it names."""
        return sorted({one.person.id for one in self.people})


def preview(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    pack_key: str,
    key: str,
    said: Confirmed | None,
    today: date,
    *,
    most: int = MOST,
) -> Preview:
    """What would be otherwise with `said` on record for that key, or with what is on record taken back: None."""
    before, then = _make_rulebooks(session, rulebook, (pack_key, key), said)
    total = _count(session, pack_key)
    numbers = _pick(session, pack_key, total, most)
    held = load_held_by_each(session, (before, then), numbers)
    makers: dict[int, SpanMaker] = {}
    changed: dict[int, tuple[Span, Span]] = {}
    otherwise, counts = 0, Counter[What]()
    for number in numbers:
        one, other = (_make(makers, each.get(number)) for each in held)
        otherwise += one != other
        now, later = _find(one, today), _find(other, today)
        if now is None or later is None:
            continue
        differs = [what for what in _WHAT if getattr(now, what) != getattr(later, what)]
        counts.update(differs)
        if differs:
            changed[number] = (now, later)
    people = _name(session, actor, changed, today)
    return Preview(total, len(numbers), otherwise, dict(counts), people)


def _make_rulebooks(
    session: Session, rulebook: Rulebook, place: tuple[str, str], said: Confirmed | None
) -> tuple[Rulebook, Rulebook]:
    published, known = rulebook.published or rulebook.packs, load_confirmed(session)
    others = tuple(one for one in known if (one.pack_key, one.key) != place)
    after = (*others, said) if said is not None else others
    return (
        replace(rulebook, packs=confirm_all(published, known), published=published),
        replace(rulebook, packs=confirm_all(published, after), published=published),
    )


def _count(session: Session, pack_key: str) -> int:
    query = select(func.count()).select_from(Certification).where(Certification.pack_key == pack_key)
    return session.scalar(query) or 0


def _pick(session: Session, pack_key: str, total: int, most: int) -> Sequence[int]:
    step = -(-total // most) or 1
    place = func.row_number().over(order_by=Certification.id).label("place")
    mine = select(Certification.id, place).where(Certification.pack_key == pack_key).subquery()
    query = select(mine.c.id).where(mine.c.place % step == 0) if step > 1 else select(mine.c.id)
    return session.scalars(query.order_by(mine.c.id)).all()


def _make(makers: dict[int, SpanMaker], held: tuple[Pack, CertificationFacts] | None) -> tuple[Span, ...]:
    if held is None:
        return ()
    pack, facts = held
    return makers.setdefault(id(pack), SpanMaker(pack)).make(facts)


def _find(spans: Sequence[Span], today: date) -> Span | None:
    return next((span for span in spans if span.from_on <= today <= span.until_on), None)


def _name(
    session: Session, actor: Actor, changed: Mapping[int, tuple[Span, Span]], today: date
) -> tuple[ChangedPerson, ...]:
    last = every_last_way()
    query = (
        select(Certification.id, Person)
        .outerjoin(last, last.c.person_id == Certification.person_id)
        .join(Person, Person.id == func.coalesce(last.c.into_id, Certification.person_id))
        .where(Certification.id.in_(changed.keys()), visible_certifications(actor, today))
        .order_by(Person.folded_name, Certification.id)
        .limit(SHOWN)
    )
    return tuple(ChangedPerson(number, person, *changed[number]) for number, person in session.execute(query))
