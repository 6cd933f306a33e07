"""What of a ledger is open to see on a person's page, and what is folded."""

from collections.abc import Sequence
from dataclasses import dataclass

from certtrack.services.ledger import LedgerEntry

_NEXT, _LAST = 2, 3
_OPEN_STATES = ("planned", "held", "suppressed", "failed", "in_mail")


@dataclass(frozen=True, slots=True)
class FoldedLedger:
    """A ledger, newest day first: what is open to see, what comes much later, and what was long ago."""

    later: tuple[LedgerEntry, ...]
    shown: tuple[LedgerEntry, ...]
    earlier: tuple[LedgerEntry, ...]


def fold_ledger(mail: Sequence[LedgerEntry]) -> FoldedLedger:
    """The next two that come, all that wait, and the last three decisions stay open; the rest is folded."""
    newest = sorted(mail, key=lambda entry: entry.day, reverse=True)
    coming = [entry for entry in newest if entry.state == "coming"]
    decided = [entry for entry in newest if entry.state != "coming"]
    open_ones = [entry for number, entry in enumerate(decided) if number < _LAST or entry.state in _OPEN_STATES]
    return FoldedLedger(
        later=tuple(coming[:-_NEXT]),
        shown=(*coming[-_NEXT:], *open_ones),
        earlier=tuple(entry for entry in decided if entry not in open_ones),
    )
