"""An hour that is claimed for two certifications: the one due earlier takes what it needs, the spans of both follow."""

from datetime import date

from kit.credits import amend, log, make_new
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import StandingSpan
from certtrack.services.standing import load_standings

_EARLY, _LATE = date(2027, 1, 31), date(2027, 10, 31)


def hold_both(world: World) -> tuple[int, int, int]:
    """Carol as a parent peer specialist and, due later, as a peer specialist."""
    carol = world.person()
    early, _ = world.certify(carol, _EARLY, pack="us-wi-cpps")
    late, _ = world.certify(carol, _LATE)
    return carol, early, late


def hours_of(world: World, certification_id: int, on: date) -> str:
    with world.database.reading() as session:
        span = select(StandingSpan.hours).where(
            StandingSpan.certification_id == certification_id,
            StandingSpan.from_on <= on,
            StandingSpan.until_on >= on,
        )
        return session.scalars(span).one()


def test_whether_it_counts_twice_is_not_published_so_the_later_one_is_not_sure(world: World) -> None:
    carol, early, late = hold_both(world)
    log(world, carol, make_new(20, last_on=date(2026, 3, 2)), early, late)
    with world.database.reading() as session:
        found = load_standings(session, world.rulebook, [early, late], world.today)
    first, second = found[early].counted, found[late].counted
    assert (first.requirements[0].counted, first.credits[0].code) == (1200, "counts")
    assert (second.requirements[0].counted, second.requirements[0].unsure) == (0, 1200)
    assert (second.credits[0].counts, second.credits[0].code) == ("unsure", "sharing_not_published")
    assert hours_of(world, late, world.today) == found[late].hours == "unconfirmed"


def test_a_change_to_the_one_projects_the_other_as_well(world: World) -> None:
    carol, early, late = hold_both(world)
    shared = log(world, carol, make_new(20, last_on=date(2026, 3, 2)), early, late)
    amend(world, shared, make_new(30, last_on=date(2026, 3, 2)))
    with world.database.reading() as session:
        found = load_standings(session, world.rulebook, [late], world.today)[late]
    assert (found.counted.requirements[0].counted, found.counted.requirements[0].unsure) == (600, 600)
    assert hours_of(world, late, world.today) == found.hours
