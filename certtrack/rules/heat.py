"""What is still to do, cell by cell: one requirement as a list of many people shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from certtrack.rules.requirements import AREAS, TOTAL, Hours, Requirement
from certtrack.rules.standing import Standing

CellKind = Literal["open", "set", "unsure", "unknown", "none"]
_STEPS = (60, 120, 300)
_EARNING = (None, "on_time", "grace", "late")
_ENDED = ("revoked", "retired", "suspended")


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one requirement is. `minutes` are those still to do by the best reading, 0 unless it is `open`.

    `set`: enough is counted for sure. `unsure`: it may be enough. `unknown`: how much is needed isn't known, or no
    cycle is on record to count in. `none`: nothing is asked for.
    """

    kind: CellKind
    minutes: int = 0

    @property
    def step(self) -> int:
        """How dark it is drawn: 1 up to an hour, 2 up to two, 3 up to five, 4 for more; 0 where nothing is open."""
        return 1 + sum(self.minutes > most for most in _STEPS) if self.kind == "open" else 0


NOTHING = Cell("none")
_UNKNOWN = Cell("unknown")


@dataclass(frozen=True, slots=True)
class Heat:
    """The cells of one certification: the hours in all, those by the key of an area, and what is asked for beside.

    `hours` is the answer for all of them together: where rules publish nothing, no cell asks and it is still open.
    """

    total: Cell
    areas: dict[str, Cell]
    beside: Cell
    hours: Hours

    @property
    def is_done(self) -> bool:
        """True where all hours are there for sure: each cell is `set`, or nothing is asked for in it."""
        cells = (self.total, self.beside, *self.areas.values())
        return self.hours == "complete" and all(cell.kind in ("set", "none") for cell in cells)

    @property
    def unknown(self) -> int:
        """Of how many areas the least isn't known."""
        return sum(cell.kind == "unknown" for cell in self.areas.values())


def make_heat(standing: Standing, areas: Sequence[str], *, is_over: bool = False) -> Heat:
    """The cells of a certification whose rules have these areas, as its hours stand.

    `is_over`: the record has ended. Then, and where nothing can be earned for it any more, nothing is asked for: an act
    has ended it, the next cycle is on record, or only an exam or the whole way leads back.
    """
    if is_over or standing.validity in _ENDED or standing.following or standing.phase not in _EARNING:
        return Heat(NOTHING, dict.fromkeys(areas, NOTHING), NOTHING, standing.hours)
    if standing.cycle is None:
        return Heat(_UNKNOWN, dict.fromkeys(areas, _UNKNOWN), NOTHING, standing.hours)
    lines = {line.key: line for line in standing.counted.requirements}
    others = [line for key, line in lines.items() if key != TOTAL and line.dimension != AREAS]
    total = make_cell(lines[TOTAL]) if TOTAL in lines else NOTHING
    by_area = {key: make_cell(lines[key]) if key in lines else NOTHING for key in areas}
    return Heat(total, by_area, _join(others), standing.hours)


def make_cell(line: Requirement) -> Cell:
    """One requirement as a cell."""
    if line.is_waived or line.needed == 0:
        return NOTHING
    if line.needed is None:
        return _UNKNOWN
    if line.open:
        return Cell("open", line.open)
    return Cell("set") if line.counted >= (line.needed_most or line.needed) else Cell("unsure")


def _join(lines: Sequence[Requirement]) -> Cell:
    """Several as one: how many minutes are open isn't said, since some are counted in credits, or twice."""
    kinds = [make_cell(line).kind for line in lines]
    order: tuple[CellKind, ...] = ("open", "unsure", "unknown", "set")
    return next((Cell(kind) for kind in order if kind in kinds), NOTHING)
