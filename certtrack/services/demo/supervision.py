"""The demonstration's supervision: sessions that are signed, on paper too, and one that waits for a signature."""

from collections.abc import Mapping
from datetime import timedelta

from certtrack.db.models import Person, SupervisionSession
from certtrack.rules.service import SessionKind, Side, Topic, Way
from certtrack.security import Actor
from certtrack.services.demo.people import BOB, CAROL, PEOPLE, DemoPerson
from certtrack.services.demo.place import Place
from certtrack.services.supervision.duties import record_qualification, start_duty
from certtrack.services.supervision.records import NewSession, log_session
from certtrack.services.supervision.service import NewService, log_service
from certtrack.services.supervision.signing import record_paper, sign_session

_NAMED = {one.given_name: one for one in PEOPLE}
_WEEK = 7


def add_supervision(
    place: Place, people: Mapping[DemoPerson, Person], supervisor: Actor, holder: Actor, office: Actor
) -> None:
    """Put it on record; `supervisor` is Bob, `holder` Carol, and `office` says for whom it is counted, and by what."""
    carol, bob = people[CAROL].id, people[BOB].id
    others = [people[_NAMED[name]].id for name in ("Grace", "Otis", "Tomasz")]
    first = _hold(
        place, bob, {carol}, 16, 60, "individual", "in_person", ("boundaries_ethics", "own_wellness"), supervisor
    )
    _sign(place, first, supervisor)
    _sign(place, first, holder)
    group = _hold(place, bob, {carol, *others}, 9, 90, "group", "remote", ("listening", "teamwork"), supervisor)
    said: list[tuple[Side, int]] = [("supervisor", bob), *(("person", number) for number in others)]
    record_paper(place.session, group, said, expected_no=group.no, actor=office, at=place.at)
    latest = _hold(
        place, bob, {carol}, 2, 60, "individual", "in_person", ("sharing_own_story", "learning_goals"), supervisor
    )
    _sign(place, latest, supervisor)
    for pack in place.rulebook.services.list()[:1]:
        since = place.today - timedelta(days=_WEEK * 6)
        for number in (carol, *others):
            start_duty(place.session, pack, number, place.organization.id, since, actor=office, at=place.at)
        record_qualification(
            place.session, pack, bob, place.organization.id, "Licensed Clinical Social Worker",
            place.today - timedelta(days=900), actor=office, at=place.at,
        )  # fmt: skip
    for weeks, minutes in ((2, 26 * 60), (1, 28 * 60 + 30)):
        monday = place.today - timedelta(days=place.today.weekday() + _WEEK * weeks)
        new = NewService(monday, monday + timedelta(days=_WEEK - 1), minutes)
        log_service(place.session, carol, place.organization.id, new, actor=holder, at=place.at)


def _hold(
    place: Place,
    supervisor_id: int,
    people: set[int],
    days_ago: int,
    minutes: int,
    kind: SessionKind,
    way: Way,
    topics: tuple[Topic, ...],
    actor: Actor,
) -> SupervisionSession:
    day = place.today - timedelta(days=days_ago)
    new = NewSession(supervisor_id, frozenset(people), day, minutes, kind, way, topics)
    return log_session(place.session, place.organization.id, new, actor=actor, at=place.at)


def _sign(place: Place, record: SupervisionSession, actor: Actor) -> None:
    sign_session(place.session, record, expected_no=record.no, actor=actor, at=place.at)
