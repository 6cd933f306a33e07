"""What a service pack asks for in the week or month of a day: supervision that is held, and that is still to hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from certtrack.language import LOCALES, say_by
from certtrack.rules.facts import ServiceFact
from certtrack.rules.pack import Value
from certtrack.rules.service import DutyFact, ServicePack, SessionFact
from certtrack.rules.supervision import Met, PeriodResult, list_periods, period_of
from certtrack.services.evaluation.case import Asked, Case, select
from certtrack.services.evaluation.words import plain

_HOURS: dict[Met, str] = {"met": "complete", "open": "short", "unsure": "unconfirmed"}
_WORDS = "next_step.jinja"


def answer_duty(pack: ServicePack, asked: Asked, case: Case, known_on: date) -> dict[str, Any]:
    """The answer for a service pack: two requirements, `per_period` and `per_service`, and no validity or cycle.

    The duty is counted from the first issue on, else from the period of the first record.
    """
    sessions, service = list(_list_sessions(case, asked, known_on)), _list_service(case, asked, known_on)
    days = [one.held_on for one in sessions] + [one.from_on for one in service]
    from_on = asked.issued_on or period_of(pack, min((*days, case.as_of)))[0]
    periods = list_periods(pack, DutyFact(from_on, None), sessions, service, case.as_of, 1)
    found = periods[0] if periods else None
    code, values = _find_next(found)
    return {
        "pack": pack.ref,
        "as_of": case.as_of.isoformat(),
        "validity": None,
        "hours": _HOURS[found.state] if found else "unconfirmed",
        "application": None,
        "phase": None,
        "cycle": None,
        "requirements": list(_list_requirements(pack, found)) if found else [],
        "credits": [{"id": one.id, "counted_minutes": 0, "why_not": _why("no_hours_asked")} for one in case.credits],
        "next_step": {"code": code, "values": _tell(values), "text": _say(code, values, pack)},
        "because": list(_list_reasons(pack, found)) if found else [],
    }


def _list_sessions(case: Case, asked: Asked, known_on: date) -> Iterator[SessionFact]:
    for session, signed_on in select(case.supervision, asked):
        if session.held_on <= known_on:
            is_signed = signed_on is not None and signed_on <= min(known_on, case.as_of)
            yield session if is_signed else replace(session, signed=frozenset())


def _list_service(case: Case, asked: Asked, known_on: date) -> list[ServiceFact]:
    return [one for one in select(case.service, asked) if one.from_on <= known_on]


def _list_requirements(pack: ServicePack, found: PeriodResult) -> Iterator[dict[str, Any]]:
    counted = [session for session in found.sessions if session.counts == "yes"]
    yield {
        "id": "per_period",
        "dimension": "supervision",
        "needed_minutes": found.needed,
        "counted_minutes": found.counted,
        "unsure_minutes": found.waiting + found.unsure,
        "open_minutes": found.open,
        "state": found.by_period,
        "credits": [{"id": _place(session.id), "minutes": session.minutes} for session in counted],
    }
    if found.by_service is None or pack.per_service is None:
        return
    due, service = pack.per_service.value, found.by_service
    is_due = service.least >= due.service_minutes
    yield {
        "id": "per_service",
        "dimension": "supervision",
        "needed_minutes": due.minutes if is_due else 0,
        "counted_minutes": 0,
        "unsure_minutes": 0,
        "open_minutes": {"met": 0, "open": due.minutes, "unsure": None}[service.state],
        "state": service.state,
        "service_minutes": service.least,
        "service_minutes_latest": service.most,
        "due_at_service_minutes": service.due_at,
        "credits": [],
    }


def _find_next(found: PeriodResult | None) -> tuple[str, dict[str, object]]:
    if found is None or found.state == "met":
        return "nothing", {}
    if found.open and found.by_period == "open":
        return "hold_supervision", {"minutes": found.open, "by": found.until_on}
    if found.waiting:
        return "sign_supervision", {"minutes": found.waiting, "by": found.until_on}
    return "ask_about_supervision", {}


def _say(code: str, values: dict[str, object], pack: ServicePack) -> dict[str, str]:
    given = tuple(values.items())
    return {locale: _say_in(locale, code, given, pack.whom_to_ask.of(locale)) for locale in LOCALES}


@lru_cache(maxsize=1024)
def _say_in(locale: str, code: str, values: tuple[tuple[str, object], ...], whom: str) -> str:
    return plain(say_by(_WORDS, locale, "next_supervision", code, dict(values), whom))


def _list_reasons(pack: ServicePack, found: PeriodResult) -> Iterator[dict[str, Any]]:
    days = {"from_on": found.from_on, "until_on": found.until_on}
    minutes = {"needed": found.needed, "counted": found.counted, "waiting": found.waiting, "unsure": found.unsure}
    yield _reason(pack, "per_period", pack.period, days | minutes | {"state": found.by_period})
    for session in found.sessions:
        values = {"held_on": session.held_on, "minutes": session.minutes, "counts": session.counts}
        rule = pack.signed_by if session.code == "not_signed" else pack.kinds
        yield _reason(pack, f"session_{session.code}", rule, values, session.id)
    if found.by_service is not None and pack.per_service is not None:
        service = found.by_service
        values = {"from_on": service.from_on, "least": service.least, "most": service.most, "due_at": service.due_at}
        yield _reason(pack, "per_service", pack.per_service, values | {"state": service.state})
        yield _reason(pack, "met_by", pack.met_by, {"tests": pack.met_by.value, "state": found.state})


def _reason(
    pack: ServicePack, code: str, rule: Value[Any], values: dict[str, Any], session: int | None = None
) -> dict[str, Any]:
    return {
        "code": code,
        "values": _tell(values),
        "pack": pack.ref,
        "source": rule.source.link or rule.source.title,
        "sure": rule.sure,
        "records": [] if session is None else [{"kind": "supervision", "id": _place(session)}],
    }


def _tell(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _why(code: str) -> dict[str, Any]:
    return {"code": code, "values": {}}


def _place(number: int) -> str:
    return f"supervision[{number}]"
