"""What comes back from the form for an offering, kept as it was typed."""

from dataclasses import replace

from flask import request

from certtrack.db.models import Offering
from certtrack.services.offerings.prefill import write_amount
from certtrack.services.offerings.typed import MOST_PARTS, TypedOffering, TypedPart

_LONGEST = 2_000  # what is longer than any text that is taken need not come back whole
_TEXTS = ("title", "provider", "first_on", "last_on", "activity", "form", "place", "link", "words")


def blank_form() -> TypedOffering:
    """A form that nothing was typed into; most of what is offered are courses with one subject."""
    return TypedOffering(activity="course", parts=(TypedPart(),))


def typed_form() -> TypedOffering:
    """The form as it came with this request."""
    texts = {name: request.form.get(name, "")[:_LONGEST] for name in _TEXTS}
    lines = tuple(
        TypedPart(
            request.form.get(f"amount-{line}", "")[:_LONGEST],
            tuple(text[:_LONGEST] for text in request.form.getlist(f"areas-{line}")),
        )
        for line in range(MOST_PARTS)
        if f"amount-{line}" in request.form
    )
    return TypedOffering(**texts, parts=lines or (TypedPart(),))


def recorded_form(offering: Offering) -> TypedOffering:
    """The form as it would say what is on record; one day is told as the last."""
    first_on, last_on = offering.first_on, offering.last_on
    lines = tuple(TypedPart(_say(part["minutes"]), tuple(part["areas"])) for part in offering.parts)
    return TypedOffering(
        title=offering.title,
        provider=offering.provider or "",
        first_on=first_on.isoformat() if first_on and first_on != last_on else "",
        last_on=last_on.isoformat() if last_on else "",
        parts=lines,
        activity=offering.activity,
        form=offering.form or "",
        place=offering.place or "",
        link=offering.link or "",
        words=offering.words or "",
    )


def with_more_parts(form: TypedOffering) -> TypedOffering:
    """The same with one more line for a part, as many as an offering may have."""
    return replace(form, parts=(*form.parts, TypedPart())[:MOST_PARTS])


def _say(minutes: int) -> str:
    amount, unit = write_amount(minutes)
    return amount if unit == "hours" else f"{amount} min"
