"""Who holds a current certification on a day, and why: read from what is on record and what the rules publish of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.db.queries.facts import load_facts
from certtrack.rules.holding import Holding, judge_holding
from certtrack.rules.standing import Standing, stand
from certtrack.security import Actor
from certtrack.services.people_list import Filters, Listed, PeopleList, Place, Sorted, load_listed
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import pack_for
from certtrack.services.team.beside import View, list_views

CHUNK = 500


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One certification on the day. `standing` says why; its hours aren't counted. `died_on`: None, or by that day."""

    certification: Certification
    person: Person
    standing: Standing
    holding: Holding
    died_on: date | None


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """One page of the list; its places are those of `ListPage`."""

    rows: tuple[CoverageRow, ...]
    next_place: Place | None
    previous_place: Place | None
    views: tuple[View, ...]
    is_cut: bool

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({row.person.id for row in self.rows})

    def count(self, holding: Holding) -> int:
        """Of how many rows of this page that is so."""
        return sum(row.holding == holding for row in self.rows)


def load_coverage(
    session: Session, rulebook: Rulebook, actor: Actor, filters: Filters, *, today: date, at: datetime
) -> CoveragePage:
    """The page that the filters ask for, of those whom the actor may see today."""
    people = PeopleList(session, actor, filters, today=today, at=at)
    page = people.load_page()
    rows = _make_rows(session, rulebook, page.rows, filters.as_of)
    views = list_views(session, actor.account_id, "coverage")
    is_cut = people.found is not None and people.found.is_cut
    return CoveragePage(rows, page.next_place, page.previous_place, views, is_cut)


def load_chunks(
    session: Session, rulebook: Rulebook, rows: Sequence[Sorted], as_of: date
) -> Iterator[tuple[CoverageRow, ...]]:
    """The rows of the page for each of these, 500 at a time; nothing is kept in between."""
    for start in range(0, len(rows), CHUNK):
        ids = [row.certification_id for row in rows[start : start + CHUNK]]
        yield _make_rows(session, rulebook, load_listed(session, ids, as_of), as_of)
        session.expunge_all()


def _make_rows(session: Session, rulebook: Rulebook, listed: Sequence[Listed], as_of: date) -> tuple[CoverageRow, ...]:
    facts = load_facts(session, [row.certification.id for row in listed], counts_hours=False)
    rules = confirmed_rules(session, rulebook)
    found = []
    for row in listed:
        its = facts[row.certification.id]
        pack = pack_for(rules, row.certification.pack_key, its)
        standing = stand(pack, its, as_of)
        has_died = its.died_on is not None and its.died_on <= as_of
        holding = judge_holding(pack, its, standing)
        found.append(CoverageRow(row.certification, row.person, standing, holding, its.died_on if has_died else None))
    return tuple(found)
