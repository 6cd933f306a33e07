"""What a credit would change, said before it is saved: counted with what is on record, and never stored."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Credit
from certtrack.rules.facts import Beside, CertificationFacts, CreditFact
from certtrack.rules.requirements import Requirement
from certtrack.rules.what_if import PlannedCount
from certtrack.services.credits.amounts import UNITS, Unit, read_amount, to_minutes
from certtrack.services.credits.duplicates import list_duplicates, list_keys
from certtrack.services.credits.page import Claimable, CreditOffer, describe_hours
from certtrack.services.credits.problems import BadCredit, Unreadable
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.services.credits.what_if import Forecast, Planning, forecast, suppose

_UNNAMED = "-"
_NUMBER = -1  # forecast gives it to its one plan


@dataclass(frozen=True, slots=True)
class Converted:
    """How long was typed, as it was typed, and what that comes to."""

    amount: str
    unit: Unit
    minutes: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """The hours of one certification with the credit. `count` is what the credit counts, None where nothing can."""

    claimable: Claimable
    forecast: Forecast
    count: PlannedCount | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be said of a form before it is saved: each part None or empty where too little is typed for it.

    `new`: the credit that it would be, with what doesn't change its hours supposed.
    """

    converted: Converted | None
    new: NewCredit | None = None
    doubles: tuple[Credit, ...] = ()
    ahead: tuple[Ahead, ...] = ()


def look_ahead(
    session: Session,
    offer: CreditOffer,
    typed: TypedCredit,
    chosen: Collection[int],
    *,
    credit_id: int | None = None,
    at: datetime,
) -> Preview:
    """What was typed, turned into hours; what may be the same; and the hours with it of each chosen certification.

    With `credit_id` it takes the place of that credit, which is amended.
    """
    converted = convert(typed, offer.ceu_minutes)
    new = _suppose_whole(typed, offer, today_in(FixedClock(at), offer.person.zone))
    if converted is None or new is None:
        return Preview(converted)
    keys = list_keys(item.pack for item in offer.claimable)
    doubles = list_duplicates(session, offer.person.id, new, keys, but=credit_id) if typed.title.strip() else ()
    ahead = (
        _look(offer, item, new, chosen, credit_id, at) for item in offer.claimable if item.certification.id in chosen
    )
    return Preview(converted, new, tuple(doubles), tuple(ahead))


def list_areas_now(offer: CreditOffer, at: datetime) -> Mapping[str, Requirement]:
    """By area how far its hours are without the credit, at the end of the next last day to act by.

    Empty where a credit may be claimed for several certifications, or none, or nothing can be earned any more: then no
    one number is the answer.
    """
    if len(offer.claimable) != 1:
        return {}
    found = forecast(_plan(offer, offer.claimable[0], offer.claimable[0].facts, at), []).found
    return {line.key: line for line in found.before.requirements} if found.by is not None else {}


def convert(typed: TypedCredit, ceu_minutes: int | None) -> Converted | None:
    """What was typed in minutes; None where it can't be turned into any."""
    with suppress(Unreadable):
        amount = read_amount(typed.amount)
        unit = amount.unit or next((unit for unit in UNITS if unit == typed.unit), None)
        return Converted(amount.text, unit, to_minutes(amount, unit, ceu_minutes)) if unit else None
    return None


def _suppose_whole(typed: TypedCredit, offer: CreditOffer, today: date) -> NewCredit | None:
    """The credit with what doesn't change its hours supposed; None where what does is missing or wrong."""
    supposed = replace(typed, title=typed.title.strip() or _UNNAMED, role=typed.role or "participant", proof="on_paper")
    if not {*typed.areas} <= {area.key for area in offer.areas}:
        return None
    with suppress(BadCredit):
        return read_credit(supposed, offer.ceu_minutes, today)
    return None


def _look(
    offer: CreditOffer, item: Claimable, new: NewCredit, chosen: Collection[int], credit_id: int | None, at: datetime
) -> Ahead:
    facts = _suppose_beside(offer, item, suppose(_NUMBER, new), chosen, credit_id)
    found = forecast(_plan(offer, item, facts, at), [new])
    return Ahead(item, found, found.found.planned[0] if found.found.planned else None)


def _plan(offer: CreditOffer, item: Claimable, facts: CertificationFacts, at: datetime) -> Planning:
    areas, ceu_minutes, ceu_sure = describe_hours([item.pack])
    return Planning(
        person=offer.person,
        certification=item.certification,
        pack=item.pack,
        facts=facts,
        today=today_in(FixedClock(at), item.pack.zone),
        areas=areas,
        ceu_minutes=ceu_minutes,
        ceu_sure=ceu_sure,
        can_log=True,
        is_holder=False,
    )


def _suppose_beside(
    offer: CreditOffer, item: Claimable, planned: CreditFact, chosen: Collection[int], credit_id: int | None
) -> CertificationFacts:
    """Its facts without the credit that is amended; those beside it with the new one, where it is claimed for them.

    What is claimed for a certification that the form doesn't offer stays claimed.
    """
    offered = {one.certification.id: Beside(one.pack, replace(one.facts, beside=())) for one in offer.claimable}
    beside = {one.facts.id: one for one in item.facts.beside} | {
        number: one for number, one in offered.items() if number in chosen
    }
    beside.pop(item.certification.id, None)
    claimed = {
        number
        for number, one in beside.items()
        if number in chosen or (number not in offered and any(credit.id == credit_id for credit in one.facts.credits))
    }
    settled = {number: _without(one.facts, credit_id) for number, one in beside.items()}
    more = {number: (*settled[number].credits, planned) for number in claimed}
    return replace(
        _without(item.facts, credit_id),
        beside=tuple(
            Beside(one.pack, replace(settled[number], credits=more.get(number, settled[number].credits)))
            for number, one in sorted(beside.items())
        ),
    )


def _without(facts: CertificationFacts, credit_id: int | None) -> CertificationFacts:
    if credit_id is None:
        return facts
    return replace(facts, credits=tuple(credit for credit in facts.credits if credit.id != credit_id))
