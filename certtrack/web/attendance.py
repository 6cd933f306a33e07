"""The attendance sheet: one table of people and sessions, on a phone one session at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from certtrack.db.models import Organization, Training, TrainingSession
from certtrack.security import Task
from certtrack.services.trainings.attendance import Cell, Mark, Noted, StaleAttendance, load_noted, record_attendance
from certtrack.services.trainings.courses import list_sessions
from certtrack.services.trainings.packs import find_training_pack
from certtrack.services.trainings.problems import Impossible, Problem
from certtrack.services.trainings.rights import get_training, today_of
from certtrack.services.trainings.shown import Participant, list_participants
from certtrack.services.trainings.typed import Unfit, read_time
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _

attendance = Blueprint("attendance", __name__)

Answer = str | Response | tuple[str, int]
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet is made of. `people` are the accepted ones; `held` are the sessions that may be noted today."""

    training: Training
    office: Organization
    sessions: tuple[TrainingSession, ...]
    people: tuple[Participant, ...]
    noted: Mapping[Cell, Noted]
    held: frozenset[int]

    def list_open(self) -> Iterator[tuple[Participant, TrainingSession, Cell]]:
        """The cells that the reader may write into."""
        for one in self.people:
            for session in self.sessions:
                if session.id in self.held and not one.is_own and one.enrollment.completed_on is None:
                    yield one, session, (one.enrollment.id, session.id)


@dataclass(frozen=True, slots=True)
class TypedCell:
    """What stands in a cell, and the version and the minutes that were on record when the page was made."""

    text: str
    no: int
    was: int | None


@attendance.get("/trainings/<int:training_id>/attendance")
@needs(Task.RUN_TRAININGS)
def show(training_id: int) -> Answer:
    """The sheet; `?session=` is the one that a phone shows, by its number from 1."""
    with reading() as session:
        sheet = _load(session, training_id)
    return _show(sheet, _recorded(sheet))


@attendance.post("/trainings/<int:training_id>/attendance")
@needs(Task.RUN_TRAININGS)
def save(training_id: int) -> Answer:
    """Save the whole sheet or nothing. `fill`: everybody was there in that session; then nothing is saved yet."""
    fill = request.form.get("fill", 0, type=int)
    try:
        with writing() as session:
            sheet = _load(session, training_id)
            typed = _read_typed(sheet)
            marks, problems = ([], {}) if fill else _read_marks(sheet, typed)
            count = 0
            if marks and not problems:
                count = record_attendance(session, sheet.training, marks, actor=actor(), at=parts().clock.now())
    except (StaleAttendance, Impossible) as error:
        with reading() as session:
            sheet = _load(session, training_id)
        if isinstance(error, StaleAttendance):
            typed = _read_typed(sheet)
            return _show(sheet, _take_over(typed, error.found), stale=error.found), 409
        return _show(sheet, _read_typed(sheet), why_not=error.code), 409
    if fill:
        return _show(sheet, _fill(sheet, typed, fill), is_filled=True)
    if problems:
        return _show(sheet, typed, problems=problems), 400
    show_toast(_("Saved. The sheet is on record.") if count else _("Nothing was different, so nothing changed."))
    after = request.form.get("after", 0, type=int) or request.form.get("session", 1, type=int)
    return redirect(f"/trainings/{training_id}/attendance?session={after}")


def format_minutes(minutes: int | None) -> str:
    """As the sheet says it: 210 is 3:30; empty for what isn't noted, 0 for somebody who wasn't there."""
    if not minutes:
        return "" if minutes is None else "0"
    return f"{minutes // 60}:{minutes % 60:02}"


def _load(session: Session, training_id: int) -> Sheet:
    training = get_training(session, actor(), training_id)
    day = today_of(session, training, parts().clock.now())
    sessions = tuple(list_sessions(session, training.id))
    people = list_participants(session, parts().rulebook, actor(), training, day)
    return Sheet(
        training=training,
        office=session.get_one(Organization, training.organization_id),
        sessions=sessions,
        people=tuple(one for one in people if one.enrollment.state == "accepted"),
        noted=load_noted(session, training),
        held=frozenset(one.id for one in sessions if one.held_on <= day),
    )


def _recorded(sheet: Sheet) -> dict[Cell, TypedCell]:
    found = {}
    for _one, _session, cell in sheet.list_open():
        noted = sheet.noted.get(cell, Noted(None, 0))
        found[cell] = TypedCell(format_minutes(noted.minutes), noted.no, noted.minutes)
    return found


def _read_typed(sheet: Sheet) -> dict[Cell, TypedCell]:
    """The sheet as it came; a cell that didn't come stays as it is on record."""
    typed = _recorded(sheet)
    for cell in typed:
        place = f"{cell[0]}-{cell[1]}"
        if f"m-{place}" in request.form:
            no, _colon, was = request.form.get(f"was-{place}", "").partition(":")
            text = request.form[f"m-{place}"][:_LONGEST]
            typed[cell] = TypedCell(text, _whole(no) or 0, _whole(was))
    return typed


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("1000000000") else None


def _fill(sheet: Sheet, typed: Mapping[Cell, TypedCell], session_id: int) -> dict[Cell, TypedCell]:
    """Blank cells of that session say its whole length."""
    lengths = {one.id: one.until_minute - one.from_minute for one in sheet.sessions}
    return {
        cell: TypedCell(format_minutes(lengths[cell[1]]), one.no, one.was)
        if cell[1] == session_id and not one.text.strip()
        else one
        for cell, one in typed.items()
    }


def _read_marks(sheet: Sheet, typed: Mapping[Cell, TypedCell]) -> tuple[list[Mark], dict[str, Problem]]:
    """What was changed by whoever sends the sheet, and what can't be read, by the field's name."""
    marks: list[Mark] = []
    problems: dict[str, Problem] = {}
    lengths = {one.id: one.until_minute - one.from_minute for one in sheet.sessions}
    for cell, one in typed.items():
        try:
            minutes = read_time(one.text)
        except Unfit as error:
            problems[f"m-{cell[0]}-{cell[1]}"] = error.problem
            continue
        if minutes is not None and minutes > lengths[cell[1]]:
            problems[f"m-{cell[0]}-{cell[1]}"] = "longer_than_session"
        elif minutes != one.was:
            marks.append(Mark(*cell, minutes, one.no))
    return marks, problems


def _take_over(typed: Mapping[Cell, TypedCell], found: Mapping[Cell, Noted]) -> dict[Cell, TypedCell]:
    """What was typed stays; sent once more, it is meant against what is on record now."""
    return {
        cell: TypedCell(one.text, found[cell].no, found[cell].minutes) if cell in found else one
        for cell, one in typed.items()
    }


def _show(
    sheet: Sheet,
    typed: Mapping[Cell, TypedCell],
    *,
    problems: Mapping[str, Problem] | None = None,
    stale: Mapping[Cell, Noted] | None = None,
    why_not: str | None = None,
    is_filled: bool = False,
) -> str:
    note_look("people.listed", [one.person.id for one in sheet.people])
    asked = request.values.get("session", 0, type=int)
    held = [number for number, one in enumerate(sheet.sessions, 1) if one.id in sheet.held]
    here = asked if 1 <= asked <= len(sheet.sessions) else held[-1] if held else 1
    wrong = {name.rpartition("-")[2] for name in problems or {}} | {str(cell[1]) for cell in stale or {}}
    return render(
        "trainings/sheet.html",
        sheet=sheet,
        training=sheet.training,
        pack=find_training_pack(parts().rulebook, sheet.training.credential),
        typed=typed,
        here=here,
        wrong=wrong,
        problems=problems or {},
        stale={cell: format_minutes(noted.minutes) for cell, noted in (stale or {}).items()},
        why_not=why_not,
        is_filled=is_filled,
    )
