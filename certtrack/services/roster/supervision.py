"""Whom a row names as supervisor: somebody by an address, or by a confirmed mapping, and never by a name."""

from certtrack.db.models import Person
from certtrack.services.people import fold
from certtrack.services.roster.addressees import list_addressees
from certtrack.services.roster.case import Case
from certtrack.services.roster.state import PersonKey
from certtrack.services.sheets.judging import Change


def plan_supervisor(case: Case) -> None:
    """Whom to assign; a name, an address of several people and one's own address are findings, and assign nobody.

    A cell that says what it said, and whose supervisor is whom it named then, is no news, whatever became of addresses.
    """
    row, address = case.row, case.row.supervisor
    if row.supervisor_name:
        about = fold(row.supervisor_name)
        case.note("supervisor_unknown_name", {"name": row.supervisor_name}, about=about, whose="nobody")
    if address is None or _is_known(case, address):
        return
    found = list_addressees(case, address)
    if address == row.address or _tell_own_key(case) in found:
        case.says["supervisor"] = None
        case.note("supervisor_self", {"address": address})
    elif len(found) > 1 or address in case.roster.shared_addresses:
        case.says["supervisor"] = None
        case.note("supervisor_shared", {"address": address})
    else:
        _assign(case, address, found[0] if found else (address, ""))


def _is_known(case: Case, address: str) -> bool:
    said, current = case.said_before, case.state.supervisors.get(case.result.person_id or 0)
    if current is None or said.get("supervisor") != address:
        return False
    known = {said.get("supervisor_id"), *(beside.get("supervisor_id") for beside in case.said_beside)}
    return str(current.id) in known


def _tell_own_key(case: Case) -> PersonKey:
    result = case.result
    return ("id", str(result.person_id)) if result.person_id is not None else result.person_key


def _assign(case: Case, address: str, key: PersonKey) -> None:
    result, memory = case.result, case.memory
    supervisor_id = int(key[1]) if key[0] == "id" else None
    current = case.state.supervisors.get(result.person_id or 0)
    is_current = current is not None and current.id == supervisor_id
    record = memory.assigned.get(result.person_key) or (address if is_current else _tell_record(case, current))
    said = case.said_before.get("supervisor")
    if record is None and said is None:
        if result.certification_id is not None:
            result.changes.append(Change("supervisor", None, address))
    elif not case.settle("supervisor", said, record, address):
        if record == address and current is not None:
            case.says["supervisor_id"] = str(current.id)
        return
    memory.assigned[result.person_key] = address
    result.supervisor, result.supervisor_id = address, supervisor_id
    if supervisor_id is None:
        _make_supervisor(case, address, key)


def _make_supervisor(case: Case, address: str, key: PersonKey) -> None:
    """Nobody has that address yet: the file's own row for it names the person, or nobody does."""
    people = case.memory.people
    case.result.supervisor_key = key
    if key not in people:
        people[key] = None
        case.result.is_new_supervisor = True
    if not key[1]:
        case.note("supervisor_unknown", {"address": address}, about=address, whose="supervisor")


def _tell_record(case: Case, current: Person | None) -> str | None:
    """The address of the present supervisor: the one that the row named them by, while it's still them."""
    if current is None:
        return None
    if case.said_before.get("supervisor_id") == str(current.id):
        return case.said_before.get("supervisor")
    return current.address or f"#{current.id}"
