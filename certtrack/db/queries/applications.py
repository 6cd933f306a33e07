"""What happened to the applications of certifications, and what their holders said: facts, now or at a past moment."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import ApplicationStep, ApplicationStepVersion, Cycle, Intention, IntentionVersion
from certtrack.db.queries.versions import join_known
from certtrack.rules.facts import BasisFact, IntentionFact, IntentionKind, StepFact, StepKind


def load_steps(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[StepFact]]:
    """By certification the steps of its cycles' applications, in the order of recording; one query.

    With `known_at` as they were on record at that moment. What was taken back is left out, and so is the arrival of a
    certificate: the cycle that it opened tells of it.
    """
    source: Any = ApplicationStep if known_at is None else ApplicationStepVersion
    query: Select[Any] = (
        select(
            *(Cycle.certification_id, ApplicationStep.id, Cycle.id, ApplicationStep.kind),
            *(source.happened_on, source.postmarked_on),
        )
        .select_from(ApplicationStep)
        .join(Cycle, Cycle.id == ApplicationStep.cycle_id)
    )
    if known_at is not None:
        query = join_known(query, ApplicationStep.id, ApplicationStepVersion, ApplicationStepVersion.step_id, known_at)
    query = query.where(Cycle.certification_id.in_(certification_ids), source.is_withdrawn.is_(False))
    query = query.where(ApplicationStep.kind.in_(get_args(StepKind))).order_by(ApplicationStep.id)
    found: dict[int, list[StepFact]] = defaultdict(list)
    for certification_id, number, cycle_id, kind, on, postmarked_on in session.execute(query):
        step = StepFact(number, cycle_id, cast("StepKind", kind), on, postmarked_on)
        found[certification_id].append(step)
    return found


def load_bases(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[BasisFact]]:
    """By certification what the end of each cycle rested on; one query. What ended none, or was taken back, is none."""
    source: Any = ApplicationStep if known_at is None else ApplicationStepVersion
    query: Select[Any] = (
        select(Cycle.certification_id, Cycle.id, ApplicationStep.basis)
        .select_from(ApplicationStep)
        .join(Cycle, Cycle.id == ApplicationStep.cycle_id)
    )
    if known_at is not None:
        query = join_known(query, ApplicationStep.id, ApplicationStepVersion, ApplicationStepVersion.step_id, known_at)
    query = query.where(Cycle.certification_id.in_(certification_ids), source.is_withdrawn.is_(False))
    query = query.where(ApplicationStep.opened_cycle_id.is_not(None))
    found: dict[int, list[BasisFact]] = defaultdict(list)
    for certification_id, cycle_id, basis in session.execute(query.order_by(ApplicationStep.id)):
        found[certification_id].append(BasisFact(cycle_id, frozenset((basis or {}).get("taken", ()))))
    return found


def load_intentions(
    session: Session, certification_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, list[IntentionFact]]:
    """By certification what was said of its cycles and still stands, in the order of recording; one query."""
    source: Any = Intention if known_at is None else IntentionVersion
    query: Select[Any] = (
        select(
            *(Cycle.certification_id, Intention.id, Cycle.id, Intention.kind),
            *(source.said_on, source.until_on, source.stage, source.anchor_on),
        )
        .select_from(Intention)
        .join(Cycle, Cycle.id == Intention.cycle_id)
    )
    if known_at is not None:
        query = join_known(query, Intention.id, IntentionVersion, IntentionVersion.intention_id, known_at)
    query = query.where(Cycle.certification_id.in_(certification_ids), source.state == "said")
    found: dict[int, list[IntentionFact]] = defaultdict(list)
    for certification_id, number, cycle_id, kind, *values in session.execute(query.order_by(Intention.id)):
        found[certification_id].append(IntentionFact(number, cycle_id, cast("IntentionKind", kind), *values))
    return found
