"""The demonstration shows each standing, and what is mailed, held and asked, on whatever day it is loaded."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from kit.world import ZONE, make_world
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.clock import FixedClock, noon_of
from certtrack.db.engine import Database
from certtrack.db.models import Assignment, Certification, Cycle, Finding, GroupAct, Person, Reminder, Waiver
from certtrack.errors import Refused
from certtrack.services.demo import check_demo_fits, count_mails, has_demo, load_demo, write_policies
from certtrack.services.demo.loading import LOGINS
from certtrack.services.demo.people import PEOPLE
from certtrack.services.reminders.causes import list_held
from certtrack.services.rulebook import Rulebook, load_rulebook
from certtrack.services.standing import load_standings

DAYS = (*(date(2026, 1, 31), date(2026, 10, 31), date(2026, 11, 1), date(2028, 2, 29)),)
# family name: validity, what the ledger says of the latest stage reached, findings
SHOWN: dict[str, tuple[str, str, set[str]]] = {
    "Sample": ("current", "", set()),
    "Example": ("current", "before_30 planned", set()),
    "Notyet": ("not_yet", "", set()),
    "Waiting": ("not_established", "", set()),
    "Faraway": ("current", "", set()),
    "Halfyear": ("current", "before_180 planned", set()),
    "Quarter": ("current", "before_90 planned", set()),
    "Twomonths": ("current", "before_60 planned", set()),
    "Fortnight": ("current", "before_14 planned", {"mail_bounced"}),
    "Week": ("current", "before_7 planned", set()),
    "Tomorrow": ("current", "before_1 planned", set()),
    "Today": ("current", "before_1 planned", set()),
    "Núñez Muñoz": ("current", "before_30 planned", set()),
    "Justafter": ("grace", "grace planned", set()),
    "Later": ("late", "late planned", set()),
    "Tworeadings": ("late", "late planned", set()),
    "Examway": ("exam_route", "exam_route planned", set()),
    "Longway": ("full_route", "full_route planned", set()),
    "Paused": ("suspended", "before_60 suppressed suspended", set()),
    "Closed": ("revoked", "", set()),
    "Retiree": ("retired", "before_180 suppressed retired", set()),
    "Remembered": ("current", "before_90 suppressed died", set()),
    "Stateddays": ("current", "before_60 suppressed has_plan", {"stated_day_differs"}),
    "Noaddress": ("current", "before_30 suppressed no_address", {"no_address"}),
    "Toldbyphone": ("current", "before_30 told", set()),
    "Sharing, Vera": ("current", "", {"exam_year_parity"}),
    "Sharing, Walt": ("current", "before_30 planned", set()),
    "Heldone": ("current", "before_30 held cause", set()),
    "Heldtwo": ("current", "before_60 held cause", set()),
    "Heldthree": ("current", "before_14 held cause", set()),
    "Nextmail": ("current", "before_60 held cause", set()),
    "Movedon": ("current", "", set()),
    "Sentaway": ("current", "before_30 suppressed application_sent", set()),
    "Moretime": ("current", "before_60 suppressed asked_for_time", set()),
    "Byname": ("grace", "grace held by_name", set()),
}
MAILS = sum(ledger.endswith(" planned") for _, ledger, _ in SHOWN.values())


ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
"""What a day or an hour does to the demonstration is the same on either kind of database; loading it takes seconds."""


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    write_policies(tmp_path)
    return load_rulebook(tmp_path)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Database]:
    """The demonstration of May 15, 2026, at noon, for tests that only read it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template, folder / "certtrack.db")
    write_policies(folder)
    with closing(Database(f"sqlite:///{folder / 'certtrack.db'}")) as database:
        load(database, load_rulebook(folder), noon_of(date(2026, 5, 15), ZONE))
        yield database


def load(database: Database, rulebook: Rulebook, at: datetime) -> None:
    with database.writing() as session:
        assert load_demo(session, rulebook, clock=FixedClock(at), hash_password=str.upper) == LOGINS


def name_of(person: Person) -> str:
    shared = [one.family_name for one in PEOPLE].count(person.family_name) > 1
    return f"{person.family_name}, {person.given_name}" if shared else person.family_name


def list_shown(session: Session, rulebook: Rulebook, today: date) -> dict[str, tuple[str, str, set[str]]]:
    certifications = list(session.scalars(select(Certification)))
    standings = load_standings(session, rulebook, [one.id for one in certifications], today)
    asked = defaultdict(set)
    for finding in session.scalars(select(Finding)):
        asked[finding.person_id].add(finding.kind)
    return {
        name_of(one.person): (standings[one.id].validity, find_latest(session, one), asked[one.person_id])
        for one in certifications
    }


def find_latest(session: Session, certification: Certification) -> str:
    query = (
        select(Reminder)
        .join(Cycle, Cycle.id == Reminder.subject_id)
        .where(Cycle.certification_id == certification.id, Reminder.state != "superseded")
        .where(Reminder.subject_kind == "cycle", Reminder.audience == "holder")
    )
    found = [f"{row.stage} {row.state} {row.reason or ''}".strip() for row in session.scalars(query)]
    assert len(found) <= 1
    return "".join(found)


def test_it_loads_on_either_kind_of_database(database: Database, rulebook: Rulebook) -> None:
    load(database, rulebook, noon_of(DAYS[0], ZONE))
    with database.reading() as session:
        assert list_shown(session, rulebook, DAYS[0]) == SHOWN


@ON_SQLITE
@pytest.mark.parametrize("today", DAYS[1:], ids=str)
def test_everybody_stands_as_their_name_says_on_any_day(database: Database, rulebook: Rulebook, today: date) -> None:
    load(database, rulebook, noon_of(today, ZONE))
    with database.reading() as session:
        assert list_shown(session, rulebook, today) == SHOWN


@ON_SQLITE
@pytest.mark.parametrize("hour", [time(6, 1), time(9), time(23, 59)], ids=str)
def test_mail_is_ready_at_any_hour(database: Database, rulebook: Rulebook, hour: time) -> None:
    at = datetime.combine(date(2026, 5, 15), hour, UTC)  # the office is five hours behind
    load(database, rulebook, at)
    with database.reading() as session:
        assert count_mails(session, clock=FixedClock(at)) == MAILS + 1 == 16, "and a copy for whom no mail reaches"


@ON_SQLITE
def test_by_the_shipped_policy_nobody_is_mailed_at_night(database: Database, tmp_path: Path) -> None:
    at = datetime(2026, 5, 15, 6, 1, tzinfo=UTC)
    load(database, load_rulebook(tmp_path), at)
    with database.reading() as session:
        assert count_mails(session, clock=FixedClock(at)) == 0


def test_a_mass_and_a_person_by_name_wait_for_release(loaded: Database) -> None:
    with loaded.reading() as session:
        (held,) = list_held(session)
    assert {person.name for person in held.people} == {
        *("Xenia Heldone", "Yusuf Heldtwo", "Zora Heldthree", "Bea Nextmail"),
    }
    assert [person.name for person in held.by_name] == ["Anders Byname"]


@ON_SQLITE
def test_loaded_again_nothing_is_added(database: Database, rulebook: Rulebook) -> None:
    at = noon_of(date(2026, 5, 15), ZONE)
    load(database, rulebook, at)
    with database.reading() as session:
        before = [session.scalar(select(func.count()).select_from(table)) for table in (Person, Cycle, Reminder)]
    load(database, rulebook, noon_of(date(2026, 6, 15), ZONE))
    with database.reading() as session:
        after = [session.scalar(select(func.count()).select_from(table)) for table in (Person, Cycle, Reminder)]
        assert has_demo(session)
    assert before == after
    assert before[0] == len(PEOPLE)


@ON_SQLITE
def test_it_never_stands_among_real_people(database: Database, rulebook: Rulebook) -> None:
    world = make_world(database)
    with database.writing() as session, pytest.raises(Refused, match="CERTTRACK_INSTANCE=demo-instance"):
        load_demo(session, rulebook, clock=world.clock, hash_password=str.upper)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0
        with pytest.raises(Refused, match="records here already"):
            check_demo_fits(session)


def test_addresses_are_made_of_names_and_nobody_real_has_them(loaded: Database) -> None:
    with loaded.reading() as session:
        addresses = [person.private_address for person in session.scalars(select(Person))]
    assert "nunez@example.org" in addresses
    assert all(address.isascii() and address.endswith("@example.org") for address in addresses if address)
    assert len([address for address in addresses if address == "sharing@example.org"]) == 2


def test_bob_supervises_some_of_them(loaded: Database) -> None:
    with loaded.reading() as session:
        count = session.scalar(select(func.count()).select_from(Assignment))
    assert count == sum(one.has_supervisor for one in PEOPLE)


def test_its_policies_are_those_shipped_but_for_the_hours_and_the_mass(tmp_path: Path) -> None:
    shipped = {policy.key: policy for policy in load_rulebook(tmp_path).policies.list()}
    write_policies(tmp_path)
    for key in {key for policy in shipped.values() for key in policy.credentials}:
        policy = load_rulebook(tmp_path).policies.for_pack(key, date.max)
        assert policy
        assert policy.version == shipped[policy.key].version + 1000
        assert policy.stages == shipped[policy.key].stages
        assert policy.quiet_from == policy.quiet_until
        assert policy.guard_above == 2


def test_a_letter_took_hours_off_for_those_whose_day_is_far(loaded: Database) -> None:
    with loaded.reading() as session:
        [act] = session.scalars(select(GroupAct))
        names = sorted(
            session.scalars(
                select(Person.given_name)
                .join(Certification, Certification.person_id == Person.id)
                .join(Cycle, Cycle.certification_id == Certification.id)
                .join(Waiver, Waiver.cycle_id == Cycle.id)
                .where(Waiver.group_act_id == act.id)
            )
        )
    assert (act.state, act.skipped, names) == ("given", [], ["Bob", "Farah", "Vera"])
