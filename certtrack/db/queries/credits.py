"""What is claimed for certifications: the facts of credits, as known now or at a past moment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Text, select
from sqlalchemy import cast as cast_to
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import Activity, CreditFact, CreditPart, CreditRole, Decision, Form, Proof


def load_credits(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[CreditFact]]:
    """By certification the credits that are claimed for it, in the order of their days; one query.

    With `known_at` as they were on record at that moment. What was withdrawn, or isn't claimed any more, is left out.
    """
    rows = (
        _list_now(session, certification_ids) if known_at is None else _list_then(session, certification_ids, known_at)
    )
    found: dict[int, list[CreditFact]] = defaultdict(list)
    for certification_id, number, decision, first_on, last_on, parts, activity, form, role, proof, *said in rows:
        found[certification_id].append(
            CreditFact(
                id=number,
                first_on=first_on,
                last_on=last_on,
                parts=_read_parts(parts),
                activity=cast("Activity", activity),
                form=cast("Form | None", form),
                role=cast("CreditRole", role),
                proof=cast("Proof", proof),
                decision=cast("Decision", decision),
                title=said[0],
                provider=said[1] or "",
            )
        )
    return found


@lru_cache(maxsize=5_000)  # many credits say the same, and to read it takes longer than all the rest of a row
def _read_parts(text: str) -> tuple[CreditPart, ...]:
    return tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in json.loads(text))


def _list_now(session: Session, ids: Sequence[int]) -> Iterable[Any]:
    return session.execute(
        select(Claim.certification_id, Credit.id, Claim.decision, *_columns(Credit))
        .join(Credit, Credit.id == Claim.credit_id)
        .where(Claim.certification_id.in_(ids), Claim.is_dropped.is_(False), Credit.state == "logged")
        .order_by(Credit.last_on, Credit.id)
    )


def _list_then(session: Session, ids: Sequence[int], known_at: datetime) -> Iterable[Any]:
    query = select(Claim.certification_id, Claim.credit_id, ClaimVersion.decision, *_columns(CreditVersion))
    query = join_known(query, Claim.id, ClaimVersion, ClaimVersion.claim_id, known_at)
    query = join_known(query, Claim.credit_id, CreditVersion, CreditVersion.credit_id, known_at)
    return session.execute(
        query.where(
            Claim.certification_id.in_(ids), ClaimVersion.is_dropped.is_(False), CreditVersion.state == "logged"
        ).order_by(CreditVersion.last_on, Claim.credit_id)
    )


def _columns(source: type[Credit] | type[CreditVersion]) -> tuple[Any, ...]:
    return (
        source.first_on,
        source.last_on,
        cast_to(source.parts, Text),
        source.activity,
        source.form,
        source.role,
        source.proof,
        source.title,
        source.provider,
    )
