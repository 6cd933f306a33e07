"""Two people at the same record at once: one of them is told, and nothing is decided that nobody saw."""

import threading
from collections.abc import Callable

from kit.credits import Cast, amend, decide, find_claim, log, make_new
from kit.databases import on_both
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import CreditVersion
from certtrack.errors import StaleRecord


def do_at_once(*acts: Callable[[], object]) -> list[Exception]:
    gate, errors = threading.Barrier(len(acts)), list[Exception]()

    def do(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells it
            errors.append(error)

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@on_both
def test_of_two_who_amend_at_once_one_is_told(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(1), cast.cps)
    errors = do_at_once(*(lambda hours=hours: amend(world, credit, make_new(hours)) for hours in (2, 3)))
    assert [type(error) for error in errors] == [StaleRecord]
    with world.database.reading() as session:
        assert session.scalars(select(CreditVersion.no).order_by(CreditVersion.id)).all() == [1, 2]


@on_both
def test_what_is_amended_while_somebody_decides_waits_in_either_order(world: World, cast: Cast) -> None:
    for hours in (2, 3, 4):
        credit = log(world, cast.carol, make_new(hours), cast.cps)
        claim, _, _ = find_claim(world, credit, cast.cps)
        errors = do_at_once(
            lambda credit=credit: amend(world, credit, make_new(9)),  # type: ignore[misc]  # bound at once
            lambda claim=claim: decide(world, claim, "checked", actor=cast.supervisor),  # type: ignore[misc]  # likewise
        )
        assert {type(error) for error in errors} <= {StaleRecord}
        assert find_claim(world, credit, cast.cps) == (claim, 2 if errors else 3, "waiting")
