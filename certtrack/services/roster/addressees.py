"""Who has an address once the whole file is in: the same before an import as after it, wherever the rows stand."""

from certtrack.services.roster.case import Case
from certtrack.services.roster.holders import find_holder, is_somebody_else, list_keys, plan_person
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import Memory, PersonKey


def list_addressees(case: Case, address: str) -> list[PersonKey]:
    """Everybody who will have that address, by number where they are on record: nobody, one or several.

    The state must hold what the rows with that address may meet.
    """
    held = {("id", str(person.id)): person.work_address for person in case.state.by_address.get(address, [])}
    memory = Memory()
    for row in _list_rows(case, address):
        _follow(Case(case.roster, memory, case.state, row, case.today), address, held)
    return list(held)


def _follow(other: Case, address: str, held: dict[PersonKey, str | None]) -> None:
    """Add or take away the holder of one row by what the row does to their address."""
    person, certification = find_holder(other)
    if certification and person and is_somebody_else(other, person, certification):
        return
    plan_person(other, person)
    key, taken = other.result.person_key, other.result.person_changes.get("private_address")
    if address in (taken, other.row.address if person is None else None):
        held.setdefault(key, None)
    elif taken and held.get(key) != address:
        held.pop(key, None)


def _list_rows(case: Case, address: str) -> list[RosterRow]:
    """The rows that give the address to somebody, and those of whoever has it on record."""
    roster, state = case.roster, case.state
    people = {person.id for person in state.by_address.get(address, [])}
    own = [item for item in state.certifications.values() if state.people[item.person_id].id in people]
    keys = {key for certification in own for key in list_keys(case, certification)}
    rows = {row.number: row for row in roster.by_address.get(address, [])}
    rows |= {roster.by_key[key].number: roster.by_key[key] for key in keys if key in roster.by_key}
    return [rows[number] for number in sorted(rows)]
