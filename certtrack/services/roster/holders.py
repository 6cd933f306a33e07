"""Whose row it is, and what of the person differs. Nobody is known by a name alone, or by another one's address."""

from certtrack.db.models import Certification, ImportedRow, Person
from certtrack.services.people import fold
from certtrack.services.roster.case import Case, tell
from certtrack.services.roster.rows import RosterRow, make_key

Mark = tuple[str, str]
"""What somebody is known by: a part of the name, the whole of it, or an address."""


def find_holder(case: Case) -> tuple[Person | None, Certification | None]:
    """Whose row it is and which certification, by the row's key, by its number, or by its holder."""
    state, row = case.state, case.row
    imported = state.imported.get(row.key)
    certification = state.certifications.get(imported.certification_id or 0) if imported else None
    if certification is None and row.cert_number:
        certification = state.by_number.get((row.pack.credential, row.cert_number.casefold()))
    person = state.people[certification.person_id] if certification else _find_person(case)
    if certification is None and person is not None:
        certification = _find_of_holder(case, person)
    if certification is not None:
        _remember_import(case, imported or state.imported_by_certification.get(certification.id))
    return person, certification


def is_somebody_else(case: Case, person: Person, certification: Certification) -> bool:
    """True, with a finding, where the number is on record for somebody of another name and another address.

    Their names and addresses are those on record and those that the other rows of the file give them.
    """
    row = case.row
    if _is_known_as(case, person):
        return False
    details = {
        "credential": certification.credential,
        "number": row.cert_number or "",
        "name": tell(row.name),
        "on_record": person.certificate_name,
    }
    case.note("other_person", details)
    return True


def _is_known_as(case: Case, person: Person) -> bool:
    """Whether the row has a name or an address of this person: on record, said before, or by other rows of the file."""
    said = case.said_before
    known = _list_marks(person.given_name, person.family_name, person.private_address, person.work_address)
    known |= {(name, said[name]) for name in ("name", "address") if name in said}
    own = [item for item in case.state.certifications.values() if case.state.people[item.person_id].id == person.id]
    keys = {key for certification in own for key in list_keys(case, certification)}
    rows = [_list_marks_of(case.roster.by_key[key]) for key in keys if key in case.roster.by_key]
    while met := [marks for marks in rows if marks & known and not marks <= known]:
        known.update(*met)
    return bool(known & _list_marks_of(case.row))


def _list_marks_of(row: RosterRow) -> set[Mark]:
    said = ("name", f"{row.name.family}, {row.name.given}")
    return {said, *_list_marks(row.name.given, row.name.family, row.address)}


def _list_marks(given: str, family: str, *addresses: str | None) -> set[Mark]:
    marks = [("given", fold(given)), ("family", fold(family)), *(("address", address or "") for address in addresses)]
    return {(kind, value) for kind, value in marks if value}


def plan_person(case: Case, person: Person | None) -> None:
    """What of the person differs; the memory of the run learns who they are."""
    row, memory, key = case.row, case.memory, case.result.person_key
    if person is not None and memory.people.get(key) != person.id:
        # one person, whatever addresses and names the rows of the file give, and nobody whom the run puts on record
        case.result.person_key = ("id", str(person.id))
        _remember_beside(case, person)
    if person is None and key not in memory.people:
        memory.people[key] = None
        case.result.is_new_person = True
    elif person is not None and case.result.person_key[0] == "id":
        _plan_name(case, person)
        _plan_address(case, person)
        if case.said_before:
            note_ended(case, person)
    address = row.address or (person.private_address if person else None)  # a blank cell takes nothing away
    if address:
        _note_shared(case, person, address)
        memory.addresses[address][row.folded_name] = tell(row.name)


def list_keys(case: Case, certification: Certification) -> list[str]:
    """The keys that a row of this certification may have: its number's, and the one that it came by."""
    imported = case.state.imported_by_certification.get(certification.id)
    own = [make_key(certification.credential, certification.number)] if certification.number else []
    return [*own, imported.key] if imported else own


def note_second(case: Case, other: str | None) -> None:
    """Note that the holder has this credential here under another number, or without one."""
    details = {"credential": case.row.pack.credential, "number": case.row.cert_number or "", "other": other or ""}
    case.note("second_certification", details)


def note_ended(case: Case, person: Person) -> None:
    """Note that the file names somebody whose belonging to the organization has ended; it stays so."""
    belonging = case.state.affiliations.get(person.id, [])
    if belonging and all(item.until_on is not None for item in belonging):
        last = max(item.until_on for item in belonging if item.until_on)
        case.note("affiliation_ended", {"until_on": last.isoformat()})


def _remember_import(case: Case, imported: ImportedRow | None) -> None:
    if imported is not None:
        case.result.imported_id = imported.id
        case.said_before = _read_said(imported)
        case.memory.imported.add(imported.id)


def _remember_beside(case: Case, person: Person) -> None:
    rows = case.state.imported_by_person.get(person.id, [])
    case.said_beside = [_read_said(item) for item in rows if item.id != case.result.imported_id]


def _read_said(imported: ImportedRow) -> dict[str, str]:
    return {str(name): str(value) for name, value in imported.said.items()}


def _has_own_row(case: Case, certification: Certification) -> bool:
    """True where the file names the certification in a row of its own, above or below this one."""
    return any(key != case.row.key for key in list_keys(case, certification) if key in case.roster.by_key)


def _find_person(case: Case) -> Person | None:
    """The person with this address and this name; never one by a name alone, never another one's by an address."""
    row = case.row
    if row.address is None:
        return None
    is_alone = row.address not in case.roster.shared_addresses
    for person in case.state.by_address.get(row.address, []):
        if person.folded_name == row.folded_name or (is_alone and _is_without_name(person)):
            return person
    return None


def _find_of_holder(case: Case, person: Person) -> Certification | None:
    """The holder's only certification of this credential, where it doesn't bear another number."""
    key = (case.result.person_key, case.row.pack.credential)
    if key in case.memory.certifications:
        note_second(case, case.memory.certifications[key])
        return None
    of_holder = case.state.by_person.get((person.id, case.row.pack.credential), [])
    for certification in of_holder:
        is_told = case.row.cert_number is not None and certification.number is not None
        if not is_told and not _has_own_row(case, certification):
            return certification
    if of_holder:
        note_second(case, of_holder[0].number)
    return None


def _plan_name(case: Case, person: Person) -> None:
    name, over = case.row.name, case.memory.values[case.result.person_key]
    record = over.get("name") or f"{person.family_name}, {person.given_name}"
    new = f"{name.family}, {name.given}"
    said = case.said_before.get("name")
    if (said is None and fold(record) == fold(new)) or _is_without_name(person):
        said = record
        if fold(record) == fold(new):
            return
    if case.settle("name", said, record, new):
        case.result.person_changes |= {"given_name": name.given, "family_name": name.family}
        over["name"] = new


def _plan_address(case: Case, person: Person) -> None:
    address, over = case.row.address, case.memory.values[case.result.person_key]
    record = over.get("address") or person.private_address
    if address is not None and address == person.work_address:
        return
    if case.settle("address", case.said_before.get("address"), record, address):
        case.result.person_changes["private_address"] = address or ""
        over["address"] = address


def _note_shared(case: Case, person: Person | None, address: str) -> None:
    row = case.row
    others = {
        other.certificate_name
        for other in case.state.by_address.get(address, [])
        if (person is None or other.id != person.id) and other.folded_name != row.folded_name
    }
    others |= {n for folded, n in case.memory.addresses.get(address, {}).items() if folded != row.folded_name}
    for other in sorted(others):
        name, second = sorted((tell(row.name), other))
        case.note("shared_address", {"address": address, "name": name, "other": second}, about=address)


def _is_without_name(person: Person) -> bool:
    """True for somebody who was put on record by an address alone."""
    return not person.given_name and person.family_name == (person.private_address or "").partition("@")[0]
