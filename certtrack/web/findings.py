"""Findings: records that don't agree, and what a person decides about each."""

from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Finding
from certtrack.errors import NotFound, Refused
from certtrack.security import Task
from certtrack.services.actors import find_actor_name
from certtrack.services.finding_list import (
    PAGE,
    FindingFilters,
    FindingPage,
    ShownFinding,
    is_theirs,
    list_findings,
    show_findings,
)
from certtrack.services.findings import get_finding, settle_finding
from certtrack.services.overview import find_zone
from certtrack.services.stated_days import Choice, decide_day
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, today, writing
from certtrack.web.frame import gettext as _
from certtrack.web.numbers import read_number

findings = Blueprint("findings", __name__)

_MOST_PAGES = 100_000


@findings.get("/findings")
@needs(Task.SETTLE_FINDINGS)
def index() -> str:
    """What waits for a decision, oldest first; `?kind=` and `?person=ID` narrow it."""
    return _show()


@findings.post("/findings/<int:finding_id>")
@needs(Task.SETTLE_FINDINGS)
def settle(finding_id: int) -> Response | tuple[str, int]:
    """Write down what was decided, a day or words; where that can't be, what was typed is kept."""
    words, choice = request.form.get("words", "").strip()[:2_000], request.form.get("choice", "")
    if choice not in ("stated", "computed") and not words:
        with reading() as session:
            _get_own(session, finding_id)
        return _show(wrong=finding_id), 400
    try:
        with writing() as session:
            finding = _get_own(session, finding_id)
            if choice in ("stated", "computed"):
                way = cast("Choice", choice)
                decide_day(session, parts().rulebook, finding, way, actor=actor(), at=parts().clock.now())
            else:
                settle_finding(session, finding, words, actor=actor(), at=parts().clock.now())
            back = f"/people/{finding.person_id}" if request.args.get("back") == "person" else "/findings"
    except Refused:
        late = _get_late(finding_id, words)
        return _show(late=late, has_changed=late is None), 409
    show_toast(_("Saved. The decision is on record."))
    return redirect(back)


def _show(*, wrong: int | None = None, late: dict[str, object] | None = None, has_changed: bool = False) -> str:
    filters = FindingFilters(
        kind=request.args.get("kind", ""),
        person_id=request.args.get("person", type=read_number),
        page=min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES),
    )
    with reading() as session:
        page = list_findings(session, parts().rulebook, actor(), filters, today(find_zone(session, actor())))
    note_look("findings.listed", [*page.person_ids, *_list_late(late)])
    return render(
        "findings/list.html",
        page=page,
        filters=filters,
        is_narrowed=bool(filters.kind) or filters.person_id is not None,
        wrong=wrong,
        late=late,
        has_changed=has_changed,
        previous_url=_page_url(filters.page - 1) if filters.page > 1 else None,
        next_url=_page_url(filters.page + 1) if _has_more(page, filters) else None,
    )


def _list_late(late: dict[str, object] | None) -> list[int]:
    item = late["item"] if late else None
    return [item.person.id] if isinstance(item, ShownFinding) and item.person is not None else []


def _has_more(page: FindingPage, filters: FindingFilters) -> bool:
    return filters.page * PAGE < page.total


def _get_late(finding_id: int, words: str) -> dict[str, object] | None:
    """What somebody else decided first, with the words that came too late; None where it still waits."""
    with reading() as session:
        finding = _get_own(session, finding_id)
        if finding.settled_at is None:
            return None
        (item,) = show_findings(session, parts().rulebook, [finding], actor())
        who = find_actor_name(session, finding.settled_by)
        return {"item": item, "words": words, "who": who, "decision": finding.decision}


def _get_own(session: Session, finding_id: int) -> Finding:
    finding = get_finding(session, finding_id)
    if not is_theirs(session, actor(), finding, today(find_zone(session, actor()))):
        raise NotFound(f"There is no finding with the number {finding_id}.")
    return finding


def _page_url(number: int) -> str:
    return f"/findings?{urlencode({**request.args, 'page': number})}"
