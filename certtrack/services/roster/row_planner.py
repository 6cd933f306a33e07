"""Planning one row: whose it is, and what of it differs from what is on record."""

from datetime import date

from certtrack.db.models import Certification, Person
from certtrack.services.roster.case import Case
from certtrack.services.roster.holders import find_holder, is_somebody_else, note_ended, note_second, plan_person
from certtrack.services.roster.notes import list_readings, note_days, note_faults
from certtrack.services.roster.row_plan import RowPlan
from certtrack.services.roster.supervision import plan_supervisor
from certtrack.services.roster.terms import TermPlan, plan_term
from certtrack.services.sheets.judging import Change


def plan_row(case: Case) -> RowPlan:
    """Plan the row, and note in the memory of the run what later rows must know of it."""
    person, certification = find_holder(case)
    case.result.person_id = person.id if person else None
    case.result.findings += note_faults(case.row, has_address=bool(person and person.address))
    if certification and person and is_somebody_else(case, person, certification):
        case.result.is_kept = True
        return case.result
    if person and person.id in case.state.left:
        note_ended(case, person)
        case.result.is_kept = True
        return case.result
    plan_person(case, person)
    _plan_certification(case, certification)
    _plan_term(case, certification)
    _plan_exam(case)
    plan_supervisor(case)
    _plan_said(case)
    _plan_settling(case, person, certification)
    return case.result


def _plan_certification(case: Case, certification: Certification | None) -> None:
    row, result, known = case.row, case.result, case.memory.certifications
    key = (result.person_key, row.pack.credential)
    if certification is None:
        is_noted = any(finding.kind == "second_certification" for finding in result.findings)
        if key in known and not is_noted:
            note_second(case, known[key])
        known.setdefault(key, row.cert_number)
        return
    result.certification_id = certification.id
    if certification.number is None and row.cert_number:
        result.takes_number = True
        result.changes.append(Change("number", None, row.cert_number))


def _plan_term(case: Case, certification: Certification | None) -> None:
    row = case.row
    cycles = case.state.cycles.get(certification.id, []) if certification else []
    said = case.said_before.get("due_on")
    today = case.today(row.pack.zone)
    planned = plan_term(row.pack, cycles, date.fromisoformat(said) if said else None, row.due_on, today)
    case.result.term = planned.term
    if planned.term and (planned.term.old_due_on or certification):
        old = planned.term.old_due_on.isoformat() if planned.term.old_due_on else None
        case.result.changes.append(Change("due_on", old, row.due_on.isoformat()))
    case.due_on = planned.term.due_on if planned.term else planned.on_record or row.due_on
    _note_term(case, planned, certification.id if certification else 0)


def _note_term(case: Case, planned: TermPlan, certification_id: int) -> None:
    """One finding for one day: two readings of it are none of their own where the day is told of already."""
    old, new = planned.on_record.isoformat() if planned.on_record else None, case.row.due_on.isoformat()
    is_told = planned.is_earlier or (certification_id, new) in case.state.found.earlier
    if planned.is_earlier:
        is_amended = planned.term is not None
        details = {"credential": case.row.pack.credential, "old": old, "new": new, "is_amended": is_amended}
        case.note("expires_earlier", details | (list_readings(case.row) if is_amended else {}))
        if not is_amended:
            case.says["due_on"] = None
    if planned.is_kept:
        case.note("mended_by_hand", {"field": "due_on", "record": old, "file": new})
    if case.due_on == case.row.due_on:
        case.result.findings += note_days(case.row, is_told=is_told)


def _plan_exam(case: Case) -> None:
    result, day, credential = case.result, case.row.exam_on, case.row.pack.credential
    key = (result.person_key, credential, day or date.min)
    if day is None or key in case.memory.exams:
        return
    case.memory.exams.add(key)
    results = case.state.exams.get((result.person_id or 0, credential), [])
    if any(known.taken_on == day for known in results):
        return
    said = case.said_before.get("exam_on")
    former = next((known for known in results if known.taken_on.isoformat() == said), None)
    record = former.taken_on if former else results[-1].taken_on if results else None
    if result.certification_id is None and not results:
        result.exam_on = day
    elif case.settle("exam_on", said, record.isoformat() if record else None, day.isoformat()):
        result.exam_on, result.exam_result_id = day, former.id if former else None


def _plan_said(case: Case) -> None:
    row, result = case.row, case.result
    result.said = case.said_before | {name: value for name, value in case.says.items() if value is not None}
    is_rekeyed = result.imported_id is not None and row.key not in case.state.imported
    result.is_said_new = result.said != case.said_before or is_rekeyed or result.supervisor is not None


def _plan_settling(case: Case, person: Person | None, certification: Certification | None) -> None:
    if person is None:
        return
    people, number = {person.id}, 0
    if certification is not None:
        people, number = {person.id, certification.person_id}, certification.id
    settled = case.state.found.list_settled(case.row, people, number, case.due_on)
    case.result.settles = [number for number in settled if number not in case.memory.settled]
    case.memory.settled.update(settled)
