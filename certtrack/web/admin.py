"""Where an office administers, and the audit: who did what, and who looked at whose record."""

from urllib.parse import urlencode

from flask import Blueprint, request

from certtrack.security import Task
from certtrack.services.administration.audit_list import AuditFilters, is_to_read_again, list_events, read_again
from certtrack.services.administration.to_do import count_to_do
from certtrack.services.overview import find_zone
from certtrack.web.admin_parts import list_parts
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, today
from certtrack.web.list_filters import find_today
from certtrack.web.numbers import read_number

admin = Blueprint("admin", __name__)

_LONGEST_ACTION = 60


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
    """Events, the newest first; `?action=`, `?person=` and `?account=` narrow them, `?before=` goes on."""
    filters = AuditFilters(
        action=request.args.get("action", "").strip()[:_LONGEST_ACTION],
        person_id=request.args.get("person", type=read_number),
        account_id=request.args.get("account", type=read_number),
    )
    with reading() as session:
        zone = find_zone(session, actor())
        page = list_events(session, actor(), filters, today(zone), before=request.args.get("before", type=read_number))
    note_look("audit.read", page.person_ids)
    next_url = f"/admin/audit?{urlencode({**request.args, 'before': page.next_before})}" if page.next_before else None
    is_narrowed = filters != AuditFilters()
    return render(
        "admin/audit.html",
        page=page,
        filters=filters,
        zone=zone,
        next_url=next_url,
        is_narrowed=is_narrowed,
        can_read_again=is_to_read_again(actor()),
    )


@admin.get("/admin/audit/verify")
@needs(Task.READ_AUDIT)
def verify() -> str:
    """Read the audit again from `?after=` on, and say whether it is as it was sealed; everywhere's administrators."""
    after = request.args.get("after", 0, type=read_number)
    with reading() as session:
        found = read_again(session, actor(), after)
    return render("admin/verify.html", part=found.part, events=found.events, unsealed=found.unsealed)
