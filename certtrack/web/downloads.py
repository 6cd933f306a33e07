"""Everything that is held about somebody, as one file for them alone."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from certtrack.auth.account_mail import queue_notice
from certtrack.db.models import Account, Email, Evidence
from certtrack.services.downloads.gathering import gather, get_own, note_download
from certtrack.services.downloads.tables import LEFT_OUT
from certtrack.services.downloads.writing import Sources, write_archive
from certtrack.services.evidence.parts import find_main
from certtrack.services.evidence.reading import read_part
from certtrack.services.people import get_person
from certtrack.web.edge import Parts, actor, parts, reading, render, signed_in, today, writing
from certtrack.web.proving import check_proof, needs_password, own_login

downloads = Blueprint("downloads", __name__)

_PATH = "/people/<int:person_id>/download"


@downloads.get(_PATH)
@signed_in
def ask(person_id: int) -> str:
    """What is in it, before it is made."""
    return _show(person_id)


@downloads.post(_PATH)
@signed_in
def download(person_id: int) -> ResponseReturnValue:
    """Make it and hand it out piece by piece; whoever asks proves first that it is them."""
    with reading() as session:
        get_own(session, actor(), person_id, today(get_person(session, person_id).zone))
    if wrong := check_proof():
        return _show(person_id, {"current": wrong}), 400
    number, at = own_login().id, parts().clock.now()
    with reading() as session:
        held = gather(session, get_own(session, actor(), person_id, today(get_person(session, person_id).zone)))
    with writing() as session:
        note_download(session, held, actor=actor(), at=at)
        queue_notice(session, parts().settings, session.get_one(Account, number), "record_downloaded", at=at)
    read_me = render("record/read_me.txt", held=held, at=at, left_out=LEFT_OUT)
    pieces = write_archive(held, _open_sources(parts()), read_me=read_me, made_at=at)
    answer = Response(pieces, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="my-record-{at.date().isoformat()}.zip"'
    return answer


def _open_sources(found: Parts) -> Sources:
    """Where files and mails are read from, one at a time, while the answer is on its way."""

    def read_file(evidence: Evidence) -> bytes:
        return read_part(found.store, evidence, find_main(evidence.kind))

    def read_mail(number: int) -> bytes | None:
        with found.database.reading() as session:
            mail = session.get(Email, number)
            return mail.data if mail is not None else None

    return Sources(read_file, read_mail)


def _show(person_id: int, errors: dict[str, str] | None = None) -> str:
    with reading() as session:
        person = get_own(session, actor(), person_id, today(get_person(session, person_id).zone))
    return render("record/download.html", person=person, errors=errors or {}, needs_password=needs_password())
