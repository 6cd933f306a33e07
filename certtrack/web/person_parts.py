"""The further parts of a person's record: credits, the way in, supervision, and everything by its day."""

from flask import Blueprint
from sqlalchemy.orm import Session

from certtrack.errors import NotFound
from certtrack.security import Fields
from certtrack.services.credits.drafts import KEPT_DAYS
from certtrack.services.credits.page import load_hours
from certtrack.services.home.path import load_path
from certtrack.services.person_page import load_record, make_page
from certtrack.services.record_head import RecordHead
from certtrack.services.record_history import list_events
from certtrack.services.rulebook import confirmed_rules
from certtrack.services.supervision.part import show_supervision
from certtrack.services.supervision.then import SupervisionThen, show_supervision_then
from certtrack.web.edge import actor, locale, note_look, parts, reading, render, signed_in
from certtrack.web.record_frame import LookBack, frame_record, open_record

person_parts = Blueprint("person_parts", __name__)


@person_parts.get("/people/<int:person_id>/credits")
@signed_in
def credits_(person_id: int) -> str:
    """The hours of each certification and every credit, with the reader's own drafts."""
    found = parts()
    with reading() as session:
        head, asked = _open(session, person_id, Fields.CREDITS)
        page = make_page(head, load_record(session, found.rulebook, head, found.clock, has_sources=False))
        rulebook = confirmed_rules(session, found.rulebook, head.known_at)
        hours, drafts = load_hours(session, rulebook, actor(), page)
    note_look("person.viewed", [head.person.id])
    values = {"hours": hours, "drafts": drafts, "kept_days": KEPT_DAYS}
    return render("people/credits.html", **frame_record(page, asked), **values)


@person_parts.get("/people/<int:person_id>/path")
@signed_in
def path(person_id: int) -> str:
    """Trainings, exams, and the days beside those of certifications."""
    found = parts()
    with reading() as session:
        head, asked = _open(session, person_id, Fields.TRAINING)
        way = load_path(session, found.rulebook, actor(), head, found.clock)
    note_look("person.viewed", [head.person.id])
    return render("people/path.html", **frame_record(head, asked), way=way)


@person_parts.get("/people/<int:person_id>/supervision")
@signed_in
def supervision(person_id: int) -> str:
    """Sessions of supervision and hours of service."""
    with reading() as session:
        head, asked = _open(session, person_id, Fields.SUPERVISION)
        then = _show_then(session, head)
        part = None if head.last_day else show_supervision(
            session, actor(), head.person, head.today, as_of=head.as_of, known_at=head.known_at
        )  # fmt: skip
    note_look("person.viewed", [head.person.id])
    return render("people/supervision.html", **frame_record(head, asked), then=then, part=part)


@person_parts.get("/people/<int:person_id>/history")
@signed_in
def history(person_id: int) -> str:
    """Everything by its day, as it is on record today."""
    found = parts()
    with reading() as session:
        head, asked = open_record(session, person_id)
        if head.last_day is not None:
            raise NotFound("This page isn't here, or isn't yours to see.")
        events = list_events(session, actor(), head)
    note_look("person.viewed", [head.person.id])
    names = {pack.credential: pack.short_name.of(locale()) for pack in found.rulebook.packs.list()}
    return render("people/history.html", **frame_record(head, asked), events=events, names=names)


def _open(session: Session, person_id: int, fields: Fields) -> tuple[RecordHead, LookBack]:
    """The head, of a record of which these fields are the reader's to see. Raises NotFound alike for all others."""
    head, asked = open_record(session, person_id)
    if not head.can_see(fields):
        raise NotFound("This page isn't here, or isn't yours to see.")
    return head, asked


def _show_then(session: Session, head: RecordHead) -> SupervisionThen | None:
    last = head.last_day
    if last is None:
        return None
    return show_supervision_then(session, last, head.as_of or last.on, head.known_at or last.known_at)
