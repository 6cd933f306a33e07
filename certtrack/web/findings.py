"""Findings: records that don't agree, and what a person decides about each."""

from flask import Blueprint, request

from certtrack.db.models import Finding, Person
from certtrack.errors import NotFound, Refused
from certtrack.security import Task, can_do
from certtrack.services.findings import get_finding, list_open, settle_finding
from certtrack.web.edge import actor, needs, note_look, parts, reading, render, writing

findings = Blueprint("findings", __name__)


@findings.get("/findings")
@needs(Task.SETTLE_FINDINGS)
def index() -> str:
    """What waits for a decision, oldest first; `?person=ID` leaves one person's."""
    return _show()


@findings.post("/findings/<int:finding_id>")
@needs(Task.SETTLE_FINDINGS)
def settle(finding_id: int) -> tuple[str, int]:
    """Write down what was decided, in words; where that can't be, what was typed is kept."""
    words = request.form.get("words", "").strip()[:2_000]
    if not words:
        return _show(wrong=finding_id), 400
    try:
        with writing() as session:
            finding = get_finding(session, finding_id)
            if not can_do(actor(), Task.SETTLE_FINDINGS, finding.organization_id):
                raise NotFound(f"There is no finding with the number {finding_id}.")
            settle_finding(session, finding, words, actor=actor(), at=parts().clock.now())
    except Refused:
        return _show(kept=words), 409
    return _show(is_saved=True), 200


def _show(*, wrong: int | None = None, kept: str | None = None, is_saved: bool = False) -> str:
    only = request.args.get("person", type=int)
    with reading() as session:
        found = [item for item in list_open(session) if _is_own(item) and only in (None, item.person_id)]
        people = {item.person_id: session.get(Person, item.person_id) for item in found if item.person_id}
    note_look("people.listed", [number for number in people if number is not None])
    return render("findings/list.html", found=found, people=people, wrong=wrong, kept=kept, is_saved=is_saved)


def _is_own(finding: Finding) -> bool:
    return can_do(actor(), Task.SETTLE_FINDINGS, finding.organization_id)
