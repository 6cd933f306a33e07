"""An attendance list goes in: whose time it is, in which session; what comes of it again, mended, or newer."""

import csv
import io
from datetime import date, timedelta

import pytest
from kit.attendance_list import HEADS, SHARED, SheetOffice, row
from kit.credits import DUE, list_events
from kit.roster import make_csv
from kit.trainings import FIRST, NINE, make_sessions, note, plan, put_in
from kit.world import ZONE, World
from sqlalchemy import func, select

from certtrack.db.audit import seal_events, verify
from certtrack.db.models import ConfirmedWord, Enrollment, ImportedRow, Person, TrainingAttendanceVersion
from certtrack.services.organizations import create_organization
from certtrack.services.sheets.returned import make_returned
from certtrack.services.trainings.attendance import Mark, load_noted
from certtrack.services.trainings.courses import NewSession, call_off
from certtrack.services.trainings.enrollments import complete
from certtrack.services.trainings.rights import get_enrollment, get_training

CPS_TITLE, CPPS_TITLE = "Certified Peer Specialist training", "Parent Peer Specialist training"
WORDS = f'confirmed_by = "Alice Example"\n[trainings]\n"PPS spring" = "{CPPS_TITLE}"\n'.encode()


def test_time_goes_in_with_its_version_and_event_and_whoever_was_not_on_the_list_is_put_on_it(
    world: World, office: SheetOffice
) -> None:
    work = office.rows(row(), row(session="", day="4/7/2026", hours="absent"), row(session="3", hours="P"))
    assert office.noted() == [(office.carol, FIRST + timedelta(days=n), m) for n, m in enumerate((240, 0, 240))]
    assert office.states() == [(office.carol, "accepted")]
    with world.database.writing() as session:
        said = session.execute(select(TrainingAttendanceVersion.no, TrainingAttendanceVersion.recorded_by)).all()
        seal_events(session, world.at)
        assert verify(session) == []
    assert [tuple(item) for item in said] == [(1, world.actor.key)] * 3
    assert list_events(world, "training_attendance") == [("training_attendance.noted", [office.carol])] * 3
    assert list_events(world, "enrollment") == [("enrollment.recorded", [office.carol])]
    counts = work.count()
    assert (counts["rows_new"], counts["minutes_new"], counts["people_put_on_a_list"]) == (3, 480, 1)


def test_the_same_file_again_changes_nothing_even_once_the_training_is_complete(
    world: World, office: SheetOffice
) -> None:
    data = make_csv(row(), row(session="2", hours="x"), heads=HEADS)
    dry, first = office.look(data), office.take(data)
    assert dry.count() == first.count()
    with world.database.writing() as session:
        training = get_training(session, world.actor, office.training)
        place = get_enrollment(session, training, session.scalars(select(Enrollment.id)).one())
        complete(
            session, world.rulebook, training, place, world.today, reason="made up for", expected_no=place.no,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    again = office.take(data)
    assert (again.count()["rows_same"], again.is_in_part, again.list_changes(), office.missing(again)) == (
        2,
        False,
        [],
        [],
    )
    with world.database.reading() as session:
        assert session.scalar(select(func.count(TrainingAttendanceVersion.id))) == 2
    assert office.problems(row(hours="2")) == ["training_complete"]


def test_a_run_that_broke_off_is_taken_up_by_the_same_file(world: World, office: SheetOffice) -> None:
    data = make_csv(*(row(session=str(number)) for number in range(1, 13)), heads=HEADS)
    broken = office.take(data, batches=1)
    assert len(office.noted()) == 10
    again = office.take(data)
    assert (again.run_id, len(office.noted())) == (broken.run_id, 12)
    assert (again.count()["rows_same"], again.count()["rows_new"]) == (10, 2)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(ImportedRow.id))) == 12


def test_an_updated_file_amends_what_it_says_differently_and_tells_what_it_lacks(office: SheetOffice) -> None:
    other, _ = plan(office.world, title="Autumn training")
    office.rows(row(), row(session="2"), row(training=str(other)))
    newer = make_csv(row(hours="3:30"), heads=HEADS)
    for work in (office.look(newer), office.take(newer)):
        (change,) = work.list_changes()
        assert (change["day"], change["old"], change["new"]) == (FIRST, 240, 210)
    assert office.missing(work) == [("Spring training", FIRST + timedelta(days=1), 240)]
    assert [minutes for _, _, minutes in office.noted()] == [210, 240, 240]
    assert office.take(newer).count()["rows_same"] == 1


@pytest.mark.parametrize("minutes", [90, None])
def test_what_was_mended_by_hand_is_kept_and_told(world: World, office: SheetOffice, minutes: int | None) -> None:
    office.rows(row())
    with world.database.reading() as session:
        ((cell, noted),) = load_noted(session, get_training(session, world.actor, office.training)).items()
    note(world, office.training, [Mark(*cell, minutes, noted.no)])
    work = office.rows(row())
    assert [(item["record"], item["file"]) for item in work.list_kept()] == [(minutes, 240)]
    assert [item[2] for item in office.noted()] == [minutes]


def test_what_somebody_noted_before_any_file_stays_as_it_is(world: World, office: SheetOffice) -> None:
    place = put_in(world, office.training, office.carol)
    note(world, office.training, [Mark(place, office.sessions[0], 60, 0)])
    assert office.rows(row()).count()["rows_kept"] == 1
    assert office.noted() == [(office.carol, FIRST, 60)]


def test_twice_in_one_file_the_first_stands_and_other_minutes_are_told(office: SheetOffice) -> None:
    work = office.rows(row(), row(session="", day="2026-04-06"), row(hours="2"))
    assert [(item["line"], item["first"], item["second"]) for item in work.list_twice()] == [(4, 240, 120)]
    assert (office.noted(), work.count()["rows_twice"]) == ([(office.carol, FIRST, 240)], 2)


def test_a_row_of_nobody_comes_back_and_goes_in_once_it_is_mended(office: SheetOffice) -> None:
    work = office.rows(row(), row(address="carrol@example.org", session="2"), row(session="3", hours="-3"))
    text = make_returned(work.file.heads, work.returned, "en")
    mended = text.replace("carrol@", "carol@").replace(",'-3,", ",3,")
    again = office.take(mended.encode("utf-8-sig"))
    assert (again.is_in_part, office.missing(again)) == (False, [])
    assert [minutes for _, _, minutes in office.noted()] == [240, 240, 180]
    reasons = [line["What is wrong"] for line in csv.DictReader(io.StringIO(text))]
    assert ["Nobody on record" in reasons[0], "less than nothing" in reasons[1]] == [True, True]


def test_whoever_shares_an_address_is_told_apart_by_name_or_number_and_nobody_by_a_name_alone(
    world: World, office: SheetOffice
) -> None:
    dave = world.person("Dave", address="carol@example.org")
    world.certify(office.carol, DUE, number="CPS-1")
    assert office.problems(row(), row(name="Dave Example", address="")) == ["several_here", "only_a_name"]
    office.rows(row(name="DAVE EXAMPLE"), row(number="CPS-1", session="2"))
    assert [person for person, _, _ in office.noted()] == [dave, office.carol]


def test_time_that_cannot_have_been_is_refused(world: World, office: SheetOffice) -> None:
    plan(world, make_sessions(2, first=world.today), title="Later on")
    assert office.problems(
        row(hours="4:01"),
        row(session="13"),
        row(session="2", day="2026-04-06"),
        row(day="2026-04-30", session=""),
        row(training="Forensic training"),
        row(training="later on", session="2"),
    ) == [
        *("longer_than_session", "session_unknown", "sessions_differ", "session_unknown", "training_unknown"),
        "not_come_yet",
    ]


def test_of_trainings_of_one_name_the_day_or_the_number_on_record_says_which(world: World, office: SheetOffice) -> None:
    second, _ = plan(world, make_sessions(2, first=date(2026, 2, 2)))
    assert office.problems(row()) == ["several_trainings"]
    office.rows(row(day="2/2/2026"), row(training=str(second), session="2"))
    assert [day for _, day, _ in office.noted()] == [date(2026, 2, 2), date(2026, 2, 3)]


def test_of_two_sessions_on_a_day_the_number_says_which(world: World, office: SheetOffice) -> None:
    day = date(2026, 5, 2)
    plan(world, [NewSession(day, NINE, 720), NewSession(day, 780, 900)], title="A full day")
    full = row(training="A full day", session="", day="2026-05-02", hours="2")
    assert office.problems(full) == ["several_sessions"]
    assert office.problems(row(training="A full day", session="2", day="2026-05-02", hours="2")) == []


def test_who_was_not_accepted_or_has_no_seat_or_came_to_what_was_called_off_is_for_a_person_to_decide(
    world: World, office: SheetOffice
) -> None:
    plan(world, title="Small", seats=1)
    gone, _ = plan(world, title="Gone")
    put_in(world, office.training, office.carol, "waiting_list")
    world.person("Dave", address="dave@example.org")
    with world.database.writing() as session:
        training = get_training(session, world.actor, gone)
        call_off(session, training, "no trainer", expected_no=training.no, actor=world.actor, at=world.at)
    rows = (
        row(),
        row(training="Small"),
        row(training="Small", address="dave@example.org"),
        row(training="Small", session="2"),
        row(training="Gone"),
    )
    assert office.problems(*rows) == ["not_accepted", "training_full", "training_called_off"]
    office.rows(*rows)
    assert office.states() == [(office.carol, "waiting_list"), (office.carol, "accepted")]


def test_a_training_of_another_office_is_none_of_this_ones(world: World, office: SheetOffice) -> None:
    with world.database.writing() as session:
        training = get_training(session, world.actor, office.training)
        training.organization_id = create_organization(
            session, key="riverside", name="Riverside", zone=ZONE, actor=world.actor, at=world.at
        ).id
    assert office.problems(row()) == ["training_unknown"]


def test_an_offices_word_for_a_training_counts_once_somebody_has_confirmed_it_by_name(
    world: World, office: SheetOffice
) -> None:
    assert office.problems(row(training="CPS spring 26")) == ["training_unknown"]
    words = b'confirmed_by = "Alice Example"\n[trainings]\n"CPS Spring 26" = "spring training"\n'
    office.rows(row(training="CPS spring 26"), words=words)
    assert office.problems(row(training="cps SPRING 26", session="2")) == []
    with world.database.reading() as session:
        word = session.scalars(select(ConfirmedWord)).one()
    assert (word.kind, word.word, word.meaning, word.confirmed_by) == (
        *("attendance", "cps spring 26", "spring training", "Alice Example"),
    )


def test_merged_people_are_one_and_their_rows_are_found_again(world: World, office: SheetOffice) -> None:
    office.rows(row())
    carola = world.person("Carola", address="carola@example.org")
    with world.database.writing() as session:
        session.get_one(Person, office.carol).merged_into_id = carola
    work = office.rows(row(address="carola@example.org", hours="2"))
    assert [(item["old"], item["new"]) for item in work.list_changes()] == [(240, 120)]
    assert (office.missing(work), len(office.states())) == ([], 1)


def test_an_offices_own_list_goes_in_as_it_is_and_what_is_wrong_in_it_comes_back(
    world: World, office: SheetOffice
) -> None:
    lines = SHARED.read_text("cp1252").splitlines()[2:]
    weekly = [NewSession(date(2026, 1, 5) + timedelta(days=7 * n), NINE, 780) for n in range(12)]
    plan(world, weekly, title=CPS_TITLE)
    plan(world, [NewSession(date(2026, 4, 11) + timedelta(days=14 * n), NINE, 900) for n in range(4)], title=CPPS_TITLE)
    for line in list(csv.DictReader(lines))[:12]:  # everybody was there the first time
        family, _, given = line["Name (Last, First)"].partition(", ")
        person = world.person(given, family_name=family, address=line["E-mail"])
        if line["Cert #"]:
            world.certify(person, DUE, number=line["Cert #"])
    work = office.take(SHARED.read_bytes(), WORDS)
    counts = work.count()
    assert (counts["rows"], counts["rows_new"], counts["rows_twice"], counts["rows_refused"]) == (171, 156, 1, 14)
    assert (counts["minutes_new"], counts["people_put_on_a_list"]) == (39_030, 18)
    problems = {fault.problem for item in work.returned for fault in item.faults}
    assert problems == {
        *("below_zero", "too_much", "not_an_amount", "missing", "longer_than_session", "not_come_yet"),
        *("training_unknown", "session_unknown", "sessions_differ"),
        *("only_a_name", "several_here", "nobody_here", "not_the_same"),
    }
    assert office.take(SHARED.read_bytes()).count()["rows_same"] == 156
