"""What an authority gave, also reaching back, and taken back: each answer before and after, as known then and now."""

from datetime import date, datetime, timedelta

import pytest
from kit.applications import LATER, ask, give, list_terms, make_granter, stand, undo
from kit.credits import DUE, Cast, act_as, count_minutes, list_events, log, make_new
from kit.databases import on_both
from kit.planning import Planner
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Intention, StandingSpan
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Role
from certtrack.services.applications.typed import BadApplication
from certtrack.services.cycles import get_cycle, move_due_day
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.waivers.typed import read_waiver


def test_an_extension_reaching_back_and_undone_each_answer_before_and_after(world: World, cast: Cast) -> None:
    world.move_to(date(2026, 11, 25))
    asked, before = date(2026, 11, 20), world.at
    assert stand(world, cast.cps, asked).validity == "grace"
    world.at += timedelta(hours=1)
    given = give(world, cast.cps, from_on=date(2026, 10, 15))
    known = world.at
    now = stand(world, cast.cps, asked)
    assert (now.validity, now.next_on, now.days and now.days.due_on) == ("current", LATER, LATER)
    reasons = {reason.code: reason for reason in now.because}
    assert reasons["extension"].records == (("waiver", given),)
    assert (reasons["extension"].values["from_on"], reasons["extension"].values["given_by"]) == (
        *(date(2026, 10, 15), "The program"),
    )
    assert reasons["due_extended"].values == {"due_on": LATER}
    world.at += timedelta(hours=1)
    undo(world, given)
    answers = [stand(world, cast.cps, asked, at).validity for at in (before, known, None)]
    assert answers == ["grace", "current", "grace"]
    codes = [{reason.code for reason in stand(world, cast.cps, asked, at).because} for at in (before, known, None)]
    assert ["extension" in each for each in codes] == [False, True, False]
    [cycle] = list_terms(world, cast.cps)
    assert (cycle.due_on, cycle.due_source) == (DUE, "stated")
    assert list_events(world, "waiver") == [("waiver.given", [cast.carol]), ("waiver.taken_back", [cast.carol])]


def test_the_spans_follow_an_extension_and_its_undoing(world: World, cast: Cast) -> None:
    def validity_on(day: date) -> str:
        with world.database.reading() as session:
            query = select(StandingSpan.validity).where(StandingSpan.certification_id == cast.cps)
            query = query.where(StandingSpan.from_on <= day, StandingSpan.until_on >= day)
            return session.scalars(query).one()

    given = give(world, cast.cps)
    assert validity_on(date(2026, 11, 20)) == "current"
    undo(world, given)
    assert validity_on(date(2026, 11, 20)) == "grace"


@on_both
def test_reminders_go_by_the_later_day_and_by_the_former_one_again(world: World, cast: Cast, planner: Planner) -> None:
    world.move_to(date(2026, 10, 20))
    given = give(world, cast.cps)
    planner.look(date(2026, 11, 1))
    assert "grace" not in planner.says(cast.cycle)
    world.move_to(date(2026, 11, 2))
    undo(world, given)
    planner.look(date(2026, 11, 3))
    assert planner.says(cast.cycle)["grace"] == "planned"


def test_waived_hours_are_asked_for_again_once_that_is_taken_back(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(5), cast.cps)
    before, day = world.at, date(2026, 4, 1)
    world.at += timedelta(hours=1)
    given = give(world, cast.cps, "waiver", from_on=date(2026, 4, 1))
    known = world.at
    world.at += timedelta(hours=1)
    assert count_minutes(world, cast.cps, day) == ("complete", 5 * 60)
    assert count_minutes(world, cast.cps, day - timedelta(days=1))[0] == "short", "it didn't hold yet"
    assert count_minutes(world, cast.cps, day, before)[0] == "short", "nobody knew it then"
    assert count_minutes(world, cast.cpps, day)[0] == "short", "the other certification is another matter"
    undo(world, given)
    assert [count_minutes(world, cast.cps, day, at)[0] for at in (None, known)] == ["short", "complete"]


def test_a_waived_area_leaves_the_hours_in_all_as_they_are(world: World, cast: Cast) -> None:
    give(world, cast.cps, "waiver", requirement="ethics_boundaries", from_on=date(2026, 1, 1))
    lines = {line.key: line for line in stand(world, cast.cps).counted.requirements}
    assert (lines["ethics_boundaries"].is_waived, lines["ethics_boundaries"].open) == (True, 0)
    assert (lines["total"].is_waived, lines["total"].open) == (False, 20 * 60)


def test_an_extension_is_taken_back_only_while_the_day_still_rests_on_it(world: World, cast: Cast) -> None:
    first = give(world, cast.cps)
    with pytest.raises(BadInput, match="gives a later one"):
        give(world, cast.cps)
    second = give(world, cast.cps, due_on=date(2027, 1, 31))
    with pytest.raises(Refused, match="moved by something else"):
        undo(world, first)
    with pytest.raises(StaleRecord):
        undo(world, second, expected_no=3)
    undo(world, second)
    assert list_terms(world, cast.cps)[0].due_on == LATER
    undo(world, first)
    assert list_terms(world, cast.cps)[0].due_on == DUE
    with pytest.raises(Refused, match="taken back already"):
        undo(world, first, expected_no=2)
    third = give(world, cast.cps)
    with world.database.writing() as session:
        move_due_day(
            session, world.rulebook, get_cycle(session, cast.cycle), date(2027, 2, 1), due_source="stated",
            computed_due_on=None, armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip
    with pytest.raises(Refused, match="moved by something else"):
        undo(world, third)


def test_the_office_records_it_and_nobody_for_themselves(world: World, cast: Cast) -> None:
    for actor in (cast.holder, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            give(world, cast.cps, actor=actor)
    own = act_as(world, world.account("carol2", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    with pytest.raises(Refused, match="their own record"):
        give(world, cast.cps, actor=own)
    with pytest.raises(BadInput, match="still to come"):
        give(world, cast.cps, from_on=world.today + timedelta(days=1))
    assert give(world, cast.cps, actor=cast.office)
    make_granter(world)
    with pytest.raises(NotAllowed):
        give(world, cast.cps, "waiver", actor=cast.office)
    programme = act_as(world, world.account("grace", Role.PROGRAMME_ADMINISTRATOR))
    assert give(world, cast.cps, "waiver", actor=programme)


def test_a_wish_for_time_is_answered_by_an_extension_and_hushes_nothing_before_the_later_day(
    world: World, cast: Cast, planner: Planner
) -> None:
    world.move_to(date(2026, 10, 1))
    wish = ask(world, cast.cps)
    given = give(world, cast.cps, due_on=date(2027, 3, 31))
    planner.look(date(2026, 12, 31))
    assert planner.says(cast.cycle)["before_90"] == "planned"
    with world.database.reading() as session:
        said = session.get_one(Intention, wish)
        assert (said.state, said.no) == ("answered", 2)
    assert stand(world, cast.cps).intentions == ()
    undo(world, given)
    assert ask(world, cast.cps, expected_no=2) == wish, "once it is undone they may ask again"


def test_hours_that_are_waived_already_are_not_waived_a_second_time(world: World, cast: Cast) -> None:
    given = give(world, cast.cps, "waiver")
    with pytest.raises(Refused, match="on record already"):
        give(world, cast.cps, "waiver")
    assert give(world, cast.cps, "waiver", requirement="ethics_boundaries")
    undo(world, given)
    assert give(world, cast.cps, "waiver")


@on_both
def test_what_an_extension_entered_by_mistake_kept_from_being_mailed_is_mailed_once_it_is_undone(
    world: World, cast: Cast, planner: Planner
) -> None:
    planner.look(date(2026, 11, 1))
    assert planner.says(cast.cycle)["grace"] == "planned", "the mail server is down"
    world.move_to(date(2026, 11, 2))
    given = give(world, cast.cps)
    planner.look()
    undo(world, given)
    planner.look()
    assert planner.says(cast.cycle)["grace"] == "planned"


def test_whoever_waited_for_release_by_name_waits_again_once_an_extension_is_undone(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        cycle, cause = get_cycle(session, cast.cycle), get_cause(session, "import:1", world.at)
        cycle.release_by_name, cycle.cause_id = True, cause.id
        armed_on = cycle.armed_on
    given = give(world, cast.cps)
    world.at += timedelta(days=1)
    undo(world, given)
    [cycle] = list_terms(world, cast.cps)
    assert (cycle.release_by_name, cycle.cause_id is not None, cycle.armed_on) == (True, True, armed_on)


def test_hours_taken_off_are_asked_for_again_once_that_is_taken_back(world: World, cast: Cast) -> None:
    before = world.at
    log(world, cast.carol, make_new(15), cast.cps)
    world.at += timedelta(hours=1)
    given = give(world, cast.cps, "reduction", from_on=date(2026, 4, 1))
    with pytest.raises(Refused, match="on record already"):
        give(world, cast.cps, "reduction")
    known = world.at
    world.at += timedelta(hours=1)
    undo(world, given)

    def count_open(at: datetime | None) -> int | None:
        standing = stand(world, cast.cps, date(2026, 4, 1), at)
        return next(line.open for line in standing.counted.requirements if line.key == "total")

    assert [count_open(at) for at in (before, known, None)] == [5 * 60, 0, 5 * 60]


def test_how_many_hours_are_taken_off_is_read_as_people_write_it() -> None:
    typed = {"requirement": "total", "from_on": "2026-04-01", "given_by": "The program", "words": "A letter"}

    def read(amount: str) -> int | None:
        return read_waiver(typed | {"amount": amount}, "reduction", DUE, ("total",), date(2026, 5, 1)).minutes

    assert [read(text) for text in ("5", "2.5", "1:30", "90 min")] == [300, 150, 90, 90]
    for text in ("", "0", "-2", "101", "five"):
        with pytest.raises(BadApplication) as raised:
            read(text)
        assert raised.value.problems.keys() == {"amount"}
