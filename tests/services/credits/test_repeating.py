"""What comes again is begun with what was said before, and its days and papers are asked for anew."""

from datetime import date

import pytest
from kit.credits import Cast, log, make_new
from kit.world import World

from certtrack.errors import NotFound
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.credits.repeating import MOST, list_earlier, repeat_credit


def test_all_comes_along_but_days_and_papers(world: World, cast: Cast) -> None:
    new = make_new(3, areas=("ethics_boundaries", "cultural_humility"), form="live_online")
    credit = log(world, cast.carol, new, cast.cps, cast.cpps)
    with world.database.reading() as session:
        typed, certifications = repeat_credit(session, cast.carol, credit)
    assert (typed.title, typed.provider, typed.amount, typed.unit) == ("Ethics for peers", "Lakeside", "3", "hours")
    assert (typed.areas, typed.form) == (("ethics_boundaries", "cultural_humility"), "live_online")
    assert (typed.first_on, typed.last_on, typed.proof) == ("", "", "")
    assert certifications == [cast.cps, cast.cpps]


def test_the_latest_come_first_and_of_several_alike_there_is_one(world: World, cast: Cast) -> None:
    for month in (1, 2, 3):
        log(world, cast.carol, make_new(1, title="Monthly", last_on=date(2026, month, 9)), cast.cps)
    for number in range(MOST):
        log(world, cast.carol, make_new(1, title=f"Course {number}", last_on=date(2026, 2, 1)), cast.cps)
    gone = log(world, cast.carol, make_new(1, title="Withdrawn", last_on=date(2026, 4, 1)), cast.cps)
    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, gone), expected_no=1, reason=None,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    with world.database.reading() as session:
        found = list_earlier(session, cast.carol)
    assert (len(found), found[0].title, found[0].last_on) == (MOST, "Monthly", date(2026, 3, 9))
    assert [one.title for one in found].count("Monthly") == 1


def test_nothing_of_somebody_else_is_repeated(world: World, cast: Cast) -> None:
    theirs = log(world, world.person("Erin"), make_new(3))
    with world.database.reading() as session, pytest.raises(NotFound):
        repeat_credit(session, cast.carol, theirs)
