"""Bringing in an office's own files: given, looked at, explained where need be, and written once somebody asks."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from certtrack.auth.account_mail import make_word_of_addresses
from certtrack.db.models import ImportUpload, Organization
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Task
from certtrack.services.administration.places import list_offices
from certtrack.services.evidence.intake import tidy_name
from certtrack.services.evidence.limits import LARGEST_MB
from certtrack.services.imports.kinds import KINDS
from certtrack.services.imports.offer import BadSaying, Offer, load_offer, read_said
from certtrack.services.imports.running import work_at_upload
from certtrack.services.imports.uploads import (
    ask_to_write,
    forget_upload,
    get_upload,
    is_open,
    list_kinds,
    list_uploads,
    say_mapping,
    take_file,
)
from certtrack.services.overview import find_zone
from certtrack.services.sheets.bad_sheet import BadSheet
from certtrack.web.application_form import doing, get_expected
from certtrack.web.edge import actor, locale, needs, note_look, parts, reading, render, show_toast, writing
from certtrack.web.frame import gettext as _
from certtrack.web.list_filters import find_today
from certtrack.web.numbers import read_number
from certtrack.web.swapping import wants_part
from certtrack.web.uploads import BoundedFile, takes_files
from certtrack.web.uploads import list_uploads as list_files

imports = Blueprint("imports", __name__)

Problems = dict[str, tuple[str, Mapping[str, Any]]]

_UNTOLD = ("person", "key")
_SMALL_BYTES, _SMALL_ROWS = 100_000, 60  # somebody waits for no longer than that takes; the job does the others


@dataclass(frozen=True, slots=True)
class Given:
    """What the form came with. `problems` is by field the code of what is wrong, with the values of its sentence."""

    organization: str = ""
    kind: str = ""
    problems: Problems = field(default_factory=dict)


@imports.get("/imports")
@needs(Task.IMPORT)
def index() -> str:
    """The files that were given so far, the newest first, and the form for one more."""
    return _show_index(Given())


@imports.post("/imports")
@needs(Task.IMPORT)
@takes_files
def give() -> ResponseReturnValue:
    """Keep a file and have it looked at; nothing is written for that."""
    typed = Given(request.form.get("organization", ""), request.form.get("kind", ""))
    files = list_files()
    problems = _find_problems(typed, files)
    if problems:
        return _show_index(Given(typed.organization, typed.kind, problems)), 400
    data = files[0].stream.read()
    try:
        with writing() as session:
            office, name = read_number(typed.organization), tidy_name(files[0].filename or "")
            upload = take_file(session, office, typed.kind, name, data, language=locale(), **doing())
            upload_id = upload.id
    except BadSheet as error:
        problems = {"upload": (error.problem, error.values)}
        return _show_index(Given(typed.organization, typed.kind, problems)), 400
    if len(data) < _SMALL_BYTES:
        _work_at(upload_id)
    return redirect(f"/imports/{upload_id}")


@imports.get("/imports/<int:upload_id>")
@needs(Task.IMPORT)
def show(upload_id: int) -> ResponseReturnValue:
    """How far it is, what it says, and what would come of it or came of it."""
    return _show_progress(upload_id) if wants_part() else _show(upload_id)


@imports.route("/imports/<int:upload_id>/mapping", methods=["GET", "POST"])
@needs(Task.IMPORT)
def mapping(upload_id: int) -> ResponseReturnValue:
    """Say where the file's columns stand and what its words mean; it is looked at anew then."""
    if request.method == "GET":
        return _show_mapping(upload_id)
    try:
        with writing() as session:
            upload = get_upload(session, actor(), upload_id)
            offer = _load_offer(session, upload)
            _check_proposed(offer)
            said = read_said(request.form, offer)
            say_mapping(session, upload, said, expected_no=get_expected(), **doing())
    except BadSaying as error:
        return _show_mapping(upload_id, error.problems), 400
    except (NotAllowed, NotFound):
        raise
    except (StaleRecord, Refused):
        return _show_mapping(upload_id, is_refused=True), 409
    _work_at(upload_id)
    return redirect(f"/imports/{upload_id}")


@imports.post("/imports/<int:upload_id>/write")
@needs(Task.IMPORT)
def write(upload_id: int) -> ResponseReturnValue:
    """Bring in what was seen; a small file at once, another by the job."""
    try:
        with writing() as session:
            upload = get_upload(session, actor(), upload_id)
            is_small = upload.total <= _SMALL_ROWS
            ask_to_write(session, upload, expected_no=get_expected(), **doing())
    except (NotAllowed, NotFound):
        raise
    except (StaleRecord, Refused):
        return _show(upload_id, is_refused=True), 409
    if is_small:
        _work_at(upload_id)
    else:
        show_toast(_("It is being brought in. It goes on by itself, also when you leave this page."))
    return redirect(f"/imports/{upload_id}")


@imports.post("/imports/<int:upload_id>/forget")
@needs(Task.IMPORT)
def forget(upload_id: int) -> ResponseReturnValue:
    """Take the file away; what was brought in from it stays."""
    try:
        with writing() as session:
            upload = get_upload(session, actor(), upload_id)
            forget_upload(session, upload, expected_no=get_expected(), **doing())
    except (NotAllowed, NotFound):
        raise
    except (StaleRecord, Refused):
        return _show(upload_id, is_refused=True), 409
    show_toast(_("The file is taken away. What was brought in from it stays."))
    return redirect("/imports")


@imports.get("/imports/<int:upload_id>/to-mend")
@needs(Task.IMPORT)
def to_mend(upload_id: int) -> ResponseReturnValue:
    """The rows that can't go in as they are, as a file in the office's own columns."""
    with reading() as session:
        upload = get_upload(session, actor(), upload_id)
        text = upload.returned
    if text is None:
        raise NotFound("There is nothing to be mended in this file.")
    _note("import.returned", upload)
    answer = make_response(text.encode("utf-8-sig"))  # spreadsheets take it for UTF-8 by its mark
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="to-mend-{upload_id}.csv"'
    return answer


def _find_problems(typed: Given, files: Sequence[FileStorage]) -> Problems:
    with reading() as session:
        offices = {str(office.id) for office in _list_offices(session)}
    problems: Problems = {}
    if typed.organization not in offices:
        problems["organization"] = ("not_a_choice", {})
    if typed.kind not in {kind.key for kind in KINDS}:
        problems["kind"] = ("kind_missing", {})
    if not files:
        problems["upload"] = ("file_missing", {})
    elif cast("BoundedFile", files[0].stream).is_cut:
        problems["upload"] = ("too_large", {"most": LARGEST_MB})
    return problems


def _work_at(upload_id: int) -> None:
    now = parts().clock.now
    tell_former = make_word_of_addresses(parts().settings, now)
    work_at_upload(reading, writing, parts().rulebook, upload_id, tell_former=tell_former, now=now)


def _show_index(given: Given) -> str:
    with reading() as session:
        uploads, offices = list_uploads(session, actor()), _list_offices(session)
        zone = find_zone(session, actor())
    kinds = list_kinds(actor())
    return render(
        "imports/index.html", uploads=uploads, offices=offices, kinds=kinds, given=given, zone=zone, most_mb=LARGEST_MB
    )


def _show_progress(upload_id: int) -> ResponseReturnValue:
    """How far it is, for a page that looks again by itself; once it is through that page is opened anew."""
    with reading() as session:
        upload = get_upload(session, actor(), upload_id)
    if not is_open(upload):
        return Response(headers={"HX-Refresh": "true"})
    return render("imports/progress.html", upload=upload, looks=_count_looks())


def _count_looks() -> int:
    typed = request.args.get("looks", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0  # at most three digits


def _show(upload_id: int, *, is_refused: bool = False) -> str:
    with reading() as session:
        upload = get_upload(session, actor(), upload_id)
        values = _values_of(session, upload) | {"is_returned": upload.returned is not None}
    values["lists"] = [_tell(one) for one in upload.told.get("lists", ())]
    _note("import.viewed", upload)
    return render("imports/show.html", is_refused=is_refused, looks=0, **values)


def _tell(told: Mapping[str, Any]) -> dict[str, Any]:
    """A list with each row's cells by their columns, without those that say nothing; days as days."""
    return {
        "name": told["name"],
        "total": told["total"],
        "rows": [_tell_row(dict(zip(told["columns"], row, strict=True))) for row in told["rows"]],
    }


def _tell_row(row: dict[str, Any]) -> dict[str, Any]:
    """What people see of it: whose it is leads to their record, and a key that only files are held by is left out."""
    cells = [
        (column, _read_day(cell)) for column, cell in row.items() if column not in _UNTOLD and cell not in (None, "")
    ]
    return {"person": row.get("person"), "cells": cells}


def _read_day(cell: object) -> object:
    if isinstance(cell, str) and len(cell) == len("2026-10-31"):
        with suppress(ValueError):
            return date.fromisoformat(cell)
    return cell


def _show_mapping(upload_id: int, problems: Mapping[str, str] | None = None, *, is_refused: bool = False) -> str:
    with reading() as session:
        upload = get_upload(session, actor(), upload_id)
        values = _values_of(session, upload) | {"offer": _load_offer(session, upload)}
    _note("import.viewed", upload)
    typed = request.form if request.method == "POST" else None
    return render("imports/mapping.html", typed=typed, problems=problems or {}, is_refused=is_refused, **values)


def _values_of(session: Session, upload: ImportUpload) -> dict[str, Any]:
    office = session.get_one(Organization, upload.organization_id)
    return {"upload": upload, "office": office, "zone": find_zone(session, actor())}


def _load_offer(session: Session, upload: ImportUpload) -> Offer:
    return load_offer(session, parts().rulebook.packs, upload, upload.data, locale())


def _check_proposed(offer: Offer) -> None:
    """Words are told by their place in the form, which another proposal would move. Raises StaleRecord."""
    if offer.proposed is not None and request.form.get("proposed", "") != str(offer.proposed.run_id):
        raise StaleRecord("Something else is proposed by now.")


def _list_offices(session: Session) -> Sequence[Organization]:
    return list_offices(session, actor(), Task.IMPORT, find_today())


def _note(action: str, upload: ImportUpload) -> None:
    """Whoever reads what a file and the record say of people is on record."""
    note_look(action, upload.told.get("people", ()), ("import_upload", upload.id))
