"""What pages say of an application, and what the reader may do about it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from certtrack.db.models import ApplicationStep, Certification, Cycle, Intention, Waiver
from certtrack.rules.applications import Timely, judge_arrival
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CycleFact, DueSource
from certtrack.rules.pack import Pack
from certtrack.services.evidence.shown import ShownFile


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step, who put it on record, and the files that back it where the reader may see them."""

    step: ApplicationStep
    by: str
    files: tuple[ShownFile, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownWaiver:
    """A waiver or an extension of the open cycle, and who put it on record."""

    waiver: Waiver
    by: str


@dataclass(frozen=True, slots=True)
class ShownApplication:
    """Where one certification's application is, for its open cycle.

    `steps` are those of that cycle, `opened_by` is what opened it where that can be taken back. `said` holds what
    stands of going on, `to_see` is the last reminder that was told and of which it isn't said that it was seen, None
    where there is none, `numbers` the last version of each kind, 0 where nothing was ever said. Under a granter
    `coming` are the kinds of the steps that may come next, and `timely` says whether what was received last was in
    time, None where nothing was; `suggested_due_on` is the next due day by the rules, None where they can't say.
    `papers` are the files of the certificate that opened the cycle, where the reader may see them.
    """

    certification: Certification
    cycle: Cycle
    is_granter: bool
    steps: tuple[ShownStep, ...]
    opened_by: ShownStep | None
    coming: tuple[str, ...]
    timely: Timely | None
    suggested_due_on: date | None
    waivers: tuple[ShownWaiver, ...]
    said: Mapping[str, Intention]
    to_see: int | None
    numbers: Mapping[str, int]
    can_report: bool
    can_decide: bool
    can_waive: bool
    is_holder: bool
    papers: tuple[ShownFile, ...] = ()


def find_timely(pack: Pack, cycle: Cycle, steps: Sequence[ApplicationStep]) -> Timely | None:
    """Whether what was received last was in time; None where nothing was."""
    received = [step for step in steps if step.kind == "received"]
    if not received:
        return None
    source = cast("DueSource", cycle.due_source)
    days = days_of(pack, CycleFact(cycle.id, cycle.start_on, cycle.due_on, source, cycle.computed_due_on))
    return judge_arrival(pack, days, received[-1].happened_on, received[-1].postmarked_on)
