"""An office that somebody has left sees the supervision it had with them, as it stood on the last day."""

from datetime import date, timedelta
from typing import Any

from kit.supervision import Team, hold, make_session, say_paper, serve
from kit.world import World

from certtrack.security import Actor
from certtrack.services.former import find_last_day
from certtrack.services.organizations import affiliate, create_organization, end_affiliation, find_affiliation
from certtrack.services.supervision.records import get_session, withdraw_session
from certtrack.services.supervision.then import SupervisionThen, show_supervision_then

LAST = date(2026, 5, 20)
AFTER = date(2026, 6, 20)


def leave(world: World, person_id: int) -> None:
    world.move_to(AFTER)
    with world.database.writing() as session:
        lasting = find_affiliation(session, person_id, world.organization_id)
        assert lasting is not None
        end_affiliation(session, lasting, LAST, reason=None, actor=world.actor, at=world.at)


def show(world: World, team: Team, actor: Actor | None = None, **asked: Any) -> SupervisionThen | None:
    with world.database.reading() as session:
        last = find_last_day(session, actor or team.office, team.carol, world.today)
        if last is None:
            return None
        return show_supervision_then(session, last, **({"as_of": AFTER, "known_at": world.at} | asked))


def tell(shown: SupervisionThen | None) -> list[int]:
    return [one.row.id for one in shown.sessions] if shown else []


def test_sessions_and_hours_are_those_of_the_last_day_whatever_came_later(world: World, team: Team) -> None:
    kept = hold(world, make_session(team.bob, team.carol, team.erin))
    withdrawn = hold(world, make_session(team.bob, team.carol, minutes=45))
    say_paper(world, kept, ("supervisor", team.bob))
    serve(world, team.carol, date(2026, 5, 4), date(2026, 5, 12), 20)
    leave(world, team.carol)
    say_paper(world, kept, ("person", team.carol))
    with world.database.writing() as session:
        withdraw_session(
            session, get_session(session, withdrawn), expected_no=1, reason=None, actor=world.actor, at=world.at
        )
    hold(world, make_session(team.bob, team.carol, minutes=30))  # recorded once they had left
    serve(world, team.carol, date(2026, 5, 13), date(2026, 5, 19), 5)

    shown = show(world, team)
    assert shown is not None
    assert tell(shown) == [withdrawn, kept]
    first = shown.sessions[1]
    assert (first.is_signed_by_supervisor, first.is_signed, first.others) == (True, False, 1)
    assert [one.fact.minutes for one in shown.service] == [1200]


def test_an_earlier_day_and_moment_show_less(world: World, team: Team) -> None:
    hold(world, make_session(team.bob, team.carol))
    recorded = world.at
    leave(world, team.carol)
    assert tell(show(world, team, as_of=date(2026, 5, 11))) == []
    assert tell(show(world, team, known_at=recorded - timedelta(seconds=1))) == []
    assert len(tell(show(world, team))) == 1


def test_another_agencys_sessions_are_never_there(world: World, team: Team) -> None:
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        ).id
        affiliate(session, team.carol, other, from_on=None, actor=world.actor, at=world.at)
    own = hold(world, make_session(team.bob, team.carol))
    hold(world, make_session(team.bob, team.carol, minutes=20), organization_id=other)
    leave(world, team.carol)
    assert tell(show(world, team)) == [own]


def test_a_supervisor_there_has_no_such_view(world: World, team: Team) -> None:
    hold(world, make_session(team.bob, team.carol))
    leave(world, team.carol)
    assert show(world, team, team.supervisor) is None
