"""What a letter about one stage says: of a certification, or of a day beside those of cycles, true on its day."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Organization, OtherDay, Person
from certtrack.language import check_locale
from certtrack.mail.content import DayItem, ReminderItem
from certtrack.mail.letter import Letter, write_letter
from certtrack.rules.cycles import days_of
from certtrack.rules.other_days import EVENTS
from certtrack.rules.so_far import find_so_far
from certtrack.rules.standing import stand
from certtrack.services.ledger_entries import LedgerEntry
from certtrack.services.obstacles import find_obstacle, find_sent_on
from certtrack.services.organizations import is_granter
from certtrack.services.other_days.checking import make_day_item
from certtrack.services.other_days.judging import find_obstacle as find_day_obstacle
from certtrack.services.other_days.loading import load_looked
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_held
from certtrack.services.tellings import NotToBeNoted

_UNTRUE = frozenset(
    {"died", "cycle_closed", "day_moved", "revoked", "retired", "suspended", "not_going_on", "application_sent"}
)
"""What makes a letter's sentences untrue, or needless: see `certtrack.services.obstacles`."""


def write_stage_letter(
    session: Session, rulebook: Rulebook, person: Person, entry: LedgerEntry, at: datetime
) -> Letter:
    """The letter of that stage, in the person's language; `rulebook` holds what is confirmed.

    Raises NotToBeNoted for what isn't true, or not to be told, any more.
    """
    make = _make_item if entry.subject_kind == "cycle" else _make_day
    item, office = make(session, rulebook, person, entry, at)
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
    session: Session, rulebook: Rulebook, person: Person, entry: LedgerEntry, at: datetime
) -> tuple[ReminderItem, Organization]:
    certification = session.get_one(Certification, entry.certification_id)
    cycle = session.get_one(Cycle, entry.subject_id)
    pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    _, facts = load_held(session, rulebook, [certification.id])[certification.id]
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    standing = stand(pack, facts, today)
    if fact is None or find_obstacle(person, standing, cycle, entry.anchor_on, entry.stage) in _UNTRUE:
        raise NotToBeNoted("set_aside")
    office = session.get_one(Organization, certification.organization_id)
    item = ReminderItem(
        stage=entry.stage,
        pack=pack,
        days=days_of(pack, fact),
        anchor_on=entry.anchor_on,
        number=certification.number,
        is_granter=is_granter(session, office.id, certification.credential),
        today=today,
        sent_on=find_sent_on(standing),
        so_far=find_so_far(pack, facts, standing, cycle.id),
    )
    return item, office


def _make_day(
    session: Session, rulebook: Rulebook, person: Person, entry: LedgerEntry, at: datetime
) -> tuple[DayItem, Organization]:
    day = session.get_one(OtherDay, entry.subject_id)
    [looked] = load_looked(session, rulebook, [day], at)
    obstacle = find_day_obstacle(looked, person, entry.anchor_on, entry.stage)
    is_over = looked.kind in EVENTS and day.due_on < looked.today
    if is_over or obstacle not in (None, "no_address"):
        raise NotToBeNoted("set_aside")
    item = make_day_item(session, rulebook, looked, entry.stage, at)
    return item, session.get_one(Organization, day.organization_id)
