"""Drafts of credits: what an account has typed for one person, kept for a while. A draft counts nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, false, or_, select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import Credit, CreditDraft, DraftFile
from certtrack.db.queries.merges import same_person
from certtrack.errors import NotFound
from certtrack.security import Actor

KEPT_DAYS = 60
"""For so many days after it was saved last a draft is kept."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft in the list; `title` is empty while none is typed, `credit_id` None where it is no amendment."""

    id: int
    title: str
    credit_id: int | None
    touched_at: datetime


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form says of itself: the draft that it goes on with, when it was shown, and its own key.

    `seen_at` and `key` None: it doesn't say. `is_quiet`: nobody has pressed anything, it is kept as somebody types.
    """

    draft_id: int | None = None
    seen_at: datetime | None = None
    key: str | None = None
    is_quiet: bool = False


def save_draft(
    session: Session,
    actor: Actor,
    person_id: int,
    typed: Mapping[str, Any],
    files: Sequence[int],
    *,
    form: FormState,
    proposed: Mapping[str, str] | None = None,
    credit_id: int | None = None,
    at: datetime,
) -> int | None:
    """Keep what was typed, in the draft that the form goes on with where it is the actor's, else in a new one.

    Its number. A new one also where another form has saved that draft since this one was shown: two windows of one
    browser don't write over each other. `files` are on record and the actor's to see; `proposed` are the fields that
    hold what was read. None, and nothing kept, for an actor without an account, and for a form that is kept as somebody
    types while its draft has become a credit or was discarded. The audit has the first time and each by a button.
    """
    if actor.account_id is None or (form.is_quiet and _is_gone(session, actor, person_id, form)):
        return None
    draft = find_draft(session, actor, person_id, form, credit_id)
    is_told = draft is None or not form.is_quiet
    if draft is None:
        draft = CreditDraft(account_id=actor.account_id, person_id=person_id, credit_id=credit_id)
    draft.typed, draft.proposed, draft.form_key, draft.touched_at = dict(typed), dict(proposed or {}), form.key, at
    session.add(draft)
    session.flush()
    session.execute(delete(DraftFile).where(DraftFile.draft_id == draft.id))
    session.add_all(DraftFile(draft_id=draft.id, evidence_id=number) for number in dict.fromkeys(files))
    if is_told:
        _record(session, draft, "saved", actor, at)
    return draft.id


def _is_gone(session: Session, actor: Actor, person_id: int, form: FormState) -> bool:
    own = (CreditDraft.id == form.draft_id, _are_own(actor, person_id))
    return form.draft_id is not None and session.scalar(select(CreditDraft.id).where(*own)) is None


def list_drafts(session: Session, actor: Actor, person_id: int) -> tuple[ShownDraft, ...]:
    """The actor's drafts for this person, the last saved first; none of a credit that was withdrawn meanwhile."""
    return make_drafts(session.scalars(select_drafts(actor, person_id)))


def select_drafts(actor: Actor, person_id: int) -> Select[CreditDraft]:
    """What `list_drafts` asks for."""
    query = select(CreditDraft).outerjoin(Credit, Credit.id == CreditDraft.credit_id)
    return query.where(_are_own(actor, person_id), or_(Credit.id.is_(None), Credit.state == "logged"))


def make_drafts(rows: Iterable[CreditDraft]) -> tuple[ShownDraft, ...]:
    """What `list_drafts` gives, of what it asks for."""
    return tuple(
        ShownDraft(draft.id, str(draft.typed.get("title", "")).strip(), draft.credit_id, draft.touched_at)
        for draft in sorted(rows, key=lambda one: (one.touched_at, one.id), reverse=True)
    )


def find_draft(
    session: Session, actor: Actor, person_id: int, form: FormState, credit_id: int | None
) -> CreditDraft | None:
    """The actor's draft for this person and this credit, None: a new one, that the form goes on with.

    It is the one of its number, else the one that was saved by its key. None where it isn't there, or where another
    form has saved it since this one was shown.
    """
    own_key = CreditDraft.form_key == form.key if form.key else false()
    is_meant = CreditDraft.id == form.draft_id if form.draft_id else own_key
    query = select(CreditDraft).where(is_meant, _are_own(actor, person_id))
    if form.seen_at is not None:
        query = query.where(or_(CreditDraft.touched_at <= form.seen_at, own_key))
    draft = session.scalar(query.order_by(CreditDraft.id).limit(1))
    return draft if draft is not None and draft.credit_id == credit_id else None


def get_draft(session: Session, actor: Actor, person_id: int, draft_id: int) -> CreditDraft:
    """One of the actor's drafts for this person. Raises NotFound."""
    draft = session.scalar(select(CreditDraft).where(CreditDraft.id == draft_id, _are_own(actor, person_id)))
    if draft is None:
        raise NotFound("This draft isn't here any more.")
    return draft


def list_draft_files(session: Session, draft: CreditDraft) -> list[int]:
    """The numbers of the files that were sent with it."""
    query = select(DraftFile.evidence_id).where(DraftFile.draft_id == draft.id)
    return list(session.scalars(query.order_by(DraftFile.evidence_id)))


def drop_draft(session: Session, draft: CreditDraft, what: str, *, actor: Actor, at: datetime) -> None:
    """Forget a draft; `what` became of it: `used` or `discarded`. Its files stay with what they back, if anything."""
    _record(session, draft, what, actor, at)
    session.execute(delete(DraftFile).where(DraftFile.draft_id == draft.id))
    session.delete(draft)
    session.flush()


def purge_drafts(session: Session, touched_before: datetime) -> int:
    """Forget up to 200 drafts that were saved last before that moment; how many they were, 0 when none is left."""
    query = select(CreditDraft.id).where(CreditDraft.touched_at < touched_before).order_by(CreditDraft.id)
    numbers = list(session.scalars(query.limit(_AT_ONCE).with_for_update(skip_locked=True)))
    session.execute(delete(DraftFile).where(DraftFile.draft_id.in_(numbers)))
    session.execute(delete(CreditDraft).where(CreditDraft.id.in_(numbers)))
    return len(numbers)


def _are_own(actor: Actor, person_id: int) -> ColumnElement[bool]:
    own = CreditDraft.account_id == actor.account_id
    return own & CreditDraft.person_id.in_(same_person(person_id))


def _record(session: Session, draft: CreditDraft, what: str, actor: Actor, at: datetime) -> None:
    subject = ("credit_draft", draft.id)
    record_event(
        session, at=at, actor=actor.key, action=f"draft.{what}", subject=subject, people=[draft.person_id]
    )  # fmt: skip
