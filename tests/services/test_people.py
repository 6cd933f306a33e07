"""People on record."""

from datetime import date

from kit.world import World

from certtrack.services.cycles import get_cycle


def test_a_certification_is_recorded_with_an_open_cycle(world: World) -> None:
    _, cycle_id = world.certify(world.person(), date(2026, 10, 31))
    with world.database.reading() as session:
        assert get_cycle(session, cycle_id).due_on == date(2026, 10, 31)
