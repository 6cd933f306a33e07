"""One fictional person's records: the person, the certification with its cycle, exam and acts, and what is odd."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from certtrack.db.models import Certification, Person
from certtrack.rules.pack import Pack
from certtrack.rules.terms import first_start_on, is_parity_odd_one_out
from certtrack.services.applications.intentions import say
from certtrack.services.applications.sending import record_sent
from certtrack.services.applications.typed import Sent
from certtrack.services.certifications import record_certification, record_status
from certtrack.services.cycles import NewCycle, open_cycle
from certtrack.services.demo.people import DemoPerson
from certtrack.services.demo.place import ACTOR, ZONE, Place
from certtrack.services.exams.results import NewResult, record_exam_result
from certtrack.services.findings import open_finding
from certtrack.services.organizations import affiliate, end_affiliation, find_affiliation
from certtrack.services.people import NewPerson, change_person, create_person, fold
from certtrack.services.waivers.records import record_waiver
from certtrack.services.waivers.typed import NewWaiver

_KNOWN_BEFORE = timedelta(days=200)
_LONG_BEFORE = timedelta(days=400)  # more than the longest lead of a stage


def add_person(place: Place, one: DemoPerson) -> Person:
    """Put one person with everything that is known of them on record; one who has left, long before, and who moved."""
    if one.left_in is None:
        return _add_person(place, one)
    person = _add_person(replace(place, at=place.at - _KNOWN_BEFORE), one)
    lasting = find_affiliation(place.session, person.id, place.organization.id)
    if lasting is not None:
        until_on = place.today + timedelta(days=one.left_in)
        end_affiliation(place.session, lasting, until_on, reason=None, actor=ACTOR, at=place.at)
    changes = {"private_address": f"{one.given_name.lower()}@example.org"}
    change_person(place.session, person, changes, actor=ACTOR, at=place.at)
    return person


def _add_person(place: Place, one: DemoPerson) -> Person:
    new = NewPerson(
        given_name=one.given_name,
        family_name=one.family_name,
        zone=ZONE,
        chosen_name=one.chosen_name,
        private_address=_make_address(one),
        work_address=one.work_address,
        language=one.language,
        died_on=place.day(one.died_in),
    )
    person = create_person(place.session, new, actor=ACTOR, at=place.at)
    affiliate(place.session, person.id, place.organization.id, from_on=None, actor=ACTOR, at=place.at)
    certification = _certify(place, one, person)
    _open_cycle(place, one, certification)
    _sit_exam(place, one, person)
    _act(place, one, certification)
    _say(place, one, certification)
    _waive(place, one, certification)
    _add_findings(place, one, person)
    return person


def _make_address(one: DemoPerson) -> str | None:
    if one.address is None:
        return None
    return one.address or f"{fold(one.family_name).split()[0]}@example.org"


def _certify(place: Place, one: DemoPerson, person: Person) -> Certification:
    pack = place.find_pack(one.credential)
    return record_certification(
        place.session,
        place.rulebook,
        person_id=person.id,
        organization_id=place.organization.id,
        pack=pack,
        number=f"{pack.short_name.en}-{1000 + person.id}",
        issued_on=place.day(one.starts_in),
        actor=ACTOR,
        at=place.at,
    )


def _open_cycle(place: Place, one: DemoPerson, certification: Certification) -> None:
    due_on = place.day(one.due_in)
    if due_on is None:
        return
    new = NewCycle(
        start_on=place.day(one.starts_in) or first_start_on(place.find_pack(one.credential), due_on),
        due_on=due_on,
        due_source="stated",
        computed_due_on=place.day(one.computed_in),
        armed_on=due_on - _LONG_BEFORE,
        **_came_by(place, one),
    )
    open_cycle(place.session, place.rulebook, certification, new, actor=ACTOR, at=place.at)


def _came_by(place: Place, one: DemoPerson) -> dict[str, Any]:
    if not one.is_imported:
        return {}
    is_past = one.due_in is not None and one.due_in < 0
    return {"evidence": place.import_key, "cause_key": place.import_key, "release_by_name": is_past}


def _sit_exam(place: Place, one: DemoPerson, person: Person) -> None:
    taken_on = place.day(one.sat_in)
    if taken_on is not None:
        record_exam_result(
            place.session,
            place.rulebook,
            person_id=person.id,
            organization_id=place.organization.id,
            credential=one.credential,
            new=NewResult(taken_on),
            actor=ACTOR,
            at=place.at,
        )


def _act(place: Place, one: DemoPerson, certification: Certification) -> None:
    if one.act is None:
        return
    kind, days = one.act
    acted_on = place.today + timedelta(days=days)
    reason = "Part of the demonstration"
    record_status(place.session, place.rulebook, certification, kind, acted_on, reason=reason, actor=ACTOR, at=place.at)


def _say(place: Place, one: DemoPerson, certification: Certification) -> None:
    """What is said of the application, or of going on."""
    sent_on, until_on, plan_on = place.day(one.applied_in), place.day(one.asks_until_in), place.day(one.plans_in)
    common: dict[str, Any] = {"actor": ACTOR, "at": place.at}
    if sent_on is not None:
        sent = Sent(sent_on, "post", "Form, six certificates, check for the fee", "Certified mail, receipt 70-EXAMPLE")
        record_sent(place.session, place.rulebook, certification, sent, **common)
    if until_on is not None:
        words = "Two trainings are full until spring; I have a seat in the next ones."
        say(place.session, place.rulebook, certification, "more_time", until_on=until_on, words=words, **common)
    if plan_on is not None:
        say(place.session, place.rulebook, certification, "plan", until_on=plan_on, **common)


def _waive(place: Place, one: DemoPerson, certification: Certification) -> None:
    """What the program waived, reaching back a month."""
    if one.waived is None:
        return
    program = place.find_pack(one.credential).authority.name.en
    from_on = place.today - timedelta(days=30)
    new = NewWaiver("waiver", from_on, program, "A letter of the program, kept in the office.", requirement=one.waived)
    record_waiver(place.session, place.rulebook, certification, new, actor=ACTOR, at=place.at)


def _add_findings(place: Place, one: DemoPerson, person: Person) -> None:
    due_on, computed, sat_on = place.day(one.due_in), place.day(one.computed_in), place.day(one.sat_in)
    if one.address is None:
        _find(place, "no_address", person, {"value": ""})
    if due_on and computed:
        _find(place, "stated_day_differs", person, _details(one, stated=due_on, computed=computed))
    pack: Pack = place.find_pack(one.credential)
    if due_on and sat_on and is_parity_odd_one_out(pack, sat_on, due_on):
        _find(place, "exam_year_parity", person, _details(one, exam_on=sat_on, due_on=due_on))


def _details(one: DemoPerson, **days: object) -> dict[str, str]:
    return {"credential": one.credential} | {name: str(day) for name, day in days.items()}


def _find(place: Place, kind: str, person: Person, details: dict[str, str]) -> None:
    open_finding(
        place.session,
        kind,
        f"person:{person.id}",
        organization_id=place.organization.id,
        person_id=person.id,
        details=details,
        actor=ACTOR,
        at=place.at,
    )
