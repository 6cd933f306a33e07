"""Planning one row: whose it is, and what of it differs from what is on record."""

from collections.abc import Callable
from datetime import date

from certtrack.db.models import Certification, ImportedRow, Person
from certtrack.services.people import fold
from certtrack.services.roster.cells import Name
from certtrack.services.roster.findings import PlannedFinding
from certtrack.services.roster.notes import note_days, note_faults
from certtrack.services.roster.roster import Roster
from certtrack.services.roster.row_plan import Change, RowPlan
from certtrack.services.roster.rows import RosterRow
from certtrack.services.roster.state import Memory, State
from certtrack.services.roster.terms import judge, plan_term


class RowPlanner:
    """Plans one row."""

    def __init__(
        self, roster: Roster, memory: Memory, state: State, row: RosterRow, today: Callable[[str], date]
    ) -> None:
        self.roster, self.memory, self.state, self.row, self.today = roster, memory, state, row, today
        self.result = RowPlan(row, person_key=(row.address, row.folded_name) if row.address else (row.key, ""))
        self.said_before: dict[str, str] = {}

    def plan(self) -> RowPlan:
        """Plan the row, and note in the memory of the run what later rows must know of it."""
        person, certification = self._find()
        self.result.person_id = person.id if person else None
        self.result.findings += note_faults(self.row, has_address=bool(person and person.address))
        if certification and person and self._is_somebody_else(person, certification):
            self.result.is_kept = True
            return self.result
        self._plan_person(person)
        self._plan_certification(certification)
        self._plan_term(certification)
        self._plan_exam()
        self._plan_supervisor()
        self._plan_said()
        return self.result

    def _find(self) -> tuple[Person | None, Certification | None]:
        """Whose row it is and which certification, by the row's key, by its number, or by its holder."""
        state, row = self.state, self.row
        imported = state.imported.get(row.key)
        certification = state.certifications.get(imported.certification_id or 0) if imported else None
        if certification is None and row.cert_number:
            certification = state.by_number.get((row.pack.credential, row.cert_number.casefold()))
        person = state.people[certification.person_id] if certification else self._find_person()
        if certification is None and person is not None:
            certification = self._find_of_holder(person)
        if certification is not None:
            self._remember_import(imported or state.imported_by_certification.get(certification.id))
        return person, certification

    def _remember_import(self, imported: ImportedRow | None) -> None:
        if imported is not None:
            self.result.imported_id = imported.id
            self.said_before = {str(name): str(value) for name, value in imported.said.items()}
            self.memory.imported.add(imported.id)

    def _find_person(self) -> Person | None:
        """The person with this address and this name; never one by a name alone, never another one's by an address."""
        if self.row.address is None:
            return None
        for person in self.state.by_address.get(self.row.address, []):
            if person.folded_name == self.row.folded_name or self._is_placeholder(person):
                return person
        return None

    def _is_placeholder(self, person: Person) -> bool:
        alone = self.row.address not in self.roster.shared_addresses
        return alone and is_without_name(person)

    def _find_of_holder(self, person: Person) -> Certification | None:
        """The holder's only certification of this credential, where it doesn't bear another number."""
        key = (self.result.person_key, self.row.pack.credential)
        if key in self.memory.certifications:
            self._note_second(self.memory.certifications[key])
            return None
        of_holder = self.state.by_person.get((person.id, self.row.pack.credential), [])
        for certification in of_holder:
            if self.row.cert_number is None or certification.number is None:
                return certification
        if of_holder:
            self._note_second(of_holder[0].number)
        return None

    def _note_second(self, other: str | None) -> None:
        details = {"credential": self.row.pack.credential, "number": self.row.cert_number or "", "other": other or ""}
        self.result.findings.append(PlannedFinding("second_certification", self.row.key, details))

    def _is_somebody_else(self, person: Person, certification: Certification) -> bool:
        row = self.row
        same_address = row.address is not None and row.address in (person.private_address, person.work_address)
        same_name = fold(person.given_name) == fold(row.name.given) or fold(person.family_name) == fold(row.name.family)
        if same_address or same_name:
            return False
        details = {
            "credential": certification.credential,
            "number": row.cert_number or "",
            "name": tell(row.name),
            "on_record": person.certificate_name,
        }
        self.result.findings.append(PlannedFinding("other_person", row.key, details))
        return True

    def _plan_person(self, person: Person | None) -> None:
        row, memory, key = self.row, self.memory, self.result.person_key
        if person is not None:
            # one person, whatever addresses and names the rows of the file give
            self.result.person_key = key = ("id", str(person.id)) if key not in memory.people else key
        if person is None and key not in memory.people:
            memory.people[key] = None
            self.result.is_new_person = True
        elif person is not None and key[0] == "id":
            self._plan_name(person)
            self._plan_address(person)
            self._note_ended(person)
        self._note_shared(person)
        if row.address:
            memory.addresses[row.address][row.folded_name] = tell(row.name)

    def _plan_name(self, person: Person) -> None:
        over = self.memory.values[self.result.person_key]
        record = over.get("name") or f"{person.family_name}, {person.given_name}"
        new = f"{self.row.name.family}, {self.row.name.given}"
        said = self.said_before.get("name")
        if (said is None and fold(record) == fold(new)) or is_without_name(person):
            said = record
            if fold(record) == fold(new):
                return
        if self._settle("name", said, record, new):
            self.result.person_changes |= {"given_name": self.row.name.given, "family_name": self.row.name.family}
            over["name"] = new

    def _plan_address(self, person: Person) -> None:
        over = self.memory.values[self.result.person_key]
        record = over.get("address") or person.private_address
        if self.row.address is not None and self.row.address == person.work_address:
            return
        if self._settle("address", self.said_before.get("address"), record, self.row.address):
            self.result.person_changes["private_address"] = self.row.address or ""
            over["address"] = self.row.address

    def _settle(self, name: str, said: str | None, record: str | None, new: str | None) -> bool:
        """True where the record is to be amended; what was mended by hand is reported."""
        verdict = judge(said, record, new)
        if verdict == "amend":
            self.result.changes.append(Change(name, record, new or ""))
        if verdict == "keep":
            details = {"field": name, "record": record or "", "file": new}
            self.result.findings.append(PlannedFinding("mended_by_hand", self.row.key, details))
        return verdict == "amend"

    def _note_ended(self, person: Person) -> None:
        belonging = self.state.affiliations.get(person.id, [])
        if self.said_before and belonging and all(item.until_on is not None for item in belonging):
            last = max(item.until_on for item in belonging if item.until_on)
            details = {"until_on": last.isoformat()}
            self.result.findings.append(PlannedFinding("affiliation_ended", self.row.key, details))

    def _note_shared(self, person: Person | None) -> None:
        address = self.row.address
        if address is None:
            return
        others = {
            other.certificate_name
            for other in self.state.by_address.get(address, [])
            if (person is None or other.id != person.id) and other.folded_name != self.row.folded_name
        }
        others |= {n for folded, n in self.memory.addresses.get(address, {}).items() if folded != self.row.folded_name}
        for other in sorted(others):
            name, second = sorted((tell(self.row.name), other))
            details = {"address": address, "name": name, "other": second}
            self.result.findings.append(PlannedFinding("shared_address", address, details))

    def _plan_certification(self, certification: Certification | None) -> None:
        key = (self.result.person_key, self.row.pack.credential)
        if certification is None:
            if key in self.memory.certifications and not any(
                finding.kind == "second_certification" for finding in self.result.findings
            ):
                self._note_second(self.memory.certifications[key])
            self.memory.certifications.setdefault(key, self.row.cert_number)
            return
        self.result.certification_id = certification.id
        if certification.number is None and self.row.cert_number:
            self.result.takes_number = True
            self.result.changes.append(Change("number", None, self.row.cert_number))

    def _plan_term(self, certification: Certification | None) -> None:
        row = self.row
        cycles = self.state.cycles.get(certification.id, []) if certification else []
        said = self.said_before.get("due_on")
        today = self.today(row.pack.zone)
        planned = plan_term(row.pack, cycles, date.fromisoformat(said) if said else None, row.due_on, today)
        self.result.term = planned.term
        old = planned.on_record.isoformat() if planned.on_record else None
        if planned.term and planned.term.old_due_on:
            self.result.changes.append(Change("due_on", planned.term.old_due_on.isoformat(), row.due_on.isoformat()))
        elif planned.term and certification:
            self.result.changes.append(Change("due_on", None, row.due_on.isoformat()))
        if planned.is_kept:
            both = {"field": "due_on", "record": old, "file": row.due_on.isoformat()}
            self.result.findings.append(PlannedFinding("mended_by_hand", row.key, both))
        if planned.is_earlier:
            details: dict[str, object] = {
                "credential": row.pack.credential,
                "old": old,
                "new": row.due_on.isoformat(),
                "is_amended": planned.term is not None,
            }
            self.result.findings.append(PlannedFinding("expires_earlier", row.key, details))
        self.result.findings += note_days(row)

    def _plan_exam(self) -> None:
        day, credential = self.row.exam_on, self.row.pack.credential
        key = (self.result.person_key, credential, day or date.min)
        if day is None or key in self.memory.exams:
            return
        self.memory.exams.add(key)
        results = self.state.exams.get((self.result.person_id or 0, credential), [])
        if any(result.taken_on == day for result in results):
            return
        said = self.said_before.get("exam_on")
        former = next((result for result in results if result.taken_on.isoformat() == said), None)
        record = former.taken_on if former else results[-1].taken_on if results else None
        if self.result.certification_id is None and not results:
            self.result.exam_on = day
        elif self._settle("exam_on", said, record.isoformat() if record else None, day.isoformat()):
            self.result.exam_on, self.result.exam_result_id = day, former.id if former else None

    def _plan_supervisor(self) -> None:
        address = self.row.supervisor
        if self.row.supervisor_name:
            details = {"name": self.row.supervisor_name}
            about = fold(self.row.supervisor_name)
            self.result.findings.append(PlannedFinding("supervisor_unknown_name", about, details, "nobody"))
        if address is None:
            return
        found = self.state.by_address.get(address, [])
        if len(found) > 1 or address in self.roster.shared_addresses:
            finding = PlannedFinding("supervisor_shared", self.row.key, {"address": address})
            self.result.findings.append(finding)
            return
        if address == self.row.address or (found and found[0].id == self.result.person_id):
            self.result.findings.append(PlannedFinding("supervisor_self", self.row.key, {"address": address}))
            return
        self._assign(address, found[0] if found else None)

    def _assign(self, address: str, supervisor: Person | None) -> None:
        current = self.state.supervisors.get(self.result.person_id or 0)
        record = self.memory.assigned.get(self.result.person_key) or _address_of(current, address)
        said = self.said_before.get("supervisor")
        if record is None and said is None:
            if self.result.certification_id is not None:
                self.result.changes.append(Change("supervisor", None, address))
        elif not self._settle("supervisor", said, record, address):
            return
        self.memory.assigned[self.result.person_key] = address
        self.result.supervisor, self.result.supervisor_id = address, supervisor.id if supervisor else None
        if supervisor is None:
            self._make_supervisor(address)

    def _make_supervisor(self, address: str) -> None:
        """Nobody has that address yet: the file's own row for it names the person, or nobody does."""
        name = self.roster.names.get(address)
        key = (address, fold(f"{name.family}, {name.given}")) if name else (address, "")
        self.result.supervisor_key = key
        if key not in self.memory.people:
            self.memory.people[key] = None
            self.result.is_new_supervisor = True
        if name is None:
            about = PlannedFinding("supervisor_unknown", address, {"address": address}, "supervisor")
            self.result.findings.append(about)

    def _plan_said(self) -> None:
        row = self.row
        said = {
            "name": f"{row.name.family}, {row.name.given}",
            "address": row.address,
            "due_on": row.due_on.isoformat(),
            "exam_on": row.exam_on.isoformat() if row.exam_on else None,
            "supervisor": row.supervisor,
        }
        self.result.said = self.said_before | {name: value for name, value in said.items() if value is not None}
        is_rekeyed = self.result.imported_id is not None and row.key not in self.state.imported
        self.result.is_said_new = self.result.said != self.said_before or is_rekeyed


def tell(name: Name) -> str:
    """The name as it stands on a certificate."""
    return f"{name.given} {name.family}".strip()


def is_without_name(person: Person) -> bool:
    """True for somebody who was put on record by an address alone."""
    return not person.given_name and person.family_name == (person.private_address or "").partition("@")[0]


def _address_of(supervisor: Person | None, asked: str) -> str | None:
    if supervisor is None:
        return None
    if asked in (supervisor.private_address, supervisor.work_address):
        return asked
    return supervisor.address or f"#{supervisor.id}"
