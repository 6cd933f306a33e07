"""A form for a credit that came after its session had run out: it comes back as the form itself."""

import re
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from certtrack.auth.kept_forms import find_form
from certtrack.web.credit_drafts import read_state
from certtrack.web.credit_form import CreditForm, sent_form
from certtrack.web.edge import actor
from certtrack.web.login import sealer
from certtrack.web.numbers import read_number

_PATH = re.compile(r"(/people/\d+/credits)(?:/(\d+))?/(?:new|amend|files|preview)(?:\?.*)?")


@dataclass(frozen=True, slots=True)
class KeptCredit:
    """The form that waits, and what its page says beside it."""

    form: CreditForm
    beside: dict[str, Any]


def find_credit_page(path: str) -> str | None:
    """The page of the form that was to be sent to `path`; None where that is no form for a credit."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    return f"{found[1]}/{found[2]}/amend" if found[2] else f"{found[1]}/new"


def load_kept(session: Session, url: str) -> KeptCredit | None:
    """What waits for the reader's account under the address of this form; None where `?kept=` isn't asked for."""
    number = actor().account_id
    waiting = find_form(session, sealer(), number) if "kept" in request.args and number is not None else None
    if waiting is None or find_credit_page(waiting.path) != url:
        return None
    fields = MultiDict(list(waiting.fields))
    state = read_state(fields)
    beside = {
        "draft": state.draft_id,
        **({"form_key": state.key} if state.key else {}),
        "reason": fields.get("reason", ""),
        "expected_no": fields.get("expected_no", type=read_number),
        "kept_at": waiting.came_at,
        "had_files": waiting.had_files,
    }
    return KeptCredit(sent_form(fields), beside)
