"""A restored database: how it is told from one that went on, and what waits because of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import AuditEvent, Email, Reminder
from certtrack.db.types import db_now
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.reminders.causes import list_held, release_all, release_cause, release_person
from certtrack.services.reminders.high_water import HighWater, Mark
from certtrack.services.reminders.restored import find_last_mail, has_mail, is_put_back, note_restored

AT = datetime(2026, 5, 4, 17, tzinfo=UTC)


def note(world: World) -> str:
    with world.database.writing() as session:
        return note_restored(session, actor=world.actor, at=world.at)


def is_back(world: World, mark: Mark | None) -> bool:
    with world.database.reading() as session:
        return is_put_back(session, mark)


def test_a_database_without_its_last_mail_was_put_back_and_one_with_another_in_its_place_too(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person())
    deliverer.deliver()
    with world.database.reading() as session:
        mark = find_last_mail(session)
    assert mark is not None
    assert not is_back(world, None)
    assert not is_back(world, mark)
    assert is_back(world, Mark(mark.email_id + 1, mark.made_at))
    assert is_back(world, Mark(mark.email_id, mark.made_at + timedelta(seconds=1)))


def test_once_it_was_noticed_an_older_mark_of_another_machine_says_nothing_new(world: World) -> None:
    mark = Mark(7, world.at - timedelta(hours=1))
    assert is_back(world, mark)
    note(world)
    assert not is_back(world, mark)
    assert is_back(world, Mark(7, world.at + timedelta(hours=1)))
    with world.database.reading() as session:
        assert not has_mail(session, mark)


def test_what_was_put_on_record_since_is_told_at_once(world: World, planner: Planner) -> None:
    world.move_to(date(2026, 5, 1))
    for _ in range(26):
        world.certify(world.person(), DUE)
    world.move_to(date(2026, 5, 5))
    note(world)
    world.at += timedelta(minutes=5)
    _, new = world.certify(world.person(), date(2026, 11, 1))  # its stage was reached on May 4 too
    _, moved = world.certify(world.person(), date(2027, 10, 31))
    planner.move_day(moved, date(2027, 11, 7))
    planner.look()
    assert planner.waiting(new) == ["before_180"]
    assert planner.waiting(moved) == ["day_moved"]
    assert sum(row.state == "held" for row in planner.rows()) == 26


def test_the_mail_that_says_a_moved_day_waits_where_it_may_have_been_sent(world: World, planner: Planner) -> None:
    world.move_to(date(2026, 5, 1))
    cycles = [world.certify(world.person(), date(2027, 10, 31))[1] for _ in range(26)]
    for cycle in cycles:
        planner.move_day(cycle, date(2027, 11, 7))
    world.move_to(date(2026, 5, 5))
    note(world)
    planner.look()
    assert [planner.says(cycle)["day_moved"] for cycle in cycles] == ["held:cause"] * 26


def test_a_mail_in_doubt_waits_with_the_rest_and_keeps_its_message_id(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    world.move_to(date(2026, 5, 1))
    deliverer.ripen(*(world.person() for _ in range(26)))
    deliverer.smtp.set_behaviour("silent", at="DATA")
    deliverer.terms = replace(deliverer.terms, deadline_s=1)
    deliverer.deliver(stop=lambda: bool(deliverer.attempts()))
    deliverer.smtp.behave()
    [doubt] = [email for email in deliverer.emails() if email.state == "unknown"]
    world.at += timedelta(hours=1)
    key = note(world)
    deliverer.end_waits()
    assert deliverer.deliver() == {}
    planner.look()
    assert {row.state for row in planner.rows()} == {"held"}
    with world.database.writing() as session:
        assert release_cause(session, key, actor=world.actor, at=world.at) == 26
    assert deliverer.deliver() == {"accepted": 26}
    assert doubt.message_id in deliverer.message_ids()


def test_a_mail_that_a_living_process_is_sending_is_left_to_it(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    with world.database.writing() as session:
        reminder = session.scalars(select(Reminder)).one()
        email = Email(
            mail_class="planned",
            address="carol@example.org",
            message_id="<1@example.org>",
            data=b"x",
            state="leased",
            lease_token="x",  # noqa: S106  # no password
            leased_until=db_now(60),
            attempts=0,
            valid_until=reminder.valid_until,
            created_at=world.at,
        )
        session.add(email)
        session.flush()
        reminder.state, reminder.email_id = "in_mail", email.id
    note(world)
    assert deliverer.states() == ["leased"]
    with world.database.writing() as session:
        session.execute(update(Email).values(leased_until=db_now(-1)))
    note(world)
    assert deliverer.states() == ["given_back"]


def hold_twice(world: World, planner: Planner) -> list[tuple[int, int]]:
    """People whose import is held, and who may have been mailed before the database was put back: with cycles."""
    world.move_to(date(2026, 5, 1))
    people = planner.roster(26, DUE)
    planner.look(STAGE_DAY)
    note(world)
    with world.database.writing() as session:
        for person, _ in people:
            rearm_person(session, person, world.today)
    planner.look()
    with world.database.reading() as session:
        assert [cause.kind for cause in list_held(session)] == ["restored"]
    assert planner.cause("import:1").state == "held"
    return people


def test_what_two_causes_hold_waits_for_both(world: World, planner: Planner) -> None:
    hold_twice(world, planner)
    for kind in ("restored", "import"):
        with world.database.writing() as session:
            [held] = list_held(session)
            assert held.kind == kind
            release_cause(session, held.key, actor=world.actor, at=world.at)
        assert {row.state for row in planner.rows()} == ({"held"} if kind == "restored" else {"planned"})
        planner.look()
    assert {row.state for row in planner.rows()} == {"planned"}


def test_whoever_is_let_go_by_name_is_let_go_by_every_cause(world: World, planner: Planner) -> None:
    (person, cycle), *_ = hold_twice(world, planner)
    with world.database.writing() as session:
        release_person(session, person, actor=world.actor, at=world.at)
    planner.look()
    assert planner.waiting(cycle) == ["before_180"]
    assert sum(row.state == "held" for row in planner.rows()) == 25


def test_everything_at_once_lets_go_what_several_causes_hold(world: World, planner: Planner) -> None:
    hold_twice(world, planner)
    with world.database.writing() as session:
        assert release_all(session, actor=world.actor, at=world.at) == 26
    planner.look()
    assert {row.state for row in planner.rows()} == {"planned"}


def test_the_audit_names_whose_mail_waits(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person())
    note(world)
    with world.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "reminders.restored")).one()
    assert event.subject_kind == "cause"


def test_the_mark_only_rises_and_survives_many_hands(tmp_path: Path) -> None:
    kept = HighWater(tmp_path)
    assert kept.read() is None
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: HighWater(tmp_path).raise_to(Mark(number, AT)), range(100)))
    assert kept.read() == Mark(99, AT)
    kept.raise_to(Mark(5, AT))
    assert kept.read() == Mark(99, AT)
    kept.put_back_to(Mark(5, AT))
    assert kept.read() == Mark(5, AT)
    kept.put_back_to(None)
    assert kept.read() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"email": 1}', '{"email": "x", "made_at": "y"}'])
def test_a_mark_that_cant_be_read_is_none_and_is_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "mail-mark.json").write_text(text)
    kept = HighWater(tmp_path)
    assert kept.read() is None
    kept.raise_to(Mark(3, AT))
    assert kept.read() == Mark(3, AT)


def test_a_folder_that_cant_be_written_keeps_no_mail_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    HighWater(tmp_path / "file").raise_to(Mark(3, AT))
    assert HighWater(tmp_path / "file").read() is None
