"""What somebody was shown is what is written: a row that would do something else by then is held and shown again."""

from typing import Any

from kit.attendance_list import HEADS as ATTENDANCE_HEADS
from kit.attendance_list import row as was_there
from kit.credit_log import HEADS as CREDIT_HEADS
from kit.credit_log import row as course
from kit.databases import on_both
from kit.exam_results import HEADS as EXAM_HEADS
from kit.exam_results import row as sat
from kit.exams import grant
from kit.import_desk import Desk, make_desk
from kit.roster import carol, make_csv
from kit.supervision_log import HEADS as SUPERVISION_HEADS
from kit.supervision_log import row as met
from kit.trainings import plan
from sqlalchemy import select

from certtrack.db.models import Certification, Credit, Cycle, Person, TrainingAttendance
from certtrack.db.models import ExamResult as Result
from certtrack.services.imports.uploads import ask_to_write


def list_held(told: dict[str, Any]) -> list[list[Any]]:
    rows: list[list[Any]] = told["held"]["rows"]
    return rows


@on_both
def test_a_row_that_would_do_something_else_by_now_waits_and_the_others_go_in(desk: Desk) -> None:
    world = desk.world
    desk.bring_in(make_csv(carol()))
    newer = make_csv(carol(expires="10/31/2028"), carol(name="New, Ann", address="ann@example.org", number="CPS-2"))
    number = desk.give(newer)
    desk.work(number)
    desk.bring_in(make_csv(carol(expires="12/31/2026")))  # another file says otherwise meanwhile
    desk.write(number)
    waiting = desk.look(number)
    assert (waiting.state, list_held(waiting.told)) == ("looked", [[2, "Example, Carol"]])
    assert [(row[-2], row[-1]) for row in waiting.told["lists"][0]["rows"]] == [("2026-12-31", "2028-10-31")]
    with world.database.reading() as session:
        days = dict(session.execute(select(Certification.number, Cycle.due_on).join(Cycle)).all())
    assert (str(days["CPS-1"]), str(days["CPS-2"])) == ("2026-12-31", "2026-10-31")
    desk.write(number)
    done = desk.look(number)
    assert (done.state, done.told["counts"]["rows_changed"], done.told["held"]["total"]) == ("done", 1, 0)


def test_somebody_who_came_on_record_meanwhile_is_not_taken_for_the_one_who_was_shown_as_new(desk: Desk) -> None:
    rows = carol(), carol(number="", credential="CPPS"), carol(name="New, Ann", address="ann@example.org", number="")
    number = desk.give(make_csv(*rows))
    desk.work(number)
    desk.world.person(address="carol@example.org")
    desk.write(number)
    assert list_held(desk.look(number).told) == [[2, "Example, Carol"], [3, "Example, Carol"]]
    assert desk.count(Certification) == 1
    desk.write(number)
    assert (desk.look(number).state, desk.count(Certification)) == ("done", 3)


def test_what_was_mended_by_hand_meanwhile_stays_and_keeps_nothing_waiting(desk: Desk) -> None:
    desk.bring_in(make_csv(carol()))
    number = desk.give(make_csv(carol(address="new@example.org")))
    desk.work(number)
    with desk.world.database.writing() as session:
        session.scalars(
            select(Person).where(Person.private_address == "carol@example.org")
        ).one().private_address = "own@example.org"
    desk.write(number)
    with desk.world.database.reading() as session:
        addresses = set(session.scalars(select(Person.private_address)))
    assert desk.look(number).state == "done"
    assert "own@example.org" in addresses
    assert "new@example.org" not in addresses


def test_what_was_not_shown_as_going_in_does_not_go_in_unseen(desk: Desk) -> None:
    number = desk.give(make_csv(course(address="dave@example.org"), heads=CREDIT_HEADS), "log.csv", "credits")
    desk.work(number)
    assert desk.look(number).told["refused_total"] == 1
    desk.world.person("Dave", address="dave@example.org")
    desk.write(number)
    assert (desk.look(number).state, desk.look(number).told["held"]["total"]) == ("looked", 1)
    desk.write(number)
    assert (desk.look(number).state, len(desk.list_all(Credit))) == ("done", 1)


def test_credits_that_other_rules_would_count_otherwise_wait(desk: Desk) -> None:
    person = desk.world.person(address="carol@example.org")
    number = desk.give(make_csv(course(), heads=CREDIT_HEADS), "log.csv", "credits")
    desk.work(number)
    desk.world.certify(person, desk.world.today.replace(month=10))
    desk.write(number)
    assert (desk.look(number).told["held"]["total"], desk.list_all(Credit)) == (1, [])


def test_time_results_and_sessions_that_another_file_changed_wait_too(desk: Desk) -> None:
    world = desk.world
    for name in ("Carol", "Bob"):
        world.certify(world.person(name, address=f"{name.lower()}@example.org"), world.today)
    plan(world)
    grant(world)
    programme = make_desk(world, "grace", enters_results=True)
    files = {
        "attendance": (ATTENDANCE_HEADS, was_there(hours="4"), was_there(hours="3"), was_there(hours="2")),
        "exam_results": (EXAM_HEADS, sat(score="60"), sat(score="70"), sat(score="80")),
        "supervision": (
            SUPERVISION_HEADS, met(signed=""), met(signed="supervisor"), met(signed="both"),
        ),
    }  # fmt: skip
    for kind, (heads, first, other, newer) in files.items():
        by = programme if kind == "exam_results" else desk
        by.bring_in(make_csv(first, heads=heads), kind)
        number = by.give(make_csv(newer, heads=heads), f"{kind}.csv", kind)
        by.work(number)
        by.bring_in(make_csv(other, heads=heads), kind)
        by.write(number)
        assert list_held(by.look(number).told) == [[2, "Example, Carol"]], kind
        by.write(number)
        assert by.look(number).state == "done", kind
    assert [one.minutes for one in desk.list_all(TrainingAttendance)] == [120]
    assert [one.score for one in desk.list_all(Result)] == [8000]


def test_a_process_that_takes_up_what_another_left_holds_nothing_back(desk: Desk) -> None:
    twice = [
        carol(name=f"Two{n}, Ann", address=f"a{n}@example.org", number="", supervisor="bob@example.org")
        for n in "abcdef"
    ]
    number = desk.give(make_csv(*(row for one in twice for row in (one, (*one[:3], "CPPS", *one[4:])))))
    desk.work(number)
    desk.do(ask_to_write, number, at=desk.world.at)
    asked = iter((False,))
    assert not desk.work(number, stop=lambda: next(asked, True))
    assert 0 < desk.count(Certification) < 12
    assert desk.work(number)
    assert (desk.look(number).state, desk.look(number).told["held"]["total"]) == ("done", 0)
    assert desk.count(Certification) == 12
