"""The demonstration's trainings: a running one with missed time, and completed ones, on whatever day it is loaded."""

from datetime import date
from pathlib import Path

import pytest
from kit.world import ZONE
from sqlalchemy import select

from certtrack.clock import FixedClock, noon_of
from certtrack.db.engine import Database
from certtrack.db.models import Person
from certtrack.services.actors import command_actor
from certtrack.services.demo import load_demo
from certtrack.services.rulebook import load_rulebook
from certtrack.services.trainings.shown import PersonTrainings, show_trainings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])  # the days differ, the kinds of database don't


@pytest.mark.parametrize("today", [date(2026, 1, 31), date(2028, 2, 29)], ids=str)
def test_one_training_runs_with_missed_time_and_others_are_complete(
    database: Database, tmp_path: Path, today: date
) -> None:
    rulebook, clock = load_rulebook(tmp_path), FixedClock(noon_of(today, ZONE))
    with database.writing() as session:
        load_demo(session, rulebook, clock=clock, hash_password=str.upper)

    def show(name: str) -> PersonTrainings:
        with database.reading() as session:
            person = session.scalars(select(Person.id).where(Person.given_name == name)).one()
            return show_trainings(session, rulebook, command_actor("test"), person, today=today, as_of=today)

    [running] = show("Oskar").offered
    assert (running.count.attended, running.count.missed, running.count.missed_in) == (1530, 150, (3, 5))
    assert running.completed_on is None
    assert show("Milo").offered[0].state == "waiting_list"
    [whole], [partly] = show("Farah").offered, show("Vera").offered
    assert (whole.count.lacks, whole.completed_by, whole.completed_reason) == ((), "alice@example.org", None)
    assert partly.count.lacks == ("minutes_short", "time_missed")
    assert partly.completed_reason
    assert [one.facts.minutes for one in show("Carol").elsewhere] == [2880]
