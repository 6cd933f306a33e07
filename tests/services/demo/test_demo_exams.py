"""The demonstration's exams: passed at the second attempt, not passed yet, only sat, and seats to come."""

from datetime import date
from pathlib import Path

import pytest
from kit.world import ZONE
from sqlalchemy import select

from certtrack.clock import FixedClock, noon_of
from certtrack.db.engine import Database
from certtrack.db.models import Account, ExamSitting, Person
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.actors import command_actor
from certtrack.services.demo import load_demo
from certtrack.services.exams.seats import show_sitting
from certtrack.services.exams.shown import list_shown_exams
from certtrack.services.organizations import get_organization
from certtrack.services.rulebook import load_rulebook

SEEN = {
    "Nadia": [("passed", 9150, 2, 1), ("not_passed_yet", 8250, 1, 0)],
    "Noor": [("not_passed_yet", 7900, 1, 0)],
    "Vera": [("not_known", None, None, 0)],
}


@pytest.mark.parametrize("today", [date(2026, 1, 31), date(2028, 2, 29)], ids=str)
def test_results_of_every_kind_and_seats_to_come(database: Database, tmp_path: Path, today: date) -> None:
    rulebook, clock = load_rulebook(tmp_path), FixedClock(noon_of(today, ZONE))
    with database.writing() as session:
        load_demo(session, rulebook, clock=clock, hash_password=str.upper)

    with database.reading() as session:
        found = {}
        for name in SEEN:
            person = session.scalars(select(Person.id).where(Person.given_name == name)).one()
            shown = list_shown_exams(session, rulebook, command_actor("test"), person, today=today)
            marks = [(one.outcome, one.marked) for one in shown]
            found[name] = [(said, one.score, one.attempt, one.corrected) for said, one in marks if one]
        sittings = session.scalars(select(ExamSitting).order_by(ExamSitting.id)).all()
        number = session.scalars(select(Account.id).where(Account.sign_in_name == "pat@example.org")).one()
        grant = RoleGrant(Role.PROGRAMME_ADMINISTRATOR, get_organization(session, "program").id)
        pat = Actor(f"account:{number}", number, grants=frozenset({grant}))
        pages = [show_sitting(session, rulebook, pat, one, "", today) for one in sittings]
    assert found == SEEN
    # an office's own sittings are held for the program too, and what came of them isn't the office's to enter
    assert [page.can_enter for page in pages] == [True, True, False, False, False, False]
    coming = [page for page in pages if page.sitting.held_on > today]
    assert [(len(page.seats), page.sitting.seats) for page in coming] == [(2, 12), (2, 4), (1, 6)]
