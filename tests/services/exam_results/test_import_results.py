"""A list of exam results goes in: whose they are, of which attempt; what comes of it again, mended, or newer."""

import csv
import io
import logging
from dataclasses import replace
from datetime import date, timedelta

import pytest
from kit.credits import act_as, list_events
from kit.exam_results import DUE, HEADS, ResultOffice, row
from kit.exams import correct, grant, sit
from kit.roster import Office, make_csv
from kit.roster import carol as in_roster
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.audit import seal_events, verify
from certtrack.db.models import AuditEvent, AuditValue, ExamResult, ExamResultVersion, ImportedRow, Person, StandingSpan
from certtrack.errors import NotAllowed, Refused
from certtrack.security import Role
from certtrack.services.actors import command_actor
from certtrack.services.exams.certificates import Certificate, grant_certification
from certtrack.services.exams.results import NewResult, withdraw_exam_result
from certtrack.services.sheets.returned import make_returned
from certtrack.services.standing import load_standings, project_spans

SAT = date(2025, 3, 3)
AGAIN = SAT + timedelta(days=60)


def tell_exams(world: World, certification_id: int) -> list[str]:
    """What the standing says of exams; the spans on record say the same as ones that are projected anew."""
    query = select(StandingSpan.certification_id, StandingSpan.from_on, StandingSpan.validity).order_by(StandingSpan.id)
    with world.database.writing() as session:
        spans = session.execute(query).all()
        project_spans(session, world.rulebook, [certification_id], at=world.at)
        assert sorted(session.execute(query).all()) == sorted(spans)
        because = load_standings(session, world.rulebook, [certification_id], world.today)[certification_id].because
    return [reason.code for reason in because if "exam" in reason.code or "way_back" in reason.code]


def test_results_go_in_judged_by_the_mark_with_their_versions_and_events(world: World, office: ResultOffice) -> None:
    work = office.rows(row(), row(day="5/2/2025", score="85", attempt="2"))
    assert office.results() == [(str(SAT), 1, 8400, "not_passed_yet", 1), (str(AGAIN), 2, 8500, "passed", 1)]
    assert tell_exams(world, office.cps) == ["exam_passed"]
    with world.database.writing() as session:
        said = session.execute(select(ExamResultVersion.reason, ExamResultVersion.recorded_by)).all()
        seal_events(session, world.at)
        assert verify(session) == []
    assert [tuple(item) for item in said] == [("import", world.actor.key)] * 2
    assert list_events(world, "exam_result") == [("exam_result.recorded", [office.carol])] * 2
    assert (work.count()["rows_new"], work.is_in_part) == (2, False)


def test_a_passed_result_gives_the_cohort_day_and_84_gives_none(world: World, office: ResultOffice) -> None:
    grant(world)
    world.person("Dave", address="dave@example.org")
    named = {"address": "dave@example.org", "credential": "CPS"}
    office.rows(row(**named), row(**named, day=str(AGAIN), score="85", attempt="2"))
    given = Certificate("CPS-7", world.today)
    with world.database.writing() as session:
        below, passed = session.scalars(select(ExamResult).order_by(ExamResult.taken_on))
        with pytest.raises(Refused, match="isn't passed yet"):
            grant_certification(session, world.rulebook, below, given, actor=world.actor, at=world.at)
        held = grant_certification(session, world.rulebook, passed, given, actor=world.actor, at=world.at)
        standing = load_standings(session, world.rulebook, [held.id], world.today)[held.id]
    assert (standing.phase, standing.days and standing.days.due_on) == ("on_time", date(2027, 10, 31))


def test_a_day_that_a_roster_brought_gets_its_outcome_and_the_roster_again_changes_nothing(
    world: World, office: ResultOffice
) -> None:
    roster = make_csv(in_roster(number="CPS-1", exam="03/03/2025", expires="10/31/2026"))
    Office(world).take(roster)
    assert office.results() == [(str(SAT), None, None, "not_known", 1)]
    work = office.rows(row(score="91"))
    assert (work.count()["sittings_completed"], office.results()) == (1, [(str(SAT), 1, 9100, "passed", 2)])
    again = Office(world).take(roster)
    assert (again.list_changes(), office.results()) == ([], [(str(SAT), 1, 9100, "passed", 2)])


def test_the_same_file_again_changes_nothing(world: World, office: ResultOffice) -> None:
    data = make_csv(row(), row(day=str(AGAIN), score="85", attempt="2"), heads=HEADS)
    dry, first = office.look(data), office.take(data)
    assert dry.count() == first.count()
    again = office.take(data)
    assert (again.count()["rows_same"], again.is_in_part, again.list_changes(), office.missing(again)) == (
        *(2, False, []),
        [],
    )
    with world.database.reading() as session:
        assert session.scalar(select(func.count(ExamResultVersion.id))) == 2


def test_a_run_that_broke_off_is_completed_by_the_same_file(world: World, office: ResultOffice) -> None:
    rows = [row(day=str(SAT + timedelta(days=number)), attempt=str(number)) for number in range(1, 13)]
    data = make_csv(*rows, heads=HEADS)
    broken = office.take(data, batches=1)
    assert len(office.results()) == 5
    again = office.take(data)
    assert (again.run_id, len(office.results())) == (broken.run_id, 12)
    assert (again.count()["rows_same"], again.count()["rows_new"]) == (5, 7)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(ImportedRow.id))) == 12


def test_a_newer_file_amends_by_a_version_and_tells_what_it_lacks(world: World, office: ResultOffice) -> None:
    office.rows(row(), row(day=str(AGAIN), score="60", attempt="2"))
    newer = make_csv(row(score="86", route="way back"), heads=HEADS)
    for work in (office.look(newer), office.take(newer)):
        told = [(item["field"], item["old"], item["new"]) for item in work.list_changes()]
        assert told == [("score", "84", "86"), ("route", "first", "way_back")]
    assert office.results()[0] == (str(SAT), 1, 8600, "passed", 2)
    assert tell_exams(world, office.cps) == ["exam_passed"]
    assert office.missing(work) == [("Carol Example", str(AGAIN), 2)]
    assert office.rows(row(score="86")).count()["rows_same"] == 1  # it says nothing of the route


def test_what_was_mended_by_hand_is_kept_and_told(world: World, office: ResultOffice) -> None:
    office.rows(row(), row(day=str(AGAIN), score="60", attempt="2"))
    with world.database.reading() as session:
        mended, gone = session.scalars(select(ExamResult.id).order_by(ExamResult.taken_on))
    correct(world, mended, NewResult(SAT, score=8800, attempt=1))
    with world.database.writing() as session:
        withdraw_exam_result(
            session, world.rulebook, session.get_one(ExamResult, gone), expected_no=1, reason="another Carol",
            actor=world.actor, at=world.at,
        )  # fmt: skip
    before = office.results()
    work = office.rows(row(score="82"), row(day=str(AGAIN), score="60", attempt="2"))
    assert [(item["field"], item["record"], item["file"]) for item in work.list_kept()] == [
        ("score", "88", "82"),
        ("state", "withdrawn", "recorded"),
    ]
    assert (work.is_in_part, office.results()) == (False, before)


def test_what_somebody_entered_before_any_file_stays_as_it_is(world: World, office: ResultOffice) -> None:
    sit(world, office.carol, 90, taken_on=SAT, attempt=1)
    sit(world, office.carol, outcome="passed", taken_on=AGAIN)
    before = office.results()
    for _ in range(2):
        work = office.rows(row(), row(day=str(AGAIN), score="60", attempt="2"))
        assert [(item["field"], item["record"]) for item in work.list_kept()] == [
            *(("score", "90"), ("attempt", None)),
            ("score", None),
        ]
    assert office.results() == before
    assert office.rows(row(score="90")).count()["rows_same"] == 1


def test_an_outcome_stated_by_hand_stays_where_a_newer_file_says_another_score(
    world: World, office: ResultOffice
) -> None:
    office.rows(row())
    with world.database.reading() as session:
        number = session.scalars(select(ExamResult.id)).one()
    correct(world, number, NewResult(SAT, outcome="passed", score=8400, attempt=1))
    office.rows(row(score="83"))
    assert office.results() == [(str(SAT), 1, 8300, "passed", 3)]


def test_a_result_that_the_list_states_goes_before_any_mark_and_a_newer_file_amends_it(
    world: World, office: ResultOffice
) -> None:
    dave = world.person("Dave", address="dave@example.org")
    world.certify(dave, DUE, pack=CPPS)
    his = {"address": "dave@example.org", "score": "80"}
    office.rows(row(outcome="pass"), row(**his))
    assert office.results() == [(str(SAT), 1, 8400, "passed", 1)]
    work = office.rows(row(outcome="not passed"), row(**his, outcome="passed"))
    assert [(item["old"], item["new"]) for item in work.list_changes()] == [
        *(("passed", "not_passed_yet"), (None, "passed")),
    ]
    assert [office.results(person)[0][3] for person in (office.carol, dave)] == ["not_passed_yet", "passed"]
    assert office.rows(row(), row(**his)).count()["rows_same"] == 2  # it says nothing of what came of them
    assert office.problems(row(outcome="pass"), row(outcome="fail")) == ["attempt_twice"] * 2


@pytest.mark.parametrize(("score", "passed_on"), [("84", None), ("85", date(2026, 4, 20))])
def test_the_way_back_is_found_where_the_exam_was_passed(
    world: World, office: ResultOffice, score: str, passed_on: date | None
) -> None:
    dave = world.person("Dave", address="dave@example.org")
    held, _ = world.certify(dave, date(2024, 10, 31))
    office.rows(row(address="dave@example.org", day="2026-04-20", score=score, route="way back"))
    with world.database.reading() as session:
        assert load_standings(session, world.rulebook, [held], world.today)[held].passed_on == passed_on
    assert tell_exams(world, held) == (["way_back_passed"] if passed_on else [])


def test_rows_that_say_one_attempt_differently_are_all_refused_and_one_said_twice_stands(office: ResultOffice) -> None:
    other = {"day": str(AGAIN), "attempt": "2"}
    rows = (row(), row(score="85"), row(**other), row(**other), row(day="2025-01-01", attempt="3"))
    assert office.problems(*rows, row(day="2025-01-02", attempt="3")) == ["attempt_twice"] * 4
    assert office.problems(row(), row(route="way back")) == ["attempt_twice"] * 2
    work = office.rows(*rows)
    assert [(item["line"], item["first_line"]) for item in work.list_twice()] == [(5, 4)]
    assert [attempt for _, attempt, *_ in office.results()] == [3, 2]


def test_an_attempt_that_is_on_record_of_another_day_is_for_a_person_to_decide(
    world: World, office: ResultOffice
) -> None:
    office.rows(row())
    sit(world, office.carol, taken_on=AGAIN, attempt=2)
    moved = row(day="2025-03-04")
    assert office.problems(moved, row(day=str(AGAIN), attempt="3")) == ["attempt_on_record", "attempt_differs"]
    assert office.problems(row(day="2025-03-04", route="way back")) == []


def test_the_credential_is_the_one_that_is_held_here_or_that_the_row_says(world: World, office: ResultOffice) -> None:
    dave = world.person("Dave", address="dave@example.org")
    his = {"address": "dave@example.org"}
    assert office.problems(row(**his)) == ["credential_unclear"]
    world.certify(dave, DUE, pack=CPPS)
    office.rows(row(**his, score="99"))
    world.certify(dave, DUE)
    assert office.problems(row(**his)) == ["credential_unclear"]
    office.rows(row(**his, credential="CPS", score="99"))
    assert [outcome for *_, outcome, _ in office.results(dave)] == ["not_established", "passed"]


def test_a_file_without_a_column_that_is_asked_for_comes_back_with_one(world: World, office: ResultOffice) -> None:
    world.person("Dave", address="dave@example.org")
    work = office.take(b"Email,Exam date,Score,Attempt\ndave@example.org,2025-03-03,90,1\n")
    text = make_returned(work.file.heads, work.returned, "es")
    assert text.splitlines()[0].startswith("Email,Exam date,Score,Attempt,Credential,")
    assert "agregue una columna Credential" in text
    work = office.take(text.replace("90,1,,", "90,1,CPS,").encode("utf-8-sig"))
    assert (work.count()["rows_new"], work.is_in_part) == (1, False)


def test_a_row_of_nobody_comes_back_and_the_mended_file_brings_in_only_that(office: ResultOffice) -> None:
    work = office.rows(row(), row(address="carrol@example.org", day=str(AGAIN), attempt="2"), row(score="-3"))
    text = make_returned(work.file.heads, work.returned, "en")
    reasons = [line["What is wrong"] for line in csv.DictReader(io.StringIO(text))]
    assert ["Nobody on record" in reasons[0], "between 0 and 100" in reasons[1]] == [True, True]
    mended = text.replace("carrol@", "carol@").replace(",'-3,", ",84,")
    again = office.take(mended.encode("utf-8-sig"))
    assert (again.is_in_part, office.missing(again), again.count()["rows_new"]) == (False, [], 1)
    assert [attempt for _, attempt, *_ in office.results()] == [1, 2]


def test_whoever_shares_an_address_is_told_apart_by_name_or_number_and_nobody_by_a_name_alone(
    world: World, office: ResultOffice
) -> None:
    dave = world.person("Dave", address="carol@example.org")
    world.certify(dave, DUE)
    assert office.problems(row(), row(name="Dave Example", address="")) == ["several_here", "only_a_name"]
    office.rows(row(name="DAVE EXAMPLE"), row(number="CPS-1", score="90"))
    assert [office.results(person)[0][2] for person in (dave, office.carol)] == [8400, 9000]


def test_merged_people_are_one_and_their_rows_are_found_again(world: World, office: ResultOffice) -> None:
    office.rows(row())
    carola = world.person("Carola", address="carola@example.org")
    with world.database.writing() as session:
        session.get_one(Person, office.carol).merged_into_id = carola
    work = office.rows(row(address="carola@example.org", score="88"))
    assert [(item["old"], item["new"]) for item in work.list_changes()] == [("84", "88")]
    assert (office.missing(work), len(office.results())) == ([], 1)


def test_only_who_enters_results_there_may_bring_them_in_or_look_at_what_a_file_would_change(
    world: World, office: ResultOffice
) -> None:
    data = make_csv(row(), heads=HEADS)
    agency = act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    programme = act_as(world, world.account("pat", Role.PROGRAMME_ADMINISTRATOR))
    both = replace(agency, grants=agency.grants | programme.grants)
    with pytest.raises(NotAllowed):  # this place keeps records, and doesn't give the credential
        office.look(data, actor=both)
    grant(world)
    for actor in (agency, programme):  # one may bring files in, the other enter results
        with pytest.raises(NotAllowed):
            office.look(data, actor=actor)
    assert office.look(data, actor=both).count()["rows_new"] == 1


def test_nobody_brings_in_what_came_of_their_own_exam(world: World, office: ResultOffice) -> None:
    world.account("carol", Role.AGENCY_ADMINISTRATOR, person_id=office.carol)
    world.actor = command_actor("carol@example.org")
    assert office.problems(row(score="100")) == ["own_exam"]


def test_neither_logs_nor_the_events_of_a_run_say_a_score(
    world: World, office: ResultOffice, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="certtrack"):
        office.rows(row(score="83.21"), row(score="12345"))
    assert not any(said in caplog.text for said in ("83.21", "8321", "12345"))
    with world.database.reading() as session:
        query = select(AuditValue.details).join(AuditEvent, AuditEvent.id == AuditValue.event_id)
        details = session.scalars(query.where(AuditEvent.action == "import.finished")).one()
    assert details["counts"]["rows_refused"] == 1
    assert "8321" not in str(details)
