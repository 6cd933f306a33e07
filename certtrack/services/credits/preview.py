"""What a credit would change, said before it is saved: counted with what is on record, and never stored."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, today_in
from certtrack.db.models import Claim, Credit
from certtrack.rules.facts import Beside, CertificationFacts, CreditFact
from certtrack.rules.requirements import Requirement
from certtrack.rules.what_if import PlannedCount
from certtrack.services.credits.amounts import UNITS, Unit, read_amount, to_minutes
from certtrack.services.credits.claiming import list_claims
from certtrack.services.credits.duplicates import list_duplicates, list_keys
from certtrack.services.credits.page import Claimable, CreditOffer, describe_hours
from certtrack.services.credits.problems import BadCredit, Unreadable
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.services.credits.what_if import Forecast, Planning, forecast, foresee, suppose

_UNNAMED = "-"
_NEW = -1  # no credit on record has it


@dataclass(frozen=True, slots=True)
class Converted:
    """How long was typed, as it was typed, and what that comes to."""

    amount: str
    unit: Unit
    minutes: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """The hours of one certification with the credit. `count` is what the credit counts, None where nothing can.

    `is_returned`: it went back to its holder, and counts for nothing until they answer, however it is amended.
    """

    claimable: Claimable
    forecast: Forecast
    count: PlannedCount | None
    is_returned: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be said of a form before it is saved: each part None or empty where too little is typed for it.

    `new`: the credit that it would be, with what doesn't change its hours supposed.
    """

    converted: Converted | None
    new: NewCredit | None = None
    doubles: tuple[Credit, ...] = ()
    ahead: tuple[Ahead, ...] = ()


@dataclass(frozen=True, slots=True)
class _Supposed:
    """The credit as it would be on record: its number, for which certifications, and which of them have returned it."""

    number: int
    new: NewCredit
    chosen: frozenset[int]
    returned: frozenset[int]

    def of(self, certification_id: int) -> CreditFact:
        """As that certification would have it: an amendment answers nothing."""
        fact = suppose(self.number, self.new)
        return replace(fact, decision="returned") if certification_id in self.returned else fact


def look_ahead(
    session: Session,
    offer: CreditOffer,
    typed: TypedCredit,
    chosen: Collection[int] | None,
    *,
    files: Collection[int] = (),
    credit_id: int | None = None,
    at: datetime,
) -> Preview:
    """What was typed, turned into hours; what may be the same; and the hours with it of each chosen certification.

    `chosen` is None where there is no choice: a new credit is claimed for all that is offered, and an amendment leaves
    its claims as they are. With `credit_id` it takes the place of that credit. `files` are its proof.
    """
    converted = convert(typed, offer.ceu_minutes)
    new = _suppose_whole(typed, offer, tuple(files), today_in(FixedClock(at), offer.person.zone))
    if converted is None or new is None:
        return Preview(converted)
    keys = list_keys(item.pack for item in offer.claimable)
    doubles = list_duplicates(session, offer.person.id, new, keys, but=credit_id) if typed.title.strip() else ()
    claims = {} if credit_id is None else list_claims(session, credit_id)
    if chosen is None:
        chosen = _list_unasked(offer, None if credit_id is None else claims)
    returned = frozenset(number for number, claim in claims.items() if claim.decision == "returned")
    supposed = _Supposed(_NEW if credit_id is None else credit_id, new, frozenset(chosen), returned)
    ahead = (_look(offer, item, supposed, at) for item in offer.claimable if item.certification.id in supposed.chosen)
    return Preview(converted, new, tuple(doubles), tuple(ahead))


def _list_unasked(offer: CreditOffer, claims: Mapping[int, Claim] | None) -> Collection[int]:
    """What it is claimed for where the form doesn't ask; `claims` are those of the credit, None of a new one."""
    offered = [item.certification.id for item in offer.claimable]
    if claims is None:
        return offered
    return [number for number in offered if number in claims and not claims[number].is_dropped]


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


def _suppose_whole(typed: TypedCredit, offer: CreditOffer, files: tuple[int, ...], today: date) -> NewCredit | None:
    """The credit with what doesn't change its hours supposed; None where what does is missing or wrong.

    A certificate is taken to come until somebody says that there is none: some rules count nothing without one.
    """
    title, proof = typed.title.strip() or _UNNAMED, "none" if typed.proof == "none" else "on_paper"
    supposed = replace(typed, title=title, role=typed.role or "participant", proof=proof)
    if not {*typed.areas} <= {area.key for area in offer.areas}:
        return None
    with suppress(BadCredit):
        return read_credit(supposed, offer.ceu_minutes, today, files)
    return None


def _look(offer: CreditOffer, item: Claimable, supposed: _Supposed, at: datetime) -> Ahead:
    number = item.certification.id
    found = foresee(_plan(offer, item, _suppose_beside(offer, item, supposed), at), [supposed.of(number)])
    count = found.found.planned[0] if found.found.planned else None
    return Ahead(item, found, count, is_returned=number in supposed.returned)


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


def _suppose_beside(offer: CreditOffer, item: Claimable, supposed: _Supposed) -> CertificationFacts:
    """Its facts without the credit that is amended; those beside it with the new one, where it is claimed for them.

    What is claimed for a certification that the form doesn't offer stays claimed.
    """
    offered = {one.certification.id: Beside(one.pack, replace(one.facts, beside=())) for one in offer.claimable}
    beside = {one.facts.id: one for one in item.facts.beside} | {
        number: one for number, one in offered.items() if number in supposed.chosen
    }
    beside.pop(item.certification.id, None)
    settled = (
        _settle(one, supposed, is_claimed=number in supposed.chosen if number in offered else _has(one, supposed))
        for number, one in sorted(beside.items())
    )
    return replace(_without(item.facts, supposed), beside=tuple(settled))


def _has(one: Beside, supposed: _Supposed) -> bool:
    return any(credit.id == supposed.number for credit in one.facts.credits)


def _settle(one: Beside, supposed: _Supposed, *, is_claimed: bool) -> Beside:
    facts = _without(one.facts, supposed)
    more = (supposed.of(facts.id),) if is_claimed else ()
    return Beside(one.pack, replace(facts, credits=(*facts.credits, *more)))


def _without(facts: CertificationFacts, supposed: _Supposed) -> CertificationFacts:
    return replace(facts, credits=tuple(credit for credit in facts.credits if credit.id != supposed.number))
