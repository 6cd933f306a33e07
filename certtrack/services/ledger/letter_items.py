"""What a letter about one stage says: of a certification, or of a day beside those of cycles, true on its day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Certification,
    ExamRegistration,
    ExamSitting,
    Organization,
    OrganizationCredential,
    OtherDay,
)
from certtrack.db.together import ask_together
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


@dataclass(frozen=True, slots=True)
class Senders:
    """Who writes: offices by number, the certifications whose office is the programme that gives their credential.

    `sittings` are those of exams, by the number of the day.
    """

    offices: Mapping[int, Organization]
    granted: Collection[int]
    sittings: Mapping[int, ExamSitting]


def load_senders(session: Session, stages: Iterable[tuple[WholeLedger, LedgerEntry]]) -> Senders:
    """Who writes of these stages, each of the ledger beside it; one query, and none for no stage."""
    certifications, days = dict[int, Certification](), dict[int, OtherDay]()
    for ledger, entry in stages:
        if entry.subject_kind == "cycle":
            one = ledger.subjects.certifications[ledger.subjects.cycles[entry.subject_id].certification_id]
            certifications[one.id] = one
        elif (looked := ledger.looks.get(entry.subject)) is not None:
            days[entry.subject_id] = looked.day
    if not certifications and not days:
        return Senders({}, (), {})
    places = {one.organization_id for one in certifications.values()} | {day.organization_id for day in days.values()}
    offices, granted, sittings = ask_together(
        session,
        select(Organization).where(Organization.id.in_(places)),
        _select_granted(certifications),
        _select_sittings(days),
    )
    return Senders({office.id: office for office in offices}, frozenset(granted), dict(sittings))


def _select_granted(numbers: Iterable[int]) -> Select[int]:
    grants = and_(
        OrganizationCredential.organization_id == Certification.organization_id,
        OrganizationCredential.credential == Certification.credential,
        OrganizationCredential.role == "granter",
    )
    return select(Certification.id).join(OrganizationCredential, grants).where(Certification.id.in_(numbers))


def _select_sittings(days: Iterable[int]) -> Select[int, ExamSitting]:
    query = select(OtherDay.id, ExamSitting).join(ExamRegistration, ExamRegistration.id == OtherDay.source_id)
    query = query.join(ExamSitting, ExamSitting.id == ExamRegistration.sitting_id)
    return query.where(OtherDay.id.in_(days), OtherDay.kind == "exam_sitting")


def write_stage_letter(senders: Senders, ledger: WholeLedger, entry: LedgerEntry, at: datetime) -> Letter:
    """The letter of that stage of the person's ledger, in their language.

    Raises NotToBeNoted for what isn't true, or not to be told, any more, and where the record can't be read.
    """
    person, make = ledger.person, _make_item if entry.subject_kind == "cycle" else _make_day
    item, office = make(senders, ledger, entry, at)
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
    senders: Senders, ledger: WholeLedger, entry: LedgerEntry, at: datetime
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
    item = ReminderItem(
        stage=entry.stage,
        pack=pack,
        days=days_of(pack, fact),
        anchor_on=entry.anchor_on,
        number=certification.number,
        is_granter=certification.id in senders.granted,
        today=today,
        sent_on=find_sent_on(standing),
        so_far=find_so_far(pack, facts, standing, cycle.id),
    )
    return item, senders.offices[certification.organization_id]


def _make_day(senders: Senders, ledger: WholeLedger, entry: LedgerEntry, at: datetime) -> tuple[DayItem, Organization]:
    looked = ledger.looks.get(entry.subject)
    if looked is None:
        raise NotToBeNoted("not_read")
    obstacle = find_day_obstacle(looked, ledger.person, entry.anchor_on, entry.stage)
    is_over = looked.kind in EVENTS and looked.day.due_on < looked.today
    if is_over or obstacle not in (None, "no_address"):
        raise NotToBeNoted("set_aside")
    known = tell_known([looked.day], ledger.held, at).get(looked.day.id)
    item = tell_day(ledger.rulebook, looked, entry.stage, senders.sittings.get(looked.day.id), known)
    return item, senders.offices[looked.day.organization_id]
