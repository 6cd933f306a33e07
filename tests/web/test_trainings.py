"""Trainings on pages: planned and amended, people put in, the sheet filled and saved, with nothing typed lost."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.databases import on_both
from kit.trainings import FIRST, make_sessions, note, note_all, plan, put_in
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import AuditEvent, Enrollment, Training, TrainingElsewhere
from certtrack.security import Role
from certtrack.services.trainings.attendance import Mark, load_noted
from certtrack.services.trainings.courses import list_sessions
from certtrack.services.trainings.rights import get_training
from certtrack.web.parts import EXTENSION

LINE = {"id-0": "", "held_on-0": "2026-06-01", "begins-0": "09:00", "ends-0": "13:00"}
TYPED = {
    "credential": "cps",
    "title": "Summer training",
    "way": "in_person",
    "place": "Hall 2",
    "trainers": "",
    "seats": "18",
} | LINE


@dataclass
class Course:
    """A training with Carol and Erin accepted, Erin having been there in the first session; Alice runs it."""

    world: World
    number: int
    sessions: list[int]
    carol: int
    erin: int
    carol_in: int
    erin_in: int

    @property
    def url(self) -> str:
        return f"/trainings/{self.number}"

    def cell(self, place: int, session: int = 0, text: str = "4", was: str = "0:") -> dict[str, str]:
        key = f"{place}-{self.sessions[session]}"
        return {f"m-{key}": text, f"was-{key}": was}

    def noted(self) -> dict[tuple[int, int], int | None]:
        with self.world.database.reading() as session:
            found = load_noted(session, get_training(session, self.world.actor, self.number))
            return {(place, self.sessions.index(number)): one.minutes for (place, number), one in found.items()}


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


@pytest.fixture
def course(world: World) -> Course:
    number, sessions = plan(world, make_sessions(3))
    carol, erin = world.person("Carol"), world.person("Erin")
    made = Course(world, number, sessions, carol, erin, put_in(world, number, carol), put_in(world, number, erin))
    note(world, number, [Mark(made.erin_in, sessions[0], 240, 0)])
    return made


def test_a_training_is_planned_amended_and_called_off(alice: CheckingClient, world: World) -> None:
    wrong = alice.send("/trainings/new", **(TYPED | {"seats": "many", "ends-0": "08:00", "way": ""}))
    assert wrong.status_code == 400
    assert "Write the number of seats in figures" in read(wrong.text)
    assert "The session ends before it begins." in read(wrong.text)
    assert 'value="Summer training"' in wrong.text
    more = alice.send("/trainings/new", **TYPED, more="y")
    assert more.status_code == 200
    assert all(part in more.text for part in ('name="held_on-6"', 'value="Summer training"'))

    url = alice.send("/trainings/new", **TYPED).location
    page = read(alice.get(url).text)
    assert "0 of 18 seats are taken." in page
    assert "48 h are asked for; by another reading 52 h. How much of it may be missed isn't published." in page
    with world.database.reading() as session:
        [session_id] = [one.id for one in list_sessions(session, session.scalars(select(Training.id)).one())]
    line = LINE | {"id-0": str(session_id), "ends-0": "14:00"}
    assert alice.send(f"{url}/amend", **(TYPED | line), expected_no="1").status_code == 302
    stale = alice.send(f"{url}/amend", **(TYPED | line | {"title": "Mine"}), expected_no="1")
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert alice.send(f"{url}/call-off", reason=" ", expected_no="2").status_code == 400
    assert alice.send(f"{url}/call-off", reason="no trainer", expected_no="2").status_code == 302
    assert "This training was called off." in read(alice.get(url).text)
    assert "Called off" in read(alice.get("/trainings").text)


@on_both
def test_somebody_is_found_put_on_the_list_and_decided_on(alice: CheckingClient, course: Course, world: World) -> None:
    dora = world.person("Dora")
    found = alice.get(f"{course.url}/people?words=dor").text
    assert "Dora Example" in read(found)
    assert "Nobody fits" in read(alice.get(f"{course.url}/people?words=carol").text)  # she is in it
    assert alice.send(f"{course.url}/people", person=str(dora), state="applied").status_code == 302
    with world.database.reading() as session:
        place = session.scalars(select(Enrollment.id).where(Enrollment.person_id == dora)).one()
    decided = alice.send(f"{course.url}/people/{place}", state="waiting_list", expected_no="1")
    assert decided.status_code == 302
    assert "Waiting list Dora Example" in read(alice.get(course.url).text)
    late = alice.send(f"{course.url}/people/{place}", state="accepted", expected_no="1")
    assert (late.status_code, "Somebody else has changed this meanwhile" in read(late.text)) == (409, True)
    twice = alice.send(f"{course.url}/people", person=str(dora), state="applied")
    assert (twice.status_code, "on record already" in read(twice.text)) == (409, True)


@on_both
def test_the_sheet_is_saved_and_an_untouched_cell_is_in_nobodys_way(alice: CheckingClient, course: Course) -> None:
    page = alice.get(f"{course.url}/attendance?session=2")
    assert f'name="was-{course.erin_in}-{course.sessions[0]}" value="1:240"' in page.text
    note(course.world, course.number, [Mark(course.erin_in, course.sessions[0], 120, 1)])  # somebody else, meanwhile
    typed = course.cell(course.carol_in, 0, "3:30") | course.cell(course.carol_in, 1, "0")
    typed |= course.cell(course.erin_in, 0, "4:00", "1:240")
    answer = alice.send(f"{course.url}/attendance", **typed, session="2", after="3")
    assert answer.location == f"{course.url}/attendance?session=3"
    assert course.noted() == {(course.erin_in, 0): 120, (course.carol_in, 0): 210, (course.carol_in, 1): 0}
    assert "2 h missed" in read(alice.get(f"{course.url}/attendance").text)


def test_of_two_at_one_cell_the_second_is_told_and_what_was_typed_stays(alice: CheckingClient, course: Course) -> None:
    note(course.world, course.number, [Mark(course.erin_in, course.sessions[0], 120, 1)])
    typed = course.cell(course.erin_in, 0, "1:00", "1:240") | course.cell(course.carol_in, 0, "4")
    answer = alice.send(f"{course.url}/attendance", **typed)
    assert answer.status_code == 409
    assert "Erin Example, session 1: you typed 1:00, on record now is 2:00." in read(answer.text)
    assert 'value="4"' in answer.text
    assert course.noted() == {(course.erin_in, 0): 120}
    again = course.cell(course.erin_in, 0, "1:00", "2:120") | course.cell(course.carol_in, 0, "4")
    assert all(f'value="{value}"' in answer.text for value in again.values())  # sent once more, it is saved
    assert alice.send(f"{course.url}/attendance", **again).status_code == 302
    assert course.noted() == {(course.erin_in, 0): 60, (course.carol_in, 0): 240}


def test_what_cannot_be_read_is_said_by_cell_and_nothing_is_saved(alice: CheckingClient, course: Course) -> None:
    typed = course.cell(course.carol_in, 0, "most") | course.cell(course.carol_in, 1, "4:15")
    answer = alice.send(f"{course.url}/attendance", **typed, session="1")
    page = read(answer.text)
    assert answer.status_code == 400
    assert "Carol Example, session 1: That isn't a time we can read." in page
    assert "Carol Example, session 2: That is longer than the session." in page
    assert 'value="most"' in answer.text
    assert course.noted() == {(course.erin_in, 0): 240}


def test_everybody_was_there_fills_the_empty_cells_and_saves_nothing(alice: CheckingClient, course: Course) -> None:
    typed = course.cell(course.carol_in, 1, "1:30") | course.cell(course.erin_in, 1, "")
    answer = alice.send(f"{course.url}/attendance", **typed, fill=str(course.sessions[1]))
    assert f'name="m-{course.erin_in}-{course.sessions[1]}" value="4:00"' in answer.text
    assert f'name="m-{course.carol_in}-{course.sessions[1]}" value="1:30"' in answer.text
    assert "not saved yet" in read(answer.text)
    assert course.noted() == {(course.erin_in, 0): 240}


def test_nobody_has_a_field_for_their_own_attendance(app: Flask, client: CheckingClient, course: Course) -> None:
    app.extensions[EXTENSION].clock = FixedClock(course.world.at)
    account = course.world.account("erin", Role.AGENCY_ADMINISTRATOR, person_id=course.erin)
    sign_up(client, course.world, account)
    page = client.get(f"{course.url}/attendance").text
    assert f"m-{course.erin_in}-" not in page
    assert f"m-{course.carol_in}-" in page
    client.send(f"{course.url}/attendance", **course.cell(course.erin_in, 1))
    assert course.noted() == {(course.erin_in, 0): 240}
    fields = {"completed_on": "2026-05-01", "reason": "x", "expected_no": "1"}
    answer = client.send(f"{course.url}/people/{course.erin_in}/complete", **fields)
    assert (answer.status_code, "your own training" in read(answer.text)) == (409, True)


def test_a_training_is_complete_on_a_day_and_missed_hours_need_a_reason(alice: CheckingClient, course: Course) -> None:
    note_all(course.world, course.number, course.carol_in, course.sessions, {2: 90})
    url, day = f"{course.url}/people/{course.carol_in}/complete", (FIRST + timedelta(days=2)).isoformat()
    assert "9 h 30 min of 48 h attended. 2 h 30 min of 48 h missed, session 3." in read(alice.get(url).text)
    no_day = alice.send(url, completed_on="", reason="made up for", expected_no="1")
    assert (no_day.status_code, 'value="made up for"' in no_day.text) == (400, True)
    assert alice.send(url, completed_on=day, reason="", expected_no="1").status_code == 409
    assert alice.send(url, completed_on=day, reason="made up for", expected_no="1").status_code == 302
    page = read(alice.get(f"/people/{course.carol}/path").text)
    assert "Completed on April 8, 2026, says alice@example.org. “made up for”" in page
    assert alice.send(url, back="y", reason="a slip", expected_no="2").status_code == 302
    assert "Not completed yet." in read(alice.get(f"/people/{course.carol}/path").text)


def test_a_training_elsewhere_is_recorded_and_withdrawn_by_the_office(alice: CheckingClient, course: Course) -> None:
    url = f"/people/{course.carol}/trainings"
    typed = {"credential": "cps", "provider": "Example Academy", "completed_on": "2024-06-01", "amount": "48"}
    wrong = alice.send(f"{url}/new", **(typed | {"completed_on": "2026-05-16", "provider": " "}))
    assert "That day is still to come." in read(wrong.text)
    assert "Write who gave the training." in read(wrong.text)
    assert alice.send(f"{url}/new", **typed).status_code == 302
    page = read(alice.get(f"/people/{course.carol}/path").text)
    assert "Completed on June 1, 2024. The paper states 48 h. On paper, recorded by alice@example.org." in page
    assert alice.send(f"{url}/new", **typed).status_code == 409
    with course.world.database.reading() as session:
        number = session.scalars(select(TrainingElsewhere.id)).one()
    assert alice.send(f"{url}/{number}/withdraw", reason="", expected_no="1").status_code == 409
    assert alice.send(f"{url}/{number}/withdraw", reason="not hers", expected_no="1").status_code == 302
    assert "Example Academy" not in read(alice.get(f"/people/{course.carol}/path").text)


def test_each_look_at_a_sheet_is_in_the_audit_with_its_people(alice: CheckingClient, course: Course) -> None:
    alice.get(f"{course.url}/attendance")
    with course.world.database.reading() as session:
        query = select(AuditEvent.action).where(AuditEvent.actor.like("account:%")).order_by(AuditEvent.id.desc())
        assert session.scalars(query).first() == "people.listed"
