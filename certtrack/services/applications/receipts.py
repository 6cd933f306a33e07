"""What is given for an application that was sent, once it is there: it says nothing of the standing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep
from certtrack.errors import Refused
from certtrack.rules.applications import ON_ITS_WAY
from certtrack.security import Act, Actor
from certtrack.services.applications.rights import check_may, today_by_pack
from certtrack.services.applications.steps import attach_to_step
from certtrack.services.applications.typed import BadApplication, Reader
from certtrack.services.applications.versions import add_step_version
from certtrack.services.cycles import get_cycle
from certtrack.services.evidence.records import list_attached
from certtrack.services.locking import lock_current
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Receipt:
    """Its number or what it says, None where that isn't said; `files` are numbers of files on record."""

    words: str | None
    files: tuple[int, ...] = ()


def read_receipt(typed: Mapping[str, str], today: date, files: tuple[int, ...] = ()) -> Receipt:
    """Field `receipt`. Raises BadApplication where it is too long, or empty without a file."""
    reader = Reader(typed, today)
    receipt = Receipt(reader.text("receipt"), files)
    reader.finish()
    if receipt.words is None and not files:
        raise BadApplication({"receipt": "missing"})
    return receipt


def add_receipt(
    session: Session,
    rulebook: Rulebook,
    step: ApplicationStep,
    receipt: Receipt,
    *,
    expected_no: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Put it on record with an application that is on its way: its words, and its files beside those that are there.

    Raises NotAllowed, StaleRecord; Refused where that isn't on its way any more, BadFile for too many files.
    """
    cycle = get_cycle(session, step.cycle_id)
    certification = cycle.certification
    today = today_by_pack(rulebook, certification, at)
    check_may(session, actor, certification, Act.REPORT_APPLICATION, today)
    lock_current(session, cycle)
    lock_current(session, step, expected_no)
    if step.kind not in ON_ITS_WAY or step.is_withdrawn or cycle.closed_on is not None:
        raise Refused("There is no application on its way that a receipt could belong to.")
    step.receipt = receipt.words
    add_step_version(session, step, cycle, "receipt_added", None, actor=actor, at=at)
    files = (*list_attached(session, ("application_step", step.id)), *receipt.files)
    attach_to_step(session, certification, step, files, today, actor=actor, at=at)
