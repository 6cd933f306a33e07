"""The coming mails of one office for a reader who waits: all that they rest on is read at once, not batch by batch."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, false, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay, RuleConfirmation
from certtrack.db.together import ask_together
from certtrack.security import Actor
from certtrack.services.forecast.coming import (
    ComingMail,
    Crowd,
    count,
    end_anywhere,
    find_crowd,
    find_least,
    find_trips_of,
    foresee,
    tell_all,
    tell_teams,
    within,
)
from certtrack.services.forecast.future import Future, find_switches
from certtrack.services.forecast.gathering import Gathered, gather
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.other_days import comes_of_day
from certtrack.services.forecast.scope import Scope, comes_of_cycle, select_crowded_causes, tell_crowded_causes
from certtrack.services.forecast.team_weeks import Teams, make_teams, select_coming_teams
from certtrack.services.reader_zone import find_zone, select_zone_of, tell_zone
from certtrack.services.rulebook import Rulebook, tell_confirmed

_MOST = 2_000
"""So many cycles, or other days, are read at once; those of a crowd in other offices are among them."""


def begin(session: Session, rulebook: Rulebook, actor: Actor) -> str:
    """The reader's zone; one query, by which is known as well what was confirmed, and which causes are crowded."""
    above = find_least(rulebook)
    zones, confirmed, crowded = ask_together(
        session, select_zone_of(actor), select(RuleConfirmation), select_crowded_causes(above)
    )
    tell_zone(session, actor, zones)
    tell_confirmed(session, confirmed)
    tell_crowded_causes(session, above, crowded)
    return find_zone(session, actor)


def foresee_at_once(
    session: Session, rulebook: Rulebook, scope: Scope, *, at: datetime, from_on: date, to_on: date
) -> list[ComingMail]:
    """What `foresee` gives, in six queries at the most, for hundreds of cycles; in no order.

    Where a crowd that the guard counts is too large for that it is read batch by batch.
    """
    future = Future(rulebook, find_switches(rulebook, at, to_on))
    crowd = find_crowd(session, future)
    cycles, days, teams = _read(session, scope, future, crowd, at, to_on)
    if max(len(cycles), len(days)) > _MOST:
        return list(foresee(session, rulebook, scope, at=at, from_on=from_on, to_on=to_on))
    found, span = [(cycle, certification) for cycle, certification, *_ in cycles], (at, end_anywhere(to_on))
    gathered = gather(session, rulebook, found, [day for day, *_ in days], span)
    tally = Tally()
    count(session, _narrow(gathered, cycles, days, _COUNTED), future, to_on, tally)
    then = Future(rulebook, future.switches, find_trips_of(session, tally))
    mine = tell_all(session, _narrow(gathered, cycles, days, _MINE), then, from_on, to_on)
    return [*mine, *within(tell_teams(teams, rulebook, to_on), from_on, to_on)]


_MINE, _COUNTED = -2, -1  # where a row says so


def _read(
    session: Session, scope: Scope, future: Future, crowd: Crowd, at: datetime, to_on: date
) -> tuple[list[Any], list[Any], Teams]:
    """The cycles, with their certifications, and the other days; and of each whether it is asked about, and counted.

    With them the teams.
    """
    is_counted = (false(), false()) if crowd.is_empty else (crowd.are_counted(), crowd.are_counted_days(future))
    mine = and_(true(), *scope.conditions()), and_(true(), *scope.conditions_on_days())
    cycles = select(Cycle, Certification, mine[0].label("is_mine"), is_counted[0].label("is_counted"))
    cycles = cycles.join(Certification, Certification.id == Cycle.certification_id)
    days = select(OtherDay, mine[1].label("is_mine"), is_counted[1].label("is_counted"))
    comes = comes_of_cycle(to_on, crowd.packs), comes_of_day(end_anywhere(to_on), future)
    found, others, *teams = ask_together(
        session,
        cycles.where(comes[0], or_(mine[0], is_counted[0])).order_by(Cycle.id).limit(_MOST + 1),
        days.where(comes[1], or_(mine[1], is_counted[1])).order_by(OtherDay.id).limit(_MOST + 1),
        *select_coming_teams(scope, at, to_on),
    )
    in_order = [sorted(rows, key=lambda row: int(row[0].id)) for rows in (found, others)]
    return in_order[0], in_order[1], make_teams(scope, at, teams)


def _narrow(gathered: Gathered, cycles: Sequence[Any], days: Sequence[Any], place: int) -> Gathered:
    """Those alone of which the rows say so in that place."""
    return gathered.only({row[0].id for row in cycles if row[place]}, {row[0].id for row in days if row[place]})
