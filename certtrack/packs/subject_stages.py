"""The stages of what falls due beside cycles: the tables under [[subjects]] of a reminder policy."""

from certtrack.packs.stages import read_stages
from certtrack.packs.table import Table
from certtrack.rules.other_days import EVENTS, OTHER_KINDS, OtherKind
from certtrack.rules.reminders import Stage


def read_subjects(top: Table, copy_after_days: int) -> tuple[tuple[OtherKind, tuple[Stage, ...]], ...]:
    """Each kind with its own stages; none where the policy says nothing of them. Raises BadPack.

    The person alone is told of these days, so that no stage has copies; none enters a phase, and what is over with its
    day has none after it.
    """
    if not top.has("subjects"):
        return ()
    found: dict[OtherKind, tuple[Stage, ...]] = {}
    for table in top.tables("subjects"):
        kind = table.choice("kind", OTHER_KINDS)
        if kind in found:
            table.refuse("kind", f"must differ from the others; there is a table for {kind} already")
        found[kind] = read_stages(table, copy_after_days)
        _check_stages(kind, found[kind], table)
        table.finish()
    return tuple(found.items())


def _check_stages(kind: OtherKind, stages: tuple[Stage, ...], table: Table) -> None:
    for stage in stages:
        if stage.enters is not None:
            table.refuse("stages", "must fall before, on or after the day: what is no cycle has no phase to enter")
        if stage.copies:
            table.refuse("stages", "must have no copies: the person alone is told of this day")
        if stage.days_after is not None and kind in EVENTS:
            table.refuse("stages", "must not come after the day: it is over then")
