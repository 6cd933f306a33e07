"""A certification that somebody brings along is put on record from its certificate: the office grants nothing by it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Person
from certtrack.db.queries.merges import same_person
from certtrack.errors import Refused
from certtrack.security import Actor
from certtrack.services.applications.rights import today_by_pack
from certtrack.services.applications.typed import BadApplication
from certtrack.services.certifications import find_by_number, record_certification, record_number
from certtrack.services.cycles import NewCycle, list_cycles, open_cycle
from certtrack.services.evidence.records import attach_files
from certtrack.services.first_cycles.typed import FirstCertificate
from certtrack.services.locking import lock_people
from certtrack.services.record_sources import tell_certificate
from certtrack.services.roster.terms import plan_term
from certtrack.services.rulebook import Rulebook
from certtrack.services.stated_days import note_other_day


def record_first(
    session: Session, rulebook: Rulebook, person: Person, first: FirstCertificate, *, actor: Actor, at: datetime
) -> Cycle:
    """Open the first cycle as its certificate states it, in the same way as a row of a roster does.

    Stages before today are never mailed; where the day has passed already, nothing is until a person releases it by
    name. A stated day that the rule doesn't give is a finding. Raises Refused where a cycle is on record meanwhile,
    BadApplication where the number is another certificate's, NotFound and BadFile as `attach_files` does. Whether the
    actor may is for the caller, by `get_first_offer`.
    """
    lock_people(session, [person.id])
    certification = _find_or_record(session, rulebook, person, first, actor, at)
    if list_cycles(session, certification.id):
        raise Refused("A cycle is on record for this certification already.")
    today = today_by_pack(rulebook, certification, at)
    pack = rulebook.packs.get(first.pack.key, on=first.due_on)
    term = plan_term(pack, (), None, first.due_on, today).term
    if term is None:
        raise AssertionError("without a cycle there is always one to be opened")
    new = NewCycle(
        start_on=first.start_on or term.start_on or today,
        due_on=first.due_on,
        due_source="computed" if first.is_worked_out else "stated",
        computed_due_on=first.due_on if first.is_worked_out else term.computed_due_on,
        armed_on=today,
        evidence=tell_certificate(is_seen=first.is_seen),
        release_by_name=term.is_past,
    )
    cycle = open_cycle(session, rulebook, certification, new, actor=actor, at=at)
    attach_files(
        session, ("cycle", cycle.id), person.id, first.files, reason=None, actor=actor, at=at, today=today
    )  # fmt: skip
    if new.computed_due_on != new.due_on:
        note_other_day(session, certification, new.due_on, new.computed_due_on, actor=actor, at=at)
    return cycle


def _find_or_record(
    session: Session, rulebook: Rulebook, person: Person, first: FirstCertificate, actor: Actor, at: datetime
) -> Certification:
    """The certification of these rules at that place: it may be on record without a day."""
    known = session.scalar(
        select(Certification)
        .where(
            Certification.person_id.in_(same_person(person.id)),
            Certification.organization_id == first.organization_id,
            Certification.pack_key == first.pack.key,
        )
        .order_by(Certification.id.desc())
        .limit(1)
    )
    number = first.number
    other = find_by_number(session, first.organization_id, first.pack.credential, number) if number else None
    if number and other is not None and (known is None or other.id != known.id):
        raise BadApplication({"number": "taken"})
    if known is None:
        return record_certification(
            session, rulebook, person_id=person.id, organization_id=first.organization_id, pack=first.pack,
            number=number, issued_on=None, actor=actor, at=at,
        )  # fmt: skip
    if number and known.number is None:
        record_number(session, known, number, actor=actor, at=at)
    elif number and number != known.number:
        raise BadApplication({"number": "another_number"})
    return known
