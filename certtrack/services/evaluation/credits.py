"""Credits as a case tells them, those that are planned included."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import get_args

from certtrack.errors import BadInput
from certtrack.rules.facts import Activity, CreditFact, CreditPart, CreditRole, Decision, Form, Proof
from certtrack.services.evaluation.reader import Id, Item

_ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
_FORMS: tuple[Form | None, ...] = get_args(Form)
_ROLES: tuple[CreditRole, ...] = get_args(CreditRole)
_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_PROOFS: tuple[Proof, ...] = get_args(Proof)


@dataclass(frozen=True, slots=True)
class Claimed:
    """One credit. `claims` are the certifications that it is for, with what was decided of each; None for all."""

    id: Id
    place: str
    fact: CreditFact
    claims: Mapping[Id, Decision] | None


def read_credits(top: Item, key: str, known: frozenset[Id], after: tuple[Claimed, ...] = ()) -> tuple[Claimed, ...]:
    """The credits under a key, numbered on from those before. Raises BadInput, also for an id that is there already.

    `known` are the ids of the certifications that can be claimed for.
    """
    seen = {one.id: one.place for one in after}
    found: list[Claimed] = []
    for number, item in enumerate(top.items(key), start=len(after)):
        one = _read_credit(item, number, known)
        if one.id in seen:
            raise BadInput(f"{one.place}.id is {one.id!r}, and {seen[one.id]} has that id already.")
        seen[one.id] = one.place
        found.append(one)
    return tuple(found)


def select_credits(claimed: tuple[Claimed, ...], certification: Id) -> tuple[CreditFact, ...]:
    """The credits that are for this certification, with what was decided of them for it."""
    mine: list[CreditFact] = []
    for one in claimed:
        decision = one.fact.decision if one.claims is None else one.claims.get(certification)
        if decision is not None:
            mine.append(one.fact if decision == one.fact.decision else replace(one.fact, decision=decision))
    return tuple(mine)


def _read_credit(item: Item, number: int, known: frozenset[Id]) -> Claimed:
    first_on, last_on = _read_days(item)
    decision = item.choice("decision", _DECISIONS, "waiting")
    claims = _read_claims(item, known, decision)
    fact = CreditFact(
        id=number,
        first_on=first_on,
        last_on=last_on,
        parts=_read_parts(item),
        activity=item.choice("activity", _ACTIVITIES, "course"),
        form=item.choice("format", _FORMS, None),
        role=item.choice("role", _ROLES, "participant"),
        proof=item.choice("proof", _PROOFS, "file"),
        decision=decision,
        title=item.text("title") or "",
        provider=item.text("provider") or "",
    )
    claimed = Claimed(item.id("id", item.place), item.place, fact, claims)
    item.finish()
    return claimed


def _read_days(item: Item) -> tuple[date, date]:
    first_on, last_on = item.day("first_on"), item.day("last_on")
    last_on = last_on or first_on or item.refuse("last_on", "is missing; it is the day on which the credit was earned")
    first_on = first_on or last_on
    if first_on > last_on:
        item.refuse("first_on", f"is {first_on.isoformat()}, after last_on, which is {last_on.isoformat()}")
    return first_on, last_on


def _read_parts(item: Item) -> tuple[CreditPart, ...]:
    minutes, areas = item.minutes("minutes"), item.texts("areas")
    parts = tuple(_read_part(part) for part in item.items("parts"))
    if not parts:
        return (CreditPart(minutes or item.refuse("minutes", "is missing"), areas or ()),)
    if areas is not None:
        item.refuse("areas", "can't stand beside parts; each part has its own")
    total = sum(part.minutes for part in parts)
    if minutes not in (None, total):
        item.refuse("minutes", f"is {minutes}, and the parts make {total}; leave it out or mend the parts")
    return parts


def _read_part(item: Item) -> CreditPart:
    part = CreditPart(item.minutes("minutes") or item.refuse("minutes", "is missing"), item.texts("areas") or ())
    item.finish()
    return part


def _read_claims(item: Item, known: frozenset[Id], decision: Decision) -> Mapping[Id, Decision] | None:
    """A claim is an id, or an object with the `certification` and what was decided of it alone."""
    if not item.has("claims"):
        item.values("claims")
        return None
    return dict(_list_claims(item, known, decision))


def _list_claims(item: Item, known: frozenset[Id], decision: Decision) -> Iterator[tuple[Id, Decision]]:
    for number, value in enumerate(item.values("claims") or ()):
        place = f"{item.at('claims')}[{number}]"
        said = Item(value if isinstance(value, dict) else {"certification": value}, place)
        named = said.id("certification", "")
        if named not in known:
            raise BadInput(f"{place} claims for {named!r}, and the case has no certification of that id.")
        yield named, said.choice("decision", _DECISIONS, decision)
        said.finish()
