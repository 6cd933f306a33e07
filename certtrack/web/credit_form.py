"""What comes back from the form for a credit: read, checked against what it offered, and kept as it was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from certtrack.db.models import Credit
from certtrack.services.credits.page import CreditOffer
from certtrack.services.credits.problems import BadCredit, Problem
from certtrack.services.credits.typed import NewCredit, TypedCredit, read_credit
from certtrack.web.numbers import read_number

FIELDS = (
    *("title", "provider", "first_on", "last_on", "amount", "unit", "areas"),
    *("activity", "form", "role", "proof", "certifications"),
)
"""In the order of the page."""

_LONGEST = 500  # what is longer than any text that is taken need not come back whole


@dataclass(frozen=True, slots=True)
class CreditForm:
    """What was typed, as it came: `typed`, and the certifications that were chosen, as texts."""

    typed: TypedCredit
    certifications: tuple[str, ...] = ()

    def read(self, offer: CreditOffer, today: date, *, is_new: bool) -> tuple[NewCredit, list[int]]:
        """The credit and the certifications to claim it for. Raises BadCredit with all that is wrong, in page order."""
        problems: dict[str, Problem] = {}
        new: NewCredit | None = None
        try:
            new = read_credit(self.typed, offer.ceu_minutes, today)
        except BadCredit as error:
            problems |= error.problems
        if not {*self.typed.areas} <= {area.key for area in offer.areas}:
            problems.setdefault("areas", "not_a_choice")
        chosen = self._choose(offer, problems) if is_new else []
        if problems or new is None:
            raise BadCredit({field: problems[field] for field in FIELDS if field in problems})
        return new, chosen

    def _choose(self, offer: CreditOffer, problems: dict[str, Problem]) -> list[int]:
        offered = [item.certification.id for item in offer.claimable]
        if len(offered) == 1:
            return offered
        try:
            chosen = [read_number(text) for text in self.certifications]
        except ValueError:
            chosen = [0]
        if not chosen:
            problems["certifications"] = "missing"
        elif not {*chosen} <= {*offered}:
            problems["certifications"] = "not_a_choice"
        return chosen


def blank_form() -> CreditForm:
    """A form that nothing was typed into; hours are what most certificates state, and most people take part."""
    texts = dict.fromkeys(("title", "provider", "first_on", "last_on", "amount", "activity", "form", "proof"), "")
    return CreditForm(TypedCredit(**texts, unit="hours", areas=(), role="participant"))


def typed_form() -> CreditForm:
    """The form as it came with this request."""
    names = ("title", "provider", "first_on", "last_on", "amount", "unit", "activity", "form", "role", "proof")
    texts = {name: request.form.get(name, "")[:_LONGEST] for name in names}
    areas = tuple(text[:_LONGEST] for text in request.form.getlist("areas"))
    return CreditForm(TypedCredit(**texts, areas=areas), tuple(request.form.getlist("certifications")))


def recorded_form(credit: Credit) -> CreditForm:
    """The form as it would say what is on record; one day is told as the last."""
    areas = dict.fromkeys(area for part in credit.parts for area in part["areas"])
    values: dict[str, Any] = {
        name: getattr(credit, name) for name in ("title", "amount", "unit", "activity", "role", "proof")
    }
    is_one_day = credit.first_on == credit.last_on
    return CreditForm(
        TypedCredit(
            **values,
            provider=credit.provider or "",
            first_on="" if is_one_day else credit.first_on.isoformat(),
            last_on=credit.last_on.isoformat(),
            areas=tuple(areas),
            form=credit.form or "",
        )
    )


def list_differences(mine: CreditForm, theirs: CreditForm) -> Mapping[str, tuple[Any, Any]]:
    """What was typed and what is on record, by field, where the two aren't the same."""
    names = [name for name in FIELDS if name != "certifications"]
    pairs = {name: (getattr(mine.typed, name), getattr(theirs.typed, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if _settle(pair[0]) != _settle(pair[1])}


def _settle(value: Any) -> Any:  # noqa: ANN401  # a text, or the areas, whose order says nothing
    return set(value) if isinstance(value, tuple) else value.strip()
