"""The demonstration's hours show every case on one page, on whatever day it is loaded."""

from datetime import date
from pathlib import Path

import pytest
from kit.world import ZONE
from sqlalchemy import select

from certtrack.clock import FixedClock, noon_of
from certtrack.db.engine import Database
from certtrack.db.models import Certification, Credit, Person
from certtrack.services.credits.shown import list_shown_credits
from certtrack.services.demo import load_demo
from certtrack.services.rulebook import load_rulebook
from certtrack.services.standing import load_standings

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])  # the days differ, the kinds of database don't

DAYS = (date(2026, 1, 31), date(2026, 11, 26), date(2028, 2, 29))
# newest first: why each counts or doesn't, and what was decided
CASES = [
    ("counts", "waiting"),
    ("no_certificate", "waiting"),
    ("activity_excluded", "waiting"),
    ("form_not_published", "waiting"),
    ("returned", "returned"),
    ("counts", "checked"),
    ("counts", "checked"),
]


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_one_specialist_has_every_case_and_one_has_all_hours(database: Database, tmp_path: Path, today: date) -> None:
    rulebook, clock = load_rulebook(tmp_path), FixedClock(noon_of(today, ZONE))
    with database.writing() as session:
        load_demo(session, rulebook, clock=clock, hash_password=str.upper)

    with database.reading() as session:
        found = {}
        for name in ("Example", "Fortnight"):
            query = select(Certification).join(Person).where(Person.family_name == name)
            certification = session.scalars(query).one()
            standing = load_standings(session, rulebook, [certification.id], today)[certification.id]
            found[name] = (standing, list_shown_credits(session, rulebook, certification, standing))

        seen_by = set(session.scalars(select(Credit.proof_seen_by)))
    assert seen_by == {None, "alice@example.org"}, "whoever has seen it is somebody of the office"
    carol, credits_ = found["Example"]
    assert [(one.count and one.count.code, one.claim.decision) for one in credits_] == CASES
    assert {one.claim.decided_by for one in credits_} == {None, "Bob Sample"}
    assert (carol.counted.requirements[0].counted, carol.counted.requirements[0].unsure) == (630, 120)
    grace, _ = found["Fortnight"]
    assert (grace.hours, grace.counted.requirements[0].counted) == ("unconfirmed", 1200)
