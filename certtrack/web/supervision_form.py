"""What comes back from the forms for a session and for hours of service, kept as it was typed."""

from flask import request

from certtrack.db.models import ServiceSpan
from certtrack.db.queries.supervision import SessionRow
from certtrack.services.credits.texts import clean
from certtrack.services.supervision.typed import TypedService, TypedSession
from certtrack.web.numbers import read_number

_LONGEST = 1_000  # what is longer than any text that is taken need not come back whole
_MOST = 500


def typed_session() -> TypedSession:
    """The form for a session as it came with this request."""
    texts = {name: get_text(name) for name in ("supervisor", "held_on", "length", "kind", "way", "words")}
    return TypedSession(people=_list_chosen("people"), topics=_list_chosen("topics"), **texts)


def recorded_session(row: SessionRow) -> TypedSession:
    """The form as it would say what is on record."""
    return TypedSession(
        supervisor=str(row.supervisor_id),
        people=tuple(str(number) for number in sorted(row.people)),
        held_on=row.held_on.isoformat(),
        length=f"{row.minutes} min",
        kind=row.kind,
        way=row.way or "",
        topics=row.topics,
        words=row.words or "",
    )


def typed_service() -> TypedService:
    """The form for hours of service as it came with this request."""
    return TypedService(*(get_text(name) for name in ("from_on", "until_on", "amount")))


def recorded_service(span: ServiceSpan) -> TypedService:
    """The form as it would say what is on record."""
    hours, rest = divmod(span.minutes, 60)
    return TypedService(span.from_on.isoformat(), span.until_on.isoformat(), f"{hours}:{rest:02}")


def get_text(name: str) -> str:
    """A field's text, as far as it can be of use."""
    return request.form.get(name, "")[:_LONGEST]


def get_reason() -> str:
    """Why something is changed, in one line; empty where nothing is said."""
    return clean(get_text("reason"))


def get_expected() -> int:
    """The version that the form was made of; 0 where it names none, and then nothing is written."""
    return request.form.get("expected_no", 0, type=read_number)


def _list_chosen(name: str) -> tuple[str, ...]:
    return tuple(text[:_LONGEST] for text in request.form.getlist(name)[:_MOST])
