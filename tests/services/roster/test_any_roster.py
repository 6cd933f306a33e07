"""Small rosters of any kind: a dry run says what the import then does, and the same file again does nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from kit.examples import count_examples
from kit.roster import Office, carol, make_csv
from kit.world import World, make_world
from sqlalchemy import select

from certtrack.db.engine import Database
from certtrack.db.models import Assignment, Person
from certtrack.services.roster.runs import Import

Row = tuple[str, ...]

ROWS = st.lists(
    st.builds(
        carol,
        name=st.sampled_from(["Example, Carol", "Other, Dave", "=1+1, Bob", "Super, Bob", "", "Cher"]),
        address=st.sampled_from(["carol@example.org", "bob@example.org", "", "no address"]),
        number=st.sampled_from(["CPS-1", "CPS-2", "cps-1", ""]),
        credential=st.sampled_from(["CPS", "CPPS", "RN"]),
        exam=st.sampled_from(["03/22/2024", "02/30/2024", ""]),
        expires=st.sampled_from(["10/31/2026", "10/31/2024", "10/31/2028", "01/30/2027", "soon"]),
        supervisor=st.sampled_from(["bob@example.org", "carol@example.org", "B. Supervisor", ""]),
    ),
    min_size=1,
    max_size=8,
)
OF_THE_FILE = {"rows", "rows_same", "rows_twice", "rows_kept", "rows_refused", "cells_left_empty"}  # no changes
DAVE = {"name": "Other, Dave", "supervisor": ""}
BOB = {"name": "Super, Bob", "address": "bob@example.org", "number": "CPS-2", "supervisor": ""}
ODD: dict[str, tuple[list[Row], list[Row]]] = {
    "a number passes to somebody on the same address who has a row above": (
        [carol()],
        [carol(**DAVE, number="CPS-2"), carol(**DAVE)],
    ),
    "a number passes to somebody on the same address while its holder has a new one": (
        [carol(credential="CPPS")],
        [carol(), carol(**DAVE, credential="CPPS")],
    ),
    "a row without a number, below the one with it, has a day of its own": (
        [carol()],
        [carol(), carol(number="", expires="10/31/2028")],
    ),
    "a row without a number, above the one with it, has a day of its own": (
        [carol()],
        [carol(number="", expires="10/31/2028"), carol()],
    ),
    "a number comes beside the row that had none": (
        [carol(number="")],
        [carol(number="CPS-9", expires="10/31/2028"), carol(number="")],
    ),
    "a supervisor's address passes to the person supervised": (
        [carol(**BOB)],
        [carol(**BOB | {"address": "carol@example.org", "supervisor": "bob@example.org"})],
    ),
    "a supervisor whom a row names has another address by the row below": (
        [carol(), carol(**BOB)],
        [carol(number="CPS-3", name="Other, Dave", address=""), carol(**BOB | {"address": "new@example.org"})],
    ),
    "a supervisor who is on record comes to the address that a row above names": (
        [carol(**BOB | {"address": "old@example.org"})],
        [carol(), carol(**BOB)],
    ),
    "a row below puts a second person on the address of a supervisor": (
        [carol(supervisor="")],
        [carol(**BOB | {"supervisor": "carol@example.org"}), carol(**DAVE, number="CPS-3")],
    ),
    "two rows of one person give two addresses": (
        [carol()],
        [carol(credential="CPPS"), carol(address="doe@example.org")],
    ),
    "two rows of one person name two supervisors": (
        [carol(), carol(credential="CPPS")],
        [carol(supervisor="dave@example.org"), carol(credential="CPPS")],
    ),
    "the holder of a number that isn't the row's is given another name below": (
        [carol(**BOB), carol(**BOB | {"credential": "CPPS"})],
        [carol(number="CPS-2"), carol(**BOB | {"credential": "CPPS", "name": "Cher"})],
    ),
    "a name changes in a row without an address, beside another person's": (
        [carol(name="Super, Bob")],
        [carol(credential="CPPS"), carol(name="Else, Bob", address="")],
    ),
}


@contextmanager
def make_office(template: Path) -> Iterator[Office]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "certtrack.db"
        shutil.copy(template, file)
        database = Database(f"sqlite:///{file}")
        yield Office(make_world(database))
        database.close()


def tell(work: Import) -> tuple[object, ...]:
    plans = [(plan.kind, plan.changes, plan.term, plan.exam_on, plan.supervisor, plan.findings) for plan in work.plans]
    return work.count(), plans


def take_twice(office: Office, rows: list[Row]) -> None:
    data = make_csv(*rows)
    looked, done = office.look(data), office.take(data)
    assert tell(looked) == tell(done)
    again = office.take(data).count()
    assert {name for name, count in again.items() if count} <= OF_THE_FILE


@settings(
    max_examples=count_examples(8),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # a database is too slow for making a failure smaller
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be busy
)
@given(first=ROWS, second=ROWS)
def test_a_dry_run_says_what_the_import_does_and_again_it_does_nothing(
    sqlite_template: Path, first: list[Row], second: list[Row]
) -> None:
    with make_office(sqlite_template) as office:
        for rows in (first, second):
            take_twice(office, rows)


@pytest.mark.parametrize("name", ODD)
def test_the_same_file_again_does_nothing_where(office: Office, name: str) -> None:
    for rows in ODD[name]:
        take_twice(office, rows)


def test_whoever_is_assigned_stays_assigned_when_their_address_changes(world: World, office: Office) -> None:
    office.rows(carol(), carol(**BOB))
    moved = office.rows(carol(), carol(**BOB | {"address": "new@example.org"}))
    assert moved.count_findings() == {}
    with world.database.reading() as session:
        supervisors = session.scalars(select(Person).join(Assignment, Assignment.supervisor_id == Person.id))
        assert [person.private_address for person in supervisors] == ["new@example.org"]


def test_a_row_without_a_number_doesnt_move_the_day_of_a_number_in_the_same_file(world: World, office: Office) -> None:
    office.rows(carol())
    work = office.rows(carol(number="", expires="10/31/2028"), carol())
    assert [(plan.kind, plan.changes) for plan in work.plans] == [("new", []), ("same", [])]
    assert work.count_findings()["second_certification"] == 1
