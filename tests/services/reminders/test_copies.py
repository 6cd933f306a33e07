"""Copies as they are planned: to whoever is to get them by now, after the holder, and only while the matter is open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from kit.copies import assign, make_text, name_contact, stand_in, use_policy
from kit.forecast import Days, foretell, list_foretold
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Affiliation, Assignment, Organization, Person, Reminder
from certtrack.services.contacts import set_contact
from certtrack.services.ledger.coming_copies import add_coming_copies
from certtrack.services.ledger.whole import load_whole_ledger
from certtrack.services.organizations import affiliate, create_organization
from certtrack.services.people import get_person
from certtrack.services.reminders.arming import rearm_person
from certtrack.services.reminders.causes import release_person
from certtrack.services.reminders.next_mail import find_next_mail

DUE = date(2026, 10, 31)  # a Saturday
BEGUN = date(2026, 5, 1)
B30, B14, B7, GRACE = date(2026, 10, 1), date(2026, 10, 16), date(2026, 10, 23), date(2026, 11, 1)
THREE = timedelta(days=3)


@pytest.fixture
def carol(world: World) -> int:
    """Carol, in a world whose policy has copies."""
    use_policy(world)
    world.move_to(BEGUN)
    return world.person("Carol")


@pytest.fixture
def bob(world: World, carol: int) -> int:
    """Bob, who supervises Carol."""
    bob = world.person("Bob")
    assign(world, carol, bob, from_on=BEGUN)
    return bob


def tell_holder(planner: Planner, on: date) -> None:
    """Plan on that day, and let what was planned be mailed."""
    planner.look(on)
    planner.settle()


def test_a_copy_is_planned_three_days_after_the_holder_was_told_and_goes_at_the_recipient_s_hour(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    assert planner.next_on(cycle) == B30 + THREE, "the look that plans the copy"
    planner.look(B30 + THREE - timedelta(days=1))
    assert planner.copies(cycle) == []
    planner.change(bob, zone="America/Denver")
    planner.look(B30 + THREE, hour_utc=13)
    [copy] = planner.copies(cycle)
    assert (copy.recipient_id, copy.audience, copy.stage, copy.occurrence) == (bob, "supervisor", "before_30", 0)
    assert (copy.state, copy.stage_on, copy.anchor_on) == ("planned", B30 + THREE, DUE)
    assert copy.send_after == datetime(2026, 10, 4, 15, tzinfo=UTC), "nine o'clock in Denver"
    assert planner.next_on(cycle) == B14


def test_a_list_names_the_holder_s_next_mail_and_not_the_look_for_a_copy(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    certification, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    with world.database.reading() as session:
        following = find_next_mail(session, world.rulebook, [certification], world.today)[certification]
    assert (following.state, following.day) == ("coming", B14)
    assert (planner.next_on(cycle), bob) == (B30 + THREE, bob)


def test_a_second_look_plans_no_second_copy(world: World, planner: Planner, carol: int, bob: int) -> None:
    world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    assert planner.look(B30 + THREE, hour_utc=18)["looked_at"] == 0
    with world.database.writing() as session:
        rearm_person(session, carol, world.today)
    planner.look()
    assert [row.state for row in planner.copies()] == ["planned"]
    planner.settle()
    with world.database.writing() as session:
        rearm_person(session, carol, world.today)
    planner.look()
    assert [row.state for row in planner.copies()] == ["sent"]


def test_stages_without_copies_and_policies_without_any_are_told_to_the_holder_alone(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    for on in (date(2026, 5, 4), date(2026, 7, 31), date(2026, 9, 1)):
        tell_holder(planner, on)
        planner.look(on + THREE)
    assert planner.copies(cycle) == []
    assert bob


def test_whoever_has_no_supervisor_is_told_alone_and_nothing_is_written_of_it(
    world: World, planner: Planner, carol: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    assert (planner.copies(cycle), planner.says(cycle)["before_30"]) == ([], "sent")


def test_nobody_gets_a_copy_about_themselves(world: World, planner: Planner, carol: int) -> None:
    _, cycle = world.certify(carol, DUE)
    name_contact(world, carol)
    with world.database.writing() as session:  # as an old record may have it
        own = {"person_id": carol, "supervisor_id": carol, "organization_id": world.organization_id, "from_on": BEGUN}
        session.add(Assignment(**own, recorded_at=world.at, recorded_by="test"))
    tell_holder(planner, B7)
    planner.look(B7 + THREE)
    assert planner.copies(cycle) == []


def test_of_two_supervisors_each_gets_one(world: World, planner: Planner, carol: int, bob: int) -> None:
    _, cycle = world.certify(carol, DUE)
    erin = world.person("Erin")
    with world.database.writing() as session:
        values = {"key": "harbor", "name": "Harbor Peers", "zone": "America/Chicago"}
        harbor = create_organization(session, **values, actor=world.actor, at=world.at)
        affiliate(session, carol, harbor.id, from_on=None, actor=world.actor, at=world.at)
        who = {"person_id": carol, "supervisor_id": erin, "organization_id": harbor.id, "from_on": BEGUN}
        session.add(Assignment(**who, recorded_at=world.at, recorded_by="test"))
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    assert planner.copies_say(cycle) == {("before_30", bob): "planned", ("before_30", erin): "planned"}


def test_while_a_supervisor_is_away_whoever_stands_in_gets_the_copy_but_never_the_holder(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    erin = world.person("Erin")
    stand_in(world, bob, erin, B30 + THREE, B30 + timedelta(days=9))
    stand_in(world, bob, carol, B14, B14 + THREE)
    tell_holder(planner, B30)
    tell_holder(planner, B30 + THREE)
    assert [(row.recipient_id, row.audience) for row in planner.copies(cycle)] == [(erin, "supervisor")]
    tell_holder(planner, B14)
    planner.look(B14 + THREE)
    assert planner.copies_say(cycle) == {("before_30", erin): "sent", ("before_14", bob): "planned"}


def test_the_contact_person_gets_the_organization_s_and_a_supervisor_who_is_that_too_gets_each_once(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    alice = world.person("Alice")
    name_contact(world, alice)
    tell_holder(planner, B7)
    planner.look(B7 + THREE)
    assert {(row.recipient_id, row.audience) for row in planner.copies(cycle) if row.state == "planned"} == {
        (bob, "supervisor"),
        (alice, "organization"),
    }
    name_contact(world, bob)
    tell_holder(planner, GRACE)
    planner.look(GRACE + THREE)
    grace = [row for row in planner.copies(cycle) if row.stage == "grace"]
    assert [(row.recipient_id, row.audience) for row in grace] == [(bob, "supervisor")]
    planner.settle()
    tell_holder(planner, date(2026, 12, 1))
    planner.look(date(2026, 12, 4))
    late = [row for row in planner.copies(cycle) if row.stage == "late"]
    assert [(row.recipient_id, row.audience) for row in late] == [(bob, "organization")], "late is the office's alone"


def test_a_new_contact_person_gets_what_is_due_at_once_and_the_former_one_no_longer(
    world: World, planner: Planner, carol: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    world.certify(world.person("Silent"), date(2029, 10, 31))
    former, new = world.person("Alice"), world.person("Erin")
    tell_holder(planner, GRACE)
    planner.look(GRACE + THREE)
    assert planner.copies_say(cycle) == {}
    for contact, says in ((former, {("grace", former): "planned"}), (new, {("grace", new): "planned"})):
        with world.database.writing() as session:
            office, person = session.get_one(Organization, world.organization_id), get_person(session, contact)
            assert set_contact(session, office, person, today=world.today, actor=world.actor, at=world.at)
        assert planner.look()["looked_at"] == 1, "only whoever was told can be copied"
        assert {key: said for key, said in planner.copies_say(cycle).items() if said == "planned"} == says
    assert planner.copies_say(cycle)["grace", former] == "superseded:no_contact"


def test_a_contact_gets_nothing_once_they_or_the_holder_have_left(world: World, planner: Planner, carol: int) -> None:
    _, cycle = world.certify(carol, DUE)
    alice = world.person("Alice")
    name_contact(world, alice)
    tell_holder(planner, B7)
    for left in (alice, carol):
        with world.database.writing() as session:
            session.execute(update(Affiliation).values(until_on=None))
            session.execute(update(Affiliation).where(Affiliation.person_id == left).values(until_on=B7))
        planner.look(B7 + THREE)
        assert planner.copies(cycle) == []


@pytest.mark.parametrize("unreachable", ["no address", "refused"])
def test_a_copy_goes_on_its_day_where_no_mail_can_reach_the_holder(
    world: World, planner: Planner, carol: int, bob: int, unreachable: str
) -> None:
    _, cycle = world.certify(carol, DUE)
    if unreachable == "no address":
        planner.change(carol, private_address=None)
    planner.look(B30)
    planner.settle(state="failed")
    planner.look(B30 + THREE)
    assert planner.copies_say(cycle) == {("before_30", bob): "planned"}


def test_while_the_holder_s_mail_waits_the_copy_waits_and_then_they_have_their_three_days(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    planner.look(B30)
    for day in range(3, 6):
        planner.look(B30 + timedelta(days=day))
        assert planner.copies(cycle) == []
        assert planner.next_on(cycle) == B30 + timedelta(days=day + 1)
    planner.settle()  # on October 6
    planner.look(date(2026, 10, 8))
    assert planner.copies(cycle) == []
    assert planner.next_on(cycle) == date(2026, 10, 9)
    planner.look(date(2026, 10, 9))
    assert planner.copies_say(cycle) == {("before_30", bob): "planned"}
    assert planner.copies(cycle)[0].stage_on == date(2026, 10, 9)


def test_a_holder_whose_mail_is_held_is_looked_at_again_only_when_it_is_released(
    world: World, planner: Planner
) -> None:
    use_policy(world)
    world.move_to(BEGUN)
    [(carol, cycle), *_] = planner.roster(26, DUE, armed_on=BEGUN)
    assign(world, carol, world.person("Bob"), from_on=BEGUN)
    planner.look(B30)
    assert planner.says(cycle)["before_30"] == "held:cause"
    planner.look(B30 + THREE)
    assert (planner.copies(cycle), planner.next_on(cycle)) == ([], B14)


def test_of_somebody_to_be_released_by_name_no_copy_goes_before_that_though_no_mail_reaches_them(
    world: World, planner: Planner, carol: int
) -> None:
    [(past, cycle)] = planner.roster(1, date(2026, 4, 20), armed_on=BEGUN, release_by_name=True)
    bob = world.person("Bob")
    assign(world, past, bob, from_on=BEGUN)
    planner.change(past, private_address=None)
    planner.look(BEGUN + timedelta(days=9))
    assert (planner.says(cycle)["grace"], planner.copies(cycle)) == ("suppressed:no_address", [])
    with world.database.writing() as session:
        release_person(session, past, actor=world.actor, at=world.at)
    planner.look()
    assert planner.copies_say(cycle) == {("grace", bob): "planned"}
    assert carol


def test_after_an_outage_the_holder_comes_first_and_then_the_most_urgent_copy_alone(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    planner.look(B14 + timedelta(days=5))  # October 21
    assert planner.waiting(cycle) == ["before_14"]
    planner.settle()
    assert planner.copies(cycle) == [], "what the holder wasn't told of isn't told to anybody"
    planner.look(date(2026, 10, 24))
    assert planner.copies_say(cycle) == {("before_14", bob): "planned"}, "three days after the mail, not the stage"
    assert planner.says(cycle)["before_7"] == "planned"


def test_a_copy_that_a_later_one_overtook_is_superseded(world: World, planner: Planner, carol: int, bob: int) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    planner.look(B14)
    planner.settle(stage="before_14")
    planner.look(B14 + THREE)
    assert planner.copies_say(cycle) == {("before_30", bob): "superseded:overtaken", ("before_14", bob): "planned"}


def test_what_settles_the_matter_settles_the_copies(world: World, planner: Planner, carol: int, bob: int) -> None:
    certification, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.act(certification, "suspended", B30 + THREE)
    planner.look(B30 + THREE)
    assert planner.copies_say(cycle) == {("before_30", bob): "suppressed:suspended"}
    planner.act(certification, "restored", date(2026, 10, 6))
    planner.look(date(2026, 10, 6))
    assert planner.copies_say(cycle) == {("before_30", bob): "planned"}
    planner.close(cycle)
    assert planner.copies_say(cycle) == {("before_30", bob): "superseded:cycle_closed"}


def test_a_day_moved_takes_its_copies_along_and_moved_back_makes_none_twice(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    planner.move_day(cycle, date(2026, 12, 15))
    planner.look()
    assert planner.copies_say(cycle) == {("before_30", bob): "superseded:day_moved"}
    planner.move_day(cycle, DUE)
    planner.look()
    assert planner.copies_say(cycle) == {("before_30", bob): "planned"}
    planner.settle()
    planner.move_day(cycle, date(2026, 12, 15))
    planner.look()
    planner.move_day(cycle, DUE)
    planner.look()
    assert planner.copies_say(cycle) == {("before_30", bob): "sent"}


def test_another_supervisor_is_told_instead_of_the_one_who_was_to_be(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    erin = world.person("Erin")
    assign(world, carol, erin, from_on=world.today)
    planner.look()
    assert planner.copies_say(cycle) == {
        ("before_30", bob): "superseded:assignment_ended",
        ("before_30", erin): "planned",
    }
    assign(world, carol, bob, from_on=world.today)
    planner.look()
    assert planner.copies_say(cycle) == {
        ("before_30", bob): "planned",
        ("before_30", erin): "superseded:assignment_ended",
    }


def test_a_supervisor_to_come_gets_what_comes_from_their_first_day_on(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    erin = world.person("Erin")
    assign(world, carol, erin, from_on=B14 + THREE)
    tell_holder(planner, B30)
    tell_holder(planner, B30 + THREE)
    tell_holder(planner, B14)
    planner.look(B14 + THREE)
    assert planner.copies_say(cycle) == {
        ("before_30", bob): "sent",
        ("before_14", erin): "planned",
    }


FIRST = B14 + THREE + timedelta(days=2)
"""A day on which no stage comes, while the copy of one is running."""


@pytest.mark.parametrize("who", ["supervisor", "stand-in", "contact"])
def test_whoever_begins_while_a_stage_is_running_is_told_on_their_first_day(
    world: World, planner: Planner, carol: int, who: str
) -> None:
    day = B14 if who != "contact" else B7
    first = day + THREE + timedelta(days=2)
    _, cycle = world.certify(carol, DUE)
    erin, bob = world.person("Erin"), world.person("Bob")
    if who == "supervisor":
        assign(world, carol, erin, from_on=first)
    elif who == "stand-in":
        assign(world, carol, bob, from_on=BEGUN)
        planner.change(bob, died_on=BEGUN)
        stand_in(world, bob, erin, first, DUE)
    else:
        name_contact(world, erin)
        with world.database.writing() as session:
            session.execute(update(Affiliation).where(Affiliation.person_id == erin).values(from_on=first))
    tell_holder(planner, day)
    planner.look(day + THREE)
    assert (planner.copies(cycle), planner.next_on(cycle)) == ([], first)
    [coming] = [one for one in list_coming(world, carol) if one[2] == first]
    planner.look(first)
    [copy] = planner.copies(cycle)
    assert (copy.stage, copy.recipient_id) == coming[:2]
    assert (copy.recipient_id, copy.state) == (erin, "planned")
    assert planner.look()["planned"] == 0


def list_coming(world: World, person_id: int) -> list[tuple[str, int | None, date]]:
    """The copies that the ledger says come: their stages, to whom and when."""
    with world.database.reading() as session:
        whole = load_whole_ledger(session, world.rulebook, world.actor, person_id, world.at)
        entries = add_coming_copies(session, whole)
    found = [one for one in entries if one.audience != "holder" and one.state == "coming"]
    return [(one.stage, one.recipient_id, one.day) for one in found]


def test_whoever_begins_in_the_place_of_one_who_heard_it_is_not_told_it_anew(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    assign(world, carol, world.person("Erin"), from_on=FIRST)
    for on in (B14, B14 + THREE):
        tell_holder(planner, on)
    assert all(on > FIRST for _, _, on in list_coming(world, carol))
    tell_holder(planner, FIRST)
    assert planner.copies_say(cycle) == {("before_14", bob): "sent"}


@pytest.mark.parametrize("days", [1, 5, 9])
def test_whom_somebody_to_come_is_told_of_is_foreseen_as_it_comes(
    world: World, planner: Planner, carol: int, days: int
) -> None:
    world.certify(carol, DUE)
    assign(world, carol, world.person("Erin"), from_on=B14 + THREE + timedelta(days=days))
    tell_holder(planner, B30 - timedelta(days=1))
    world.move_to(B30)
    to_on = B7 + timedelta(days=7)
    mails, run = foretell(world, to_on), Days(world, planner)
    run.run(to_on)
    assert list_foretold(mails) == run.list_told(B30, to_on)
    assert any(mail.audience == "supervisor" for mail in mails)


def test_a_supervisor_without_an_address_is_on_record_as_such_and_told_once_there_is_one(
    world: World, planner: Planner, carol: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    bob = world.person("Bob", address=None)
    assign(world, carol, bob, from_on=BEGUN)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    assert planner.copies_say(cycle) == {("before_30", bob): "suppressed:no_address"}
    planner.change(bob, private_address="bob@example.org")
    planner.look()
    assert planner.copies_say(cycle) == {("before_30", bob): "planned"}


def test_supervisors_who_turn_out_to_be_one_person_get_one_copy(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    planner.look(B30 + THREE)
    robert = world.person("Robert")
    with world.database.writing() as session:
        session.get_one(Person, bob).merged_into_id = robert
        rearm_person(session, carol, world.today)
    planner.look()
    assert planner.copies_say(cycle) == {("before_30", bob): "superseded:merged", ("before_30", robert): "planned"}
    planner.settle()
    with world.database.writing() as session:
        session.get_one(Person, bob).merged_into_id = None
        rearm_person(session, carol, world.today)
    planner.look()
    assert planner.copies_say(cycle)["before_30", bob] == "superseded:merged"


def test_a_copy_of_a_stage_from_before_the_record_is_never_made(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE, armed_on=B30 + timedelta(days=1))
    planner.look(B30 + THREE)
    assert (planner.copies(cycle), planner.says(cycle)["before_30"]) == ([], "superseded:before_record")
    assert bob


def test_repeats_tell_the_holder_again_and_the_supervisor_once(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    use_policy(world, make_text(before_30="repeat_every_days = 5\nrepeats = 2"))
    _, cycle = world.certify(carol, DUE)
    for day in range(15):
        tell_holder(planner, B30 + timedelta(days=day))
    told = [(row.stage, row.occurrence, row.settled_at) for row in planner.rows(cycle) if row.state == "sent"]
    assert [(stage, number, at.date()) for stage, number, at in told if at is not None] == [
        ("before_30", number, B30 + timedelta(days=5 * number)) for number in (0, 1)
    ] + [("before_30", 2, date(2026, 10, 9))], "the second repeat would fall on a Sunday"
    assert planner.copies_say(cycle) == {("before_30", bob): "sent"}


def test_a_new_policy_s_copies_are_held_where_they_are_many(world: World, planner: Planner) -> None:
    world.move_to(BEGUN)
    people = [world.person() for _ in range(3)]
    cycles = [world.certify(person, DUE)[1] for person in people]
    for person in people:
        assign(world, person, world.person("Bob"), from_on=BEGUN)
    tell_holder(planner, B30)
    planner.look(date(2026, 10, 6))
    use_policy(world, make_text().replace("guard_above = 25", "guard_above = 2"))
    planner.look(date(2026, 10, 7))
    assert [row.state for row in planner.copies()] == ["held"] * 3
    assert planner.cause("policy:us-wi@7").state == "held"
    assert [planner.says(cycle)["before_30"] for cycle in cycles] == ["sent"] * 3


def test_a_copy_that_was_sent_is_not_taken_back_by_the_ledger(
    world: World, planner: Planner, carol: int, bob: int
) -> None:
    _, cycle = world.certify(carol, DUE)
    tell_holder(planner, B30)
    tell_holder(planner, B30 + THREE)
    with world.database.writing() as session:
        session.execute(update(Assignment).values(until_on=world.today))
    planner.look(B14)
    assert planner.copies_say(cycle) == {("before_30", bob): "sent"}
    with world.database.reading() as session:
        assert session.query(Reminder).count() == len(planner.rows()) + 1
