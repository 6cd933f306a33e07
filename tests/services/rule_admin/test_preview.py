"""What a value would change is said before it is put on record, and changes nothing."""

from datetime import date

from kit.credits import log, make_new
from kit.rules import CPS
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Certification, RuleConfirmation
from certtrack.packs.confirming import Confirmed
from certtrack.security import Actor, Role, RoleGrant
from certtrack.services.confirmations import confirm_rule
from certtrack.services.merges import merge_people
from certtrack.services.recounts import find_newest_recount, work_at_recount
from certtrack.services.rule_admin.preview import MOST, Preview, preview

DUE, AS_OF = date(2026, 10, 31), date(2026, 5, 15)
AREA = "hours.areas.{}.minimum.minutes"
AREAS = ("cultural_humility", "trauma_informed_care", "ethics_boundaries", "area_4", "area_5", "area_6")


def look(world: World, key: str, value: str | None, actor: Actor | None = None, most: int = MOST) -> Preview:
    said = Confirmed(CPS, key, value, "Letter", date(2026, 5, 4)) if value is not None else None
    with world.database.reading() as session:
        return preview(session, world.rulebook, actor or world.actor, CPS, key, said, AS_OF, most=most)


def say(world: World, key: str, value: str) -> int:
    """How many are otherwise, as the recount has it."""
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, CPS, key, value,
            source="Letter", on=date(2026, 5, 4), actor=world.actor, at=world.at,
        )  # fmt: skip
        recount = find_newest_recount(session, CPS)
        assert recount is not None
    work_at_recount(world.database.writing, world.rulebook, recount.id, now=lambda: world.at)
    with world.database.reading() as session:
        found = find_newest_recount(session, CPS)
        assert found is not None
        return found.changed


def add_complete(world: World) -> int:
    """Carol, whose hours are complete once the first area's minimum is known."""
    carol = world.person("Carol")
    held = world.certify(carol, DUE)[0]
    for area in AREAS:
        log(world, carol, make_new(5 if area == "area_6" else 3, areas=(area,), title=area), held)
    for area in AREAS[1:]:
        say(world, AREA.format(area), "180")
    return carol


def test_as_many_are_said_to_be_otherwise_as_are_then(world: World) -> None:
    carol = add_complete(world)
    world.certify(world.person("Ana"), DUE)
    world.certify(world.person("Mei"), DUE, pack="us-wi-cpps")

    found = look(world, AREA.format(AREAS[0]), "180")

    assert (found.total, found.looked_at, found.is_whole, found.otherwise) == (2, 2, True, 1)
    assert found.today == {"hours": 1}
    (one,) = found.people
    assert (one.person.id, one.before.hours, one.then.hours) == (carol, "unconfirmed", "complete")
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RuleConfirmation)) == len(AREAS) - 1
    assert say(world, AREA.format(AREAS[0]), "180") == 1


def test_a_later_day_is_said_where_today_is_the_same(world: World) -> None:
    world.certify(world.person(), DUE)  # a Saturday
    found = look(world, "weekend.rule", "next_day")
    assert found.otherwise == 1
    assert look(world, "fees.exam_route.cents", "5000").otherwise == 0


def test_taking_back_is_looked_at_likewise(world: World) -> None:
    world.certify(world.person(), DUE)
    say(world, "weekend.rule", "next_day")
    assert look(world, "weekend.rule", None).otherwise == 1
    assert look(world, "weekend.rule", "next_day").otherwise == 0


def test_of_many_some_are_computed_evenly_spread(world: World) -> None:
    with world.database.writing() as session:
        for _ in range(7):
            world.add_certification(session, world.add_person(session), DUE)
            world.add_certification(session, world.add_person(session), DUE, pack="us-wi-cpps")
    found = look(world, "weekend.rule", "next_day", most=3)
    assert (found.total, found.looked_at, found.is_whole, found.otherwise) == (7, 2, False, 2)


def test_those_alone_are_named_whom_the_reader_may_see(world: World) -> None:
    add_complete(world)
    here = Actor("account:1", 1, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, world.organization_id)}))
    elsewhere = Actor("account:2", 2, None, frozenset({RoleGrant(Role.AGENCY_ADMINISTRATOR, 999)}))
    for actor, named in ((here, 1), (elsewhere, 0)):
        found = look(world, AREA.format(AREAS[0]), "180", actor)
        assert (found.otherwise, len(found.people)) == (1, named)


def test_whoever_was_joined_with_another_record_is_named_by_that_one(world: World) -> None:
    carol, into = add_complete(world), world.person("Caroline")
    with world.database.writing() as session:
        merge_people(session, world.rulebook, carol, into, reason="One person", actor=world.actor, at=world.at)
    found = look(world, AREA.format(AREAS[0]), "180")
    assert ([one.person.id for one in found.people], found.person_ids) == ([into], [into])


def test_nobody_holds_it_and_nothing_is_otherwise(world: World) -> None:
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Certification)) == 0
    found = look(world, "weekend.rule", "next_day")
    assert (found.total, found.looked_at, found.otherwise, found.people) == (0, 0, 0, ())
