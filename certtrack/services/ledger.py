"""The ledger: every decision about one person's certifications, those not to mail included, and the stages to come."""

from collections.abc import Collection, Iterator
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Person, Reminder
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.reminders import stage_days
from certtrack.rules.standing import stand
from certtrack.services.arming import list_merged
from certtrack.services.ledger_entries import (
    LedgerAttempt,
    LedgerEntry,
    LedgerState,
    by_day,
    load_attempts,
    load_decided,
    make_coming,
)
from certtrack.services.obstacles import find_obstacle
from certtrack.services.own_days import list_in_term
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.rulings import days_off
from certtrack.services.standing import load_held

__all__ = ["LedgerAttempt", "LedgerEntry", "LedgerState", "list_ledger", "list_settled", "load_attempts"]

_NOTHING_COMES = frozenset({"died", "cycle_closed", "day_moved", "revoked", "retired", "not_going_on"})


def list_ledger(session: Session, rulebook: Rulebook, person_id: int, today: date) -> list[LedgerEntry]:
    """Every decision about the person's certifications by day, and the stages of open cycles that come after `today`.

    Raises NotFound for a person who isn't on record.
    """
    rulebook = confirmed_rules(session, rulebook)
    holder = get_person(session, person_id)
    owned = select(Certification).where(Certification.person_id.in_(list_merged(session, holder.id)))
    certifications = {certification.id: certification for certification in session.scalars(owned)}
    query = select(Cycle).where(Cycle.certification_id.in_(certifications.keys())).order_by(Cycle.id)
    cycles = {cycle.id: cycle for cycle in session.scalars(query)}
    decided = _list_decided(session, cycles, certifications)
    known = {_key_of(entry) for entry in decided if entry.audience == "holder"}
    told = {(entry.subject_id, entry.anchor_on, entry.stage) for entry in decided if entry.state == "told"}
    in_term = list_in_term(session, rulebook, certifications.values())
    facts = {number: its for number, (_, its) in load_held(session, rulebook, sorted(certifications)).items()}
    coming = [
        entry
        for cycle in cycles.values()
        for entry in _list_coming(
            rulebook,
            holder,
            cycle,
            certifications[cycle.certification_id],
            facts[cycle.certification_id],
            today,
            in_term,
        )
        if _key_of(entry) not in known and (entry.subject_id, entry.anchor_on, entry.stage) not in told
    ]
    return sorted([*decided, *coming], key=by_day)


def _key_of(entry: LedgerEntry) -> tuple[int | None, date, str, int]:
    return entry.certification_id, entry.anchor_on, entry.stage, entry.occurrence


def list_settled(session: Session, certification_ids: Collection[int], until: datetime) -> list[LedgerEntry]:
    """What was decided about these certifications' mails and carried out by that moment, by day.

    How anything stood that was carried out only later isn't kept: it is left out, and so are stages to come.
    """
    owned = select(Certification).where(Certification.id.in_(certification_ids))
    certifications = {certification.id: certification for certification in session.scalars(owned)}
    query = select(Cycle).where(Cycle.certification_id.in_(certifications.keys()))
    cycles = {cycle.id: cycle for cycle in session.scalars(query)}
    found = _list_decided(session, cycles, certifications, until)
    return sorted(found, key=lambda entry: (entry.day, entry.reminder_id or 0))


def _list_decided(
    session: Session,
    cycles: dict[int, Cycle],
    certifications: dict[int, Certification],
    until: datetime | None = None,
) -> list[LedgerEntry]:
    def about(reminder: Reminder) -> tuple[int, str]:
        certification = certifications[cycles[reminder.subject_id].certification_id]
        return certification.id, certification.credential

    mine = and_(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycles.keys()))
    return load_decided(session, mine, about, until)


def _list_coming(
    rulebook: Rulebook,
    holder: Person,
    cycle: Cycle,
    certification: Certification,
    facts: CertificationFacts,
    today: date,
    in_term: set[int],
) -> Iterator[LedgerEntry]:
    policy = rulebook.policies.for_pack(certification.pack_key, today)
    fact = next((fact for fact in facts.cycles if fact.id == cycle.id), None)
    if policy is None or fact is None or (certification.id in in_term and policy.find_for("provisional_term")):
        return
    pack = rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    for stage in stage_days(policy, days_of(pack, fact), days_off(policy)):
        then = stand(pack, facts, max(stage.stage_on, today))  # what is said of today may be over by then
        obstacle = find_obstacle(
            holder, then, cycle, stage.anchor_on, stage.stage, occurrence=stage.occurrence, policy=policy
        )
        if stage.stage_on <= today or stage.nominal_on < cycle.armed_on or obstacle in _NOTHING_COMES:
            continue
        yield make_coming(
            stage,
            obstacle,
            subject=("cycle", cycle.id),
            certification_id=certification.id,
            credential=certification.credential,
            zone=pack.zone,
            recipient_id=holder.id,
        )
