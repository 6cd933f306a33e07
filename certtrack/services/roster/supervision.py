"""Whom a row names as supervisor: somebody by an address, or by a confirmed mapping, and never by a name."""

from certtrack.db.models import Person
from certtrack.services.people import fold
from certtrack.services.roster.case import Case
from certtrack.services.roster.row_plan import Change


def plan_supervisor(case: Case) -> None:
    """Whom to assign; a name, an address of several people and one's own address are findings, and assign nobody."""
    row, address = case.row, case.row.supervisor
    if row.supervisor_name:
        about = fold(row.supervisor_name)
        case.note("supervisor_unknown_name", {"name": row.supervisor_name}, about=about, whose="nobody")
    if address is None:
        return
    found = case.state.by_address.get(address, [])
    if address == row.address or case.result.person_id in {person.id for person in found}:
        case.says["supervisor"] = None
        case.note("supervisor_self", {"address": address})
    elif len(found) > 1 or address in case.roster.shared_addresses:
        case.says["supervisor"] = None
        case.note("supervisor_shared", {"address": address})
    else:
        _assign(case, address, found[0] if found else None)


def _assign(case: Case, address: str, supervisor: Person | None) -> None:
    result, memory = case.result, case.memory
    current = case.state.supervisors.get(result.person_id or 0)
    record = memory.assigned.get(result.person_key) or _address_of(current, address)
    said = case.said_before.get("supervisor")
    if record is None and said is None:
        if result.certification_id is not None:
            result.changes.append(Change("supervisor", None, address))
    elif not case.settle("supervisor", said, record, address):
        return
    memory.assigned[result.person_key] = address
    result.supervisor, result.supervisor_id = address, supervisor.id if supervisor else None
    if supervisor is None:
        _make_supervisor(case, address)


def _make_supervisor(case: Case, address: str) -> None:
    """Nobody has that address yet: the file's own row for it names the person, or nobody does."""
    name, people = case.roster.names.get(address), case.memory.people
    key = (address, fold(f"{name.family}, {name.given}")) if name else (address, "")
    case.result.supervisor_key = key
    if key not in people:
        people[key] = None
        case.result.is_new_supervisor = True
    if name is None:
        case.note("supervisor_unknown", {"address": address}, about=address, whose="supervisor")


def _address_of(supervisor: Person | None, asked: str) -> str | None:
    if supervisor is None:
        return None
    if asked in (supervisor.private_address, supervisor.work_address):
        return asked
    return supervisor.address or f"#{supervisor.id}"
