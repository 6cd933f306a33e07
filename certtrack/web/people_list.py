"""The lists of people: those whom the reader may see, and those who have left."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, request
from sqlalchemy.orm import Session

from certtrack.rules.calendar import add_days
from certtrack.security import Task, can_do, check_can_do, list_places
from certtrack.services.credits.waiting import count_waiting
from certtrack.services.finding_list import count_findings
from certtrack.services.former import PAGE as FORMER_PAGE
from certtrack.services.former import closed_people, count_former, list_former
from certtrack.services.held_mail import count_held
from certtrack.services.overview import NEAR_DAYS, PAGE, Filters, find_zone, list_credentials, list_overview
from certtrack.services.undeliverable import count_undeliverable
from certtrack.web.days import read_day
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, today

people_list = Blueprint("people_list", __name__)

VALIDITIES = (
    *("current", "grace", "late", "exam_route", "full_route", "not_yet", "not_established"),
    *("suspended", "revoked", "retired"),
)
_MOST_PAGES = 100_000


@people_list.get("/people")
@needs(Task.LIST_PEOPLE)
def index() -> str:
    """Those whom the reader may see, most urgent first."""
    viewer, found, errors = actor(), parts(), {}
    check_can_do(viewer, Task.LIST_PEOPLE)
    with reading() as session:
        now = today(find_zone(session, viewer))
        try:
            as_of = read_day(request.args.get("as_of")) or now
        except ValueError:
            as_of, errors = now, {"as_of": True}
        filters = _read_filters(as_of)
        overview = list_overview(session, found.rulebook, viewer, filters, now)
        credentials = list_credentials(session)
        hands = _load_hands(session, now)
        left = count_former(session, viewer, now) if can_do(viewer, Task.LIST_FORMER) else 0
    note_look("people.listed", overview.person_ids)
    return render(
        "people/list.html",
        overview=overview,
        hands=hands,
        left=left,
        can_write_letters=can_do(viewer, Task.WRITE_LETTERS),
        filters=filters,
        errors=errors,
        typed=request.args,
        is_today=as_of == now,
        is_narrowed=any((filters.words, filters.validity, filters.credential)),
        near_on=add_days(as_of, NEAR_DAYS),
        packs={pack.key: pack for pack in found.rulebook.packs.list()},
        credential_names={pack.credential: pack.name.of(locale()) for pack in found.rulebook.packs.list()},
        credentials=credentials,
        validities=VALIDITIES,
        previous_url=_page_url(filters.page - 1) if filters.page > 1 else None,
        next_url=_page_url(filters.page + 1) if filters.page * PAGE < overview.total else None,
    )


@people_list.get("/people/former")
@needs(Task.LIST_FORMER)
def former() -> str:
    """Those who have left, whoever left last first, each with a record as it stood on the last day."""
    number = _read_page()
    with reading() as session:
        page = list_former(session, actor(), today(find_zone(session, actor())), number)
    note_look("people.listed", page.person_ids)
    return render(
        "people/former.html",
        page=page,
        previous_url=f"/people/former?page={number - 1}" if number > 1 else None,
        next_url=f"/people/former?page={number + 1}" if number * FORMER_PAGE < page.total else None,
    )


def _load_hands(session: Session, now: date) -> dict[str, int]:
    """What waits for the reader beside the list, as counts: credits, findings, people without mail; nothing: empty."""
    viewer, hands = actor(), {"credits": 0, "findings": 0, "held": 0, "unreached": 0}
    if can_do(viewer, Task.CHECK_QUEUE):
        hands["credits"] = count_waiting(session, viewer, now)
    if can_do(viewer, Task.SETTLE_FINDINGS):
        hands["findings"] = count_findings(session, viewer, now)
    if can_do(viewer, Task.RELEASE_MAIL):
        hands["held"] = count_held(session, list_places(viewer, Task.RELEASE_MAIL), closed_people(viewer, now))
    if can_do(viewer, Task.LIST_UNREACHED):
        hands["unreached"] = count_undeliverable(session, viewer, today=now, at=parts().clock.now())
    return hands if any(hands.values()) else {}


def _read_filters(as_of: date) -> Filters:
    validity = request.args.get("standing", "")
    return Filters(
        as_of=as_of,
        words=request.args.get("words", "").strip()[:200],
        validity=validity if validity in VALIDITIES else "",
        credential=request.args.get("credential", ""),
        page=_read_page(),
    )


def _read_page() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)


def _page_url(number: int) -> str:
    return f"/people?{urlencode({**request.args, 'page': number})}"
