"""What comes back from the form for a training, kept as it was typed."""

from collections.abc import Sequence
from dataclasses import replace

from flask import request

from certtrack.db.models import Training, TrainingSession
from certtrack.services.trainings.typed import MOST_SESSIONS, TypedSession, TypedTraining

_LONGEST = 500  # what is longer than any text that is taken need not come back whole
_LINES = 6


def blank_form() -> TypedTraining:
    """A form that nothing was typed into, with a few lines for sessions."""
    return TypedTraining(sessions=(TypedSession(),) * _LINES)


def typed_form() -> TypedTraining:
    """The form as it came with this request."""
    names = ("credential", "title", "way", "place", "trainers", "seats")
    texts = {name: request.form.get(name, "")[:_LONGEST] for name in names}
    lines = [
        TypedSession(
            *(request.form.get(f"{name}-{line}", "")[:_LONGEST] for name in ("id", "held_on", "begins", "ends"))
        )
        for line in range(MOST_SESSIONS)
        if f"held_on-{line}" in request.form
    ]
    return TypedTraining(**texts, sessions=tuple(lines))


def recorded_form(training: Training, sessions: Sequence[TrainingSession]) -> TypedTraining:
    """The form as it would say what is on record, with two more lines."""
    lines = [
        TypedSession(str(one.id), one.held_on.isoformat(), format_time(one.from_minute), format_time(one.until_minute))
        for one in sessions
    ]
    return TypedTraining(
        credential=training.credential,
        title=training.title,
        way="online" if training.is_online else "in_person",
        place=training.place or "",
        trainers=training.trainers or "",
        seats=str(training.seats) if training.seats else "",
        sessions=(*lines, TypedSession(), TypedSession())[:MOST_SESSIONS],
    )


def with_more_lines(form: TypedTraining) -> TypedTraining:
    """The same with more lines for sessions, as many as a training may have."""
    return replace(form, sessions=(*form.sessions, *(TypedSession(),) * _LINES)[:MOST_SESSIONS])


def format_time(minute: int) -> str:
    """A time of day as a field for one takes it: 540 is 09:00."""
    return f"{minute // 60:02}:{minute % 60:02}"
