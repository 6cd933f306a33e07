"""What a letter about one stage says: of a certification, or of a day beside those of cycles, true on its day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Certification,
    ExamRegistration,
    ExamSitting,
    Organization,
    OrganizationCredential,
    OtherDay,
)
from certtrack.language import check_locale
from certtrack.mail.content import DayItem, ReminderItem
from certtrack.mail.letter import Letter, write_letter
from certtrack.rules.cycles import days_of
from certtrack.rules.other_days import EVENTS
from certtrack.rules.so_far import find_so_far
from certtrack.rules.standing import stand
from certtrack.services.ledger.entries import LedgerEntry
from certtrack.services.ledger.tellings import NotToBeNoted
from certtrack.services.ledger.whole import WholeLedger
from certtrack.services.other_days.checking import tell_day
from certtrack.services.other_days.judging import find_obstacle as find_day_obstacle
from certtrack.services.other_days.known import tell_known
from certtrack.services.reminders.obstacles import find_obstacle, find_sent_on

_UNTRUE = frozenset(
    {"died", "cycle_closed", "day_moved", "revoked", "retired", "suspended", "not_going_on", "application_sent"}
)
"""What makes a letter's sentences untrue, or needless: see `certtrack.services.reminders.obstacles`."""


def write_stage_letter(session: Session, ledger: WholeLedger, entry: LedgerEntry, at: datetime) -> Letter:
    """The letter of that stage of the person's ledger, in their language.

    Raises NotToBeNoted for what isn't true, or not to be told, any more.
    """
    person, make = ledger.person, _make_item if entry.subject_kind == "cycle" else _make_day
    item, office = make(session, ledger, entry, at)
    return write_letter(
        item,
        office=office.name,
        reply_to=office.reply_to,
        name=person.shown_name,
        called=person.called,
        locale=check_locale(person.language),
        has_address=person.address is not None,
    )


def _make_item(
    session: Session, ledger: WholeLedger, entry: LedgerEntry, at: datetime
) -> tuple[ReminderItem, Organization]:
    cycle = ledger.subjects.cycles[entry.subject_id]
    certification = ledger.subjects.certifications[cycle.certification_id]
    pack = ledger.rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    _, facts = ledger.held[certification.id]
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    standing = stand(pack, facts, today)
    if fact is None or find_obstacle(ledger.person, standing, cycle, entry.anchor_on, entry.stage) in _UNTRUE:
        raise NotToBeNoted("set_aside")
    office, is_granter = _load_office(session, certification)
    item = ReminderItem(
        stage=entry.stage,
        pack=pack,
        days=days_of(pack, fact),
        anchor_on=entry.anchor_on,
        number=certification.number,
        is_granter=is_granter,
        today=today,
        sent_on=find_sent_on(standing),
        so_far=find_so_far(pack, facts, standing, cycle.id),
    )
    return item, office


def _load_office(session: Session, certification: Certification) -> tuple[Organization, bool]:
    """Who keeps the certification, and whether it is the programme that gives its credential; one query."""
    place = Organization.id == certification.organization_id
    grants = select(OrganizationCredential.id).where(
        OrganizationCredential.organization_id == Organization.id,
        OrganizationCredential.credential == certification.credential,
        OrganizationCredential.role == "granter",
    )
    office, is_granter = session.execute(select(Organization, grants.exists()).where(place)).one()
    return office, is_granter


def _make_day(session: Session, ledger: WholeLedger, entry: LedgerEntry, at: datetime) -> tuple[DayItem, Organization]:
    looked = ledger.looks[entry.subject]
    obstacle = find_day_obstacle(looked, ledger.person, entry.anchor_on, entry.stage)
    is_over = looked.kind in EVENTS and looked.day.due_on < looked.today
    if is_over or obstacle not in (None, "no_address"):
        raise NotToBeNoted("set_aside")
    office, sitting = _load_place(session, looked.day)
    known = tell_known([looked.day], ledger.held, at).get(looked.day.id)
    return tell_day(ledger.rulebook, looked, entry.stage, sitting, known), office


def _load_place(session: Session, day: OtherDay) -> tuple[Organization, ExamSitting | None]:
    """Whose day it is, and the sitting of an exam's; one query."""
    seat = ExamRegistration.id == day.source_id if day.kind == "exam_sitting" else false()
    query = select(Organization, ExamSitting).select_from(Organization).outerjoin(ExamRegistration, seat)
    query = query.outerjoin(ExamSitting, ExamSitting.id == ExamRegistration.sitting_id)
    office, sitting = session.execute(query.where(Organization.id == day.organization_id)).one()
    return office, sitting
