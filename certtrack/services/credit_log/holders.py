"""What the holders of a log's rows can claim for: their certifications, with the rules and the terms of each."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle
from certtrack.db.queries.merges import load_merged
from certtrack.rules.pack import Pack
from certtrack.services.rulebook import Rulebook, confirmed_rules

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Held:
    """One certification whose rules ask for hours. `terms` are first and last days; `is_open`: one of them is open."""

    certification_id: int
    ceu_minutes: int | None
    terms: tuple[tuple[date, date], ...]
    is_open: bool

    def covers(self, day: date) -> bool:
        """True where a term contains that day."""
        return any(first <= day <= last for first, last in self.terms)


def list_claimed(held: Sequence[Held], day: date) -> tuple[int, ...]:
    """The certifications that a credit of that day is claimed for: the one that is open; of several, whose term has it.

    With one it is claimed whatever the day: the record then says why it doesn't count.
    """
    still_open = [one for one in held if one.is_open]
    if len(still_open) == 1:
        return (still_open[0].certification_id,)
    return tuple(one.certification_id for one in still_open if one.covers(day))


def find_ceu_minutes(held: Sequence[Held]) -> int | None:
    """What 1 CEU is by the rules of these certifications; None where none says it, or not all the same."""
    said = {one.ceu_minutes for one in held}
    return said.pop() if len(said) == 1 else None


def load_held(session: Session, rulebook: Rulebook, people: Collection[int]) -> Mapping[int, tuple[Held, ...]]:
    """By person what they hold, in the order of recording; merged people are one. A few queries for each 500 people."""
    rulebook = confirmed_rules(session, rulebook)
    found: dict[int, list[Held]] = defaultdict(list)
    numbers = sorted(people)
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        merged = load_merged(session, chunk)
        query = select(Certification.id, Certification.person_id, Certification.pack_key)
        rows = session.execute(
            query.where(Certification.person_id.in_({*chunk, *merged})).order_by(Certification.id)
        ).all()
        cycles = _load_cycles(session, [number for number, _, _ in rows])
        for number, person_id, pack_key in rows:
            held = _make(rulebook, number, pack_key, cycles.get(number, []))
            if held is not None:
                found[merged.get(person_id, person_id)].append(held)
    return {person: tuple(held) for person, held in found.items()}


def _make(
    rulebook: Rulebook, number: int, pack_key: str, cycles: Sequence[tuple[date, date, date | None]]
) -> Held | None:
    pack: Pack = rulebook.packs.get(pack_key, on=max((due_on for _, due_on, _ in cycles), default=None))
    if pack.hours is None:
        return None
    return Held(
        certification_id=number,
        ceu_minutes=pack.hours.ceu_minutes.value,
        terms=tuple((start_on, due_on) for start_on, due_on, _ in cycles),
        is_open=any(closed_on is None for _, _, closed_on in cycles),
    )


def _load_cycles(session: Session, numbers: Iterable[int]) -> dict[int, list[tuple[date, date, date | None]]]:
    found: dict[int, list[tuple[date, date, date | None]]] = defaultdict(list)
    query = (
        select(Cycle.certification_id, Cycle.start_on, Cycle.due_on, Cycle.closed_on)
        .where(Cycle.certification_id.in_(list(numbers)), Cycle.is_withdrawn.is_(False))
        .order_by(Cycle.start_on, Cycle.id)
    )
    for number, start_on, due_on, closed_on in session.execute(query):
        found[number].append((start_on, due_on, closed_on))
    return found
