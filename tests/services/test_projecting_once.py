"""Spans of many changes in one transaction: written once, at the end, as if each had written its own."""

from datetime import date
from typing import Any

import pytest
from kit.world import World
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from certtrack.db.models import StandingSpan
from certtrack.services.standing import project_spans, projecting_once


def list_spans(session: Session) -> list[tuple[Any, ...]]:
    columns = (StandingSpan.certification_id, StandingSpan.from_on, StandingSpan.until_on, StandingSpan.validity)
    return [tuple(row) for row in session.execute(select(*columns).order_by(*columns[:2]))]


def test_spans_of_all_that_changed_are_written_when_the_block_ends(world: World) -> None:
    with world.database.writing() as session, projecting_once(session, world.rulebook, at=world.at):
        made = [
            world.add_certification(session, world.add_person(session), due_on)[0]
            for due_on in (date(2026, 10, 31), date(2024, 10, 31))
        ]
        assert list_spans(session) == []
    with world.database.writing() as session:
        at_once = list_spans(session)
        session.execute(delete(StandingSpan))
        for number in made:
            project_spans(session, world.rulebook, [number], at=world.at)
        assert at_once == list_spans(session)
    assert {row[0] for row in at_once} == set(made)


def test_after_a_block_that_raised_spans_are_written_at_once_again(world: World) -> None:
    with (
        world.database.writing() as session,
        pytest.raises(ZeroDivisionError),
        projecting_once(session, world.rulebook, at=world.at),
    ):
        raise ZeroDivisionError
    made, _ = world.certify(world.person(), date(2026, 10, 31))
    with world.database.reading() as session:
        assert {row[0] for row in list_spans(session)} == {made}


def test_a_block_within_another_is_part_of_the_outer_one(world: World) -> None:
    with world.database.writing() as session, projecting_once(session, world.rulebook, at=world.at):
        with projecting_once(session, world.rulebook, at=world.at):
            made, _ = world.add_certification(session, world.add_person(session), date(2026, 10, 31))
        assert list_spans(session) == []
    with world.database.reading() as session:
        assert {row[0] for row in list_spans(session)} == {made}
