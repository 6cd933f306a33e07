"""What is foreseen is what the planner and the delivery then do: the same days, stages and recipients."""

from datetime import date, timedelta

import pytest
from kit.background_checks import keep_check
from kit.copies import make_text, use_policy
from kit.counting import counting_statements
from kit.credits import log, make_new
from kit.exams import hold, seat
from kit.forecast import Days, foretell, list_foretold
from kit.own_days import certify_first, load_states, open_term
from kit.planning import Planner
from kit.rules import CLOCKS
from kit.world import World, load_shipped
from sqlalchemy import select

from certtrack.db.models import Cause
from certtrack.services.forecast import months
from certtrack.services.forecast.at_once import foresee_at_once
from certtrack.services.forecast.scope import Scope

FROM = date(2026, 5, 15)
TO = date(2026, 7, 20)


def list_held(world: World) -> set[str]:
    with world.database.reading() as session:
        return set(session.scalars(select(Cause.key).where(Cause.state == "held")))


def test_a_policy_that_comes_into_force_in_between_is_foreseen_with_all_that_it_sets_going(
    world: World, planner: Planner
) -> None:
    world.move_to(FROM - timedelta(days=1))
    for day in (*[date(2026, 8, 4)] * 4, date(2026, 9, 1), date(2026, 10, 1), date(2026, 6, 1)):
        world.certify(world.person(), day)
    planner.look()
    planner.settle()
    world.move_to(FROM)
    planner.change_policy(2, 120, 45, 20, with_="guard_above = 3\nfrom_on = 2026-06-22", without=(60, 14))
    foreseen = list_foretold(foretell(world, TO))
    days = Days(world, planner)
    days.run(TO)
    assert foreseen == days.list_told(FROM, TO)
    assert list_held(world) == {"policy:us-wi@2"}


def test_whom_a_cause_has_mailed_counts_for_it_though_their_day_was_moved_since(world: World, planner: Planner) -> None:
    use_policy(world, make_text().replace("guard_above = 25", "guard_above = 1"))
    world.move_to(FROM - timedelta(days=10))
    _, first = world.certify(world.person(), FROM + timedelta(days=20), cause_key="import:1", armed_on=world.today)
    planner.look()
    planner.settle()
    world.certify(world.person(), FROM + timedelta(days=100), cause_key="import:1", armed_on=FROM)
    world.move_to(FROM)
    planner.move_day(first, FROM + timedelta(days=50), cause_key="waiver:1")
    foreseen = list_foretold(foretell(world, FROM + timedelta(days=15)))
    days = Days(world, planner)
    days.run(FROM + timedelta(days=15))
    assert foreseen == days.list_told(FROM, TO)
    assert list_held(world) == {"import:1"}


def test_exams_to_come_are_foreseen_beside_certifications(world: World, planner: Planner) -> None:
    world.rulebook = load_shipped()
    world.move_to(date(2026, 6, 1))
    sitting = hold(world, 3, held_on=date(2026, 6, 20))
    carol, dave = world.person(zone="Pacific/Honolulu"), world.person("Dave", address=None)
    for person in (carol, dave):
        seat(world, sitting, person)
    world.certify(carol, date(2026, 7, 10))
    mails = foretell(world, date(2026, 6, 20))
    exams = {(mail.on, mail.stage, mail.person_id, mail.kept_back) for mail in mails if mail.subject_kind != "cycle"}
    stages = {(date(2026, 6, 5), "before_14"), (date(2026, 6, 17), "before_3"), (date(2026, 6, 19), "before_1")}
    reasons = {carol: None, dave: "no_address"}
    assert exams == {(on, stage, person, why) for on, stage in stages for person, why in reasons.items()}
    days = Days(world, planner)
    days.run(date(2026, 6, 20))
    assert list_foretold(mails) == days.list_told(date(2026, 6, 1), date(2026, 6, 20))


def test_days_that_the_rules_find_are_foreseen_and_a_provisional_term_once(world: World, planner: Planner) -> None:
    world.rulebook = load_states()
    world.move_to(date(2026, 6, 1))
    carol, dave, erin = (
        world.person(),
        world.person("Dave", address=None),
        world.person("Erin", zone="Pacific/Honolulu"),
    )
    certification, _ = world.certify(carol, date(2027, 3, 15), pack=CLOCKS)
    course = make_new(3, areas=["suicide_prevention"], last_on=date(2020, 6, 20))
    log(world, carol, course, certification)
    for person in (dave, erin):
        open_term(world, certify_first(world, person, date(2026, 2, 1)), date(2026, 2, 1), date(2026, 8, 1))
    mails = foretell(world, date(2026, 8, 10))
    kinds = {(mail.subject_kind, mail.stage, mail.person_id, mail.kept_back) for mail in mails}
    assert {one for one in kinds if one[0] != "cycle"} == {
        *(("requirement", stage, carol, None) for stage in ("before_7", "after_1")),
        *(("provisional_term", f"before_{far}", erin, None) for far in (60, 30, 14, 7, 1)),
        *(("provisional_term", f"before_{far}", dave, "no_address") for far in (60, 30, 14, 7, 1)),
        ("provisional_term", "after_1", erin, None),
        ("provisional_term", "after_1", dave, "no_address"),
    }
    assert {mail.person_id for mail in mails if mail.subject_kind == "cycle"} <= {carol}
    days = Days(world, planner)
    days.run(date(2026, 8, 10))
    assert list_foretold(mails) == days.list_told(date(2026, 6, 1), date(2026, 8, 10))


def test_what_comes_in_an_office_is_asked_for_in_as_many_queries_for_many_as_for_few(
    world: World, planner: Planner
) -> None:
    def count() -> int:
        with counting_statements(world.database) as asked, world.database.reading() as session:
            day = {"from_on": world.today, "to_on": world.today + timedelta(days=365)}
            found = foresee_at_once(session, world.rulebook, Scope(), at=world.at, **day)
        assert {mail.subject_kind for mail in found} == {"cycle", "exam_sitting"}
        return len(asked)

    world.rulebook = load_shipped()
    sitting = hold(world, 12, held_on=world.today + timedelta(days=40))
    carol = world.person()
    world.certify(carol, world.today + timedelta(days=200))
    seat(world, sitting, carol)
    few = count()
    for number in range(8):
        person = world.person(f"Carol {number}")
        world.certify(person, world.today + timedelta(days=100 + number))
        seat(world, sitting, person)
    assert (few, count()) == (6, 6)
    planner.roster(30, world.today + timedelta(days=150))
    assert count() == 7, "whom the import mails first, of which there are more than the guard lets go, is asked too"


def test_more_than_a_reader_can_wait_for_is_known_by_certifications_and_other_days_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "MOST", 2)
    carol = world.person()
    world.certify(carol, date(2026, 9, 1))
    keep_check(world, carol)

    def is_too_many(scope: Scope) -> bool:
        with world.database.reading() as session:
            return months.is_too_many(session, scope)

    assert not is_too_many(Scope())
    keep_check(world, world.person())
    assert is_too_many(Scope())
    assert not is_too_many(Scope(people={carol}))
    assert not is_too_many(Scope(places=set()))
