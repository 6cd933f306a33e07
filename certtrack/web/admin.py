"""Where an office administers, and the audit: who did what, and who looked at whose record."""

from urllib.parse import urlencode

from flask import Blueprint, request

from certtrack.security import Task, can_do
from certtrack.services.administration.audit_list import AuditFilters, is_to_read_again, list_events, read_again
from certtrack.services.overview import find_zone
from certtrack.web.edge import actor, needs, note_look, reading, render, today
from certtrack.web.numbers import read_number

admin = Blueprint("admin", __name__)

_LONGEST_ACTION = 60
# where else an office's own business is done, by the task that opens it
_ELSEWHERE = (
    ("/admin/people/new", Task.MANAGE_PEOPLE),
    ("/admin/merges", Task.MANAGE_PEOPLE),
    ("/imports", Task.IMPORT),
    ("/admin/accounts", Task.MANAGE_ACCOUNTS),
    ("/admin/audit", Task.READ_AUDIT),
    ("/wordings", Task.KEEP_WORDINGS),
    ("/people/former", Task.LIST_FORMER),
    ("/stand-ins", Task.ARRANGE_STAND_INS),
    ("/supervision/supervisors", Task.MANAGE_SUPERVISION),
    ("/waivers", Task.WAIVE_FOR_MANY),
    ("/findings", Task.SETTLE_FINDINGS),
    ("/held", Task.RELEASE_MAIL),
    ("/forecast", Task.RELEASE_MAIL),
    ("/letters", Task.WRITE_LETTERS),
    ("/undeliverable", Task.LIST_UNREACHED),
    ("/jobs", Task.SEE_JOBS),
)


@admin.get("/admin")
@needs(Task.MANAGE_ACCOUNTS)
def index() -> str:
    """What there is to administer, each in a sentence."""
    return render("admin/index.html", places=[url for url, task in _ELSEWHERE if can_do(actor(), task)])


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
