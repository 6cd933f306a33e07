"""The answer to a case: where each certification that is asked for stands, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from certtrack.errors import BadInput
from certtrack.rules.deriving import Derived, DueBeforeStart, derive, find_ruling
from certtrack.rules.facts import SupervisedFact
from certtrack.rules.history import History, known_by
from certtrack.rules.hours import TOTAL
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.rules.sharing import set_beside
from certtrack.rules.standing import stand
from certtrack.rules.supervision import period_of
from certtrack.services.evaluation.answer import Answering
from certtrack.services.evaluation.case import Asked, Case, read_case, select
from certtrack.services.evaluation.credits import select_credits
from certtrack.services.evaluation.duty import answer_duty
from certtrack.services.evaluation.packs import PackSource
from certtrack.services.evaluation.reader import day_in


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One certification's rules and what they are given."""

    asked: Asked
    pack: Pack
    known: History
    derived: Derived


def evaluate(case: Mapping[str, Any], packs: PackSource) -> dict[str, Any]:
    """The answer to a case, both as JSON has them: plain objects, lists, words, whole numbers.

    Of several certifications the answers are under `certifications`, in the order in which they were asked for; an hour
    that is claimed for two of them counts by the rules of both. Raises BadInput, in one sentence that names the place,
    where the case can't be so or no pack has that name.
    """
    told = read_case(case)
    drawn = [_draw(told, asked, packs) for asked in told.asked]
    if not told.is_list:
        return _answer(told, drawn[0])
    certifications = [one for one in drawn if isinstance(one, _Drawn)]
    together = set_beside(
        [(one.pack, replace(one.derived.facts, id=number)) for number, one in enumerate(certifications)]
    )
    whole = {
        one.asked.id: replace(one, derived=replace(one.derived, facts=facts))
        for one, facts in zip(certifications, together, strict=True)
    }
    answers = [
        {"id": asked.id} | _answer(told, whole.get(asked.id, one)) for asked, one in zip(told.asked, drawn, strict=True)
    ]
    return {"certifications": answers}


def _draw(case: Case, asked: Asked, packs: PackSource) -> _Drawn | dict[str, Any]:
    """What is to be answered; of a service pack the answer itself, since it has nothing to do with the others."""
    pack = packs.get(asked.pack)
    known_on = day_in(case.known_at, pack.zone) if case.known_at is not None else case.as_of
    _check_known(case, asked, known_on)
    if isinstance(pack, ServicePack):
        return answer_duty(_speaking(packs, asked, pack, case.as_of), asked, case, known_on)
    known = known_by(_make_history(case, asked, pack, known_on), known_on)
    pack, derived = _derive(packs, asked, pack, known, case.as_of)
    _check_requirements(case, asked, pack)
    return _Drawn(asked, pack, known, derived)


def _answer(case: Case, drawn: _Drawn | dict[str, Any]) -> dict[str, Any]:
    if isinstance(drawn, dict):
        return drawn
    standing = stand(drawn.pack, drawn.derived.facts, case.as_of)
    return Answering(case, drawn.asked, drawn.pack, drawn.known, drawn.derived, standing).tell()


def _speaking(packs: PackSource, asked: Asked, pack: ServicePack, as_of: date) -> ServicePack:
    found = packs.get(asked.pack, period_of(pack, as_of)[1])
    return found if isinstance(found, ServicePack) else pack


def _derive(packs: PackSource, asked: Asked, pack: Pack, known: History, as_of: date) -> tuple[Pack, Derived]:
    """The facts, by the version of the pack that speaks for the cycle in question."""
    derived = _try(pack, known, asked, as_of)
    cycle = find_ruling(derived.facts.cycles, as_of)
    speaking = packs.get(asked.pack, cycle.due_on if cycle else None)
    if speaking is pack or not isinstance(speaking, Pack):
        return pack, derived
    return speaking, _try(speaking, known, asked, as_of)


def _try(pack: Pack, known: History, asked: Asked, as_of: date) -> Derived:
    try:
        return derive(pack, known, as_of)
    except DueBeforeStart as error:
        raise BadInput(
            f"{asked.place}.stated_due_on is {error.due_on.isoformat()}, and it begins on "
            f"{error.start_on.isoformat()}; a cycle ends after it starts."
        ) from error


def _make_history(case: Case, asked: Asked, pack: Pack, known_on: date) -> History:
    return History(
        credential=pack.credential,
        issued_on=asked.issued_on,
        stated_due_on=asked.stated_due_on,
        born_on=case.born_on,
        died_on=case.died_on,
        roles=case.roles,
        trainings=select(case.trainings, asked),
        attempts=select(case.exams, asked),
        requests=select(case.applications, asked),
        reliefs=select(case.waivers, asked),
        credits=select_credits(case.credits, asked.id),
        service=select(case.service, asked),
        supervision=tuple(
            SupervisedFact(one.id, one.held_on, one.minutes)
            for one, signed_on in select(case.supervision, asked)
            if signed_on is not None and signed_on <= min(known_on, case.as_of)
        ),
    )


def _check_known(case: Case, asked: Asked, known_on: date) -> None:
    last = max(case.as_of, known_on)
    for one in case.credits:
        if one.fact.last_on > last:
            raise BadInput(
                f"{one.place}.last_on is {one.fact.last_on.isoformat()}, after {last.isoformat()}, the end of what is "
                "known; what is still to come is planned."
            )
    if asked.issued_on and asked.stated_due_on and asked.stated_due_on <= asked.issued_on:
        raise BadInput(
            f"{asked.place}.stated_due_on is {asked.stated_due_on.isoformat()}, and issued_on is "
            f"{asked.issued_on.isoformat()}; a cycle ends after it starts."
        )


def _check_requirements(case: Case, asked: Asked, pack: Pack) -> None:
    rule = pack.hours
    keys = (TOTAL, *(area.key for area in rule.areas), *(one.key for one in rule.minima)) if rule else ()
    for told in case.waivers:
        relief = told.fact
        if told.certification not in (None, asked.id) or relief.requirement is None or not keys:
            continue
        if relief.requirement not in keys:
            there = ", ".join(keys)
            raise BadInput(f"{told.place}.requirement is {relief.requirement!r}, and {pack.ref} has: {there}.")
