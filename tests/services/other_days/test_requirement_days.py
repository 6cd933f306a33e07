"""Requirements with a clock of their own: whose day each change moves, and who is told of it."""

from datetime import date

import pytest
from kit.credits import amend, log, make_new
from kit.delivery import Deliverer
from kit.mails import read
from kit.own_days import list_days, load_states
from kit.planning import Planner
from kit.rules import CLOCKS
from kit.world import World
from sqlalchemy import delete

from certtrack.db.models import OtherDay
from certtrack.language import say_by
from certtrack.services.credits.bulk import BulkCredit, log_credits
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.credits.typed import NewCredit
from certtrack.services.other_days.page import list_shown_days
from certtrack.services.rebuilding import plan_rebuilt, write_rebuilt

DUE = date(2027, 3, 15)
EARNED = date(2021, 3, 5)
LAST = date(2027, 3, 4)


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_states()


@pytest.fixture
def carol(world: World) -> tuple[int, int]:
    """A person and her certification, with three hours of suicide prevention from March 2021."""
    person = world.person()
    certification, _ = world.certify(person, DUE, pack=CLOCKS)
    log(world, person, course(EARNED), certification)
    return person, certification


def course(on: date, hours: int = 3) -> NewCredit:
    return make_new(hours, areas=["suicide_prevention"], last_on=on, title=f"Talking about it, {on}")


def says(planner: Planner) -> list[str]:
    rows = [row for row in planner.rows() if row.subject_kind == "requirement"]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def withdraw(world: World, credit_id: int) -> None:
    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit_id), expected_no=1, reason="a slip",
            actor=world.actor, at=world.at,
        )  # fmt: skip


def test_each_change_of_the_credits_moves_the_day_in_its_own_transaction(world: World, carol: tuple[int, int]) -> None:
    person, certification = carol
    assert list_days(world) == [("suicide_prevention", LAST, None)]
    newer = log(world, person, course(date(2026, 4, 2)), certification)
    assert list_days(world) == [("suicide_prevention", date(2032, 4, 1), None)]
    amend(world, newer, course(date(2026, 4, 2), 1))
    assert list_days(world) == [("suicide_prevention", LAST, None)]


def test_it_is_reminded_of_by_its_own_stages_and_its_mail_says_what_is_known(
    world: World, carol: tuple[int, int], deliverer: Deliverer
) -> None:
    planner = deliverer.planner
    planner.look(date(2026, 9, 4), hour_utc=18)
    assert says(planner) == ["before_180 planned"]
    deliverer.deliver()
    mails = [read(taken.data) for taken in deliverer.smtp.list_taken()]
    [mail] = [one for one in mails if "requirements" in one.flat]
    assert "By our record one of your requirements is met until Thursday, March 4, 2027." in mail.flat
    assert "Suicide prevention, 3 hours every 6 years." in mail.flat
    assert "Washington State Department of Health" in mail.flat
    assert mail.message["Subject"] == "A date to keep in mind"
    planner.look(date(2027, 3, 5))
    assert says(planner)[-1] == "after_1 planned"


def test_hours_that_are_added_move_it_and_a_mail_says_so_once(
    world: World, carol: tuple[int, int], planner: Planner
) -> None:
    person, certification = carol
    planner.look(date(2026, 12, 4))
    planner.settle()
    log(world, person, course(date(2026, 11, 20)), certification)
    planner.look(hour_utc=19)
    assert says(planner)[-1] == "day_moved planned"
    planner.settle()
    log(world, person, course(date(2026, 12, 1), 5), certification)
    planner.look(hour_utc=20)
    assert says(planner)[-1] == "day_moved sent", "that it is later still is no news"


def test_what_is_planned_falls_away_with_the_day_that_it_was_about(
    world: World, carol: tuple[int, int], planner: Planner
) -> None:
    person, certification = carol
    planner.look(date(2026, 12, 4))
    assert says(planner)[1] == "before_90 planned"
    log(world, person, course(date(2026, 11, 20)), certification)
    planner.look(hour_utc=19)
    assert says(planner)[1] == "before_90 superseded day_moved"


def test_whoever_was_told_nothing_hears_of_the_stage_that_a_nearer_day_has_reached(
    world: World, carol: tuple[int, int], planner: Planner
) -> None:
    person, certification = carol
    newer = log(world, person, course(date(2026, 4, 2)), certification)
    world.move_to(date(2027, 2, 20))
    planner.look()
    assert says(planner) == []
    withdraw(world, newer)
    planner.look(hour_utc=19)
    assert [one for one in says(planner) if "planned" in one] == ["before_30 planned"]


def test_moved_by_an_import_it_is_told_by_its_stages_alone(
    world: World, carol: tuple[int, int], planner: Planner
) -> None:
    person, certification = carol
    planner.look(date(2026, 12, 4))
    planner.settle()
    with world.database.writing() as session:
        log_credits(
            session, world.rulebook, [BulkCredit(person, course(date(2026, 11, 20)), (certification,))],
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert list_days(world) == [("suicide_prevention", date(2032, 11, 19), None)]
    planner.look(hour_utc=19)
    assert "day_moved planned" not in says(planner)


def test_nothing_is_due_once_the_certification_is_over_and_it_is_again_when_that_was_a_slip(
    world: World, carol: tuple[int, int], planner: Planner
) -> None:
    _, certification = carol
    planner.look(date(2026, 12, 4))
    planner.act(certification, "retired", world.today)
    assert list_days(world) == [("suicide_prevention", LAST, "ended")]
    assert says(planner)[1] == "before_90 superseded day_closed"
    planner.act(certification, "restored", world.today)
    planner.look(hour_utc=19)
    assert list_days(world) == [("suicide_prevention", LAST, None)]
    assert says(planner)[1] == "before_90 planned"


def test_while_it_is_suspended_nobody_is_told_and_what_was_planned_does_not_go_out(
    world: World, carol: tuple[int, int], deliverer: Deliverer
) -> None:
    _, certification = carol
    deliverer.planner.look(date(2026, 12, 4), hour_utc=18)
    deliverer.planner.act(certification, "suspended", world.today)
    deliverer.deliver()
    assert says(deliverer.planner)[1] == "before_90 suppressed suspended"
    deliverer.planner.act(certification, "restored", world.today)
    deliverer.planner.look(hour_utc=19)
    assert says(deliverer.planner)[1] == "before_90 planned"


def test_the_page_says_what_is_asked_what_it_rests_on_and_where_that_was_read(
    world: World, carol: tuple[int, int]
) -> None:
    person, _ = carol
    with world.database.reading() as session:
        [day] = list_shown_days(session, world.rulebook, world.actor, person, world.clock)
    assert day.known is not None
    assert day.known.clock is not None
    assert (day.due_on, day.known.clock.needed) == (LAST, 180)
    assert [credit.last_on for credit in day.known.credits] == [EARNED]
    assert day.known.read_in is not None
    assert day.known.read_in.source.title.startswith("WAC")
    words = "other_days/words.jinja"
    assert say_by(words, "en", "day_name", day) == "Suicide prevention"
    assert "Met until this day\u00a0· 3 hours every 6 years" in say_by(words, "en", "day_bits", day)
    whys = say_by(words, "en", "day_whys", day.known, day.due_on)
    assert "It rests on: Talking about it, 2021-03-05" in whys
    assert "WAC 246-929-300" in whys
    assert "cada 6 años" in say_by(words, "es", "day_bits", day)


def test_a_rebuilding_puts_the_days_of_everybody_on_record_and_then_finds_nothing_to_do(
    world: World, carol: tuple[int, int]
) -> None:
    _, certification = carol
    with world.database.writing() as session:
        session.execute(delete(OtherDay))
    with world.database.reading() as session:
        looked_at, planned = plan_rebuilt(session, world.rulebook, certification, certification, at=world.at)
    assert (looked_at, len(planned)) == (1, 1)
    with world.database.writing() as session:
        assert write_rebuilt(session, planned, at=world.at) == []
    assert list_days(world) == [("suicide_prevention", LAST, None)]
    with world.database.reading() as session:
        assert plan_rebuilt(session, world.rulebook, certification, certification, at=world.at) == (1, [])
