"""An answer as JSON has it: the standing, the cycle's days, the hours, and each reason with the case's own ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certtrack.rules.cycles import CycleDays
from certtrack.rules.deriving import Derived
from certtrack.rules.history import History
from certtrack.rules.hours import TOTAL, HoursCount, Requirement
from certtrack.rules.next_step import find_next_step
from certtrack.rules.pack import Pack, Value
from certtrack.rules.reasons import Reason
from certtrack.rules.standing import Standing
from certtrack.rules.terms import next_start_on
from certtrack.rules.walk import STEPS
from certtrack.rules.what_if import what_if
from certtrack.services.evaluation.case import Asked, Case
from certtrack.services.evaluation.credits import Claimed, select_credits
from certtrack.services.evaluation.words import tell_step

_DAYS = ("due_on", "grace_until", "late_until", "exam_route_until")
_LISTS = {"exam": "exams", "application": "applications", "waiver": "waivers", "training": "trainings"}


@dataclass(frozen=True, slots=True)
class Answering:
    """What an answer is made of."""

    case: Case
    asked: Asked
    pack: Pack
    known: History
    derived: Derived
    standing: Standing

    def tell(self) -> dict[str, Any]:
        """The answer, in the order in which people read it."""
        standing = self.standing
        counted = standing.counted
        step = find_next_step(self.pack, self.known, self.derived.facts, standing)
        answer = {
            "pack": self.pack.ref,
            "as_of": standing.as_of.isoformat(),
            "validity": standing.validity,
            "hours": counted.hours,
            "application": standing.application,
            "phase": standing.phase,
            "cycle": tell_cycle(standing.days) if standing.days else None,
            "requirements": list(self._list_requirements(counted)),
            "credits": list(self._list_credits(counted)),
            "next_step": {"code": step.code, "values": tell_values(step.values), "text": tell_step(self.pack, step)},
            "because": [self._tell_reason(reason) for reason in (*standing.because, *self.derived.reasons)],
        }
        if self.case.planned:
            answer["what_if"] = self._tell_what_if()
        return answer

    def _tell_what_if(self) -> dict[str, Any]:
        """The hours on the next last day to act by, once what is planned for it is earned as well."""
        mine = select_credits(self.case.planned, self.asked.id)
        after = what_if(self.pack, self.derived.facts, mine, self.standing.as_of).after
        return {"hours": after.hours, "requirements": list(self._list_requirements(after))}

    def _list_requirements(self, counted: HoursCount) -> Iterator[dict[str, Any]]:
        shares, rules = self._list_shares(counted), _list_rules(self.pack)
        for line in counted.requirements:
            amounts = _tell_minutes(line) if line.unit == "minutes" else _tell_credits(line)
            if line.needed_most not in (None, line.needed):
                amounts[f"needed_{line.unit}_latest"] = line.needed_most
            yield {
                "id": line.key,
                "dimension": line.dimension,
                **amounts,
                "is_waived": line.is_waived,
                **_tell_origin(rules.get(line.key)),
                "credits": shares.get(line.key, []),
            }

    def _list_shares(self, counted: HoursCount) -> dict[str, list[dict[str, Any]]]:
        """What each credit that counts for sure gives to each requirement: minutes, or 1 where credits are counted."""
        shares: dict[str, list[dict[str, Any]]] = {}
        for credit in counted.credits:
            if credit.sure:
                number = self._credit_id(credit.id)
                others = credit.others if credit.counts == "yes" else ()
                for key, minutes in ((TOTAL, credit.sure), *credit.sure_shares, *others):
                    shares.setdefault(key, []).append({"id": number, "minutes": minutes})
        return shares

    def _list_credits(self, counted: HoursCount) -> Iterator[dict[str, Any]]:
        found = {credit.id: credit for credit in counted.credits}
        known = {credit.id for credit in self.known.credits}
        for one in self.case.credits:
            if one.claims is not None and self.asked.id not in one.claims:
                yield self._tell_credit(one, 0, "not_claimed")
            elif one.fact.id not in known:
                yield self._tell_credit(one, 0, "not_known_yet")
            elif one.fact.id not in found:
                yield self._tell_credit(one, 0, "no_hours_asked" if self.pack.hours is None else "no_cycle")
            else:
                credit = found[one.fact.id]
                minutes = credit.sure
                code = credit.code if credit.code != "counts" else self._find_cut(one, minutes)
                yield self._tell_credit(one, minutes, code)

    def _find_cut(self, one: Claimed, minutes: int) -> str | None:
        """What has taken minutes off a credit that counts; None where it counts whole."""
        return "rounded_down" if minutes < one.fact.minutes else None

    def _tell_credit(self, one: Claimed, minutes: int, code: str | None) -> dict[str, Any]:
        why = {"code": code, "values": tell_values(self._why_values(one, code))} if code else None
        return {"id": one.id, "counted_minutes": minutes, "why_not": why}

    def _why_values(self, one: Claimed, code: str | None) -> Mapping[str, object]:
        fact, days = one.fact, self.standing.days
        values: dict[str, Mapping[str, object]] = {
            "activity_excluded": {"activity": fact.activity},
            "form_excluded": {"format": fact.form},
            "form_not_published": {"format": fact.form},
            "lies_ahead": {"last_on": fact.last_on},
            "too_short": {"minutes": fact.minutes},
            "same_course": {"title": fact.title, "provider": fact.provider},
            "same_course_not_published": {"title": fact.title, "provider": fact.provider},
            "not_known_yet": {"last_on": fact.last_on},
            "before_cycle": {"last_on": fact.last_on, "start_on": days.start_on if days else None},
            "after_cycle": {"last_on": fact.last_on, "due_on": days.due_on if days else None},
            "after_due_not_published": {"last_on": fact.last_on, "due_on": days.due_on if days else None},
        }
        return values.get(code or "", {})

    def _tell_reason(self, reason: Reason) -> dict[str, Any]:
        records = [known for record in reason.records for known in self._list_records(*record)]
        values = {name: value for name, value in reason.values.items() if name != "given_by"}
        return {
            "code": reason.code,
            "values": tell_values(values),
            "pack": reason.pack,
            "source": reason.source,
            "sure": reason.sure,
            "records": [{"kind": kind, "id": number} for kind, number in dict.fromkeys(records)],
        }

    def _list_records(self, kind: str, number: int) -> Iterator[tuple[str, object]]:
        """A record by the case's own name for it; of a cycle, which the case doesn't tell, those that it rests on."""
        if kind == "cycle":
            for origin in self.derived.origins.get(number, ()):
                yield from self._list_records(*origin)
        elif kind == "application_step":
            yield "application", f"applications[{number // STEPS}]"
        elif kind == "certification":
            yield kind, self.asked.id
        else:
            yield kind, f"{_LISTS[kind]}[{number}]"

    def _credit_id(self, number: int) -> object:
        given = len(self.case.credits)
        return self.case.credits[number].id if number < given else self.case.planned[number - given].id


def _list_rules(pack: Pack) -> dict[str, Value[int | None]]:
    """The published value that each requirement rests on; an area without one isn't there."""
    found: dict[str, Value[int | None]] = {ask.kind: ask.minutes for ask in pack.asks}
    if pack.hours is not None:
        found |= {area.key: area.minimum for area in pack.hours.areas if area.minimum is not None}
        found |= {one.key: one.needed for one in pack.hours.minima} | {TOTAL: pack.hours.total}
    return found


def _tell_origin(rule: Value[int | None] | None) -> dict[str, str | None]:
    if rule is None:
        return {"source": None, "sure": None}
    return {"source": rule.source.link or rule.source.title, "sure": rule.sure}


def _tell_minutes(line: Requirement) -> dict[str, Any]:
    return {
        "needed_minutes": line.needed,
        "counted_minutes": line.counted,
        "unsure_minutes": line.unsure,
        "open_minutes": line.open,
    }


def _tell_credits(line: Requirement) -> dict[str, Any]:
    """Of a requirement that counts credits: there are no minutes of it."""
    amounts = {"needed": line.needed, "counted": line.counted, "unsure": line.unsure, "open": line.open}
    none = {f"{name}_minutes": None for name in amounts}
    return none | {f"{name}_credits": amount for name, amount in amounts.items()}


def tell_cycle(days: CycleDays) -> dict[str, Any]:
    """The days of a cycle; a day with two readings has the later one beside it as `*_latest`.

    None where there is no such day, or it never comes.
    """
    told: dict[str, Any] = {
        "start_on": days.start_on.isoformat(),
        "window_opens_on": _day(days.window_opens_on),
    }
    for name in _DAYS:
        earliest, latest = getattr(days, name), getattr(days, f"{name}_latest")
        told |= _readings(name, earliest, latest)
    last = days.due_on_latest
    return told | _readings("next_start_on", next_start_on(days.due_on), next_start_on(last))


def _readings(name: str, earliest: date | None, latest: date | None) -> dict[str, Any]:
    if earliest == latest:
        return {name: _day(earliest)}
    return {name: _day(earliest), f"{name}_latest": _day(latest)}


def _day(day: date | None) -> str | None:
    return None if day is None or day == date.max else day.isoformat()


def tell_values(values: Mapping[str, object]) -> dict[str, Any]:
    """Values as JSON has them: days in words of figures, tuples as lists."""
    return {name: _tell_value(value) for name, value in values.items()}


def _tell_value(value: object) -> Any:  # noqa: ANN401  # whatever JSON holds
    if isinstance(value, date):
        return _day(value)
    return list(value) if isinstance(value, tuple) else value
