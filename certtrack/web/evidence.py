"""Files that back what is on record: their pages as pictures, and a PDF's original as a download and nothing else."""

from io import BytesIO

from flask import Blueprint, Response, send_file
from sqlalchemy.orm import Session

from certtrack.db.models import Evidence, Person
from certtrack.errors import NotFound
from certtrack.services.evidence.earlier import get_shown_evidence
from certtrack.services.evidence.parts import ORIGINAL, PREVIEW, name_page
from certtrack.services.evidence.reading import read_part
from certtrack.services.people import get_person
from certtrack.web.edge import actor, note_look, parts, reading, render, signed_in, today

evidence = Blueprint("evidence", __name__)

_PLACE = "/people/<int:person_id>/evidence/<int:evidence_id>"
_ON_ITS_OWN = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@evidence.get(_PLACE)
@signed_in
def show(person_id: int, evidence_id: int) -> str:
    """All its pages, one below the other."""
    with reading() as session:
        found, person = _get(session, person_id, evidence_id)
    note_look("person.viewed", [person.id])
    return render("evidence/file.html", file=found, person=person)


@evidence.get(f"{_PLACE}/preview")
@signed_in
def preview(person_id: int, evidence_id: int) -> Response:
    """The first page, small."""
    return _send_part(person_id, evidence_id, PREVIEW)


@evidence.get(f"{_PLACE}/pages/<int:number>")
@signed_in
def page(person_id: int, evidence_id: int, number: int) -> Response:
    """One page as a picture, from 1."""
    return _send_part(person_id, evidence_id, name_page(number))


@evidence.get(f"{_PLACE}/original")
@signed_in
def original(person_id: int, evidence_id: int) -> Response:
    """The PDF as it came: saved, never shown by the browser under our address."""
    with reading() as session:
        found, _ = _get(session, person_id, evidence_id)
    if found.kind != "pdf":
        raise NotFound("Of a picture nothing else is kept than what is shown.")
    data = _read(found, person_id, ORIGINAL)
    name = found.file_name if found.file_name.lower().endswith(".pdf") else f"{found.file_name}.pdf"
    answer = send_file(BytesIO(data), "application/pdf", as_attachment=True, download_name=name)
    answer.headers.update(_ON_ITS_OWN)
    return answer


def _send_part(person_id: int, evidence_id: int, part: str) -> Response:
    with reading() as session:
        found, _ = _get(session, person_id, evidence_id)
    return Response(_read(found, person_id, part), mimetype="image/jpeg", headers=_ON_ITS_OWN)


def _get(session: Session, person_id: int, evidence_id: int) -> tuple[Evidence, Person]:
    return get_shown_evidence(session, actor(), person_id, evidence_id, today(get_person(session, person_id).zone))


def _read(found: Evidence, person_id: int, part: str) -> bytes:
    data = read_part(parts().store, found, part)
    note_look("evidence.viewed", [person_id], ("evidence", found.id), part=part)
    return data
