"""What one row would change: planned from what is on record, written by `writing`, shown by a dry run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from certtrack.db.models import Credit
from certtrack.rules.facts import CreditPart
from certtrack.services.credit_log.placing import PlacedRow
from certtrack.services.credit_log.state import Brought, State
from certtrack.services.credits.typed import NewCredit
from certtrack.services.sheets.judging import Change, judge
from certtrack.services.sheets.placed_plan import PlacedPlan

BY_HAND = "by_hand"
"""Marks what was on record by hand before a file named it: no file amends it."""
_PAPER = {True: "on_paper", False: "none", None: None}


@dataclass
class CreditPlan(PlacedPlan[PlacedRow]):
    """What one row would change. `credit_id` is None where the row is to become a credit; `brought`: its earlier row.

    `changes` are amended; `kept` is what the file says otherwise than the record, which was mended by hand and stays.
    """

    credit_id: int | None = None
    brought: Brought | None = None
    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)

    def tell_new(self) -> dict[str, Any]:
        """What is told of it where it is new."""
        return {"line": self.line, "name": self.name, "title": self.placed.row.title}

    def tell_outcome(self) -> tuple[Any, ...]:
        """All that would be written."""
        if self.credit_id is None:
            return self.kind, sorted(tell_new(make_new(self.placed)).items()), self.placed.certification_ids
        return self.kind, self.credit_id, [(change.field, change.old, change.new) for change in self.changes]

    @property
    def kind(self) -> str:
        """`new`, `changed`, `kept` (nothing was done, though the file says something else) or `same`."""
        if self.credit_id is None:
            return "new"
        return "changed" if self.changes else "kept" if self.kept else "same"


def plan_row(state: State, placed: PlacedRow) -> CreditPlan:
    """Plan one row by what is on record."""
    brought = state.find_brought(placed)
    credit = state.find_credit(placed, brought)
    plan = CreditPlan(placed, credit.id if credit else None, brought)
    if credit is None:
        return plan
    if credit.state == "withdrawn":
        plan.kept.append(Change("state", "withdrawn", "logged"))
        return plan
    is_by_hand = brought is None or BY_HAND in brought.said
    record, said = tell_credit(credit), brought.said if brought else {}
    for name, new in _say(placed).items():
        verdict = judge(said.get(name), record[name], new)
        if verdict == "same" or (name == "proof" and credit.proof == "file"):  # a file says more than any paper
            continue
        change = Change(name, record[name], new or "")
        (plan.changes if verdict == "amend" and not is_by_hand else plan.kept).append(change)
    return plan


def tell_credit(credit: Credit) -> dict[str, str | None]:
    """What a credit says, as the texts that an import compares; None where it says nothing."""
    areas = (",".join(sorted(part["areas"])) for part in credit.parts)
    return {
        "title": credit.title,
        "provider": credit.provider,
        "first_on": credit.first_on.isoformat(),
        "last_on": credit.last_on.isoformat(),
        "minutes": str(credit.minutes),
        "areas": " + ".join(areas) or None,
        "activity": credit.activity,
        "form": credit.form,
        "proof": credit.proof,
    }


def tell_new(new: NewCredit) -> dict[str, str]:
    """What a new credit says, as those texts, without what it doesn't say."""
    told: dict[str, str | None] = {
        "title": new.title,
        "provider": new.provider,
        "first_on": new.first_on.isoformat(),
        "last_on": new.last_on.isoformat(),
        "minutes": str(new.minutes),
        "areas": " + ".join(",".join(sorted(part.areas)) for part in new.parts) or None,
        "activity": new.activity,
        "form": new.form,
        "proof": new.proof,
    }
    return {name: value for name, value in told.items() if value is not None}


def make_new(placed: PlacedRow) -> NewCredit:
    """The credit that a row becomes. What isn't said to be anything else is a course; without a paper it has none."""
    row = placed.row
    return NewCredit(
        title=row.title,
        provider=row.provider,
        first_on=row.first_on,
        last_on=row.last_on,
        unit=row.unit,
        amount=row.amount.text,
        parts=(CreditPart(placed.minutes, placed.areas or ()),),
        activity=row.activity or "course",
        form=row.form,
        role="participant",
        proof="on_paper" if row.has_paper else "none",
    )


def amend(credit: Credit, placed: PlacedRow, fields: Iterable[str]) -> NewCredit:
    """What the credit says once these fields are as the row has them, and all else as it is on record."""
    new, names = make_new(placed), set(fields)
    values: dict[str, Any] = {
        "title": credit.title,
        "provider": credit.provider,
        "first_on": credit.first_on,
        "last_on": credit.last_on,
        "unit": credit.unit,
        "amount": credit.amount,
        "activity": credit.activity,
        "form": credit.form,
        "role": credit.role,
        "proof": credit.proof,
    }
    values |= {name: getattr(new, name) for name in names & values.keys()}
    if "minutes" in names:
        values |= {"unit": new.unit, "amount": new.amount}
    minutes = placed.minutes if "minutes" in names else credit.minutes
    values["parts"] = _split(credit, minutes, (placed.areas or ()) if "areas" in names else None)
    return NewCredit(**values)


def _split(credit: Credit, minutes: int, areas: Sequence[str] | None) -> tuple[CreditPart, ...]:
    if areas is None and minutes == credit.minutes:
        return tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in credit.parts)
    kept: Sequence[str] = credit.parts[0]["areas"] if areas is None else areas
    return (CreditPart(minutes, tuple(kept)),)


def _say(placed: PlacedRow) -> dict[str, str | None]:
    row = placed.row
    return {
        "title": row.title,
        "provider": row.provider,
        "last_on": _tell_day(row.last_on),
        "minutes": str(placed.minutes),
        "areas": ",".join(placed.areas) or None if placed.areas is not None else None,
        "activity": row.activity,
        "form": row.form,
        "proof": _PAPER[row.has_paper],
    }


def _tell_day(day: date) -> str:
    return day.isoformat()
