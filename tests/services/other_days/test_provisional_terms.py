"""Provisional terms: a day of their own, told of by its stages and never twice."""

from dataclasses import replace
from datetime import date

import pytest
from kit.applications import send
from kit.delivery import Deliverer
from kit.mails import read
from kit.own_days import certify_first, list_days, load_states, open_term
from kit.planning import Planner
from kit.world import World

from certtrack.language import say_by
from certtrack.packs import Policies, parse_policy
from certtrack.services.cycles import close_cycle, get_cycle
from certtrack.services.ledger.reading import list_ledger
from certtrack.services.other_days.page import list_shown_days

ISSUED = date(2026, 3, 2)
LAST = date(2026, 9, 2)


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.rulebook = load_states()


def says(planner: Planner, kind: str = "provisional_term") -> list[str]:
    rows = [row for row in planner.rows() if row.subject_kind == kind]
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in rows]


def test_its_last_day_is_that_of_its_months_and_its_mail_says_what_follows(world: World, deliverer: Deliverer) -> None:
    certify_first(world, world.person(), ISSUED)
    assert list_days(world) == [("provisional_term", LAST, None)]
    deliverer.planner.look(date(2026, 8, 3), hour_utc=18)
    assert says(deliverer.planner)[-1] == "before_30 planned"
    deliverer.deliver()
    [mail] = [read(taken.data) for taken in deliverer.smtp.list_taken()]
    assert "Your provisional term lasts until Wednesday, September 2, 2026." in mail.flat
    assert "by the rules the full certification follows it" in mail.flat
    assert "Hours of service that are asked for in it: 250 hours. By our record: 0 hours." in mail.flat
    assert "It may be extended once, by 6 months." in mail.flat


def test_the_page_says_what_is_asked_for_in_the_term_and_where_that_was_read(world: World) -> None:
    person = world.person()
    certify_first(world, person, ISSUED)
    with world.database.reading() as session:
        [day] = list_shown_days(session, world.rulebook, world.actor, person, world.clock)
    assert day.known is not None
    words = "other_days/words.jinja"
    assert say_by(words, "en", "day_name", day) == "Provisional term"
    assert "It lasts until this day" in say_by(words, "en", "day_bits", day)
    whys = say_by(words, "en", "day_whys", day.known, day.due_on)
    assert "0 hours of 250 hours by our record." in whys
    assert "1 Texas Administrative Code, section 354.3205" in whys


def test_nobody_is_told_twice_of_a_term_that_has_a_cycle(world: World, planner: Planner) -> None:
    person = world.person()
    cycle = open_term(world, certify_first(world, person, ISSUED), ISSUED, LAST)
    planner.look(date(2026, 7, 3))
    assert (says(planner, "cycle"), says(planner)[-1]) == ([], "before_60 planned")
    assert planner.next_on(cycle) is None
    with world.database.reading() as session:
        assert list_ledger(session, world.rulebook, person, world.today) == [], "nothing comes of the cycle"


def test_without_stages_for_it_the_cycle_speaks_of_it_and_a_policy_that_has_them_takes_over(
    world: World, planner: Planner
) -> None:
    [newest] = [one for one in world.rulebook.policies.list() if one.ref == "us@2"]
    without = parse_policy(newest.raw.partition('[[subjects]]\nkind = "provisional_term"')[0])
    has_stages = world.rulebook
    world.rulebook = replace(has_stages, policies=Policies([without]))
    open_term(world, certify_first(world, world.person(), ISSUED), ISSUED, LAST)
    planner.look(date(2026, 7, 3))
    assert (says(planner, "cycle")[-1], says(planner)) == ("before_60 planned", [])
    later = newest.raw.replace("version = 2", "version = 3")
    world.rulebook = replace(has_stages, policies=Policies([without, parse_policy(later)]))
    planner.look(date(2026, 7, 6))
    assert (says(planner, "cycle")[-1], says(planner)[-1]) == (
        "before_60 superseded policy_changed",
        "before_60 planned",
    )


def test_an_extension_moves_it_and_the_full_certification_ends_it(world: World, planner: Planner) -> None:
    certification = certify_first(world, world.person(), ISSUED)
    cycle = open_term(world, certification, ISSUED, LAST)
    planner.look(date(2026, 8, 3))
    planner.settle()
    planner.move_day(cycle, date(2027, 3, 2))
    planner.look(hour_utc=19)
    assert (list_days(world), says(planner)[-1]) == (
        [("provisional_term", date(2027, 3, 2), None)], "day_moved planned",
    )  # fmt: skip
    with world.database.writing() as session:
        close_cycle(
            session, world.rulebook, get_cycle(session, cycle), date(2026, 8, 10), reason=None,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert list_days(world) == [("provisional_term", date(2027, 3, 2), "ended")]
    full = open_term(world, certification, date(2026, 8, 10), date(2028, 8, 10))
    assert list_days(world) == [("provisional_term", date(2027, 3, 2), "granted")]
    assert says(planner)[-1] == "day_moved superseded day_closed"
    planner.look(date(2028, 7, 11))
    assert "before_30" in planner.says(full)


def test_a_day_that_no_extension_reaches_is_a_full_term_and_its_cycle_speaks_again(
    world: World, planner: Planner
) -> None:
    cycle = open_term(world, certify_first(world, world.person(), ISSUED), ISSUED, LAST)
    planner.look(date(2026, 7, 3))
    planner.move_day(cycle, date(2028, 3, 2))
    planner.look(date(2028, 2, 1))
    assert says(planner)[-1] == "before_60 superseded day_closed"
    assert planner.says(cycle)["before_30"] == "planned"


def test_after_an_application_was_sent_it_asks_for_none_and_after_its_day_it_does(
    world: World, planner: Planner
) -> None:
    certification = certify_first(world, world.person(), ISSUED)
    open_term(world, certification, ISSUED, LAST)
    send(world, certification)
    planner.look(date(2026, 8, 3))
    assert says(planner)[-1] == "before_30 suppressed application_sent"
    planner.look(date(2026, 9, 3))
    assert says(planner)[-1] == "after_1 planned"
