"""What is claimed for certifications: the facts of credits, as known now or at a past moment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import CreditFact, CreditPart


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
    for owner, number, first_on, last_on, parts, activity, form, role, proof, decision, title, provider in rows:
        rest = (activity, form, role, proof, decision, title, provider or "")
        found[owner].append(CreditFact(number, first_on, last_on, _read_parts(parts), *rest))
    return found


@lru_cache(maxsize=5_000)  # many credits say the same, and to read it takes longer than all the rest of a row
def _read_parts(text: str) -> tuple[CreditPart, ...]:
    return tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in json.loads(text))


def _list_now(session: Session, ids: Sequence[int]) -> Iterable[Any]:
    session.flush()
    # rows as they are: for very many of them a session's own way takes twice as long
    return session.connection().execute(
        select(Claim.certification_id, Credit.id, *_columns(Credit, Claim))
        .join(Credit, Credit.id == Claim.credit_id)
        .where(Claim.certification_id.in_(ids), Claim.is_dropped.is_(False), Credit.state == "logged")
        .order_by(Credit.last_on, Credit.id)
    )


def _list_then(session: Session, ids: Sequence[int], known_at: datetime) -> Iterable[Any]:
    query = select(Claim.certification_id, Claim.credit_id, *_columns(CreditVersion, ClaimVersion))
    query = join_known(query, Claim.id, ClaimVersion, ClaimVersion.claim_id, known_at)
    query = join_known(query, Claim.credit_id, CreditVersion, CreditVersion.credit_id, known_at)
    return session.execute(
        query.where(
            Claim.certification_id.in_(ids), ClaimVersion.is_dropped.is_(False), CreditVersion.state == "logged"
        ).order_by(CreditVersion.last_on, Claim.credit_id)
    )


def _columns(source: type[Credit] | type[CreditVersion], claim: type[Claim] | type[ClaimVersion]) -> tuple[Any, ...]:
    return (
        source.first_on,
        source.last_on,
        cast(source.parts, Text),
        source.activity,
        source.form,
        source.role,
        source.proof,
        claim.decision,
        source.title,
        source.provider,
    )
