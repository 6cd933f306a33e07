"""Why a certification stands where it stands: codes, values, and the records and rules they rest on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certtrack.rules.applications import find_step, judge_arrival, list_intentions
from certtrack.rules.cycles import CycleDays, PhaseDays, is_open
from certtrack.rules.facts import CertificationFacts, CycleFact, StatusFact
from certtrack.rules.pack import Pack, Phase, Value
from certtrack.rules.waivers import list_given


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code for a template to put into words, with its values (days, codes, whole numbers).

    `pack`, `source` and `sure` say which published rule it rests on, None where it rests on records alone; `records`
    are kind and id: ("cycle", 7). `source` is an address, or who said it where there is none.
    """

    code: str
    values: Mapping[str, object]
    pack: str | None
    source: str | None
    sure: str | None
    records: tuple[tuple[str, int], ...]


def explain_no_cycle(facts: CertificationFacts, as_of: date) -> Iterator[Reason]:
    """Why no cycle speaks on `as_of`: before the first, after the last was closed, or none on record."""
    ahead = [cycle for cycle in facts.cycles if cycle.start_on > as_of]
    closed = [cycle for cycle in facts.cycles if cycle.start_on <= as_of]
    if closed:
        last = max(closed, key=lambda cycle: (cycle.closed_on or cycle.start_on, cycle.id))
        yield on_record("cycle_closed", ("cycle", last.id), closed_on=last.closed_on, due_on=last.due_on)
    if ahead:
        first = min(ahead, key=lambda cycle: (cycle.start_on, cycle.id))
        yield on_record("before_start", ("cycle", first.id), start_on=first.start_on)
    if not facts.cycles:
        yield on_record("no_cycle", ("certification", facts.id))


def explain_cycle(
    pack: Pack, facts: CertificationFacts, cycle: CycleFact, days: CycleDays, as_of: date
) -> Iterator[Reason]:
    """Where the due day of the cycle that speaks comes from, and which older ones have to be silent."""
    record = ("cycle", cycle.id)
    yield on_record(f"due_{cycle.due_source}", record, due_on=cycle.due_on)
    yield from _explain_computed(pack, cycle)
    for older in _silent(facts, cycle, as_of):
        yield on_record("newer_cycle_speaks", record, ("cycle", older.id), start_on=cycle.start_on)
    if days.window_opens_on and as_of < days.window_opens_on:
        yield _by_rule("window_opens", pack, pack.window, record, on=days.window_opens_on)


def explain_followed(cycle: CycleFact, following: CycleFact) -> Iterator[Reason]:
    """Where the due day comes from, and that the next cycle is on record: nothing of this one is to be acted on."""
    record, coming = ("cycle", cycle.id), ("cycle", following.id)
    yield on_record(f"due_{cycle.due_source}", record, due_on=cycle.due_on)
    days = {"start_on": following.start_on, "due_on": following.due_on}
    yield on_record("next_cycle_on_record", coming, record, **days)


def explain_phase(pack: Pack, cycle: CycleFact, now: PhaseDays, as_of: date) -> Iterator[Reason]:
    """What the phase means: its days, whether its readings differ, and whether the certification holds in it."""
    record = ("cycle", cycle.id)
    rule = _rule_of(pack, now.phase)
    needs = pack.needs[now.phase].value if now.phase in pack.needs else ()
    values = {"phase": now.phase, "from_on": now.from_on, "act_by": now.act_by, "needs": needs}
    yield _by_rule("in_phase", pack, rule, record, **values)
    if now.act_by < as_of:
        readings = {"earliest": now.act_by, "latest": now.until_on}
        yield _by_rule("readings_differ", pack, rule, record, what=now.phase, **readings)
    if now.phase in pack.holds:
        holds = pack.holds[now.phase]
        yield _by_rule(_HOLDING[holds.value], pack, holds, record, phase=now.phase)


def explain_application(
    pack: Pack, facts: CertificationFacts, cycle: CycleFact, days: CycleDays, as_of: date
) -> Iterator[Reason]:
    """How far the application is, and what its holder said of it: `application_sent` ..., `more_time`, `plan`.

    That a reminder was seen says nothing of it.
    """
    step = find_step(facts, cycle, as_of)
    if step is not None and step.kind == "received":
        timely = judge_arrival(pack, days, step.on, step.postmarked_on)
        values = {"on": step.on, "postmarked_on": step.postmarked_on, "timely": timely}
        yield _by_rule("application_received", pack, pack.counts_by, ("application_step", step.id), **values)
    elif step is not None:
        yield on_record(f"application_{step.kind}", ("application_step", step.id), on=step.on)
    for said in (said for said in list_intentions(facts, cycle, as_of) if said.kind != "seen"):
        values = {"said_on": said.said_on, "until_on": said.until_on}
        yield on_record(said.kind, ("intention", said.id), **values)


def explain_waivers(facts: CertificationFacts, cycle: CycleFact, as_of: date) -> Iterator[Reason]:
    """What an authority gave for this cycle, and from which day on: `waiver`, `reduction`, `extension`."""
    for given in list_given(facts, cycle, as_of):
        values = {"from_on": given.from_on, "given_by": given.given_by}
        values |= {"requirement": given.requirement, "due_on": given.due_on, "minutes": given.minutes}
        yield on_record(given.kind, ("waiver", given.id), **values)


def explain_statuses(facts: CertificationFacts, as_of: date) -> Iterator[Reason]:
    """Each act of the authority in order of its days: `suspended`, `restored`, `revoked`, `retired`, or one to come."""
    for status in in_order(facts.statuses):
        code = status.kind if status.from_on <= as_of else "status_coming"
        yield on_record(code, ("status", status.id), kind=status.kind, from_on=status.from_on)


def explain_records(facts: CertificationFacts, as_of: date) -> Iterator[Reason]:
    """What is on record beside cycles, statuses and exams: a first issue to come, a death."""
    if facts.issued_on and as_of < facts.issued_on:
        yield on_record("before_first_issue", ("certification", facts.id), issued_on=facts.issued_on)
    if facts.died_on and facts.died_on <= as_of:
        yield on_record("died", ("certification", facts.id), died_on=facts.died_on)


def in_order(statuses: tuple[StatusFact, ...]) -> list[StatusFact]:
    """The acts in the order in which they count: by day, those of one day as they were recorded."""
    return sorted(statuses, key=lambda status: (status.from_on, status.id))


_HOLDING = {None: "holding_not_published", "yes": "holds", "no": "does_not_hold"}


def _explain_computed(pack: Pack, cycle: CycleFact) -> Iterator[Reason]:
    record = ("cycle", cycle.id)
    computed = cycle.computed_due_on
    differs = cycle.due_source == "stated" and computed not in (None, cycle.due_on)
    if differs:
        days = {"stated": cycle.due_on, "computed": computed}
        yield _by_rule("stated_and_computed_differ", pack, pack.deadline, record, **days)
    if (differs or cycle.due_source == "computed") and pack.deadline.sure == "inferred":
        on, how = pack.deadline.value.on, pack.deadline.value.rule
        if on is not None:
            yield _by_rule("deadline_inferred", pack, pack.deadline, record, month=on.month, day=on.day)
        else:
            yield _by_rule("deadline_rule_inferred", pack, pack.deadline, record, how=how)


def _silent(facts: CertificationFacts, speaking: CycleFact, as_of: date) -> list[CycleFact]:
    open_ones = [c for c in facts.cycles if c != speaking and is_open(c, as_of)]
    return sorted(open_ones, key=lambda cycle: (cycle.start_on, cycle.id))


def _rule_of(pack: Pack, phase: Phase) -> Value[Any]:
    lengths: dict[Phase, Value[Any] | None] = {
        "grace": pack.grace,
        "late": pack.late,
        "exam_route": pack.exam_route,
        "full_route": pack.needs.get("full_route"),
    }
    return lengths.get(phase) or pack.deadline


def on_record(code: str, *records: tuple[str, int], **values: object) -> Reason:
    """A reason that rests on records alone."""
    return Reason(code, values, None, None, None, records)


def _by_rule(code: str, pack: Pack, rule: Value[Any], record: tuple[str, int], **values: object) -> Reason:
    return Reason(code, values, pack.ref, rule.source.link or rule.source.title, rule.sure, (record,))
