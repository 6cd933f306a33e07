"""The coming weeks' mails about teams, as the job that writes them decides. Nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import start_of
from certtrack.db.models import Person, TeamMail
from certtrack.db.together import AnySelect, ask_together
from certtrack.rules.calendar import add_days
from certtrack.services.forecast.future import list_beginnings
from certtrack.services.forecast.scope import Scope
from certtrack.services.reminders.sending_hours import known_zone
from certtrack.services.rulebook import Rulebook
from certtrack.services.team_book import TeamBook, make_team_book, select_packs, select_teams
from certtrack.services.team_hours import WEEK, end_of_week, find_team_hour, find_team_policy, find_week

TEAM, WEEKLY = "team", "weekly"
"""What the ledger would call the kind and the stage of such a mail."""


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """The mail of the week of the Monday `week_on`, which goes out at `at` to `reader` about their people there."""

    week_on: date
    at: datetime
    reader: Person
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Teams:
    """Who answers for whom from `began` on, their packs, and which weeks' mails were written: by Monday and reader."""

    began: datetime
    places: Collection[int] | None
    book: TeamBook
    packs: Mapping[int, Collection[str]]
    written: frozenset[tuple[date, int]]


def load_teams(session: Session, scope: Scope, at: datetime, to_on: date) -> Teams:
    """All that these mails rest on from `at` to the end of `to_on`, in one query.

    They are about a team: of some people alone there are none.
    """
    return make_teams(scope, at, ask_together(session, *select_coming_teams(scope, at, to_on)))


def select_coming_teams(scope: Scope, at: datetime, to_on: date) -> tuple[AnySelect, ...]:
    """What is asked for that."""
    days = (add_days(at.date(), -1), add_days(to_on, 2))  # in some zone it is another day than by UTC
    since = at.date() - 2 * WEEK
    weeks = select(TeamMail.week_on, TeamMail.recipient_id).where(TeamMail.week_on > since)
    places = _places_of(scope)
    return (*select_teams(days, places), select_packs(days, places), weeks)


def make_teams(scope: Scope, at: datetime, rows: Sequence[Sequence[Any]]) -> Teams:
    """The same, of the rows of `select_coming_teams`."""
    *book, certified, written = rows
    packs: dict[int, set[str]] = defaultdict(set)
    for person_id, key in certified:
        packs[person_id].add(key)
    done = frozenset((week_on, number) for week_on, number in written)
    return Teams(at, _places_of(scope), make_team_book(book), packs, done)


def _places_of(scope: Scope) -> Collection[int] | None:
    return scope.places if scope.people is None else ()


def list_team_weeks(teams: Teams, rulebook: Rulebook, to_on: date) -> Iterator[TeamWeek]:
    """The mails until `to_on` is over where their reader is, by these policies; of one reader in their order."""
    turns = list_beginnings(rulebook, teams.began, to_on)
    for reader in teams.book.people.values():
        if teams.book.final(reader.id) == reader.id and reader.died_on is None:
            yield from _list_weeks(teams, rulebook, reader, turns, to_on)


def _list_weeks(
    teams: Teams, rulebook: Rulebook, reader: Person, turns: Sequence[datetime], to_on: date
) -> Iterator[TeamWeek]:
    week_on = find_week(teams.began, reader.zone)
    while week_on <= to_on:
        if (week_on, reader.id) not in teams.written:
            found = _find_week(teams, rulebook, reader, week_on, turns)
            if found is not None and (teams.places is None or not found.places.isdisjoint(teams.places)):
                yield found
        week_on = add_days(week_on, WEEK.days)


def _find_week(
    teams: Teams, rulebook: Rulebook, reader: Person, week_on: date, turns: Sequence[datetime]
) -> TeamWeek | None:
    """The mail of one week, at the first moment at which all that it takes is so; None where there is none.

    Whose team somebody has changes by the day, by UTC's and by the reader's, and policies at `turns`: in between, only
    the hour is to come.
    """
    zone = known_zone(reader.zone, "UTC")
    at, end = max(start_of(week_on, zone), teams.began), end_of_week(week_on, zone)
    while at < end:
        places = teams.book.find_places(reader.id, at.date())
        ready_at = _find_ready(teams, rulebook, reader, places, week_on, at)
        if ready_at == at:
            return TeamWeek(week_on, at, reader, places)
        turn = min(_next_day(at, "UTC"), _next_day(at, zone), *(one for one in turns if one > at))
        at = min(turn, ready_at) if ready_at is not None else turn
    return None


def _find_ready(
    teams: Teams, rulebook: Rulebook, reader: Person, places: Collection[int], week_on: date, at: datetime
) -> datetime | None:
    """The moment from which the mail may go, as things are at `at`; None where nobody living is theirs then."""
    zone = known_zone(reader.zone, "UTC")
    team = teams.book.find_team(reader.id, places, at.astimezone(ZoneInfo(zone)).date())
    packs = {key for one in team for key in teams.packs.get(one.person_id, ())}
    policy = find_team_policy(rulebook, sorted(packs), at)
    if policy is None or all(one.has_died for one in team):
        return None
    return find_team_hour(policy, week_on, zone, at)


def _next_day(at: datetime, zone: str) -> datetime:
    return start_of(add_days(at.astimezone(ZoneInfo(zone)).date(), 1), zone)
