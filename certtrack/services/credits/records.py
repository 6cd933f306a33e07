"""Credits: logged, amended by versions, withdrawn. Each change projects the person's standings anew."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, Credit
from certtrack.errors import NotFound, Refused
from certtrack.security import Actor
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.rights import check_can_log, today_of
from certtrack.services.credits.typed import NewCredit
from certtrack.services.credits.versions import add_claim_version, add_credit_version, let_wait
from certtrack.services.evidence.records import attach_files, list_attached
from certtrack.services.locking import lock_current
from certtrack.services.people import fold, get_person
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import list_certification_ids, project_spans_of_person
from certtrack.services.witnesses import find_witness

_LOOKED_AT = ("first_on", "last_on", "minutes", "parts", "activity", "form", "role", "proof", "files")
"""What a decision rests on: where one of these changes, somebody looks again."""


def log_credit(
    session: Session,
    rulebook: Rulebook,
    person_id: int,
    new: NewCredit,
    certification_ids: Iterable[int],
    *,
    actor: Actor,
    at: datetime,
) -> Credit:
    """Put a credit on record, claimed for each of these certifications of that person, each waiting for a decision.

    Raises NotFound where a certification is nobody's or another person's, or a file isn't there; NotAllowed where the
    actor may not log here; BadCredit where a file is said to be the proof, and BadFile where there are too many.
    """
    person = get_person(session, person_id)
    check_can_log(session, actor, person.id, at)
    claimed_for = list(dict.fromkeys(certification_ids))
    if strange := set(claimed_for) - set(list_certification_ids(session, person.id)):
        raise NotFound(f"There is no certification with the number {min(strange)} on this person's record.")
    new = _settle_proof(new, new.files or ())
    credit = Credit(
        person_id=person.id,
        **values_of(new),
        proof_seen_by=find_witness(session, actor, person.id) if new.proof == "on_paper" else None,
        state="logged",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(credit)
    session.flush()
    _attach(session, credit, new, None, actor, at)
    files = list(new.files or ())
    add_credit_version(session, credit, "logged", None, actor=actor, at=at, certifications=claimed_for, files=files)
    for certification_id in claimed_for:
        add_claim(session, credit, certification_id, actor=actor, at=at)
    project_spans_of_person(session, rulebook, credit.person_id, at=at)
    return credit


def amend_credit(
    session: Session,
    rulebook: Rulebook,
    credit: Credit,
    new: NewCredit,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct a credit by a new version; False, and none written, where nothing is different.

    Where that changes what a decision rests on, whatever was checked or accepted waits again, and whoever looks at a
    claim just now has to look anew. Raises StaleRecord where somebody else was first, Refused where it is withdrawn,
    and what `log_credit` raises for files and rights.
    """
    _open_for_change(session, credit, expected_no, actor, at)
    attached = list_attached(session, ("credit", credit.id))
    new = _settle_proof(new, attached if new.files is None else new.files)
    values = values_of(new)
    changed = {name for name, value in values.items() if _differs(name, getattr(credit, name), value)}
    if _attach(session, credit, new, reason, actor, at):
        changed.add("files")
    if not changed:
        return False
    for name in changed - {"files"}:
        setattr(credit, name, values[name])
    if "proof" in changed:
        is_on_paper = new.proof == "on_paper"
        credit.proof_seen_by = find_witness(session, actor, credit.person_id) if is_on_paper else None
    said = {"changed": sorted(changed), "files": list_attached(session, ("credit", credit.id))}
    add_credit_version(session, credit, "amended", reason, actor=actor, at=at, **said)
    if changed & set(_LOOKED_AT):
        _have_looked_at_again(session, credit, actor, at)
    project_spans_of_person(session, rulebook, credit.person_id, at=at)
    return True


def withdraw_credit(
    session: Session,
    rulebook: Rulebook,
    credit: Credit,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> None:
    """Take a credit back: it stays on record, and counts for nothing any more. Raises as `amend_credit` does."""
    _open_for_change(session, credit, expected_no, actor, at)
    credit.state = "withdrawn"
    add_credit_version(session, credit, "withdrawn", reason, actor=actor, at=at)
    project_spans_of_person(session, rulebook, credit.person_id, at=at)


def add_claim(
    session: Session, credit: Credit, certification_id: int, *, actor: Actor, at: datetime, what: str | None = None
) -> None:
    """Claim the credit for a certification for the first time: it waits. With `what` the event `claim.WHAT` tells."""
    claim = Claim(
        credit_id=credit.id,
        certification_id=certification_id,
        decision="waiting",
        is_dropped=False,
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    session.add(claim)
    session.flush()
    add_claim_version(session, claim, credit, what, None, actor=actor, at=at)


def get_credit(session: Session, credit_id: int) -> Credit:
    """The credit, a withdrawn one too. Raises NotFound."""
    credit = session.get(Credit, credit_id)
    if credit is None:
        raise NotFound(f"There is no credit with the number {credit_id}.")
    return credit


def _settle_proof(new: NewCredit, files: Sequence[int]) -> NewCredit:
    if new.proof == "file" and not files:
        raise BadCredit({"proof": "no_file"})
    return replace(new, proof="file") if files else new


def _attach(session: Session, credit: Credit, new: NewCredit, reason: str | None, actor: Actor, at: datetime) -> bool:
    if new.files is None:
        return False
    today = today_of(session, credit.person_id, at)
    return attach_files(
        session, ("credit", credit.id), credit.person_id, new.files, reason=reason, actor=actor, at=at, today=today
    )


def values_of(new: NewCredit) -> dict[str, Any]:
    """What a credit says, by the columns of its table."""
    return {
        "title": new.title,
        "folded_title": fold(new.title),
        "provider": new.provider,
        "first_on": new.first_on,
        "last_on": new.last_on,
        "unit": new.unit,
        "amount": new.amount,
        "minutes": new.minutes,
        "parts": [{"minutes": part.minutes, "areas": list(part.areas)} for part in new.parts],
        "activity": new.activity,
        "form": new.form,
        "role": new.role,
        "proof": new.proof,
    }


def _differs(name: str, old: Any, new: Any) -> bool:  # noqa: ANN401  # whatever a credit's column holds
    if name == "parts":  # in which order areas were chosen says nothing
        old, new = ([(part["minutes"], set(part["areas"])) for part in parts] for parts in (old, new))
    return bool(old != new)


def _open_for_change(session: Session, credit: Credit, expected_no: int, actor: Actor, at: datetime) -> None:
    check_can_log(session, actor, credit.person_id, at)
    lock_current(session, credit, expected_no)
    if credit.state == "withdrawn":
        raise Refused("This credit was withdrawn; log it anew if it counts after all.")


def _have_looked_at_again(session: Session, credit: Credit, actor: Actor, at: datetime) -> None:
    """A waiting claim gets a version too: else somebody could decide on it who saw the credit as it was before."""
    standing = (Claim.is_dropped.is_(False), Claim.decision != "returned")
    query = select(Claim).where(Claim.credit_id == credit.id, *standing).order_by(Claim.id)
    for claim in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        was_decided = claim.decision != "waiting"
        if was_decided:
            let_wait(claim)
        what = "reopened" if was_decided else None
        add_claim_version(session, claim, credit, what, f"credit:{credit.id}@{credit.no}", actor=actor, at=at)
