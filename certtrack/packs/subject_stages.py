"""The stages of what falls due beside cycles: the tables under [[subjects]] of a reminder policy."""

from certtrack.packs.stages import read_stages
from certtrack.packs.table import Table
from certtrack.rules.other_days import EVENTS, OF_CERTIFICATIONS, OTHER_KINDS, OtherKind
from certtrack.rules.reminders import Stage


def read_subjects(top: Table, copy_after_days: int) -> tuple[tuple[OtherKind, tuple[Stage, ...]], ...]:
    """Each kind with its own stages; none where the policy says nothing of them. Raises BadPack.

    No stage enters a phase, and what is over with its day has none after it. Copies are of days that the rules find in
    a certification: of an exam or a background check the person alone is told.
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
        if stage.copies and kind not in OF_CERTIFICATIONS:
            table.refuse("stages", "must have no copies: the person alone is told of this day")
        if stage.days_after is not None and kind in EVENTS:
            table.refuse("stages", "must not come after the day: it is over then")
