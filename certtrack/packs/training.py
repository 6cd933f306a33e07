"""Reading the training of a rule pack: how long it is, and how much of it may be missed."""

from certtrack.packs.origins import Origins
from certtrack.packs.table import Table
from certtrack.rules.pack import TrainingRule

_MOST_MINUTES = 60_000


def read_training(top: Table, values: Origins) -> TrainingRule | None:
    """The table [training], None where the pack has none. Raises BadPack."""
    table = top.find_table("training")
    if table is None:
        return None
    rule = TrainingRule(
        minutes=values.maybe(
            table.table("length"), "minutes", lambda inner: inner.numbers("minutes", 1, _MOST_MINUTES)
        ),
        missed=values.maybe(table.table("missed"), "minutes", lambda inner: inner.number("minutes", 0, _MOST_MINUTES)),
    )
    table.finish()
    return rule
