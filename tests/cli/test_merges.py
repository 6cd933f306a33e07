"""`certtrack merge`."""

from kit.typed import Typed
from kit.world import World

from certtrack.services.people import get_person


def test_two_records_are_made_one_and_parted_by_the_number_of_the_first(typed: Typed, world: World) -> None:
    old, carol = world.person("Caro"), world.person("Carol")
    done = typed("merge", old, carol, "--because", "twice in the list")
    assert done.exit_code == 0
    assert f"certtrack merge {old} --undo" in done.stderr
    with world.database.reading() as session:
        assert get_person(session, old).id == carol
    assert "one person already" in typed("merge", old, carol, "--because", "again").stderr
    assert typed("merge", old, "--because", "x").exit_code == 2
    assert typed("merge", "Caro Example", "--undo", "--because", "x").exit_code == 2
    assert typed("merge", old, "--undo", "--because", "two people").exit_code == 0
    with world.database.reading() as session:
        assert get_person(session, old).id == old
