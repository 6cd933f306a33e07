"""The demonstration's activities to find, what Carol plans of them, links that help, and a training that is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from certtrack.db.models import Offering, Person
from certtrack.rules.facts import Activity, CreditPart, Form
from certtrack.security import Actor
from certtrack.services.demo.people import CAROL, DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.offerings.planning import plan_offering
from certtrack.services.offerings.records import NewOffering, add_offering
from certtrack.services.resources import NewResource, add_resource
from certtrack.services.trainings.courses import NewSession, NewTraining, plan_training

_ETHICS, _TRAUMA, _HUMILITY = "ethics_boundaries", "trauma_informed_care", "cultural_humility"
_NINE, _FOUR = 9 * 60, 16 * 60
_SITE = "https://example.org"


@dataclass(frozen=True, slots=True)
class _Activity:
    """One activity: in how many days from today it is, None for any time; how many days it takes."""

    title: str
    in_days: int | None
    parts: tuple[CreditPart, ...]
    activity: Activity = "course"
    form: Form = "in_person"
    where: str | None = "Lakeside Hall"
    lasts: int = 1
    words: str | None = None


_PLANNED = (
    _Activity(
        "Ethics and boundaries in practice", 12, (CreditPart(120, (_ETHICS,)),), form="live_online", where=None,
        words="Free. The link to the meeting comes by mail the day before.",
    ),
    _Activity(
        "Cultural humility, at your own pace", None, (CreditPart(90, (_HUMILITY,)),), "webinar", "recorded", None,
    ),
)  # fmt: skip
_OTHERS = (
    _Activity(
        "Fall peer gathering", 40, (CreditPart(120, (_TRAUMA,)), CreditPart(90, (_HUMILITY,)), CreditPart(60, ())),
        "conference", lasts=2, words="Lunch is there. Say if you need a ride.",
    ),
    _Activity("Trauma-informed listening", 26, (CreditPart(180, (_TRAUMA,)),)),
    _Activity("Monthly community of practice", 5, (CreditPart(60, ()),), "community_of_practice"),
)  # fmt: skip
_RESOURCES = (
    NewResource(
        "help", "national", "Example help line, day and night", "Línea de ayuda de ejemplo, día y noche",
        f"{_SITE}/help", "555-0100",
    ),
    NewResource(
        "help", "local", "Lakeside drop-in, Tuesday evenings", "Encuentro abierto de Lakeside, martes por la noche",
        f"{_SITE}/drop-in", None, 2,
    ),
    NewResource(
        "employment", "state", "Work for peer specialists in the state", "Trabajo para especialistas en el estado",
        f"{_SITE}/jobs/state", None,
    ),
    NewResource(
        "employment", "national", "National job board for peer support", "Bolsa nacional de trabajo entre pares",
        f"{_SITE}/jobs/national", None, 2,
    ),
    NewResource(
        "program", "state", "How to send a recertification", "Cómo enviar una recertificación",
        f"{_SITE}/recertify", None,
    ),
)  # fmt: skip


def add_offerings(place: Place, people: Mapping[DemoPerson, Person], holder: Actor) -> None:
    """Put them on record; `holder` is Carol, who plans two."""
    for one in _PLANNED:
        plan_offering(place.session, people[CAROL].id, _add(place, one), place.today, actor=holder, at=place.at)
    for one in _OTHERS:
        _add(place, one)
    for resource in _RESOURCES:
        add_resource(place.session, place.organization.id, resource, actor=ACTOR, at=place.at)
    _add_open_training(place)


def _add(place: Place, one: _Activity) -> Offering:
    first = place.day(one.in_days)
    new = NewOffering(
        title=one.title,
        provider="Example Recovery Institute",
        first_on=first,
        last_on=first + timedelta(days=one.lasts - 1) if first else None,
        parts=one.parts,
        activity=one.activity,
        form=one.form,
        place=one.where,
        link=f"{_SITE}/activities",
        words=one.words,
    )
    return add_offering(place.session, place.organization.id, new, actor=ACTOR, at=place.at)


def _add_open_training(place: Place) -> None:
    first = place.today + timedelta(days=33)
    sessions = [NewSession(first + timedelta(days=7 * n), _NINE, _FOUR) for n in range(7)]
    new = NewTraining(
        "cps", "Certified Peer Specialist training, new course", is_online=False, place="Lakeside Hall, room 1",
        trainers="Dana Fictional and Lee Invented", seats=18,
    )  # fmt: skip
    plan_training(place.session, place.organization.id, new, sessions, actor=ACTOR, at=place.at)
