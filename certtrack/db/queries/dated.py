"""What happened to certifications and their holders, day by day: every small kind of fact, by one statement."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, get_args

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from certtrack.db.models import (
    ApplicationStep,
    ApplicationStepVersion,
    Cycle,
    CycleVersion,
    ExamResult,
    ExamResultVersion,
    Intention,
    IntentionVersion,
    StatusChange,
    Waiver,
    WaiverVersion,
)
from certtrack.db.queries.among import is_among
from certtrack.db.queries.versions import join_known
from certtrack.db.types import Moment
from certtrack.rules.facts import (
    BasisFact,
    CycleFact,
    ExamFact,
    IntentionFact,
    StatusFact,
    StepFact,
    StepKind,
    WaiverFact,
)

_KNOWN_AT: Any = bindparam("known_at", type_=Moment())
# each kind uses some of the numbers, days and words, and leaves the others
_KIND, _OWNER, _ID, _CYCLE, _COUNT, _ON, _ON_2, _ON_3, _ON_4, _WORD, _WORD_2, _WORD_3 = range(12)


@dataclass(frozen=True, slots=True)
class Dated:
    """Facts by certification, in their order; exams by who the person is in the end and the credential."""

    cycles: Mapping[int, Sequence[CycleFact]]
    statuses: Mapping[int, Sequence[StatusFact]]
    exams: Mapping[tuple[int, str], Sequence[ExamFact]]
    steps: Mapping[int, Sequence[StepFact]]
    bases: Mapping[int, Sequence[BasisFact]]
    intentions: Mapping[int, Sequence[IntentionFact]]
    waivers: Mapping[int, Sequence[WaiverFact]]


def load_dated(
    session: Session, certification_ids: Sequence[int], holders: Mapping[int, int], known_at: datetime | None = None
) -> Dated:
    """What is on record now of these certifications and of their people's exams, or was at that moment; one query.

    `holders` says who each of the people is in the end, by all their numbers. What was withdrawn or taken back is left
    out. Cycles, statuses and exams are in the order of their days, the rest in that of recording.
    """
    session.flush()
    given = {"ids": certification_ids, "people": list(holders), "known_at": known_at}
    found: list[dict[Any, list[Any]]] = [defaultdict(list) for _ in _MAKERS]
    # rows as they are: for very many of them a session's own way takes twice as long
    for row in session.connection().execute(_make_statement(is_then=known_at is not None), given):
        kind, owner = row[_KIND], row[_OWNER]
        key = (holders[owner], row[_WORD]) if kind == _EXAMS else owner
        found[kind][key].append(_MAKERS[kind](row))
    for kind, day in _ORDERS:
        for facts in found[kind].values():
            facts.sort(key=day)  # of one day they stay in the order of recording
    return Dated(*found)


@cache  # to make it takes longer than to run it
def _make_statement(*, is_then: bool) -> Any:  # noqa: ANN401  # a union of as many selects as there are kinds
    return union_all(*(select_kind(is_then=is_then) for select_kind, _ in _KINDS)).order_by("id")


def _select(kind: int, owner: Any, number: Any, **columns: Any) -> Select[Any]:  # noqa: ANN401  # columns of any table
    """A row of that kind, with NULL for what it has not: NULL of a type, which PostgreSQL wants of every column."""
    types: dict[str, Any] = {"cycle_id": BigInteger, "count": BigInteger}
    types |= {"on_1": Date, "on_2": Date, "on_3": Date, "on_4": Date, "word_1": Text, "word_2": Text, "word_3": Text}
    return select(
        literal_column(str(kind)).label("kind"),
        owner.label("owner"),
        number.label("id"),
        *(columns.get(name, cast(null(), of)).label(name) for name, of in types.items()),
    )


def _select_cycles(*, is_then: bool) -> Select[Any]:
    source: Any = CycleVersion if is_then else Cycle
    query = _select(
        *(_CYCLES, Cycle.certification_id, Cycle.id),
        **_name("on", source.start_on, source.due_on, source.computed_due_on, source.closed_on),
        word_1=source.due_source,
    )
    query = _join_known(query, Cycle.id, CycleVersion.cycle_id, is_then=is_then)
    return query.where(is_among(Cycle.certification_id, "ids"), source.is_withdrawn.is_(False))


def _select_statuses(*, is_then: bool) -> Select[Any]:
    table = StatusChange
    query = _select(_STATUSES, table.certification_id, table.id, on_1=table.from_on, word_1=table.kind)
    query = query.where(is_among(table.certification_id, "ids"))
    if not is_then:
        return query.where(table.withdrawn_at.is_(None))
    still = or_(table.withdrawn_at.is_(None), table.withdrawn_at > _KNOWN_AT)
    return query.where(and_(table.recorded_at <= _KNOWN_AT, still))


def _select_exams(*, is_then: bool) -> Select[Any]:
    source: Any = ExamResultVersion if is_then else ExamResult
    query = _select(
        *(_EXAMS, ExamResult.person_id, ExamResult.id),
        on_1=source.taken_on,
        **_name("word", ExamResult.credential, source.outcome, source.route),
    )
    query = _join_known(query, ExamResult.id, ExamResultVersion.exam_result_id, is_then=is_then)
    return query.where(is_among(ExamResult.person_id, "people"), source.is_withdrawn.is_(False))


def _select_steps(*, is_then: bool) -> Select[Any]:
    """The arrival of a certificate is left out: the cycle that it opened tells of it."""
    source: Any = ApplicationStepVersion if is_then else ApplicationStep
    columns = {"word_1": ApplicationStep.kind, "on_1": source.happened_on, "on_2": source.postmarked_on}
    query = _select_of_cycles(_STEPS, ApplicationStep, ApplicationStepVersion.step_id, columns, is_then=is_then)
    kinds = (ApplicationStep.kind == kind for kind in get_args(StepKind))  # `IN` would be written anew each time
    return query.where(source.is_withdrawn.is_(False), or_(*kinds))


def _select_bases(*, is_then: bool) -> Select[Any]:
    """What the end of each cycle rested on; what ended none is none."""
    source: Any = ApplicationStepVersion if is_then else ApplicationStep
    columns = {"word_1": cast(ApplicationStep.basis, Text)}
    query = _select_of_cycles(_BASES, ApplicationStep, ApplicationStepVersion.step_id, columns, is_then=is_then)
    return query.where(source.is_withdrawn.is_(False), ApplicationStep.opened_cycle_id.is_not(None))


def _select_intentions(*, is_then: bool) -> Select[Any]:
    source: Any = IntentionVersion if is_then else Intention
    columns = _name("on", source.said_on, source.until_on, source.anchor_on)
    columns |= _name("word", Intention.kind, source.stage)
    query = _select_of_cycles(_INTENTIONS, Intention, IntentionVersion.intention_id, columns, is_then=is_then)
    return query.where(source.state == "said")


def _select_waivers(*, is_then: bool) -> Select[Any]:
    source: Any = WaiverVersion if is_then else Waiver
    columns = {"on_1": source.from_on, "on_2": Waiver.due_on, "count": Waiver.minutes}
    columns |= _name("word", Waiver.kind, source.given_by, Waiver.requirement)
    query = _select_of_cycles(_WAIVERS, Waiver, WaiverVersion.waiver_id, columns, is_then=is_then)
    return query.where(source.is_withdrawn.is_(False))


def _select_of_cycles(kind: int, record: Any, owner: Any, columns: dict[str, Any], *, is_then: bool) -> Select[Any]:  # noqa: ANN401  # any record that belongs to a cycle
    query = _select(kind, Cycle.certification_id, record.id, cycle_id=Cycle.id, **columns)
    query = query.select_from(record).join(Cycle, Cycle.id == record.cycle_id)
    return _join_known(query, record.id, owner, is_then=is_then).where(is_among(Cycle.certification_id, "ids"))


def _join_known(query: Select[Any], record_id: Any, owner: Any, *, is_then: bool) -> Select[Any]:  # noqa: ANN401  # columns
    if not is_then:
        return query
    joined: Select[Any] = join_known(query, record_id, owner.class_, owner, _KNOWN_AT)
    return joined


def _name(name: str, *columns: Any) -> dict[str, Any]:  # noqa: ANN401  # columns
    return {f"{name}_{place}": column for place, column in enumerate(columns, 1)}


def _make_basis(row: Any) -> BasisFact:  # noqa: ANN401  # a row
    said = json.loads(row[_WORD]) if row[_WORD] is not None else {}
    return BasisFact(row[_CYCLE], frozenset(said.get("taken", ())))


def _make(fact: type[Any], *places: int) -> Callable[[Any], Any]:
    get = itemgetter(*places)
    return lambda row: fact(*get(row))


_KINDS: tuple[tuple[Callable[..., Select[Any]], Callable[[Any], Any]], ...] = (
    (_select_cycles, _make(CycleFact, _ID, _ON, _ON_2, _WORD, _ON_3, _ON_4)),
    (_select_statuses, _make(StatusFact, _ID, _WORD, _ON)),
    (_select_exams, _make(ExamFact, _ID, _ON, _WORD_2, _WORD_3)),
    (_select_steps, _make(StepFact, _ID, _CYCLE, _WORD, _ON, _ON_2)),
    (_select_bases, _make_basis),
    (_select_intentions, _make(IntentionFact, _ID, _CYCLE, _WORD, _ON, _ON_2, _WORD_2, _ON_3)),
    (_select_waivers, _make(WaiverFact, _ID, _CYCLE, _WORD, _ON, _WORD_2, _WORD_3, _ON_2, _COUNT)),
)
_CYCLES, _STATUSES, _EXAMS, _STEPS, _BASES, _INTENTIONS, _WAIVERS = range(len(_KINDS))
_MAKERS = tuple(make for _, make in _KINDS)
_ORDERS = (
    (_CYCLES, attrgetter("start_on")),
    (_STATUSES, attrgetter("from_on")),
    (_EXAMS, attrgetter("taken_on")),
)
