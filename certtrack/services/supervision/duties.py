"""Whom a service pack is for, and by what somebody may supervise under it: both are the office's to say."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Duty, Qualification
from certtrack.errors import BadInput, NotFound, Refused
from certtrack.rules.calendar import add_days
from certtrack.rules.service import ServicePack
from certtrack.security import Actor
from certtrack.services.credits.texts import clean
from certtrack.services.locking import lock_current
from certtrack.services.organizations import find_affiliation
from certtrack.services.people import get_person
from certtrack.services.rulebook import pin
from certtrack.services.supervision.rights import check_is_office_of, check_not_own
from certtrack.services.supervision.versions import add_duty_version, add_qualification_version

LONGEST_TITLE = 200


def start_duty(
    session: Session,
    pack: ServicePack,
    person_id: int,
    organization_id: int,
    from_on: date,
    *,
    actor: Actor,
    at: datetime,
) -> bool:
    """Count supervision of this affiliation by the pack from that day on; False where that is so already.

    One that has ended goes on again, from the new day. Raises NotAllowed for anybody but the office, Refused where the
    person doesn't belong there.
    """
    check_is_office_of(actor, organization_id)
    person = get_person(session, person_id)
    affiliation = find_affiliation(session, person.id, organization_id, from_on)
    if affiliation is None:
        raise Refused(f"{person.shown_name} doesn't belong to this organization on {from_on}.")
    duty = find_duty(session, affiliation.id, pack.key)
    if duty is None:
        duty = Duty(affiliation_id=affiliation.id, pack_key=pack.key, pack_version_id=pin(session, pack, at),
                    from_on=from_on, until_on=None, no=0, recorded_at=at, recorded_by=actor.key)  # fmt: skip
        session.add(duty)
        session.flush()
    elif duty.from_on == from_on and duty.until_on is None:
        return False
    duty.from_on, duty.until_on = from_on, None
    add_duty_version(session, duty, person.id, "started", actor=actor, at=at)
    return True


def end_duty(session: Session, duty: Duty, until_on: date, *, actor: Actor, at: datetime) -> bool:
    """The last day on which it is counted; False where that is so already.

    Raises NotAllowed for anybody but the office, BadInput for a day before its first.
    """
    affiliation = session.get_one(Affiliation, duty.affiliation_id)
    check_is_office_of(actor, affiliation.organization_id)
    if until_on < add_days(duty.from_on, -1):
        raise BadInput(f"It is counted from {duty.from_on} on; it can't end on {until_on}.")
    if duty.until_on == until_on:
        return False
    duty.until_on = until_on
    add_duty_version(session, duty, affiliation.person_id, "ended", actor=actor, at=at)
    return True


def find_duty(session: Session, affiliation_id: int, pack_key: str) -> Duty | None:
    """The duty of an affiliation under a pack, an ended one too; None where nothing was ever said."""
    query = select(Duty).where(Duty.affiliation_id == affiliation_id, Duty.pack_key == pack_key)
    return session.scalar(query)


def record_qualification(
    session: Session,
    pack: ServicePack,
    person_id: int,
    organization_id: int,
    title: str,
    from_on: date,
    until_on: date | None = None,
    *,
    actor: Actor,
    at: datetime,
) -> Qualification:
    """Say by what somebody may supervise here under the pack, both days included; `until_on` None: none is known.

    Raises NotAllowed for anybody but the office, Refused for one's own, BadInput for a blank title or days the wrong
    way round.
    """
    check_is_office_of(actor, organization_id)
    person = get_person(session, person_id)
    check_not_own(session, actor, person.id, "Somebody else in the office says what qualifies you to supervise.")
    record = Qualification(
        person_id=person.id,
        organization_id=organization_id,
        pack_key=pack.key,
        title=_check_qualification(title, from_on, until_on),
        from_on=from_on,
        until_on=until_on,
        state="recorded",
        no=0,
        recorded_at=at,
        recorded_by=actor.key,
    )
    pin(session, pack, at)
    session.add(record)
    session.flush()
    add_qualification_version(session, record, "recorded", None, actor=actor, at=at)
    return record


def amend_qualification(
    session: Session,
    record: Qualification,
    title: str,
    from_on: date,
    until_on: date | None,
    *,
    expected_no: int,
    reason: str | None,
    actor: Actor,
    at: datetime,
) -> bool:
    """Correct it by a new version; False where nothing is different. Raises as `record_qualification`; StaleRecord."""
    _open_for_change(session, record, expected_no, actor)
    said = _check_qualification(title, from_on, until_on)
    if (record.title, record.from_on, record.until_on) == (said, from_on, until_on):
        return False
    record.title, record.from_on, record.until_on = said, from_on, until_on
    add_qualification_version(session, record, "amended", reason, actor=actor, at=at)
    return True


def withdraw_qualification(
    session: Session, record: Qualification, *, expected_no: int, reason: str | None, actor: Actor, at: datetime
) -> None:
    """Take it back: it stays on record, and qualifies for nothing any more. Raises as `amend_qualification` does."""
    _open_for_change(session, record, expected_no, actor)
    record.state = "withdrawn"
    add_qualification_version(session, record, "withdrawn", reason, actor=actor, at=at)


def get_qualification(session: Session, number: int) -> Qualification:
    """The qualification, a withdrawn one too. Raises NotFound."""
    record = session.get(Qualification, number)
    if record is None:
        raise NotFound(f"There is no qualification with the number {number}.")
    return record


def _open_for_change(session: Session, record: Qualification, expected_no: int, actor: Actor) -> None:
    check_is_office_of(actor, record.organization_id)
    check_not_own(session, actor, record.person_id, "Somebody else in the office says what qualifies you to supervise.")
    lock_current(session, record, expected_no)
    if record.state == "withdrawn":
        raise Refused("This qualification was withdrawn; record it anew if it holds after all.")


def _check_qualification(title: str, from_on: date, until_on: date | None) -> str:
    said = clean(title)
    if not said:
        raise BadInput("Write what qualifies the supervisor, as on the license or diploma.")
    if len(said) > LONGEST_TITLE:
        raise BadInput(f"That is longer than {LONGEST_TITLE} letters. Shorten it.")
    if until_on is not None and until_on < from_on:
        raise BadInput("The first day comes after the last one. Look at both.")
    return said
