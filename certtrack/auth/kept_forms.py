"""A form that came after its session had run out: kept for its owner, who sends it once they have signed in again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from certtrack.auth.sealing import Sealer
from certtrack.db.models import KeptForm

KEPT_FOR = timedelta(days=7)
LARGEST = 200_000
"""So many characters of a form are kept, sealed; a larger one isn't."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was to be sent, where to, and when it came. `had_files`: files came along, which aren't kept.

    `page`: the address of ours at which the form stands; None where that isn't known.
    """

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool
    came_at: datetime
    page: str | None = None


def keep_form(session: Session, sealer: Sealer, account_id: int, form: Form) -> bool:
    """Keep it, in place of one before; False where it is too large."""
    text = json.dumps({"page": form.page, "fields": form.fields})
    if len(text) > LARGEST:
        return False
    drop_form(session, account_id)
    sealed = sealer.seal(text)
    kept = KeptForm(
        account_id=account_id, path=form.path, fields=sealed, had_files=form.had_files, came_at=form.came_at
    )
    session.add(kept)
    session.flush()
    return True


def find_form(session: Session, sealer: Sealer, account_id: int) -> Form | None:
    """The account's form that waits; None where none does, or it was sealed with another key."""
    kept = session.scalar(select(KeptForm).where(KeptForm.account_id == account_id))
    text = sealer.unseal(kept.fields) if kept else None
    if kept is None or text is None:
        return None
    whole = json.loads(text)
    if isinstance(whole, list):  # it was kept before pages were
        whole = {"page": None, "fields": whole}
    fields = tuple((name, value) for name, value in whole["fields"])
    return Form(kept.path, fields, kept.had_files, kept.came_at, whole["page"])


def drop_form(session: Session, account_id: int) -> None:
    """Forget it: it was sent, or discarded."""
    session.execute(delete(KeptForm).where(KeptForm.account_id == account_id))


def purge_forms(session: Session, at: datetime) -> int:
    """Forget those that nobody went on with for seven days; how many they were."""
    is_old = KeptForm.came_at < at - KEPT_FOR
    return len(session.scalars(delete(KeptForm).where(is_old).returning(KeptForm.id)).all())
