"""The demonstration's hours: a credit in every case, on the record of one specialist and a few others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from certtrack.db.models import Certification, Claim, Person
from certtrack.rules.facts import Activity, CreditPart, Form, Proof
from certtrack.security import Actor
from certtrack.services.credits.amounts import Unit
from certtrack.services.credits.claims import Deciding, decide_claim
from certtrack.services.credits.records import log_credit
from certtrack.services.credits.typed import NewCredit
from certtrack.services.demo.certificates import add_certificate
from certtrack.services.demo.people import BOB, CAROL, PEOPLE, DemoPerson
from certtrack.services.demo.place import ACTOR, Place
from certtrack.services.evidence.store import EvidenceStore


@dataclass(frozen=True, slots=True)
class DemoCredit:
    """Something fictional that somebody took part in. `ended_in`: days from today, as of people; `minutes`: in all.

    `amount` and `unit`: as it was typed. `has_file`: its certificate is here as a file. `decision` None: it waits;
    `reason`, `words`: why it was returned.
    """

    title: str
    ended_in: int
    minutes: int
    amount: str
    areas: tuple[str, ...] = ()
    unit: Unit = "hours"
    provider: str | None = "Example Learning Cooperative"
    activity: Activity = "course"
    form: Form | None = "in_person"
    proof: Proof = "on_paper"
    has_file: bool = False
    days: int = 1
    decision: Deciding | None = None
    reason: str | None = None
    words: str | None = None


_NAMED = {one.family_name: one for one in PEOPLE}
_ETHICS, _TRAUMA, _CULTURE = ("ethics_boundaries",), ("trauma_informed_care",), ("cultural_humility",)
CREDITS: Mapping[DemoPerson, tuple[DemoCredit, ...]] = {
    CAROL: (
        DemoCredit("Ethics in Peer Support", -300, 180, "3", _ETHICS, decision="checked"),
        DemoCredit(
            "Grief and Trauma in Community Settings", -210, 360, "0.6", _TRAUMA, unit="ceu", days=2, decision="checked"
        ),
        DemoCredit(
            "Listening Across Cultures", -150, 240, "4", _CULTURE, activity="conference",
            decision="returned", reason="hours_differ", words="The certificate says 3 hours. Which is it?",
        ),
        DemoCredit("Humility at the Front Door", -120, 120, "2", _CULTURE, activity="webinar", form="recorded"),
        DemoCredit("Stories of Recovery", -75, 90, "90", unit="minutes", activity="video", form="recorded"),
        DemoCredit(
            "Fall Community of Practice", -45, 120, "2", activity="community_of_practice", proof="none", provider=None
        ),
        DemoCredit(
            "Boundaries and Social Media", -20, 90, "1:30", _ETHICS, activity="webinar", form="live_online",
            has_file=True,
        ),
    ),
    BOB: (DemoCredit("Supervising Peers Well", -30, 360, "6", _ETHICS, days=2),),
    _NAMED["Twomonths"]: (
        DemoCredit("Peer Gathering", -60, 300, "5", activity="conference"),
        DemoCredit("Peer Gathering, Saturday", -59, 300, "5", activity="conference"),
    ),
    _NAMED["Fortnight"]: (
        DemoCredit("Wellness and Recovery, a Course", -380, 1080, "18", days=3, decision="checked"),
        DemoCredit("Ethics Refresher", -90, 120, "2", _ETHICS, decision="checked"),
    ),
    _NAMED["Núñez Muñoz"]: (
        DemoCredit("Humildad cultural en la práctica", -70, 360, "6", _CULTURE, decision="checked"),
        DemoCredit("Taller de escucha", -14, 90, "90", unit="minutes", form="live_online", activity="webinar"),
    ),
    _NAMED["Movedon"]: (
        DemoCredit("Boundaries at Work", -100, 240, "4", _ETHICS),
        DemoCredit("A Course after the Move", -8, 180, "3", _ETHICS, proof="none"),
    ),
}  # fmt: skip
"""One specialist has every case, and one all hours, without anybody knowing whether each area has enough."""


def add_credits(
    place: Place, people: Mapping[DemoPerson, Person], logger: Actor, checker: Actor, store: EvidenceStore | None
) -> None:
    """Put everybody's credits on record; `checker` decides on those that don't wait. Without a store no file is.

    `logger`, of the office, has seen what is on paper; it logs nothing of whoever has left.
    """
    for one, credits_ in CREDITS.items():
        certification = _find_certification(place, people[one])
        for credit in credits_:
            then = place
            if one.left_in is not None:
                then = replace(place, at=place.at + timedelta(days=credit.ended_in + 1))
            by = logger if one.left_in is None or credit.ended_in + 1 < one.left_in else ACTOR
            files = _add_file(place, store, people[one], credit, by) if store and credit.has_file else ()
            _add(then, people[one], certification, credit, by, checker, files)


def _add_file(place: Place, store: EvidenceStore, person: Person, one: DemoCredit, logger: Actor) -> tuple[int, ...]:
    day = (place.today + timedelta(days=one.ended_in)).isoformat()
    lines = (
        *("Certificate of attendance", "This says that", person.shown_name, f"took part on {day} in"),
        *(one.title, f"{one.amount} hours, {one.provider}. A fictional certificate."),
    )
    return (add_certificate(place, store, person.id, lines, logger),)


def _add(
    place: Place,
    person: Person,
    certification: Certification,
    one: DemoCredit,
    logger: Actor,
    checker: Actor,
    files: tuple[int, ...],
) -> None:
    new = replace(_make(place, one), files=files)
    credit = log_credit(place.session, place.rulebook, person.id, new, [certification.id], actor=logger, at=place.at)
    if one.decision is None:
        return
    claim = place.session.scalars(select(Claim).where(Claim.credit_id == credit.id)).one()
    decide_claim(
        place.session,
        place.rulebook,
        claim,
        one.decision,
        expected_no=claim.no,
        reason_code=one.reason,
        words=one.words,
        actor=checker,
        at=place.at,
    )


def _make(place: Place, one: DemoCredit) -> NewCredit:
    last_on = place.today + timedelta(days=one.ended_in)
    return NewCredit(
        title=one.title,
        provider=one.provider,
        first_on=last_on - timedelta(days=one.days - 1),
        last_on=last_on,
        unit=one.unit,
        amount=one.amount,
        parts=(CreditPart(one.minutes, one.areas),),
        activity=one.activity,
        form=one.form,
        role="participant",
        proof=one.proof,
    )


def _find_certification(place: Place, person: Person) -> Certification:
    return place.session.scalars(select(Certification).where(Certification.person_id == person.id)).one()
