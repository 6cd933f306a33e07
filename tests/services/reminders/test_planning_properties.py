"""Whatever the days on which the planner looks, and whatever happens between its looks, each stage has its one say."""

from datetime import date, timedelta
from typing import Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kit.databases import on_sqlite
from kit.examples import count_examples
from kit.planning import Planner
from kit.rules import CPPS, CPS
from kit.world import World

from certtrack.packs import make_days_off
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact
from certtrack.rules.reminders import StageDay, stage_days
from certtrack.services.cycles import get_cycle
from certtrack.services.ledger.reading import list_ledger

Between = Literal["nothing", "mailed", "refused", "no_address", "new_address"]
_BETWEEN: tuple[Between, ...] = ("nothing", "mailed", "mailed", "refused", "no_address", "new_address")

steps = st.lists(st.tuples(st.integers(0, 150), st.sampled_from(_BETWEEN)), min_size=1, max_size=8)


@on_sqlite
@settings(
    max_examples=count_examples(12),
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a database is too slow for making a failure smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    due_on=st.dates(date(2026, 1, 1), date(2031, 12, 31)),
    pack=st.sampled_from((CPS, CPPS)),
    begins=st.integers(0, 260),
    armed=st.none() | st.integers(0, 200),
    steps=steps,
)
def test_each_stage_is_told_once_the_most_urgent_one_and_every_other_has_its_reason(
    world: World,
    planner: Planner,
    due_on: date,
    pack: str,
    begins: int,
    armed: int | None,
    steps: list[tuple[int, Between]],
) -> None:
    world.move_to(due_on - timedelta(days=begins))
    person = world.person()
    armed_on = min(due_on - timedelta(days=400 if armed is None else armed), world.today)
    _, cycle = world.certify(person, due_on, pack=pack, armed_on=armed_on)
    stages, told = list_stages(world, cycle), list[tuple[str, date]]()
    for days, between in steps:
        world.at += timedelta(days=days)
        planner.look()
        check_told(world, planner, cycle, stages, told, armed_on)
        check_ledger(world, planner, person, cycle, stages, armed_on)
        if between == "mailed":
            told += [(stage, world.today) for stage in planner.waiting(cycle)]
        happen(world, planner, person, between)
    planner.close(cycle)


def list_stages(world: World, cycle_id: int) -> list[StageDay]:
    """The stages of the cycle in order, worked out from its stored days."""
    with world.database.reading() as session:
        cycle = get_cycle(session, cycle_id)
        pack = world.rulebook.packs.get(cycle.certification.pack_key, on=cycle.due_on)
        fact = CycleFact(cycle.id, cycle.start_on, cycle.due_on, "stated", cycle.computed_due_on)
    policy = world.rulebook.find_policy(pack.key, world.at)
    assert policy is not None
    return list(stage_days(policy, days_of(pack, fact), make_days_off(policy)))


def happen(world: World, planner: Planner, person: int, between: Between) -> None:
    """What may happen until the next look."""
    if between in ("mailed", "refused"):
        planner.settle(state="sent" if between == "mailed" else "failed")
    elif between != "nothing":
        world.made += 1
        address = f"new{world.made}@example.org" if between == "new_address" else None
        planner.change(person, private_address=address)


def check_told(
    world: World, planner: Planner, cycle: int, stages: list[StageDay], told: list[tuple[str, date]], armed_on: date
) -> None:
    """One mail a stage, never before its day, never after it was overtaken, and always of the most urgent."""
    by_key, come = {stage.stage: stage for stage in stages}, list_come(world, stages, armed_on)
    assert len({stage for stage, _ in told}) == len(told), "told twice"
    for stage, day in told:
        following = [later for later in stages if later.stage_on > by_key[stage].stage_on]
        assert by_key[stage].stage_on <= day <= by_key[stage].valid_until
        assert all(day < later.stage_on or later.nominal_on < armed_on for later in following), "told when overtaken"
    sent = [row.stage for row in planner.rows(cycle) if row.state == "sent"]
    assert sorted(sent) == sorted(stage for stage, _ in told), "the ledger forgets what was told"
    assert planner.waiting(cycle) in ([], [come[-1].stage] if come else []), "not the most urgent"


def check_ledger(
    world: World, planner: Planner, person: int, cycle: int, stages: list[StageDay], armed_on: date
) -> None:
    """Every stage that has come is a row with a state, and a reason where it isn't told; the rest are still to come."""
    come = list_come(world, stages, armed_on)
    rows = {row.stage: row for row in planner.rows(cycle)}
    assert len(rows) == len(planner.rows(cycle)), "two rows for one stage"
    past = [stage.stage for stage in stages if stage.nominal_on < armed_on]
    assert set(rows) == {*past, *(stage.stage for stage in come)}
    for row in rows.values():
        assert row.reason or row.state in ("planned", "sent", "failed", "expired"), (row.stage, row.state)
    assert {rows[stage].reason for stage in past} <= {"before_record"}
    if come and come[-1].valid_until >= world.today:
        assert rows[come[-1].stage].state in ("planned", "sent", "failed", "suppressed")
    following = [stage.stage_on for stage in stages if stage.stage_on > world.today and stage.nominal_on >= armed_on]
    assert planner.next_on(cycle) == min(following, default=None)
    with world.database.reading() as session:
        named = {entry.stage for entry in list_ledger(session, world.rulebook, person, world.today)}
    assert named == set(rows) | {s.stage for s in stages if s.stage_on > world.today and s.nominal_on >= armed_on}


def list_come(world: World, stages: list[StageDay], armed_on: date) -> list[StageDay]:
    """The stages that the day has reached, but for those of days before the record."""
    return [stage for stage in stages if stage.nominal_on >= armed_on and stage.stage_on <= world.today]
