"""What the form for a credit would say of an activity that somebody was at."""

from typing import Any

from certtrack.db.models import Offering
from certtrack.services.credits.typed import NewCredit


def write_amount(minutes: int) -> tuple[str, str]:
    """The amount and its unit: whole and half hours as hours, anything else as minutes."""
    if minutes % 30:
        return str(minutes), "minutes"
    return f"{minutes // 60}.5" if minutes % 60 else str(minutes // 60), "hours"


def fill_typed(offering: Offering, day: str) -> dict[str, Any]:
    """The fields of the form, as they are typed there; `day` is the last day where the offering has none of its own.

    Beside them `parts`, which the form doesn't ask for: the minutes by area.
    """
    minutes = sum(part["minutes"] for part in offering.parts)
    amount, unit = write_amount(minutes)
    first_on, last_on = offering.first_on, offering.last_on
    return {
        "title": offering.title,
        "provider": offering.provider or "",
        "first_on": first_on.isoformat() if first_on and first_on != last_on else "",
        "last_on": last_on.isoformat() if last_on else day,
        "amount": amount,
        "unit": unit,
        "areas": list(dict.fromkeys(area for part in offering.parts for area in part["areas"])),
        "activity": offering.activity,
        "form": offering.form or "",
        "role": "participant",
        "proof": "",
        "parts": offering.parts,
    }


def write_typed(new: NewCredit) -> dict[str, Any]:
    """The same of an activity that is known as it would be logged; whether there will be proof isn't said."""
    return {
        "title": new.title,
        "provider": new.provider or "",
        "first_on": new.first_on.isoformat() if new.first_on != new.last_on else "",
        "last_on": new.last_on.isoformat(),
        "amount": new.amount,
        "unit": new.unit,
        "areas": list(dict.fromkeys(area for part in new.parts for area in part.areas)),
        "activity": new.activity,
        "form": new.form or "",
        "role": new.role,
        "proof": "",
        "parts": [{"minutes": part.minutes, "areas": list(part.areas)} for part in new.parts],
    }
