"""One attendance list that gives credits to everybody who was there: all of them, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Credit, Person
from certtrack.db.queries.facts import load_facts
from certtrack.db.queries.merges import load_merged
from certtrack.errors import BadInput, NotFound
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.standing import stand
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.credits.duplicates import USUAL, Key, list_duplicates, list_keys
from certtrack.services.credits.page import describe_hours
from certtrack.services.credits.records import log_credit
from certtrack.services.credits.shown import ShownArea
from certtrack.services.credits.typed import NewCredit
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import pack_for, projecting_once

_ENDED = ("revoked", "retired")


@dataclass(frozen=True, slots=True)
class Choosable:
    """Somebody whom the actor may log for, with the numbers of the open certifications that hours are counted for."""

    person_id: int
    name: str
    certification_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TogetherOffer:
    """What the form offers: who may have been there, by name, and what their rules say of hours.

    `ceu_minutes` is None where the rules say nothing, or not the same; `ceu_sure` is how sure it is, None likewise.
    `keys`: what a credit is known by, see `list_duplicates`.
    """

    people: tuple[Choosable, ...]
    areas: tuple[ShownArea, ...]
    ceu_minutes: int | None
    ceu_sure: Sure | None
    keys: frozenset[Key] = frozenset({USUAL})


def get_together_offer(session: Session, rulebook: Rulebook, actor: Actor, today: date) -> TogetherOffer:
    """Everybody for whom the actor may log today and who has an open certification; a few queries in all."""
    query = (
        select(Certification, Person)
        .join(Person, Person.id == Certification.person_id)
        .where(open_certifications(actor, today, Act.LOG_CREDITS))
        .order_by(Certification.id)
    )
    rows = session.execute(query).all()
    facts = load_facts(session, [certification.id for certification, _ in rows])
    packs: dict[str, Pack] = {}
    found: dict[int, list[int]] = {}
    merged = load_merged(session, {person.id for _, person in rows})
    for certification, person in rows:
        pack = pack_for(rulebook, certification.pack_key, facts[certification.id])
        is_over = person.died_on is not None or stand(pack, facts[certification.id], today).validity in _ENDED
        if pack.hours is not None and not is_over:
            packs[pack.ref] = pack
            found.setdefault(merged.get(person.id, person.id), []).append(certification.id)
    people = session.scalars(select(Person).where(Person.id.in_(found)).order_by(Person.folded_name, Person.id))
    return TogetherOffer(
        tuple(Choosable(one.id, one.shown_name, tuple(found[one.id])) for one in people),
        *describe_hours(packs.values()),
        list_keys(packs.values()),
    )


def choose_people(offer: TogetherOffer, person_ids: Iterable[int]) -> list[Choosable]:
    """Those of the offer with these numbers, each once. Raises NotFound for one that isn't offered."""
    known = {one.person_id: one for one in offer.people}
    wanted = list(dict.fromkeys(person_ids))
    if strange := [number for number in wanted if number not in known]:
        raise NotFound(f"There is nobody with the number {strange[0]} for whom this can be logged.")
    return [known[number] for number in wanted]


def list_doubles(
    session: Session, chosen: Iterable[Choosable], new: NewCredit, keys: Iterable[Key] = (USUAL,)
) -> Mapping[int, Sequence[Credit]]:
    """By person what may be the same on their record, by the offer's `keys`; whoever has none isn't there."""
    wanted = tuple(keys)
    found = {one.person_id: list_duplicates(session, one.person_id, new, wanted) for one in chosen}
    return {number: doubles for number, doubles in found.items() if doubles}


def log_together(
    session: Session,
    rulebook: Rulebook,
    chosen: Sequence[Choosable],
    new: NewCredit,
    *,
    actor: Actor,
    at: datetime,
) -> list[Credit]:
    """A credit for each, on paper, claimed for their open certifications and waiting for somebody else's decision.

    It is one change: when it raises nothing is written, the transaction being given up. Raises BadInput for nobody, and
    as `log_credit` does.
    """
    if not chosen:
        raise BadInput("Choose who was there.")
    said = replace(new, proof="on_paper", role="participant")
    with projecting_once(session, rulebook, at=at):
        return [
            log_credit(session, rulebook, one.person_id, said, one.certification_ids, actor=actor, at=at)
            for one in chosen
        ]
