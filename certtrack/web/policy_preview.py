"""What another reminder policy would change in the coming mails: compared while somebody waits, and never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, request
from sqlalchemy.orm import Session

from certtrack.errors import BadPack
from certtrack.rules.reminders import Policy
from certtrack.security import Task, list_places
from certtrack.services.evidence.intake import tidy_name
from certtrack.services.forecast.asking import (
    LONGEST,
    Asked,
    BadPreview,
    Problem,
    TypedPreview,
    begin_preview,
    explain_refusal,
    read_file,
    read_preview,
)
from certtrack.services.forecast.coming import list_people
from certtrack.services.forecast.months import is_too_many
from certtrack.services.forecast.preview import (
    Difference,
    FirstMails,
    StageChanges,
    compare_ahead,
    count_changes,
    list_differences,
)
from certtrack.services.forecast.scope import Scope
from certtrack.services.former import closed_people
from certtrack.services.overview import find_zone
from certtrack.services.reminders.subjects import find_policies
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, today

policy_preview = Blueprint("policy_preview", __name__)

LISTED = 300
"""So many differences are listed on the page; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the policy changes: `listed` are the first of `total` differences, by person and day."""

    asked: Asked
    listed: Sequence[Difference]
    total: int
    people: int
    counts: Sequence[StageChanges]
    first_mails: Sequence[FirstMails]


@policy_preview.get("/forecast/preview")
@needs(Task.PREVIEW_POLICY)
def show() -> str:
    """The form, with the text of the version that `?policy=us@2` names, or of the first one in force."""
    with reading() as session:
        if is_too_many(session, Scope()):
            return render("forecast/too_many_to_compare.html")
        now = today(find_zone(session, actor()))
    versions, used = _list_versions()
    named = request.args.get("policy", "")
    chosen = next((one for one in versions if one.ref == named), None) or next(
        (one for one in versions if one.ref in used), None
    )
    return _render(begin_preview(chosen.raw if chosen is not None else "", now), chosen=chosen)


@policy_preview.post("/forecast/preview")
@needs(Task.PREVIEW_POLICY)
def compare() -> str | tuple[str, int]:
    """What the text, or the file that was sent in its place, changes on these days; nothing is kept of it."""
    typed = TypedPreview(*(request.form.get(name, "") for name in ("text", "from_on", "to_on")))
    try:
        typed = _take_file(typed)
        with reading() as session:
            if is_too_many(session, Scope()):
                return render("forecast/too_many_to_compare.html")
            now = today(find_zone(session, actor()))
            result = _compare(session, read_preview(typed, now), now)
    except BadPreview as error:
        return _render(typed, problems=error.problems), 400
    note_look("mail.previewed", list_people(one.mail for one in result.listed), policy=result.asked.policy.ref)
    return _render(typed, result=result)


def _take_file(typed: TypedPreview) -> TypedPreview:
    """The text of the file, where one was sent, in place of the one that was typed. Raises BadPreview."""
    upload = request.files.get("upload")
    if upload is None or not upload.filename:
        return typed
    text = read_file(upload.stream.read(LONGEST + 1))
    return TypedPreview(text, typed.from_on, typed.to_on, tidy_name(upload.filename))


def _compare(session: Session, asked: Asked, now: date) -> Result:
    rulebook, at = parts().rulebook, parts().clock.now()
    scope = Scope(places=list_places(actor(), Task.PREVIEW_POLICY), closed=closed_people(actor(), now))
    try:
        ahead = compare_ahead(session, rulebook, asked.policy, at=at, to_on=asked.to_on)
    except BadPack as error:
        raise BadPreview({"text": explain_refusal(error)}) from error
    found = list_differences(session, ahead, scope, at=at, from_on=asked.from_on, to_on=asked.to_on)
    differences = sorted(found, key=lambda one: (one.mail.name, one.mail.person_id or 0, one.mail.on, one.mail.key))
    people = len({one.mail.person_id for one in differences} - {None})
    listed = differences[:LISTED]
    return Result(asked, listed, len(differences), people, count_changes(differences), ahead.first_mails)


def _list_versions() -> tuple[list[Policy], set[str]]:
    """Every version of every policy here, the newest of each first, and those that are in force."""
    rulebook = parts().rulebook
    versions = sorted(rulebook.policies.list(), key=lambda policy: (policy.key, -policy.version))
    return versions, {policy.ref for policy in find_policies(rulebook, parts().clock.now()).values()}


def _render(
    typed: TypedPreview,
    *,
    chosen: Policy | None = None,
    result: Result | None = None,
    problems: dict[str, Problem] | None = None,
) -> str:
    versions, used = _list_versions()
    return render(
        "forecast/preview.html",
        typed=typed,
        chosen=chosen,
        versions=versions,
        used=used,
        result=result,
        problems=problems or {},
        most_kb=LONGEST // 1024,
    )
