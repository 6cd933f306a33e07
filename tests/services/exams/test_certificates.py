"""What follows a passed exam: a granter grants, a keeper puts on record the certificate that came."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.exams import SAT, grant, open_office, sit
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Certification, Cycle, ExamResult, Finding
from certtrack.errors import BadInput, NotAllowed, Refused
from certtrack.rules.standing import Standing
from certtrack.security import Actor
from certtrack.services.exams.certificates import Certificate, grant_certification, record_certificate
from certtrack.services.standing import load_standings

DUE = date(2028, 10, 31)
ISSUED = date(2026, 5, 1)


def give(
    world: World,
    result_id: int,
    number: str | None = "CPS-900",
    due_on: date | None = None,
    *,
    actor: Actor | None = None,
    is_grant: bool = True,
    issued_on: date = ISSUED,
) -> int:
    with world.database.writing() as session:
        result = session.get_one(ExamResult, result_id)
        act = grant_certification if is_grant else record_certificate
        given = Certificate(number, issued_on, due_on)
        return act(session, world.rulebook, result, given, actor=actor or world.actor, at=world.at).id


def stand(world: World, certification: int, as_of: date) -> Standing:
    with world.database.reading() as session:
        return load_standings(session, world.rulebook, [certification], as_of)[certification]


def list_cycles(world: World) -> list[tuple[Any, ...]]:
    with world.database.reading() as session:
        columns = (Cycle.start_on, Cycle.due_on, Cycle.due_source, Cycle.closed_on, Cycle.evidence)
        return [tuple(row) for row in session.execute(select(*columns).order_by(Cycle.id))]


def test_a_granter_gives_the_certification_with_its_number_and_the_cohort_of_the_exam(world: World) -> None:
    office = open_office(world, grants=("cps",))
    result = sit(world, office.carol, 90, actor=office.programme)
    cps = give(world, result, actor=office.programme)

    with world.database.reading() as session:
        certification = session.get_one(Certification, cps)
        assert (certification.number, certification.issued_on) == ("CPS-900", ISSUED)
    assert list_cycles(world) == [(SAT, DUE, "computed", None, f"exam_result:{result}")]
    assert stand(world, cps, ISSUED).validity == "current"
    assert stand(world, cps, ISSUED - timedelta(days=1)).validity == "not_yet"
    with pytest.raises(Refused, match="rests on this exam already"):
        give(world, result, actor=office.programme)


def test_a_pass_on_the_way_back_gives_the_next_cycle_from_its_day_under_a_granter(world: World) -> None:
    grant(world)
    carol = world.person()
    cps, _ = world.certify(carol, date(2025, 8, 31))
    assert stand(world, cps, world.today).validity == "exam_route"
    result = sit(world, carol, 88, route="way_back", attempt=1)
    assert stand(world, cps, world.today).passed_on == SAT
    assert give(world, result, None) == cps

    assert list_cycles(world)[0][3] == SAT
    assert list_cycles(world)[1] == (SAT, DUE, "computed", None, f"exam_result:{result}")
    assert stand(world, cps, SAT - timedelta(days=1)).validity == "exam_route"
    now = stand(world, cps, world.today)
    assert (now.validity, now.passed_on) == ("current", None)


def test_under_a_keeper_a_pass_changes_no_standing_until_the_certificate_is_on_record(world: World) -> None:
    office = open_office(world)
    cps, _ = world.certify(office.carol, date(2025, 8, 31))
    result = sit(world, office.carol, 88, route="way_back", attempt=1)
    now = stand(world, cps, world.today)
    assert (now.validity, now.passed_on) == ("exam_route", SAT)
    assert "way_back_passed" in {reason.code for reason in now.because}
    with pytest.raises(NotAllowed):
        give(world, result, actor=office.programme)
    with pytest.raises(Refused, match="doesn't give it"):
        give(world, result)
    with pytest.raises(BadInput, match="valid until"):
        give(world, result, is_grant=False, actor=office.agency)

    give(world, result, None, DUE, is_grant=False, actor=office.agency)
    assert list_cycles(world)[1] == (SAT, DUE, "stated", None, f"exam_result:{result}")
    assert stand(world, cps, world.today).validity == "current"


def test_a_certificate_says_that_the_exam_was_passed_and_a_day_that_differs_is_a_finding(world: World) -> None:
    office = open_office(world)
    result = sit(world, office.carol)
    printed = date(2028, 8, 30)
    give(world, result, "CPS-77", printed, is_grant=False, actor=office.agency)
    with world.database.reading() as session:
        assert session.get_one(ExamResult, result).outcome == "passed"
        finding = session.scalars(select(Finding)).one()
        assert (finding.kind, finding.details["computed"]) == ("stated_day_differs", "2028-10-31")
    assert list_cycles(world) == [(SAT, printed, "stated", None, f"exam_result:{result}")]


def test_nobody_grants_what_is_not_passed_nor_records_a_certificate_without_the_right(world: World) -> None:
    office = open_office(world, grants=("cps",))
    result = sit(world, office.carol, 60)
    with pytest.raises(Refused, match="isn't passed yet"):
        give(world, result, actor=office.programme)
    with pytest.raises(NotAllowed):
        give(world, result, actor=office.agency)
    other = sit(world, office.carol, 99, credential="cpps", outcome="passed")
    for actor in (office.supervisor, office.programme):
        with pytest.raises(NotAllowed):
            give(world, other, "P-1", DUE, is_grant=False, actor=actor)
    with pytest.raises(Refused, match="your own exam"):
        give(world, other, "P-1", DUE, is_grant=False, actor=office.holder)


@pytest.mark.parametrize(
    ("issued_on", "due_on"),
    [(SAT - timedelta(days=1), DUE), (date(2026, 6, 1), DUE), (ISSUED, ISSUED)],
)
def test_days_that_cannot_be_are_refused(world: World, issued_on: date, due_on: date) -> None:
    result = sit(world, world.person(), 90)
    with pytest.raises(BadInput):
        give(world, result, "CPS-1", due_on, is_grant=False, issued_on=issued_on)


def test_an_exam_within_a_cycle_that_goes_on_leads_to_no_other(world: World) -> None:
    grant(world)
    carol = world.person()
    world.certify(carol, date(2026, 10, 31))
    with pytest.raises(Refused, match="leads to no new one"):
        give(world, sit(world, carol, 90))
