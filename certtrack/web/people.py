"""The list of people, one person's page, and where the front door leads."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Person
from certtrack.errors import NotFound
from certtrack.rules.calendar import add_days, check_day
from certtrack.rules.cycles import phases_of
from certtrack.security import Task, can_do, check_can_do, list_places
from certtrack.services.applications.page import show_applications
from certtrack.services.credits.drafts import KEPT_DAYS, list_drafts
from certtrack.services.credits.page import show_hours
from certtrack.services.credits.shown import count_waiting
from certtrack.services.exams.shown import list_shown_exams
from certtrack.services.finding_list import count_findings
from certtrack.services.former import PAGE as FORMER_PAGE
from certtrack.services.former import closed_people, count_former, list_former
from certtrack.services.held_mail import count_held
from certtrack.services.leaving import list_places_to_leave
from certtrack.services.other_days.page import show_other_days
from certtrack.services.overview import NEAR_DAYS, PAGE, Filters, find_zone, list_credentials, list_overview
from certtrack.services.person_page import PersonPage, ShownCertification, get_person_page
from certtrack.services.preferences import can_choose
from certtrack.services.supervision.shown import show_supervision
from certtrack.services.supervision.then import SupervisionThen, show_supervision_then
from certtrack.services.tellings import can_tell
from certtrack.services.trainings.shown import show_trainings
from certtrack.services.undeliverable import count_undeliverable
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, signed_in, today
from certtrack.web.folding import fold_ledger

people = Blueprint("people", __name__)

VALIDITIES = (
    *("current", "grace", "late", "exam_route", "full_route", "not_yet", "not_established"),
    *("suspended", "revoked", "retired"),
)
_STRIPS = {"grace": "grace", "late": "late", "exam_route": "route", "full_route": "route"}
_ENDED = ("revoked", "retired")
_MOST_PAGES = 100_000


@people.get("/")
@signed_in
def home() -> Response:
    """Whoever may list people goes to the list, anybody else to their own page."""
    viewer = actor()
    if can_do(viewer, Task.LIST_PEOPLE):
        return redirect("/people")
    if viewer.person_id is None:
        raise NotFound("There is no record for this account yet; ask your office.")
    return redirect(f"/people/{viewer.person_id}")


@people.get("/people")
@needs(Task.LIST_PEOPLE)
def index() -> str:
    """Those whom the reader may see, most urgent first."""
    viewer, found, errors = actor(), parts(), {}
    check_can_do(viewer, Task.LIST_PEOPLE)
    with reading() as session:
        now = today(find_zone(session, viewer))
        try:
            as_of = _read_day(request.args.get("as_of")) or now
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


@people.get("/people/former")
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


@people.get("/people/<int:person_id>")
@signed_in
def person(person_id: int) -> str:
    """One person's page; somebody who isn't the reader's to see answers as nobody does."""
    found = parts()
    with reading() as session:
        zone = find_zone(session, actor())
        as_of, known_at, errors = _read_look_back(zone)
        page = get_person_page(session, found.rulebook, actor(), person_id, found.clock, as_of=as_of, known_at=known_at)
        now = today(page.person.zone)
        hours = show_hours(session, found.rulebook, actor(), page, now)
        drafts = list_drafts(session, actor(), page.person.id) if hours.can_log else ()
        acts = _list_acts(session, page, now)
        trainings = show_trainings(
            session, found.rulebook, actor(), page.person.id, today=now, as_of=page.as_of or now, known_at=page.known_at
        )  # fmt: skip
        applications = show_applications(session, found.rulebook, actor(), page, now)
        exams = list_shown_exams(
            session, found.rulebook, actor(), page.person.id, today=now, as_of=page.as_of, known_at=page.known_at,
            last=page.last_day,
        )  # fmt: skip
        days = show_other_days(session, found.rulebook, actor(), page, found.clock)
        supervision = _show_supervision(session, page)
        part = None if page.last_day else show_supervision(
            session, actor(), page.person, now, as_of=page.as_of, known_at=page.known_at
        )  # fmt: skip
    note_look("person.viewed", [page.person.id])
    return render(
        "people/person.html",
        page=page,
        hours=hours,
        trainings=trainings,
        supervision=supervision,
        part=part,
        drafts=drafts,
        kept_days=KEPT_DAYS,
        applications=applications,
        exams=exams,
        days=days,
        steps={shown.certification.id: _list_steps_of(page.person, shown) for shown in page.certifications},
        ledger=fold_ledger(page.mail),
        today_on=now,
        as_of=page.as_of,
        known_at=page.known_at,
        zone=zone,
        typed=request.args,
        errors=errors,
        **acts,
    )


def _show_supervision(session: Session, page: PersonPage) -> SupervisionThen | None:
    last = page.last_day
    return show_supervision_then(session, last, page.as_of or last.on, page.known_at or last.known_at) if last else None


def _list_acts(session: Session, page: PersonPage, now: date) -> dict[str, bool]:
    """What the reader may do from the page, by the names that the page has for it."""
    return {
        "can_list": can_do(actor(), Task.LIST_PEOPLE),
        "can_leave": _can_leave(session, page, now),
        "can_tell": _can_tell(session, page, now),
        "can_choose": page.last_day is None and can_choose(session, actor(), page.person.id, now),
    }


def _can_leave(session: Session, page: PersonPage, now: date) -> bool:
    """True where the reader may say, of the record as it is today, that the person has left."""
    is_now = page.as_of is None and page.known_at is None
    is_asked = is_now and can_do(actor(), Task.END_AFFILIATION)
    return is_asked and bool(list_places_to_leave(session, actor(), page.person.id, now))


def _can_tell(session: Session, page: PersonPage, now: date) -> bool:
    """True where the reader may note, on the record as it is today, that the person was told otherwise than by mail."""
    is_now = page.as_of is None and page.known_at is None
    return is_now and bool(page.certifications) and can_tell(session, actor(), page.person.id, now)


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


def _list_steps_of(person: Person, shown: ShownCertification) -> list[dict[str, object]]:
    is_over = person.died_on is not None and person.died_on <= shown.standing.as_of
    return [] if is_over else list_steps(shown)


def list_steps(shown: ShownCertification) -> list[dict[str, object]]:
    """The phases of the cycle that speaks, for the timeline; empty where none does or no day counts any more."""
    days, following = shown.standing.days, shown.standing.following
    if days is None or shown.standing.validity in _ENDED:
        return []
    if following is not None:  # nothing after the day comes to pass, and nothing is to be done by it
        untold: dict[str, object] = dict.fromkeys(("advice", "called", "fee", "currency"))
        last = add_days(following.start_on, -1)
        on_time = {"kind": "open", "phase": "on_time", "from_on": days.start_on, "until_on": last, "act_by": last}
        return [untold | on_time]
    steps: list[dict[str, object]] = []
    for phase in phases_of(days):
        until_on = None if phase.until_on == date.max else phase.until_on
        kind = _STRIPS.get(phase.phase, "open") if until_on else "route"  # what has no end has no length to be drawn
        steps.append({"kind": kind, "phase": phase.phase, "from_on": phase.from_on, "until_on": until_on,
                      "act_by": phase.act_by, "advice": shown.pack.advice.get(phase.phase),
                      "called": shown.pack.words.get(phase.phase),
                      "fee": shown.pack.fees.get(phase.phase), "currency": shown.pack.currency})  # fmt: skip
    return steps


def _read_look_back(zone: str) -> tuple[date | None, datetime | None, dict[str, bool]]:
    errors: dict[str, bool] = {}
    as_of: date | None = None
    known_at: datetime | None = None
    try:
        as_of = _read_day(request.args.get("as_of"))
    except ValueError:
        errors["as_of"] = True
    try:
        known_at = _read_moment(request.args.get("known_at"), zone)
    except ValueError:
        errors["known_at"] = True
    return as_of, known_at, errors


def _read_day(text: str | None) -> date | None:
    return check_day(date.fromisoformat(text)) if text else None


def _read_moment(text: str | None, zone: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    check_day(moment.date())
    try:
        return (moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} lies beyond the last moment") from error


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
