"""The stages of a reminder policy: read one by one, then held against each other."""

from collections.abc import Sequence
from dataclasses import replace

from certtrack.packs.table import Table
from certtrack.rules.pack import PHASES
from certtrack.rules.reminders import DUE_DAY, CopyTo, Stage
from certtrack.rules.wishes import ALWAYS_FROM

_ENTERED = tuple(phase for phase in PHASES if phase != "on_time")
_COPIED: tuple[CopyTo, ...] = ("supervisor", "organization")
_MOST_DAYS = 3660
_MOST_REPEATS = 30
_BOTH_ADDRESSES_FROM = 14  # days before the due day: nearer to it one mail that nobody reads may cost the certification


def read_stages(top: Table, copy_after_days: int) -> tuple[Stage, ...]:
    """The tables under [[stages]]. Raises BadPack, also where two fall on one day or a repeat would meet one."""
    tables = list(top.tables("stages"))
    stages = tuple(_read_stage(table, copy_after_days) for table in tables)
    if len({stage.key for stage in stages}) < len(stages):
        top.refuse("stages", "must differ from each other; two of them are the same")
    for stage, table in zip(stages, tables, strict=True):
        _check_repeats(stage, stages, table, "repeats")
    return stages


def read_lead_times(
    top: Table, stages: tuple[Stage, ...], credentials: Sequence[str], copy_after_days: int
) -> tuple[tuple[str, tuple[Stage, ...]], ...]:
    """The tables [lead_times.PACK]: by pack, the policy's stages with others before the due day. Raises BadPack."""
    outer = top.find_table("lead_times")
    if outer is None:
        return ()
    found = []
    for key in outer.keys():  # noqa: SIM118  # a Table is no mapping: what it lists is what nobody has taken yet
        if key not in credentials:
            outer.refuse(key, "must be one of the packs in credentials")
        table = outer.table(key)
        steps = table.numbers("days_before", 1, _MOST_DAYS)
        table.finish()
        others = tuple(stage for stage in stages if not stage.days_before)
        own = tuple(_as_urgent_as_known(step, stages, copy_after_days) for step in reversed(steps))
        for stage in own:
            _check_repeats(stage, own + others, outer, f"{key}.days_before")
        found.append((key, own + others))
    return tuple(found)


def _as_urgent_as_known(step: int, stages: Sequence[Stage], copy_after_days: int) -> Stage:
    """A stage so many days before, with the copies of the policy's last stage that has come by then.

    Before the first of them it is like that one. Repeats and a choice to switch it off are its namesake's alone. To
    both addresses it goes as that one does, and where that one is still far from the day by its own days.
    """
    before = sorted((stage for stage in stages if stage.days_before), key=lambda stage: stage.days_before or 0)
    known = next((stage for stage in before if (stage.days_before or 0) >= step), before[-1] if before else None)
    key = _before(step)
    if known is not None and known.key == key:
        return known
    plain = Stage(key, days_before=step, can_switch_off=step > ALWAYS_FROM)
    copies = known.copies if known is not None and step >= copy_after_days else ()
    return replace(plain, copies=copies, both_addresses=_goes_to_both(step, known))


def _goes_to_both(step: int, known: Stage | None) -> bool:
    if known is None or not _is_late(known.days_before):
        return _is_late(step) or (known is not None and known.both_addresses)
    return known.both_addresses


def _is_late(days_before: int | None) -> bool:
    """True from so near the due day on that both addresses are told; None is after it."""
    return days_before is None or days_before <= _BOTH_ADDRESSES_FROM


def _read_stage(table: Table, copy_after_days: int) -> Stage:
    stage = _read_day(table)
    days_before = stage.days_before
    far = days_before is not None and days_before > ALWAYS_FROM
    if table.has("copies"):
        stage = replace(stage, copies=table.choices("copies", _COPIED))
        if days_before is not None and days_before < copy_after_days:
            table.refuse("copies", f"come {copy_after_days} days after the stage; its day would be over by then")
    repeat_every_days, repeats = _read_repeats(table)
    stage = replace(
        stage,
        can_switch_off=_read_choice(table, stage.key, is_far=far),
        both_addresses=table.flag("both_addresses") if table.has("both_addresses") else _is_late(days_before),
        repeat_every_days=repeat_every_days,
        repeats=repeats,
    )
    table.finish()
    return stage


def _read_choice(table: Table, key: str, *, is_far: bool) -> bool:
    """Whether the holder may do without the stage: only where it is far from the day, so that pages can say so."""
    if not table.has("can_switch_off"):
        return is_far
    can = table.flag("can_switch_off")
    if can and not is_far:
        table.refuse("can_switch_off", f"of {key} can't be true: only a stage more than {ALWAYS_FROM} days before can")
    return can


def _read_day(table: Table) -> Stage:
    """The one key that says when it is."""
    if table.has("enters"):
        phase = table.choice("enters", _ENTERED)
        return Stage(phase, enters=phase)
    if table.has("due_day"):
        if not table.flag("due_day"):
            table.refuse("due_day", "must be true; a stage that isn't wanted is left out")
        return Stage(DUE_DAY, days_before=0)
    if table.has("days_after"):
        days = table.number("days_after", 1, _MOST_DAYS)
        return Stage(f"after_{days}", days_after=days)
    days = table.number("days_before", 1, _MOST_DAYS)
    return Stage(_before(days), days_before=days)


def _before(days: int) -> str:
    return f"before_{days}"


def _read_repeats(table: Table) -> tuple[int, int]:
    if not table.has("repeat_every_days") and not table.has("repeats"):
        return 0, 0
    return table.number("repeat_every_days", 1, _MOST_DAYS), table.number("repeats", 1, _MOST_REPEATS)


def _check_repeats(stage: Stage, stages: Sequence[Stage], table: Table, key: str) -> None:
    """Refuse repeats that run into another stage by the policy's own numbers.

    Where a phase begins is the pack's to say: repeats that run into a phase end there by themselves.
    """
    start = _place(stage)
    if not stage.repeats or start is None:
        return
    last = start + stage.repeat_every_days * stage.repeats
    if any(start < place <= last for other in stages if (place := _place(other)) is not None):
        table.refuse(key, f"of {stage.key} must end before the next stage; here they run into it")
    if start <= 0 < last:
        table.refuse(key, f"of {stage.key} must end by the due day")


def _place(stage: Stage) -> int | None:
    """On which day it falls, counted from the due day; None for the entry into a phase, whose day the pack says."""
    return -stage.days_before if stage.days_before is not None else stage.days_after
