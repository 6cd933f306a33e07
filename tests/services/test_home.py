"""The first page of a record: what it says first, what is next, what waits, and nothing that isn't the reader's."""

from datetime import date, timedelta
from typing import Any

import pytest
from kit.applications import ask, make_granter, send, submit, unsay
from kit.counting import counting_statements
from kit.credits import DUE, Cast, decide, find_claim, log, make_new
from kit.databases import on_both
from kit.exams import sit
from kit.planning import Planner
from kit.supervision import hold, make_session
from kit.world import World

from certtrack.clock import FixedClock
from certtrack.db.models import Person
from certtrack.errors import NotFound
from certtrack.language import LOCALES, say_by
from certtrack.security import Actor
from certtrack.services.applications.offer import get_application_offer
from certtrack.services.credits.page import load_hours, show_hours
from certtrack.services.cycles import get_cycle, withdraw_cycle
from certtrack.services.findings import open_finding
from certtrack.services.home.page import Card, Home, load_home
from certtrack.services.organizations import end_affiliation, find_affiliation
from certtrack.services.person_page import get_person_page
from certtrack.services.reminders.next_mail import find_next_mail
from certtrack.services.supervision.shown import list_to_sign

ETHICS = "ethics_boundaries"


def load(world: World, actor: Actor, person_id: int, **values: object) -> Home:
    with world.database.reading() as session:
        return load_home(session, world.rulebook, actor, person_id, FixedClock(world.at), **values)  # type: ignore[arg-type]  # a day or a moment


def card(world: World, cast: Cast, actor: Actor | None = None, **values: object) -> Card:
    found = load(world, actor or cast.holder, cast.carol, **values).find(cast.cps)
    assert found is not None
    return found


def step(world: World, cast: Cast, actor: Actor | None = None) -> str:
    found = card(world, cast, actor).next_step
    assert found is not None
    return found.code


def test_the_standings_their_reasons_and_hours_are_those_of_the_whole_page(world: World, cast: Cast) -> None:
    """Nothing of what one page said is lost where it is asked for in parts."""
    checked = log(world, cast.carol, make_new(5, areas=(ETHICS,)), cast.cps, cast.cpps)
    decide(world, find_claim(world, checked, cast.cps)[0], "checked", actor=cast.supervisor)
    log(world, cast.carol, make_new(2, form="recorded", last_on=date(2026, 4, 1)), cast.cps)
    for actor in (cast.holder, cast.supervisor, cast.office, world.actor):
        asks: list[dict[str, Any]] = [{}, {"as_of": date(2026, 11, 15)}, {"known_at": world.at - timedelta(days=1)}]
        for asked in asks:
            home = load(world, actor, cast.carol, **asked)
            with world.database.reading() as session:
                whole = get_person_page(session, world.rulebook, actor, cast.carol, FixedClock(world.at), **asked)
                hours = show_hours(session, world.rulebook, whole)
            told = [(one.shown.standing, one.shown.because, one.shown.readings, one.shown.number) for one in home.cards]
            assert told == [(one.standing, one.because, one.readings, one.number) for one in whole.certifications]
            assert home.hours == hours
            for name in ("person", "addresses", "supervisors", "belongings"):
                assert _tell(getattr(home.page, name)) == _tell(getattr(whole, name)), name


def _tell(what: object) -> object:
    """People are objects of their own each time: who they are is what is compared."""
    if isinstance(what, Person):
        return what.id, what.shown_name, what.address
    return [_tell(one) for one in what] if isinstance(what, tuple) else what


def test_an_application_is_told_in_a_list_of_all_as_alone(world: World, cast: Cast) -> None:
    send(world, cast.cps, actor=cast.holder)
    make_granter(world, "cpps")
    submit(world, cast.cpps, actor=cast.holder)
    for actor in (cast.holder, cast.supervisor, cast.office):
        for one in load(world, actor, cast.carol).cards:
            number = one.shown.certification.id
            with world.database.reading() as session:
                offer = get_application_offer(session, world.rulebook, actor, cast.carol, number, world.today)
                alone, said = offer.application, one.application
                assert alone is not None
                assert said is not None
                for name in ("is_granter", "coming", "timely", "suggested_due_on", "to_see", "numbers", "is_holder"):
                    assert getattr(said, name) == getattr(alone, name), name
                for name in ("can_report", "can_decide", "can_waive"):
                    assert getattr(said, name) == getattr(alone, name), name
                assert [(its.step.id, its.by) for its in said.steps] == [(its.step.id, its.by) for its in alone.steps]
                assert said.cycle.id == alone.cycle.id


def test_hours_that_are_surely_still_to_do_are_said_first_and_a_day_where_nothing_is_sure(
    world: World, cast: Cast
) -> None:
    first = card(world, cast)
    assert first.so_far is not None
    assert (first.tells_hours, first.so_far.least.minutes, first.so_far.may_be_more) == (True, 1200, True)
    log(world, cast.carol, make_new(20), cast.cps)
    assert not card(world, cast).tells_hours, "all that is published is there"
    assert not card(world, cast, as_of=date(2026, 11, 15)).tells_hours, "the due day has passed"


@on_both
def test_whoever_is_not_going_on_is_told_so_and_to_earn_nothing_until_it_is_taken_back(
    world: World, cast: Cast
) -> None:
    said = ask(world, cast.cps, "not_going_on")
    found = card(world, cast).next_step
    assert found is not None
    assert (found.code, dict(found.values)) == ("not_going_on", {"said_on": world.today})
    unsay(world, said)
    assert step(world, cast) == "log_hours"


@pytest.mark.parametrize("what", ["sent", "died"])
def test_nobody_is_told_to_earn_more_once_it_was_sent_or_has_ended(
    world: World, cast: Cast, planner: Planner, what: str
) -> None:
    if what == "sent":
        send(world, cast.cps, actor=cast.holder)
    else:
        planner.change(cast.carol, died_on=world.today)
    found = card(world, cast)
    assert not found.tells_hours
    assert found.next_step is not None
    assert found.next_step.code == {"sent": "wait_for_answer", "died": "nothing"}[what]


def test_the_next_thing_follows_what_is_on_record(world: World, cast: Cast) -> None:
    assert step(world, cast) == "log_hours"
    log(world, cast.carol, make_new(20), cast.cps)
    assert step(world, cast) in ("wait_for_window", "send_application")
    assert card(world, cast, as_of=world.today).next_step is None, "of another day nothing is next"


def test_whoever_sees_no_attempts_learns_of_none_by_what_is_next(world: World, cast: Cast) -> None:
    erin = world.person("Erin")
    number, cycle = world.certify(erin, DUE)
    with world.database.writing() as session:
        withdraw_cycle(
            session, world.rulebook, get_cycle(session, cycle), reason="a slip", actor=world.actor, at=world.at
        )  # fmt: skip
    codes = []
    for _ in range(2):
        for actor in (cast.office, world.actor):
            found = load(world, actor, erin).find(number)
            assert found is not None
            assert found.next_step is not None
            codes.append(found.next_step.code)
        sit(world, erin, 10, outcome="not_passed_yet")
    assert codes == ["enter_exam_or_due_day", "enter_exam_or_due_day", "enter_exam_or_due_day", "take_exam"]


def test_only_whose_office_it_is_is_told_to_put_a_day_on_record(world: World, cast: Cast) -> None:
    for actor, enters in ((cast.office, True), (cast.holder, False), (cast.supervisor, False)):
        home = load(world, actor, cast.carol)
        assert home.enters_days is enters
        for code in ("enter_exam_or_due_day", "enter_due_day", "enter_birthday"):
            for locale in LOCALES:
                said = say_by("next_step.jinja", locale, "next_step", code, {}, "them", None, home.enters_days)
                assert said.startswith(("Ask the office", "Pida a la oficina")) is not enters, said
                assert "birthday" not in said, "which nobody can put on record"


def test_what_is_to_be_signed_is_the_holder_s_own_side_and_nobody_else_s(world: World, cast: Cast) -> None:
    bob = cast.supervisor.person_id
    assert bob is not None
    number = hold(world, make_session(bob, cast.carol))
    hold(world, make_session(bob, world.person("Frank")))
    with world.database.reading() as session:
        waiting = [row.id for row in list_to_sign(session, cast.holder, world.today)]
    found = load(world, cast.holder, cast.carol).to_sign
    assert [one.id for one in found] == waiting == [number]
    assert found[0].supervisor == "Bob Example"
    for actor in (cast.supervisor, cast.office):
        assert load(world, actor, cast.carol).to_sign == ()


def test_the_next_mail_is_that_of_the_list_and_no_supervisor_s_to_see(
    world: World, cast: Cast, planner: Planner
) -> None:
    planner.look()
    with world.database.reading() as session:
        listed = find_next_mail(session, world.rulebook, [cast.cps, cast.cpps], world.today)
    for actor in (cast.holder, cast.office):
        told = {one.shown.certification.id: one.mail for one in load(world, actor, cast.carol).cards}
        assert {number: mail for number, mail in told.items() if mail is not None} == listed
    assert {one.mail for one in load(world, cast.supervisor, cast.carol).cards} == {None}


def test_findings_are_for_whoever_decides_and_drafts_for_whoever_began_them(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        open_finding(
            session, "no_address", "1", organization_id=world.organization_id, person_id=cast.carol,
            details={"value": "call me at erin@example.org"}, actor=world.actor, at=world.at,
        )  # fmt: skip
    assert load(world, cast.holder, cast.carol).findings == ()
    assert load(world, cast.supervisor, cast.carol).findings == ()
    (found,) = load(world, cast.office, cast.carol).findings
    assert "erin@example.org" not in str(found.its)


def test_each_certification_has_a_card_of_its_own_and_a_stranger_has_no_page(world: World, cast: Cast) -> None:
    home = load(world, cast.holder, cast.carol)
    for number in (cast.cps, cast.cpps):
        found = home.find(number)
        assert found is not None
        assert found.shown.certification.id == number
    assert home.find(None) is home.cards[0]
    assert home.find(99999) is None
    for person in (cast.carol, 99999):
        with pytest.raises(NotFound):
            load(world, cast.stranger, person)


def test_of_somebody_who_has_left_nothing_is_next_to_sign_or_to_mail(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        belonging = find_affiliation(session, cast.carol, world.organization_id)
        assert belonging is not None
        end_affiliation(session, belonging, world.today, reason=None, actor=world.actor, at=world.at)
    world.move_to(world.today + timedelta(days=9))
    home = load(world, cast.office, cast.carol)
    assert home.page.last_day is not None
    assert (home.findings, home.drafts, home.to_sign, home.can_leave) == ((), (), (), False)
    assert {(one.next_step, one.application, one.mail) for one in home.cards} == {(None, None, None)}


def test_any_number_of_credits_costs_the_same_seven_statements(world: World, cast: Cast) -> None:
    for number in range(3):
        log(world, cast.carol, make_new(1, title=f"Course {number}"), cast.cps, cast.cpps)
    with counting_statements(world.database) as asked:
        load(world, cast.office, cast.carol)
    assert len(asked) == 7
    with counting_statements(world.database) as asked, world.database.reading() as session:
        page = get_person_page(session, world.rulebook, world.actor, cast.carol, FixedClock(world.at))
        before = len(asked)
        load_hours(session, world.rulebook, cast.office, page)
    assert len(asked) - before <= 2
