"""A supervisor's team on a day: each certification with its hours still to do, most urgent first, and what is near."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.rules.calendar import add_days
from certtrack.rules.heat import NOTHING, Cell, Heat, make_heat
from certtrack.rules.pack import Pack, Text
from certtrack.rules.standing import Standing, find_position, stand
from certtrack.security import Actor, Task, narrow
from certtrack.services.people_list import Filters, Listed, PeopleList, Place
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held
from certtrack.services.team.beside import Beside, load_beside
from certtrack.services.team.said import NOTHING_SAID, Said, find_said

MOST_COLUMNS = 8
"""Of more areas than these a table says only how many are open: it would be wider than any page."""
MOST_HANDS = 4
NEAR_DAYS = 14
_ON_ITS_WAY = ("sent", "submitted", "received")
_NO_AREA = object()  # no area has it for a name


@dataclass(frozen=True, slots=True)
class Column:
    """An area that the rules of some row have. `name` is None where none is published."""

    key: str
    name: Text | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """One certification of the team. `pack` is the version of its rules that speaks for it.

    `due_on` is the day on which its cycle is due, or the next one where that is on record; None without one. `said` is
    what its holder has said as of the day that is shown, and all that follows is as things are now: `said_now`;
    `told_on`, when they were told last, None for never; `has_no_way`: mail doesn't reach them, since `unreached_since`,
    None where there is no address.
    """

    certification: Certification
    person: Person
    pack: Pack
    standing: Standing
    heat: Heat
    due_on: date | None
    is_over: bool
    said: Said = NOTHING_SAID
    said_now: Said = NOTHING_SAID
    told_on: date | None = None
    has_no_way: bool = False
    unreached_since: date | None = None

    @property
    def is_on_its_way(self) -> bool:
        """True where an application was sent of which nothing is known yet."""
        return self.standing.application in _ON_ITS_WAY

    @property
    def has_note(self) -> bool:
        """True where there is something to say of mail and plans."""
        return self.has_no_way or self.told_on is not None or self.said_now != NOTHING_SAID

    @property
    def needs_a_hand(self) -> bool:
        """True where a day is near and something is to be done for it, or where mail to them doesn't arrive.

        Of somebody who has said that they aren't going on nothing is to be done.
        """
        by = self.standing.next_on
        is_settled = self.is_on_its_way or self.standing.following is not None or self.said.stopped_on is not None
        if by is None or self.is_over or is_settled:
            return False
        if self.has_no_way:
            return True
        is_near = by <= add_days(self.standing.as_of, NEAR_DAYS)
        return is_near and self.standing.validity in ("current", "grace", "late")

    def list_cells(self, columns: Sequence[Column]) -> list[Cell]:
        """The row's cell in each of these columns."""
        mine = {area.key: area.name for area in list_areas(self.pack)}
        return [self.heat.areas[one.key] if mine.get(one.key, _NO_AREA) == one.name else NOTHING for one in columns]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One page of a team. `columns` are the areas of its rows, empty where they are more than fit a page.

    `areas` is how many they are. The places are those of `ListPage`.
    """

    rows: tuple[TeamRow, ...]
    columns: tuple[Column, ...]
    areas: int
    beside: Beside
    next_place: Place | None
    previous_place: Place | None

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({row.person.id for row in self.rows})

    @property
    def hands(self) -> tuple[TeamRow, ...]:
        """Who of those on this page could use a hand, one row a person."""
        first: dict[int, TeamRow] = {}
        for row in self.rows:
            if row.needs_a_hand:
                first.setdefault(row.person.id, row)
        return tuple(first.values())

    @property
    def noted(self) -> tuple[TeamRow, ...]:
        """The rows of which there is something to say of mail and plans; whom mail doesn't reach first."""
        noted = (row for row in self.rows if row.has_note)
        return tuple(sorted(noted, key=lambda row: (not row.has_no_way, row.said_now == NOTHING_SAID)))


def load_team(
    session: Session, rulebook: Rulebook, actor: Actor, filters: Filters, *, today: date, at: datetime, zone: str
) -> TeamPage:
    """The page that the filters ask for, of those whom a role with a team opens to the actor; at most seven queries.

    Whom only another role opens, such as a programme's, isn't in the team: their mail isn't the actor's to know of.
    What is said of mail and plans is as things are now, whatever day is asked for.
    """
    people = PeopleList(session, narrow(actor, Task.SEE_TEAM), filters, today=today, at=at)
    page = people.load_page()
    rows = make_rows(session, rulebook, page.rows, filters.as_of, today)
    beside = load_beside(people, page)
    noted = tuple(note_row(row, beside, zone) for row in rows)
    columns = list_columns(row.pack for row in rows)
    shown = columns if len(columns) <= MOST_COLUMNS else ()
    return TeamPage(noted, shown, len(columns), beside, page.next_place, page.previous_place)


def make_rows(
    session: Session, rulebook: Rulebook, listed: Sequence[Listed], as_of: date, today: date
) -> tuple[TeamRow, ...]:
    """The rows without what is said of mail; four queries for each 500."""
    rules = confirmed_rules(session, rulebook)
    held = load_held(session, rules, [row.certification.id for row in listed])
    found = []
    for row in listed:
        pack, facts = held[row.certification.id]
        standing = stand(pack, facts, as_of)
        is_over = facts.died_on is not None and facts.died_on <= as_of
        heat = make_heat(standing, [area.key for area in list_areas(pack)], is_over=is_over)
        found.append(
            TeamRow(
                certification=row.certification,
                person=row.person,
                pack=pack,
                standing=standing,
                heat=heat,
                due_on=_find_due(standing),
                is_over=is_over,
                said=find_said(standing),
                said_now=find_said(standing if as_of == today else find_position(pack, facts, today)),
            )
        )
    return tuple(found)


def list_areas(pack: Pack) -> Sequence[Column]:
    """The areas of these rules in which hours are counted."""
    return [Column(area.key, area.name) for area in pack.hours.areas] if pack.hours else []


def list_columns(packs: Iterable[Pack]) -> tuple[Column, ...]:
    """The areas of all of these, each once: two are one where the rules call them alike."""
    return tuple(dict.fromkeys(area for pack in packs for area in list_areas(pack)))


def _find_due(standing: Standing) -> date | None:
    if standing.following is not None:
        return standing.following.due_on
    return standing.days.due_on if standing.days else None


def note_row(row: TeamRow, beside: Beside, zone: str) -> TeamRow:
    """The row with what is said of its mail; days are those in `zone`."""
    told, has_no_way = beside.told_at.get(row.certification.id), row.person.id in beside.since
    since = beside.since.get(row.person.id)
    return replace(
        row,
        told_on=_day_of(told, zone) if told is not None else None,
        has_no_way=has_no_way and not row.is_over,
        unreached_since=_day_of(since, zone) if since is not None else None,
    )


def _day_of(when: date | datetime, zone: str) -> date:
    return when.astimezone(ZoneInfo(zone)).date() if isinstance(when, datetime) else when
