"""The import of a log of continuing education."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from certtrack.services.credit_log.holders import load_held
from certtrack.services.credit_log.mapping import Meanings
from certtrack.services.credit_log.placing import PlacedRow, place_rows
from certtrack.services.credit_log.plan import CreditPlan, plan_row
from certtrack.services.credit_log.rows import CreditLog
from certtrack.services.credit_log.state import KIND, FileKeys, list_file_keys, load_state
from certtrack.services.credit_log.writing import Writer
from certtrack.services.sheets import judged, runs
from certtrack.services.sheets.returned import WithFaults

_AMENDED_AT_ONCE = 4  # each costs some 10 ms


@dataclass
class Import(judged.Import[CreditLog, PlacedRow]):
    """An import of one log into one organization, at one moment.

    `meanings` are what its words mean.
    """

    kind: ClassVar[str] = KIND
    batch: ClassVar[int] = 10
    largest_batch: ClassVar[int] = 500

    meanings: Meanings = field(default_factory=Meanings)
    _keys: FileKeys = field(default_factory=lambda: list_file_keys(()))

    @property
    def returned(self) -> Sequence[WithFaults]:
        """What comes back: also rows that are nobody's here."""
        refused = {row.number for row in self.placed.refused}
        return (*(row for row in self.file.returned if row.number not in refused), *self.placed.refused)

    def list_people(self, lines: Collection[int]) -> set[int]:
        """Everybody on record whom the rows on these lines are about, by number."""
        return {row.person_id for row in self.placed.list_on(lines)}

    def prepare(self, session: Session) -> None:
        """Find whose each row is, and what it is known by."""
        register = self.load_register(session, {row.mark for row in self.file.rows})
        held = load_held(session, self.rulebook, register.list_people(row.mark for row in self.file.rows))
        self.placed = place_rows(self.file, register, held, self.meanings)
        self._keys = list_file_keys(self.placed.rows)

    def plan(self, session: Session, rows: Sequence[PlacedRow]) -> None:
        """Plan a batch and write nothing."""
        self._note(self.show(self._plan(session, rows)))

    def write_planned(self, session: Session, rows: Sequence[PlacedRow], run_id: int) -> int:
        """Plan a batch by what is on record in this transaction, and write it as far as its amendments allow."""
        plans = _cut(self._plan(session, rows))
        going = self.let_in(plans)
        Writer(session, self.rulebook, self.organization.id, run_id, self.actor, self.at).write(going)
        self._note(going)
        return len(plans)

    def count(self) -> dict[str, int]:
        """What the file holds and what it changes, in numbers; a dry run counts what would be changed."""
        return self._count_rows() | {
            "cells_left_empty": sum(len(row.faults) for row in self.file.rows),
            "minutes_new": self._tally["minutes"],
            "claims_new": self._tally["claims"],
            "credits_without_certificate": self._tally["without_certificate"],
            "credits_not_claimed": self._tally["not_claimed"],
            "credits_without_areas": sum(row.is_unmapped for row in self.placed.rows),
        }

    def list_unmapped(self) -> list[dict[str, Any]]:
        """Each category of the file that nobody has confirmed the areas of, with the number of its rows."""
        return _count(row.row.category for row in self.placed.rows if row.is_unmapped)

    def list_unknown(self) -> list[dict[str, Any]]:
        """Each format of the file that says nothing, with the number of its rows."""
        return _count(row.row.unknown for row in self.placed.rows if row.row.unknown)

    def _list_missing(self, session: Session) -> list[dict[str, Any]]:
        return [
            {"person": row.person_id, "name": row.name, "title": row.said["title"]}
            | {"first_on": row.said["first_on"], "minutes": int(row.said["minutes"])}
            for row in runs.list_earlier(session, KIND, self.organization.id)
            if row.key not in self._keys.keys and row.id not in self._met
        ]

    def _plan(self, session: Session, rows: Sequence[PlacedRow]) -> list[CreditPlan]:
        state = load_state(session, self.organization.id, rows, self._keys)
        return [plan_row(state, row) for row in rows]

    def _note(self, plans: Iterable[CreditPlan]) -> None:
        for plan in plans:
            self._tally[plan.kind] += 1
            if plan.brought is not None:
                self._met.add(plan.brought.id)
            if plan.credit_id is None:
                self._note_new(plan.placed)
            own = {"line": plan.placed.row.line, "name": plan.placed.name, "title": plan.placed.row.title}
            self._note_values(own, plan.changes, plan.kept)

    def _note_new(self, placed: PlacedRow) -> None:
        self._tally["minutes"] += placed.minutes
        self._tally["claims"] += len(placed.certification_ids)
        self._tally["not_claimed"] += not placed.certification_ids
        self._tally["without_certificate"] += not placed.row.has_paper


def _cut(plans: Sequence[CreditPlan]) -> Sequence[CreditPlan]:
    """The plans up to the last amendment that one transaction takes; new credits and old ones cost little beside it."""
    amended = [place for place, plan in enumerate(plans) if plan.changes]
    return plans[: amended[_AMENDED_AT_ONCE]] if len(amended) > _AMENDED_AT_ONCE else plans


def _count(words: Iterable[str]) -> list[dict[str, Any]]:
    return [{"word": word, "rows": count} for word, count in Counter(words).most_common()]
