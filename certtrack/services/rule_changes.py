"""What another version of a rule pack says otherwise, and for whom that would be another answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from certtrack.db.models import Certification
from certtrack.packs import Packs
from certtrack.packs.survey import list_values
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.rules.standing import Standing
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_standings

Open = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that differs, by its dotted key; None on the side whose file hasn't got it."""

    key: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class StandingChange:
    """One thing that would be otherwise for one certification: `what` is a day, the phase, the validity, or `open`.

    `open` are minutes that are still to be earned, by those requirements that differ; None for one whose need isn't
    published.
    """

    certification_id: int
    person_id: int
    name: str
    number: str | None
    what: str
    before: object
    after: object


def compare_values(old: Pack | ServicePack, new: Pack | ServicePack) -> list[ValueChange]:
    """The values that differ, in the order of the older file, and then those that only the newer one has."""
    before, after = list_values(old.raw), list_values(new.raw)
    changed = [key for key in dict.fromkeys((*before, *after)) if before.get(key) != after.get(key)]
    return [ValueChange(key, before.get(key), after.get(key)) for key in changed]


def make_rulebooks(rulebook: Rulebook, old: Pack, new: Pack) -> tuple[Rulebook, Rulebook]:
    """The rules in force with `old` and without `new`, and those once `new` is there as well.

    A new text under the number of the old one takes its place.
    """
    packs = (rulebook.published or rulebook.packs).list()
    others = [pack for pack in packs if pack.ref not in (old.ref, new.ref)]
    kept = [] if old.ref == new.ref else [old]
    before, after = Packs([*others, old]), Packs([*others, *kept, new])
    return replace(rulebook, packs=before, published=None), replace(rulebook, packs=after, published=None)


def find_changes(
    session: Session, rulebooks: tuple[Rulebook, Rulebook], pack_key: str, as_of: date, *, after: int, limit: int
) -> tuple[list[StandingChange], Sequence[int]]:
    """What would be otherwise on `as_of` for the next certifications of a pack, in the order of their numbers.

    `after` is the last number that was looked at; the numbers of these come along: none at the end.
    """
    query = (
        select(Certification)
        .where(Certification.pack_key == pack_key, Certification.id > after)
        .options(joinedload(Certification.person))
    )
    found = session.scalars(query.order_by(Certification.id).limit(limit)).all()
    numbers = [certification.id for certification in found]
    before, then = (load_standings(session, rulebook, numbers, as_of) for rulebook in rulebooks)
    changes = [change for one in found for change in _compare(one, before[one.id], then[one.id])]
    return changes, numbers


def _compare(certification: Certification, before: Standing, after: Standing) -> list[StandingChange]:
    old, new = _answers(before), _answers(after)
    old["open"], new["open"] = _only_others(_open(before), _open(after))
    return [
        StandingChange(
            certification.id,
            certification.person_id,
            certification.person.shown_name,
            certification.number,
            what,
            old[what],
            new[what],
        )
        for what in old
        if old[what] != new[what]
    ]


def _answers(standing: Standing) -> dict[str, object]:
    days = standing.days
    return {
        "due_on": days.due_on if days else None,
        "next_on": standing.next_on,
        "phase": standing.phase,
        "validity": standing.validity,
    }


def _open(standing: Standing) -> Open:
    return {one.key: one.open for one in standing.counted.requirements}


def _only_others(old: Open, new: Open) -> tuple[Open, Open]:
    """Each without what is the same in the other."""
    return (
        {key: minutes for key, minutes in old.items() if key not in new or new[key] != minutes},
        {key: minutes for key, minutes in new.items() if key not in old or old[key] != minutes},
    )
