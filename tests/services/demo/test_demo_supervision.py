"""The demonstration's supervision: signed sessions, on paper too, and one that waits, on whatever day it is loaded."""

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
from certtrack.services.supervision.part import show_supervision


@pytest.mark.parametrize("today", [date(2026, 1, 31), date(2028, 2, 29)], ids=str)
def test_carol_has_a_session_to_sign_and_one_that_both_have_signed(
    database: Database, tmp_path: Path, today: date
) -> None:
    rulebook, clock = load_rulebook(tmp_path), FixedClock(noon_of(today, ZONE))
    with database.writing() as session:
        load_demo(session, rulebook, clock=clock, hash_password=str.upper)
    with database.reading() as session:
        carol = session.scalars(select(Person).where(Person.given_name == "Carol")).one()
        part = show_supervision(session, command_actor("test"), carol, today)
    assert part
    signed = [(one.by_supervisor is not None, one.signature is not None) for one in part.sessions]
    assert signed == [(True, False), (True, False), (True, True)]
    assert [one.others for one in part.sessions] == [0, 3, 0]
    on_paper = part.sessions[1].by_supervisor
    assert on_paper
    assert on_paper.said_by == "alice@example.org"
    assert [one.fact.minutes for one in part.service] == [1710, 1560]
