"""Results of exams: judged by the mark, corrected by versions, entered by the right people, never by oneself."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from kit.credits import act_as, list_events
from kit.exams import SAT, correct, grant, list_outcomes, open_office, sit
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ExamResult, ExamResultVersion, Person
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Actor, Role
from certtrack.services.exams.certificates import Certificate, compute_certificate_due, grant_certification
from certtrack.services.exams.results import NewResult, withdraw_exam_result
from certtrack.services.exams.shown import list_shown_exams
from certtrack.services.former import find_last_day
from certtrack.services.organizations import end_affiliation, find_affiliation
from certtrack.services.standing import load_standings

LATER = SAT + timedelta(days=30)


def test_the_mark_passes_and_a_hundredth_below_it_does_not_yet(world: World) -> None:
    carol = world.person()
    sit(world, carol, score=8499, attempt=1)
    sit(world, carol, score=8500, attempt=2, taken_on=LATER)
    assert list_outcomes(world, carol) == [("not_passed_yet", "pass_mark"), ("passed", "pass_mark")]


def test_without_a_published_mark_nothing_is_established_unless_it_is_stated(world: World) -> None:
    carol = world.person()
    sit(world, carol, 99, credential="cpps", attempt=1)
    sit(world, carol, 60, credential="cpps", attempt=2, outcome="passed", taken_on=LATER)
    assert list_outcomes(world, carol) == [("not_established", None), ("passed", "stated")]


def test_what_a_letter_states_goes_before_a_mark_that_may_be_out_of_date(world: World) -> None:
    carol = world.person()
    sit(world, carol, 82, outcome="passed")
    assert list_outcomes(world, carol) == [("passed", "stated")]


def test_a_sitting_whose_outcome_comes_later_is_one_result_with_two_versions(world: World) -> None:
    carol = world.person()
    first = sit(world, carol)
    assert list_outcomes(world, carol) == [("not_known", None)]
    assert sit(world, carol, 90, attempt=1) == first
    with world.database.reading() as session:
        query = select(ExamResultVersion.no, ExamResultVersion.outcome).order_by(ExamResultVersion.no)
        assert session.execute(query).all() == [(1, "not_known"), (2, "passed")]


def test_an_attempt_has_one_result_in_its_route_and_merged_people_are_one(world: World) -> None:
    carol, earlier = world.person(), world.person("Carrie")
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = carol
    sit(world, carol, 70, attempt=1)
    for person in (carol, earlier):
        with pytest.raises(Refused, match="Attempt 1 has a result"):
            sit(world, person, 90, attempt=1, taken_on=LATER)
    sit(world, carol, 90, attempt=1, route="way_back", taken_on=LATER)


def test_a_corrected_score_is_answered_as_it_was_known_before_and_after(world: World) -> None:
    carol = world.person()
    cps, _ = world.certify(carol, date(2026, 10, 31))
    result = sit(world, carol, 84, attempt=1)
    before = world.at
    world.at += timedelta(days=3)
    correct(world, result, NewResult(SAT, score=8600, attempt=1))

    def codes(as_of: date, known_at: datetime | None = None) -> set[str]:
        with world.database.reading() as session:
            standing = load_standings(session, world.rulebook, [cps], as_of, known_at)[cps]
            return {reason.code for reason in standing.because if reason.code.startswith("exam")}

    assert codes(SAT, before) == set()
    assert codes(SAT, world.at) == codes(SAT) == {"exam_passed"}
    assert codes(SAT - timedelta(days=1)) == set()
    with world.database.reading() as session:
        query = select(ExamResultVersion.score, ExamResultVersion.outcome, ExamResultVersion.reason)
        assert session.execute(query.order_by(ExamResultVersion.no)).all() == [
            (8400, "not_passed_yet", None),
            (8600, "passed", "a letter"),
        ]
    events = [("exam_result.recorded", [carol]), ("exam_result.corrected", [carol])]
    assert list_events(world, "exam_result") == events


def test_a_correction_says_why_and_is_refused_where_somebody_was_first(world: World) -> None:
    carol = world.person()
    result = sit(world, carol, 84, attempt=1)
    new = NewResult(SAT, score=8600, attempt=1)
    with pytest.raises(BadInput, match="why"):
        correct(world, result, new, reason=" ")
    assert not correct(world, result, NewResult(SAT, score=8400, attempt=1), reason=None)
    correct(world, result, new)
    with pytest.raises(StaleRecord):
        correct(world, result, NewResult(SAT, score=9000, attempt=1))


def test_a_withdrawn_result_says_nothing_and_its_attempt_is_free_again(world: World) -> None:
    carol = world.person()
    cps, _ = world.certify(carol, date(2026, 10, 31))
    number = sit(world, carol, 90, attempt=1)
    with world.database.writing() as session:
        result = session.get_one(ExamResult, number)
        withdraw_exam_result(
            session, world.rulebook, result, expected_no=1, reason="another Carol", actor=world.actor, at=world.at
        )  # fmt: skip
    with world.database.reading() as session:
        for known_at in (None, world.at):
            because = load_standings(session, world.rulebook, [cps], world.today, known_at)[cps].because
            assert not [reason for reason in because if reason.code.startswith("exam")]
    assert sit(world, carol, 80, attempt=1) != number


@pytest.mark.parametrize("values", [{"score": 10_001}, {"score": -1}, {"attempt": 0}, {"attempt": 21}])
def test_what_cannot_be_is_refused(world: World, values: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        sit(world, world.person(), **values)


def test_only_the_programme_that_grants_enters_results_and_nobody_their_own(world: World) -> None:
    office = open_office(world)
    for actor in (office.agency, office.supervisor, office.holder, office.programme):
        with pytest.raises(NotAllowed):
            sit(world, office.carol, 90, actor=actor)
    grant(world)
    result = sit(world, office.carol, 90, actor=office.programme)
    with pytest.raises(NotAllowed):
        correct(world, result, NewResult(SAT, score=1000), actor=office.agency)
    own = act_as(world, world.account("own", Role.PROGRAMME_ADMINISTRATOR, person_id=office.carol))
    with pytest.raises(Refused, match="your own exam"):
        sit(world, office.carol, 95, attempt=2, actor=own)
    with pytest.raises(Refused, match="your own exam"):
        correct(world, result, NewResult(SAT, score=9500), actor=own)


def test_a_corrected_day_moves_the_cohort_and_a_corrected_score_does_not(world: World) -> None:
    carol = world.person()
    number = sit(world, carol, 90, attempt=1)

    def due() -> date | None:
        with world.database.reading() as session:
            return compute_certificate_due(session, world.rulebook, session.get_one(ExamResult, number))

    assert due() == date(2028, 10, 31)
    correct(world, number, NewResult(SAT, score=9900, attempt=1))
    assert due() == date(2028, 10, 31)
    correct(world, number, NewResult(date(2025, 4, 20), score=9900, attempt=1), no=2)
    assert due() == date(2027, 10, 31)


def test_a_corrected_day_leaves_the_cycle_that_was_granted_on_it(world: World) -> None:
    grant(world)
    carol = world.person()
    number = sit(world, carol, 90, attempt=1)
    with world.database.writing() as session:
        cps = grant_certification(
            session, world.rulebook, session.get_one(ExamResult, number), Certificate("CPS-9", world.today),
            actor=world.actor, at=world.at,
        ).id  # fmt: skip
    correct(world, number, NewResult(date(2025, 4, 20), score=9000, attempt=1))
    with world.database.reading() as session:
        standing = load_standings(session, world.rulebook, [cps], world.today)[cps]
        assert standing.days
        assert standing.days.due_on == date(2028, 10, 31)


def test_the_way_back_is_passed_as_it_was_known_before_and_after_a_correction(world: World) -> None:
    carol = world.person()
    cps, _ = world.certify(carol, date(2025, 8, 31))
    number = sit(world, carol, 84, route="way_back", attempt=1)
    before = world.at
    world.at += timedelta(days=3)
    correct(world, number, NewResult(SAT, score=8600, route="way_back", attempt=1))
    later, told = SAT + timedelta(days=2), world.at
    world.at += timedelta(days=3)
    correct(world, number, NewResult(later, score=8600, route="way_back", attempt=1), no=2)

    def passed(as_of: date, known_at: datetime | None = None) -> date | None:
        with world.database.reading() as session:
            return load_standings(session, world.rulebook, [cps], as_of, known_at)[cps].passed_on

    assert [passed(world.today, known_at) for known_at in (before, told, world.at, None)] == [None, SAT, later, later]
    assert [passed(SAT, known_at) for known_at in (told, None)] == [SAT, None]


def test_each_reader_sees_a_corrected_exam_as_it_was_known_then_and_never_more_than_their_own(world: World) -> None:
    grant(world)
    office = open_office(world)
    number = sit(world, office.carol, 84, attempt=1)
    before = world.at
    world.at += timedelta(days=3)
    correct(world, number, NewResult(SAT, score=8600, attempt=1))

    def see(actor: Actor, known_at: datetime | None = None, as_of: date | None = None) -> list[tuple[str, int | None]]:
        with world.database.reading() as session:
            shown = list_shown_exams(
                session, world.rulebook, actor, office.carol, today=world.today, as_of=as_of, known_at=known_at
            )
            return [(one.outcome, one.marked.score if one.marked else None) for one in shown]

    for reader in (office.holder, office.programme):
        assert (see(reader, before), see(reader)) == ([("not_passed_yet", 8400)], [("passed", 8600)])
        assert see(reader, as_of=SAT - timedelta(days=1)) == []
    assert (see(office.agency, before), see(office.agency)) == ([], [("passed", None)])
    assert see(office.supervisor) == []


def test_an_office_that_somebody_has_left_sees_the_days_as_they_were_known_on_the_last_day(world: World) -> None:
    office = open_office(world)
    number = sit(world, office.carol, 86, attempt=1)
    left_on = world.today
    with world.database.writing() as session:
        lasting = find_affiliation(session, office.carol, world.organization_id)
        assert lasting
        end_affiliation(session, lasting, left_on, reason=None, actor=world.actor, at=world.at)
    world.at += timedelta(days=3)
    correct(world, number, NewResult(SAT, score=8400, attempt=1))
    sit(world, office.carol, 99, attempt=2, taken_on=world.today)
    with world.database.reading() as session:
        last = find_last_day(session, office.agency, office.carol, world.today)
        assert last
        shown = list_shown_exams(
            session, world.rulebook, office.agency, office.carol, today=world.today,
            as_of=last.on, known_at=last.known_at, last=last,
        )  # fmt: skip
        assert [(one.taken_on, one.outcome, one.marked, one.giving) for one in shown] == [(SAT, "passed", None, None)]
        assert list_shown_exams(session, world.rulebook, office.agency, office.carol, today=world.today) == ()
