"""What holders say of going on, and how it is taken back or answered."""

from datetime import date, timedelta

import pytest
from kit.applications import ask, bring_certificate, send, stand, unsay
from kit.credits import Cast, list_events
from kit.rules import CPS, make_cycle, shipped_packs
from kit.world import World

from certtrack.errors import NotAllowed, Refused, StaleRecord
from certtrack.rules.applications import find_last_plan_day
from certtrack.rules.cycles import days_of
from certtrack.services.applications.intentions import Seen
from certtrack.services.applications.typed import BadApplication, read_plan
from certtrack.services.applications.waiting import list_applications


def said(world: World, certification_id: int) -> list[str]:
    return [intention.kind for intention in stand(world, certification_id).intentions]


def test_a_wish_for_time_moves_no_day_and_can_be_taken_back(world: World, cast: Cast) -> None:
    wish = ask(world, cast.cps, until_on=date(2027, 1, 15), actor=cast.holder)
    now = stand(world, cast.cps)
    assert now.days is not None
    assert (said(world, cast.cps), now.days.due_on) == (["more_time"], date(2026, 10, 31))
    reason = next(reason for reason in now.because if reason.code == "more_time")
    assert reason.values == {"said_on": world.today, "until_on": date(2027, 1, 15)}
    world.at += timedelta(hours=1)
    known = world.at
    world.at += timedelta(hours=1)
    unsay(world, wish, actor=cast.holder)
    assert said(world, cast.cps) == []
    assert stand(world, cast.cps, known_at=known).intentions != ()
    assert list_events(world, "intention") == [
        *(("intention.more_time", [cast.carol]), ("intention.taken_back", [cast.carol])),
    ]


def test_it_is_answered_by_somebody_else_than_the_holder(world: World, cast: Cast) -> None:
    wish = ask(world, cast.cps)
    with pytest.raises(Refused, match="Somebody else than the holder"):
        unsay(world, wish, words="given", actor=cast.holder)
    unsay(world, wish, words="The program has given no later day.", actor=cast.office)
    assert said(world, cast.cps) == []
    with pytest.raises(Refused, match="isn't said any more"):
        unsay(world, wish, expected_no=2, words="again")


def test_what_was_taken_back_can_be_said_again_by_whoever_saw_that(world: World, cast: Cast) -> None:
    first = ask(world, cast.cps, "not_going_on")
    with pytest.raises(Refused, match="on record already"):
        ask(world, cast.cps, "not_going_on", expected_no=1)
    unsay(world, first)
    with pytest.raises(StaleRecord):
        ask(world, cast.cps, "not_going_on")
    assert ask(world, cast.cps, "not_going_on", expected_no=2) == first
    with pytest.raises(NotAllowed):
        ask(world, cast.cpps, actor=cast.stranger)


def test_the_office_sees_what_stands_open_nearest_day_first_and_nothing_that_is_over(world: World, cast: Cast) -> None:
    near, _ = world.certify(world.person("Erin"), date(2026, 6, 30))
    ask(world, near, "not_going_on")
    ask(world, cast.cpps, until_on=date(2027, 3, 1))
    send(world, cast.cps)
    with world.database.reading() as session:
        page = list_applications(session, cast.office, world.today)
        narrowed = list_applications(session, cast.office, world.today, "sent")
        theirs = list_applications(session, cast.supervisor, world.today)
        none = list_applications(session, cast.stranger, world.today)
    assert [(item.kind, item.name) for item in page.items] == [
        *(("not_going_on", "Erin Example"), ("more_time", "Carol Example"), ("sent", "Carol Example")),
    ]
    assert page.counts == {"more_time": 1, "submitted": 0, "received": 0, "sent": 1, "plan": 0, "not_going_on": 1}
    assert (page.items[1].until_on, page.items[1].words) == (date(2027, 3, 1), "a course in spring")
    assert [item.kind for item in narrowed.items] == ["sent"]
    assert ([item.person_id for item in theirs.items], none.total) == ([cast.carol, cast.carol], 0)
    bring_certificate(world, cast.cps, date(2028, 10, 31))
    with world.database.reading() as session:
        assert list_applications(session, cast.office, world.today).counts["sent"] == 0


def test_a_plan_may_name_another_day_later_and_what_was_seen_gives_way_to_what_is_seen_later(
    world: World, cast: Cast
) -> None:
    first = ask(world, cast.cps, "plan", date(2026, 9, 1), actor=cast.holder)
    with pytest.raises(Refused, match="on record already"):
        ask(world, cast.cps, "plan", date(2026, 9, 1), expected_no=1)
    with pytest.raises(StaleRecord):
        ask(world, cast.cps, "plan", date(2026, 9, 2))
    assert ask(world, cast.cps, "plan", date(2026, 9, 2), expected_no=1) == first
    before_90, before_60 = (Seen(stage, date(2026, 10, 31)) for stage in ("before_90", "before_60"))
    ask(world, cast.cps, "seen", seen=before_90)
    with pytest.raises(Refused, match="on record already"):
        ask(world, cast.cps, "seen", seen=before_90, expected_no=1)
    ask(world, cast.cps, "seen", seen=before_60, expected_no=1)
    now = stand(world, cast.cps)
    assert [(one.kind, one.until_on, one.stage) for one in now.intentions] == [
        *(("plan", date(2026, 9, 2), None), ("seen", None, "before_60")),
    ]
    assert [reason.code for reason in now.because if reason.code in ("plan", "seen")] == ["plan"]
    with world.database.reading() as session:
        page = list_applications(session, cast.supervisor, world.today)
    assert [(item.kind, item.until_on) for item in page.items] == [("plan", date(2026, 9, 2))]


@pytest.mark.parametrize(
    ("typed", "today", "answer"),
    [
        ("2026-10-31", date(2026, 6, 1), date(2026, 10, 31)),
        ("2026-11-01", date(2026, 6, 1), "after_last"),
        ("2026-06-01", date(2026, 6, 1), "past"),
        ("", date(2026, 6, 1), "missing"),
        ("2026-12-01", date(2026, 10, 31), date(2026, 12, 1)),
        ("2026-12-02", date(2026, 10, 31), "after_last"),
    ],
)
def test_a_plan_names_a_day_up_to_the_due_day_or_once_that_has_come_within_a_month(
    typed: str, today: date, answer: date | str
) -> None:
    days = days_of(shipped_packs().get(CPS), make_cycle(date(2026, 10, 31)))
    last_on = find_last_plan_day(days, today)
    try:
        found: date | str = read_plan({"until_on": typed}, last_on, today)
    except BadApplication as error:
        found = error.problems["until_on"]
    assert found == answer
