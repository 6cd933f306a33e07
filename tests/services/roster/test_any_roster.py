"""Small rosters of any kind: a dry run says what the import then does, and the same file again does nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from kit.roster import Office, carol, make_csv
from kit.world import make_world

from certtrack.db.engine import Database
from certtrack.services.roster.runs import Import

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


def takes_supervisors_address(work: Import) -> bool:
    """True where the file itself takes an address from whom it names as supervisor by it: only the next one tells."""
    taken = {change.old for plan in work.plans for change in plan.changes if change.field == "address"}
    return bool(taken & {plan.row.supervisor for plan in work.plans})


@settings(max_examples=15, deadline=None)
@given(first=ROWS, second=ROWS)
def test_a_dry_run_says_what_the_import_does_and_again_it_does_nothing(
    sqlite_template: Path, first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    with make_office(sqlite_template) as office:
        for rows in (first, second):
            data = make_csv(*rows)
            looked, done = office.look(data), office.take(data)
            assert tell(looked) == tell(done)
            assume(not takes_supervisors_address(looked))
            again = office.take(data).count()
            assert (again["rows_new"], again["rows_changed"], again["people_new"]) == (0, 0, 0)
            assert (again["findings"], again["cycles_opened"], again["cycles_moved"]) == (0, 0, 0)
