"""Mail to come: month by month how much goes out, and of one month each mail with what keeps it back as things are."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, request

from certtrack.security import Task, can_do, list_places
from certtrack.services.forecast.at_once import begin, foresee_at_once
from certtrack.services.forecast.coming import ComingMail, list_people
from certtrack.services.forecast.months import (
    MailFilters,
    count_months,
    is_too_many,
    last_of,
    list_months,
    list_stages,
)
from certtrack.services.forecast.scope import Scope
from certtrack.services.former import closed_people
from certtrack.services.overview import PAGE
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, today

forecast = Blueprint("forecast", __name__)

_MOST_PAGES = 100_000


@forecast.get("/forecast")
@needs(Task.RELEASE_MAIL)
def index() -> str:
    """The next twelve months; `?month=2026-11` is listed, and `?stage=`, `?audience=`, `?state=` narrow it."""
    with reading() as session:
        now = today(begin(session, parts().rulebook, actor()))
        months, filters = list_months(now), _read_filters(now)
        scope = Scope(places=list_places(actor(), Task.RELEASE_MAIL), closed=closed_people(actor(), now))
        if is_too_many(session, scope):
            return render("forecast/too_many.html")
        at, last_on = parts().clock.now(), last_of(months[-1])
        found = foresee_at_once(session, parts().rulebook, scope, at=at, from_on=now, to_on=last_on)
        mails = sorted(found, key=lambda mail: (mail.on, mail.name, mail.key))
    fitting = [mail for mail in mails if filters.fits(mail)]
    number = min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)
    shown = fitting[(number - 1) * PAGE : number * PAGE]
    note_look("mail.foreseen", list_people(shown))
    return render(
        "forecast/index.html",
        months=count_months(mails, months),
        filters=filters,
        stages=list_stages(mails, filters.month_on),
        mails=shown,
        total=len(fitting),
        first=(number - 1) * PAGE + 1,
        previous_url=_page_url(number - 1) if number > 1 else None,
        next_url=_page_url(number + 1) if number * PAGE < len(fitting) else None,
        can_preview=can_do(actor(), Task.PREVIEW_POLICY),
        **_count(mails),
    )


def _count(mails: Sequence[ComingMail]) -> dict[str, int]:
    goes = sum(mail.kept_back is None for mail in mails)
    return {"goes": goes, "kept_back": len(mails) - goes}


def _read_filters(now: date) -> MailFilters:
    return MailFilters(
        month_on=_read_month(now),
        stage=request.args.get("stage", "")[:16],
        audience=request.args.get("audience", "")[:16],
        state=request.args.get("state", "")[:16],
    )


def _read_month(now: date) -> date:
    """The month that the address names, where it is one of those; else this one."""
    named = request.args.get("month", "")
    return next((first_on for first_on in list_months(now) if f"{first_on:%Y-%m}" == named), now.replace(day=1))


def _page_url(number: int) -> str:
    return f"/forecast?{urlencode({**request.args, 'page': number})}"
