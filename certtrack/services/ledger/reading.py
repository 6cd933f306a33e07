"""The ledger: every decision about one person's certifications, those not to mail included, and the stages to come."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Person, Reminder
from certtrack.db.together import ask_together
from certtrack.rules.cycles import days_of
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import stage_days
from certtrack.rules.standing import stand
from certtrack.services.ledger.entries import (
    About,
    LedgerAttempt,
    LedgerEntry,
    LedgerState,
    by_day,
    load_decided,
    make_coming,
)
from certtrack.services.ledger_subjects import LedgerSubjects, make_subjects, select_subjects
from certtrack.services.people import get_person
from certtrack.services.reminders.obstacles import NOTHING_COMES, find_obstacle
from certtrack.services.reminders.rulings import days_off
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

__all__ = ["LedgerAttempt", "LedgerEntry", "LedgerState", "about_cycles", "add_coming", "list_ledger", "list_settled"]

Held = Mapping[int, tuple[Pack, CertificationFacts]]


def list_ledger(session: Session, rulebook: Rulebook, person_id: int, today: date) -> list[LedgerEntry]:
    """Every decision about the person's certifications by day, and the stages of open cycles that come after `today`.

    Raises NotFound for a person who isn't on record.
    """
    rulebook = confirmed_rules(session, rulebook)
    holder = get_person(session, person_id)
    subjects = make_subjects(ask_together(session, *select_subjects(holder.id)))
    decided = load_decided(session, subjects.are_of_cycles(), about_cycles(subjects.cycles, subjects.certifications))
    held = load_held(session, rulebook, sorted(subjects.certifications))
    return add_coming(rulebook, holder, subjects, held, decided, today)


def add_coming(
    rulebook: Rulebook,
    holder: Person,
    subjects: LedgerSubjects,
    held: Held,
    decided: Collection[LedgerEntry],
    today: date,
) -> list[LedgerEntry]:
    """What was decided about the cycles, by day, and the stages that come after `today`; `held` are the facts."""
    known = {_key_of(entry) for entry in decided if entry.audience == "holder"}
    told = {(entry.subject_id, entry.anchor_on, entry.stage) for entry in decided if entry.state == "told"}
    in_term = subjects.list_in_term(rulebook)
    coming = [
        entry
        for cycle in subjects.cycles.values()
        for entry in _list_coming(
            rulebook,
            holder,
            cycle,
            subjects.certifications[cycle.certification_id],
            held[cycle.certification_id][1],
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
    mine = and_(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycles.keys()))
    found = load_decided(session, mine, about_cycles(cycles, certifications), until)
    return sorted(found, key=lambda entry: (entry.day, entry.reminder_id or 0))


def about_cycles(cycles: Mapping[int, Cycle], certifications: Mapping[int, Certification]) -> About:
    """Of which certification and credential a reminder of one of these cycles is."""

    def about(reminder: Reminder) -> tuple[int | None, str | None]:
        certification = certifications[cycles[reminder.subject_id].certification_id]
        return certification.id, certification.credential

    return about


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
        if stage.stage_on <= today or stage.nominal_on < cycle.armed_on or obstacle in NOTHING_COMES:
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
