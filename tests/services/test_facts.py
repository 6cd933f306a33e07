"""Facts of certifications: as known at a moment they are what they were then, and many cost no more statements."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from kit.applications import ask, bring_certificate, give, send, take_back, undo, unsay
from kit.counting import counting_statements
from kit.credits import DUE, Cast, amend, decide, find_claim, log, make_new
from kit.exams import correct, sit
from kit.group_acts import add_people
from kit.world import World

from certtrack.db.models import StatusChange
from certtrack.db.queries.facts import load_facts
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.standing import Standing
from certtrack.services.certifications import get_certification, record_status, withdraw_status
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.exams.results import NewResult
from certtrack.services.people import change_person, get_person
from certtrack.services.standing import load_standings


def change_one_by_one(world: World, cast: Cast) -> Iterator[None]:
    """Every kind of fact put on record, changed, and taken back: one thing after another."""
    world.certify(cast.carol, DUE + timedelta(days=30))
    yield
    first, second = (log(world, cast.carol, make_new(hours), cast.cps, cast.cpps) for hours in (3, 5))
    yield
    amend(world, first, make_new(4, areas=("ethics_boundaries",)))
    yield
    decide(world, find_claim(world, second, cast.cps)[0], "checked", actor=cast.supervisor)
    yield
    with world.database.writing() as session:
        credit = get_credit(session, second)
        withdraw_credit(session, world.rulebook, credit, expected_no=1, reason=None, actor=world.actor, at=world.at)
    yield
    result = sit(world, cast.carol, 90)
    yield
    correct(world, result, NewResult(date(2025, 4, 20), score=9_900))
    yield
    sent, asked, given = send(world, cast.cps), ask(world, cast.cps), give(world, cast.cpps)
    yield
    unsay(world, asked)
    undo(world, given)
    take_back(world, sent)
    yield
    change_standing(world, cast)
    yield
    bring_certificate(world, cast.cps, date(2028, 10, 31))
    yield
    with world.database.writing() as session:
        withdraw_status(session, world.rulebook, session.get_one(StatusChange, 1), actor=world.actor, at=world.at)
        change_person(
            session, get_person(session, cast.carol), {"died_on": world.today}, actor=world.actor, at=world.at
        )
    yield


def change_standing(world: World, cast: Cast) -> None:
    common = {"reason": None, "actor": world.actor, "at": world.at}
    with world.database.writing() as session:
        certification = get_certification(session, cast.cps)
        record_status(session, world.rulebook, certification, "suspended", world.today, **common)  # type: ignore[arg-type]  # fields of one call
        moved = {"due_source": "stated", "computed_due_on": None, "armed_on": world.today}
        move_due_day(session, world.rulebook, get_cycle(session, cast.cycle), DUE + timedelta(1), **moved, **common)  # type: ignore[arg-type]  # likewise


def test_as_known_at_a_moment_facts_are_what_they_were_then(world: World, cast: Cast) -> None:
    ids = [cast.cpps, cast.cps, cast.cpps + 1]

    def look(at: datetime | None = None) -> tuple[dict[int, CertificationFacts], dict[int, Standing]]:
        with world.database.reading() as session:
            return load_facts(session, ids, at), load_standings(session, world.rulebook, ids, DUE, at)

    known = {}
    for _ in change_one_by_one(world, cast):
        known[world.at] = look()
        world.at += timedelta(minutes=1)
    different = len({str(facts) for facts, _ in known.values()})
    assert different == len(known) - 1, "each changes facts; after three were taken back they are what they were before"
    for at, found in known.items():
        assert look(at) == look(at + timedelta(seconds=59)) == found
    assert look(min(known) - timedelta(seconds=1)) == ({}, {})


@pytest.mark.parametrize("is_then", [False, True])
def test_many_cost_as_many_statements_as_one(world: World, cast: Cast, is_then: bool) -> None:
    log(world, cast.carol, make_new(3), cast.cps, cast.cpps)
    many = [certification for _, certification, _ in add_people(world, 9)]
    known_at = world.at if is_then else None
    for ids in ([cast.cps], [cast.cps, *many]):
        with world.database.reading() as session, counting_statements(world.database) as asked:
            assert list(load_facts(session, ids, known_at)) == ids
            assert len(asked) == 3
            assert list(load_standings(session, world.rulebook, ids, world.today, known_at)) == ids
            assert len(asked) == 3 + 4
