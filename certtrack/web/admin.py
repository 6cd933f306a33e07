"""Where an office administers, and the audit: who did what, and who looked at whose record."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, request

from certtrack.security import Task
from certtrack.services.administration.audit_filters import AuditFilters
from certtrack.services.administration.audit_list import is_to_read_again, list_events, read_again
from certtrack.services.administration.to_do import count_to_do
from certtrack.services.overview import find_zone
from certtrack.web.admin_parts import list_parts
from certtrack.web.days import read_day
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, today
from certtrack.web.list_filters import find_today, name_credentials
from certtrack.web.numbers import read_number

admin = Blueprint("admin", __name__)

_FILTERS = ("action", "person", "by", "from_on", "until_on")
_LONGEST = 200


@admin.get("/admin")
@needs(Task.MANAGE_ACCOUNTS)
def index() -> str:
    """Every part of an administrator's area, each in a sentence, with what waits there."""
    with reading() as session:
        to_do = count_to_do(session, actor(), today=find_today(), at=parts().clock.now())
    return render("admin/index.html", parts=list_parts(actor()), to_do=to_do)


@admin.get("/admin/audit")
@needs(Task.READ_AUDIT)
def audit() -> str:
    """Events, the newest first; the filters of its form narrow them, and `?before=` goes on.

    `?person=` and `?by=` are parts of a name, or the number of a person and of an account.
    """
    typed = {name: request.args.get(name, "").strip()[:_LONGEST] for name in _FILTERS}
    filters, errors = _read_filters(typed)
    with reading() as session:
        zone = find_zone(session, actor())
        now = today(zone)
        page = list_events(session, actor(), filters, now, zone, before=request.args.get("before", type=read_number))
    note_look("audit.read", page.person_ids)
    asked = {name: text for name, text in typed.items() if text}
    return render(
        "admin/audit.html",
        page=page,
        typed=typed,
        wrong_days=errors,
        zone=zone,
        today_on=now,
        next_url=f"/admin/audit?{urlencode(asked | {'before': page.next_before})}" if page.next_before else None,
        is_narrowed=bool(asked),
        credential_names=name_credentials(),
        can_read_again=is_to_read_again(actor()),
    )


def _read_filters(typed: Mapping[str, str]) -> tuple[AuditFilters, list[str]]:
    """What is asked for, and which days are none: these narrow nothing."""
    days: dict[str, date | None] = {}
    errors = []
    for name in ("from_on", "until_on"):
        try:
            days[name] = read_day(typed[name])
        except ValueError:
            errors.append(name)
    person_id, account_id = _find_number(typed["person"]), _find_number(typed["by"])
    filters = AuditFilters(
        action=typed["action"],
        person=typed["person"] if person_id is None else "",
        by=typed["by"] if account_id is None else "",
        person_id=person_id,
        account_id=account_id,
        **days,
    )
    return filters, errors


def _find_number(text: str) -> int | None:
    try:
        return read_number(text)
    except ValueError:
        return None


@admin.get("/admin/audit/verify")
@needs(Task.READ_AUDIT)
def verify() -> str:
    """Read the audit again from `?after=` on, and say whether it is as it was sealed; everywhere's administrators."""
    after = request.args.get("after", 0, type=read_number)
    with reading() as session:
        found = read_again(session, actor(), after)
    return render("admin/verify.html", part=found.part, events=found.events, unsealed=found.unsealed)
