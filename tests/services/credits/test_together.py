"""One attendance list: a credit for each who was there, all of them or none."""

import pytest
from kit.credits import Cast, claim_of, log, make_new
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Claim, Credit
from certtrack.errors import BadInput, NotAllowed, NotFound
from certtrack.rules.facts import StatusKind
from certtrack.security import Actor
from certtrack.services.certifications import get_certification, record_status
from certtrack.services.credits.together import (
    Choosable,
    choose_people,
    get_together_offer,
    list_doubles,
    log_together,
)


def offer(world: World, actor: Actor) -> tuple[Choosable, ...]:
    with world.database.reading() as session:
        return get_together_offer(session, world.rulebook, actor, world.today).people


def count(world: World) -> tuple[int, int]:
    with world.database.reading() as session:
        credits_, claims = (session.scalar(select(func.count(table.id))) for table in (Credit, Claim))
        return credits_ or 0, claims or 0


def test_those_are_offered_whom_one_may_log_for_with_their_open_certifications(world: World, cast: Cast) -> None:
    erin = world.person("Erin")
    cps, _ = world.certify(erin, world.today.replace(month=10))
    kind: StatusKind = "retired"
    with world.database.writing() as session:
        cpps = get_certification(session, cast.cpps)
        record_status(session, world.rulebook, cpps, kind, world.today, reason=None, actor=world.actor, at=world.at)
    carol, erins = Choosable(cast.carol, "Carol Example", (cast.cps,)), Choosable(erin, "Erin Example", (cps,))
    assert offer(world, cast.office) == (carol, erins)
    assert offer(world, cast.supervisor) == (carol,)
    assert offer(world, cast.stranger) == ()


def test_each_gets_a_credit_on_paper_that_waits_for_every_open_certification(world: World, cast: Cast) -> None:
    erin = world.person("Erin")
    world.certify(erin, world.today.replace(month=10))
    new = make_new(3, proof="none", areas=("ethics_boundaries",))
    with world.database.writing() as session:
        made = log_together(session, world.rulebook, offer(world, cast.office), new, actor=cast.office, at=world.at)
        numbers = [one.id for one in made]
    with world.database.reading() as session:
        found = [session.get_one(Credit, number) for number in numbers]
        assert [(one.person_id, one.proof, one.proof_seen_by, one.minutes) for one in found] == [
            (cast.carol, "on_paper", "alice@example.org", 180),
            (erin, "on_paper", "alice@example.org", 180),
        ]
        decisions = [claim_of(session, numbers[0], number).decision for number in (cast.cps, cast.cpps)]
        assert decisions == ["waiting", "waiting"]
    assert count(world) == (2, 3)


def test_all_or_nothing_when_one_of_them_is_not_theirs_to_log_for(world: World, cast: Cast) -> None:
    erin = world.person("Erin")
    cps, _ = world.certify(erin, world.today.replace(month=10))
    chosen = [*offer(world, cast.supervisor), Choosable(erin, "Erin Example", (cps,))]
    with pytest.raises(NotAllowed), world.database.writing() as session:
        log_together(session, world.rulebook, chosen, make_new(3), actor=cast.supervisor, at=world.at)
    assert count(world) == (0, 0)
    with pytest.raises(BadInput, match="who was there"), world.database.writing() as session:
        log_together(session, world.rulebook, [], make_new(3), actor=cast.supervisor, at=world.at)


def test_whoever_is_not_offered_can_not_be_chosen(world: World, cast: Cast) -> None:
    with world.database.reading() as session:
        made = get_together_offer(session, world.rulebook, cast.supervisor, world.today)
    assert [one.person_id for one in choose_people(made, [cast.carol, cast.carol])] == [cast.carol]
    with pytest.raises(NotFound):
        choose_people(made, [cast.carol, 999])


def test_doubles_are_told_by_person(world: World, cast: Cast) -> None:
    erin = world.person("Erin")
    world.certify(erin, world.today.replace(month=10))
    same = log(world, cast.carol, make_new(3), cast.cps)
    with world.database.reading() as session:
        found = list_doubles(session, offer(world, cast.office), make_new(3))
        assert {number: [one.id for one in doubles] for number, doubles in found.items()} == {cast.carol: [same]}
