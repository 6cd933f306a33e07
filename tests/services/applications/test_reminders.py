"""What is mailed, and what isn't, once somebody has sent an application, asks for time, or isn't going on."""

from datetime import date

import pytest
from kit.applications import ask, bring_certificate, decide, make_granter, send, submit, take_back, unsay
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy.orm import Session

from certtrack.db.models import Cycle, Intention
from certtrack.errors import StaleRecord
from certtrack.services.applications.intentions import Seen
from certtrack.services.applications.told import find_seen, find_told, pick_unseen
from certtrack.services.certifications import get_certification


@pytest.fixture
def carol(world: World) -> tuple[int, int]:
    return world.certify(world.person("Carol"), DUE)


def find_unseen(session: Session, cycle_id: int, said: Intention | None = None) -> int | None:
    told = find_told(session, session.get_one(Cycle, cycle_id))
    return pick_unseen([told] if told else [], said)


def test_a_sent_application_stops_what_asks_to_send_until_it_is_taken_back(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 5, 1))
    step = send(world, certification)
    planner.look(STAGE_DAY)
    assert planner.says(cycle) == {"before_180": "suppressed:application_sent"}
    world.move_to(date(2026, 5, 6))
    take_back(world, step)
    planner.look()
    assert planner.says(cycle) == {"before_180": "planned"}


def test_it_is_asked_again_before_the_mail_goes_out(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    planner.look(STAGE_DAY)
    wish = ask(world, certification)
    assert deliverer.deliver() == {}
    assert planner.says(cycle) == {"before_180": "suppressed:asked_for_time"}
    unsay(world, wish)
    planner.look()
    send(world, certification)
    assert deliverer.deliver() == {}
    assert planner.says(cycle) == {"before_180": "suppressed:application_sent"}


def test_after_the_due_day_gentler_mails_go_on_until_the_certificate_is_on_record(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 10, 1))
    send(world, certification)
    planner.look(date(2026, 11, 1), hour_utc=18)
    assert deliverer.deliver() == {"accepted": 1}
    text = deliverer.smtp.list_taken()[-1].data.decode()
    assert "By our record your application was sent on" in text
    bring_certificate(world, certification, date(2028, 10, 31))
    planner.look(date(2026, 12, 1))
    assert deliverer.deliver() == {}
    assert planner.next_on(cycle) is None


def test_a_wish_for_time_hushes_no_last_call(world: World, planner: Planner, carol: tuple[int, int]) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 9, 1))
    ask(world, certification)
    planner.look(date(2026, 10, 1))
    assert planner.says(cycle)["before_30"] == "suppressed:asked_for_time"
    planner.look(date(2026, 10, 16))
    assert planner.says(cycle)["before_14"] == "suppressed:asked_for_time", "its day moved to the Friday before"
    assert planner.next_on(cycle) == date(2026, 10, 17)
    planner.look(date(2026, 10, 17))
    assert planner.says(cycle)["before_14"] == "planned"


def test_whoever_is_not_going_on_is_left_alone_until_that_is_taken_back(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 10, 20))
    word = ask(world, certification, "not_going_on")
    planner.look(date(2026, 11, 1))
    assert planner.says(cycle)["grace"] == "suppressed:not_going_on"
    unsay(world, word)
    planner.look(date(2026, 11, 2))
    assert planner.says(cycle)["grace"] == "planned"


def test_what_was_submitted_and_never_received_is_told_of_once_the_day_has_passed(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    make_granter(world)
    world.move_to(date(2026, 10, 1))
    first = submit(world, certification)
    planner.look(date(2026, 10, 31))
    assert planner.says(cycle)["before_1"] == "suppressed:application_sent"
    planner.look(date(2026, 11, 1), hour_utc=18)
    assert deliverer.deliver() == {"accepted": 1}
    text = deliverer.smtp.list_taken()[-1].data.decode()
    assert "The office hasn't noted yet that it arrived." in text
    assert "When your new certificate comes" not in text
    decide(world, certification, "received", after=first)
    planner.look(date(2026, 12, 1))
    assert planner.says(cycle)["late"] == "suppressed:application_sent"


def test_a_plan_is_left_in_peace_until_its_day_and_reminders_go_on_then(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    planner.look(date(2026, 9, 2))
    ask(world, certification, "plan", date(2026, 10, 7))
    assert planner.next_on(cycle) == world.today, "the planner looks again at once"
    planner.look(date(2026, 10, 1))
    assert planner.says(cycle)["before_30"] == "suppressed:has_plan"
    assert planner.next_on(cycle) == date(2026, 10, 7)
    planner.look(date(2026, 10, 7))
    assert planner.says(cycle)["before_30"] == "planned"


def test_a_late_plan_hushes_no_last_call_and_one_taken_back_hushes_nothing(
    world: World, planner: Planner, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    world.move_to(date(2026, 9, 1))
    plan = ask(world, certification, "plan", date(2026, 10, 30))
    planner.look(date(2026, 10, 1))
    assert planner.next_on(cycle) == date(2026, 10, 16), "before_14, moved to the Friday before"
    unsay(world, plan)
    planner.look(date(2026, 10, 2))
    assert planner.says(cycle)["before_30"] == "planned"
    ask(world, certification, "plan", date(2026, 10, 30), expected_no=2)
    planner.look(date(2026, 10, 17))
    assert planner.says(cycle)["before_14"] == "planned"


def test_the_mail_that_was_told_last_is_the_one_that_is_seen(
    world: World, planner: Planner, deliverer: Deliverer, carol: tuple[int, int]
) -> None:
    certification, cycle = carol
    with world.database.reading() as session:
        assert find_unseen(session, cycle) is None, "nothing was told yet"
    planner.look(STAGE_DAY)
    assert deliverer.deliver() == {"accepted": 1}
    with world.database.writing() as session:
        number = find_unseen(session, cycle)
        held = get_certification(session, certification)
        assert number is not None
        with pytest.raises(StaleRecord):
            find_seen(session, held, number + 1)
        seen = find_seen(session, held, number)
    assert seen == Seen("before_180", DUE)
    said_id = ask(world, certification, "seen", seen=seen)
    with world.database.reading() as session:
        said = session.get_one(Intention, said_id)
        assert find_unseen(session, cycle, said) is None
    unsay(world, said_id)
    with world.database.reading() as session:
        said = session.get_one(Intention, said_id)
        assert find_unseen(session, cycle, said) == number
