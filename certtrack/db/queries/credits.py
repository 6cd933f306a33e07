"""What is claimed for certifications: the facts of credits, as known now or at a past moment."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion
from certtrack.db.queries.among import is_among
from certtrack.db.queries.versions import join_known
from certtrack.db.types import Moment
from certtrack.rules.facts import CreditFact, CreditPart


def load_credits(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[CreditFact]]:
    """By certification the credits that are claimed for it, in the order of their days; one query.

    With `known_at` as they were on record at that moment. What was withdrawn, or isn't claimed any more, is left out.
    """
    session.flush()
    given = {"ids": certification_ids, "known_at": known_at}
    # rows as they are: for very many of them a session's own way takes twice as long
    rows = session.connection().execute(_make_statement(is_then=known_at is not None), given)
    found: dict[int, list[CreditFact]] = defaultdict(list)
    for owner, number, first_on, last_on, parts, activity, form, role, proof, decision, title, provider in rows:
        rest = (activity, form, role, proof, decision, title, provider or "")
        found[owner].append(CreditFact(number, first_on, last_on, _read_parts(parts), *rest))
    return found


@lru_cache(maxsize=5_000)  # many credits say the same, and to read it takes longer than all the rest of a row
def _read_parts(text: str) -> tuple[CreditPart, ...]:
    return tuple(CreditPart(part["minutes"], tuple(part["areas"])) for part in json.loads(text))


@cache  # to make it takes longer than to run it for few
def _make_statement(*, is_then: bool) -> Select[Any]:
    credit: Any = CreditVersion if is_then else Credit
    claim: Any = ClaimVersion if is_then else Claim
    query: Select[Any] = select(Claim.certification_id, Claim.credit_id, *_columns(credit, claim))
    if is_then:
        known_at: Any = bindparam("known_at", type_=Moment())
        query = join_known(query, Claim.id, ClaimVersion, ClaimVersion.claim_id, known_at)
        query = join_known(query, Claim.credit_id, CreditVersion, CreditVersion.credit_id, known_at)
    else:
        query = query.join(Credit, Credit.id == Claim.credit_id)
    query = query.where(is_among(Claim.certification_id, "ids"), claim.is_dropped.is_(False), credit.state == "logged")
    return query.order_by(credit.last_on, Claim.credit_id)


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
