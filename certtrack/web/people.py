"""One person's page, and where the front door leads."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Person
from certtrack.errors import NotFound
from certtrack.rules.calendar import add_days, check_day
from certtrack.rules.cycles import phases_of
from certtrack.security import Role, Task, can_do
from certtrack.services.applications.page import show_applications
from certtrack.services.credits.drafts import KEPT_DAYS, list_drafts
from certtrack.services.credits.page import show_hours
from certtrack.services.exams.shown import list_shown_exams
from certtrack.services.leaving import list_places_to_leave
from certtrack.services.other_days.page import show_other_days
from certtrack.services.overview import find_zone
from certtrack.services.person_page import PersonPage, ShownCertification, get_person_page
from certtrack.services.preferences import can_choose
from certtrack.services.supervision.shown import show_supervision
from certtrack.services.supervision.then import SupervisionThen, show_supervision_then
from certtrack.services.tellings import can_tell
from certtrack.services.trainings.shown import show_trainings
from certtrack.web.days import read_day
from certtrack.web.edge import actor, note_look, parts, reading, render, signed_in, today
from certtrack.web.folding import fold_ledger

people = Blueprint("people", __name__)

_STRIPS = {"grace": "grace", "late": "late", "exam_route": "route", "full_route": "route"}
_ENDED = ("revoked", "retired")


@people.get("/")
@signed_in
def home() -> Response:
    """A supervisor goes to the team, whoever else may list people to the list, anybody else to their own page."""
    viewer = actor()
    if viewer.has(Role.SUPERVISOR) and not viewer.has(Role.AGENCY_ADMINISTRATOR):
        return redirect("/team")
    if can_do(viewer, Task.LIST_PEOPLE):
        return redirect("/people")
    if viewer.person_id is None:
        raise NotFound("There is no record for this account yet; ask your office.")
    return redirect(f"/people/{viewer.person_id}")


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
        as_of = read_day(request.args.get("as_of"))
    except ValueError:
        errors["as_of"] = True
    try:
        known_at = _read_moment(request.args.get("known_at"), zone)
    except ValueError:
        errors["known_at"] = True
    return as_of, known_at, errors


def _read_moment(text: str | None, zone: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    check_day(moment.date())
    try:
        return (moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} lies beyond the last moment") from error
