"""A day that is no certification's is told like theirs: what can be done without, who writes, and whom mail misses."""

from datetime import date

import pytest
from kit.background_checks import keep_check
from kit.databases import on_both
from kit.delivery import Deliverer
from kit.exams import Office, open_office
from kit.forecast import Days, foretell, list_foretold
from kit.mails import read
from kit.planning import Planner
from kit.world import World, load_shipped
from sqlalchemy import update

from certtrack.db.models import CycleVersion
from certtrack.mail.words import words
from certtrack.security import Actor
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.undeliverable import count_undeliverable, list_undeliverable

CHECK = NewCheck(date(2026, 5, 1), date(2026, 11, 1), "The state's letter of May 1, 2026")
FIRST, SECOND = date(2026, 8, 3), date(2026, 10, 2)


@pytest.fixture
def office(world: World) -> Office:
    """Carol has a check and no certification."""
    world.rulebook = load_shipped()
    office = open_office(world, grants=("cps",))
    keep_check(world, office.carol, CHECK)
    return office


def says(planner: Planner) -> list[str]:
    return [" ".join(part for part in (row.stage, row.state, row.reason) if part) for row in planner.rows()]


@on_both
def test_early_reminders_of_it_are_switched_off_with_all_the_others_and_near_ones_come(
    world: World, office: Office, planner: Planner, deliverer: Deliverer
) -> None:
    planner.change(office.carol, switched_off=["early"])
    planner.look(FIRST)
    assert says(planner) == ["before_90 suppressed switched_off"]
    planner.look(SECOND)
    assert says(planner)[-1] == "before_30 planned"
    assert deliverer.deliver() == {"accepted": 1}
    [near] = deliverer.smtp.list_taken()
    assert near.header("List-Unsubscribe") == "", "nothing in it can be switched off"


def test_an_early_mail_about_it_can_be_stopped_with_one_click(
    world: World, office: Office, planner: Planner, deliverer: Deliverer
) -> None:
    planner.look(FIRST)
    assert deliverer.deliver() == {"accepted": 1}
    [early] = deliverer.smtp.list_taken()
    assert early.header("List-Unsubscribe").startswith("<https:")
    assert early.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


@on_both
def test_the_first_mail_to_somebody_imported_says_who_writes_though_it_is_about_their_check(
    world: World, office: Office, planner: Planner, deliverer: Deliverer
) -> None:
    world.certify(office.carol, date(2030, 10, 31))
    with world.database.writing() as session:
        session.execute(update(CycleVersion).values(evidence="import:1"))
    lead = words("en", "who_writes")
    for day, is_first in ((FIRST, True), (SECOND, False)):
        planner.look(day)
        assert deliverer.deliver() == {"accepted": 1}
        assert (lead in read(deliverer.smtp.list_taken()[-1].data).flat) is is_first


def unreached(world: World, actor: Actor) -> list[tuple[int, list[tuple[date, str | None]]]]:
    with world.database.reading() as session:
        page = list_undeliverable(session, actor, today=world.today, at=world.at)
        assert page.total == count_undeliverable(session, actor, today=world.today, at=world.at)
    return [(item.person.id, [(one.next_on, one.kind) for one in item.awaited]) for item in page.items]


def test_who_waits_for_such_a_day_alone_stands_among_those_whom_no_mail_reaches(
    world: World, office: Office, planner: Planner
) -> None:
    assert unreached(world, world.actor) == []
    planner.change(office.carol, private_address=None)
    assert unreached(world, world.actor) == [(office.carol, [(date(2026, 11, 1), "background_check")])]
    assert unreached(world, office.agency) == unreached(world, world.actor), "they keep it"
    assert unreached(world, office.supervisor) == [], "it isn't a supervisor's to see"
    world.certify(office.carol, date(2026, 10, 31))
    [(_, days)] = unreached(world, world.actor)
    assert days == [(date(2026, 10, 31), None), (date(2026, 11, 1), "background_check")]
    world.move_to(date(2026, 11, 2))
    assert [kind for _, kind in unreached(world, world.actor)[0][1]] == [None]


def test_what_is_foreseen_of_it_comes_so_where_early_reminders_are_switched_off(
    world: World, office: Office, planner: Planner
) -> None:
    planner.change(office.carol, switched_off=["early"])
    from_on, to_on = date(2026, 8, 1), date(2026, 10, 15)
    world.move_to(from_on)
    mails = foretell(world, to_on)
    assert [(mail.stage, mail.kept_back) for mail in mails] == [("before_90", "switched_off"), ("before_30", None)]
    days = Days(world, planner)
    days.run(to_on)
    assert list_foretold(mails) == days.list_told(from_on, to_on)
