"""What is on record about the rows of one batch, and what the run itself has planned so far."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from certtrack.db.models import Affiliation, Assignment, Certification, Cycle, ExamResult, ImportedRow, Person
from certtrack.services.people import get_person
from certtrack.services.roster.closing import Found, load_found
from certtrack.services.roster.layout import ROSTER
from certtrack.services.roster.rows import RosterRow

KIND = ROSTER.kind
PersonKey = tuple[str, str]
"""Somebody whom the file names: (address, folded name), or (row's key, "") without an address."""


@dataclass
class Memory:
    """What one run has planned so far: what a later row must know of an earlier one, written or not.

    `people` and `supervisors`: whom the run puts on record, None as long as nothing is written.
    """

    people: dict[PersonKey, int | None] = field(default_factory=dict)
    addresses: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    certifications: dict[tuple[PersonKey, str], str | None] = field(default_factory=dict)
    exams: set[tuple[PersonKey, str, date]] = field(default_factory=set)
    assigned: dict[PersonKey, str] = field(default_factory=dict)
    values: dict[PersonKey, dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    findings: set[str] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)
    imported: set[int] = field(default_factory=set)


@dataclass
class State:
    """What is on record for the rows of one batch, as it was when the batch began."""

    imported: dict[str, ImportedRow]
    imported_by_certification: dict[int, ImportedRow]
    imported_by_person: dict[int, list[ImportedRow]]
    certifications: dict[int, Certification]
    by_number: dict[tuple[str, str], Certification]
    by_person: dict[tuple[int, str], list[Certification]]
    people: dict[int, Person]
    by_address: dict[str, list[Person]]
    cycles: dict[int, list[Cycle]]
    exams: dict[tuple[int, str], list[ExamResult]]
    supervisors: dict[int, Person]
    affiliations: dict[int, list[Affiliation]]
    left: frozenset[int]
    found: Found


def load_state(
    session: Session,
    organization_id: int,
    rows: Sequence[RosterRow],
    today: date,
    *,
    knows_own_alone: bool = False,
) -> State:
    """Load what these rows may meet. About twelve queries, however many rows there are.

    With `knows_own_alone` nobody is met by an address who doesn't belong to the organization today, and `left` are
    those whom a number would meet.
    """
    addresses = {address for row in rows for address in (row.address, row.supervisor) if address}
    own = _belong(organization_id, today) if knows_own_alone else true()
    by_address = _load_by_address(session, addresses, own)
    imported = _load_imported(session, organization_id, rows)
    met = {person.id for found in by_address.values() for person in found}
    certifications = _load_certifications(session, organization_id, rows, imported, met)
    numbers = list(certifications)
    people = {
        item.person_id: get_person(session, item.person_id)
        for item in _with_people(session, list(certifications.values()))
    }
    ids = {person.id for person in people.values()} | met
    by_person: dict[tuple[int, str], list[Certification]] = defaultdict(list)
    for item in certifications.values():
        by_person[people[item.person_id].id, item.credential].append(item)
    affiliations = _group(
        session, Affiliation, Affiliation.person_id, ids, Affiliation.organization_id == organization_id
    )
    return State(
        imported=imported,
        imported_by_certification=_load_owners(session, imported, numbers),
        imported_by_person=_load_rows_of(session, organization_id, ids),
        certifications=certifications,
        by_number={(c.credential, c.number.casefold()): c for c in certifications.values() if c.number},
        by_person=by_person,
        people=people,
        by_address=by_address,
        cycles=_group(session, Cycle, Cycle.certification_id, numbers, Cycle.is_withdrawn.is_(False)),
        exams=_load_exams(session, ids),
        supervisors=_load_supervisors(session, organization_id, ids, today),
        affiliations=affiliations,
        left=_list_left(affiliations, today) if knows_own_alone else frozenset(),
        found=load_found(session, organization_id, rows, certifications.values(), ids),
    )


def _load_imported(session: Session, organization_id: int, rows: Sequence[RosterRow]) -> dict[str, ImportedRow]:
    query = select(ImportedRow).where(ImportedRow.organization_id == organization_id, ImportedRow.kind == KIND)
    return {item.key: item for item in session.scalars(query.where(ImportedRow.key.in_([row.key for row in rows])))}


def _load_owners(
    session: Session, imported: dict[str, ImportedRow], certification_ids: Sequence[int]
) -> dict[int, ImportedRow]:
    query = select(ImportedRow).where(ImportedRow.kind == KIND, ImportedRow.certification_id.in_(certification_ids))
    found = (*imported.values(), *session.scalars(query))
    return {item.certification_id: item for item in found if item.certification_id is not None}


def _load_rows_of(session: Session, organization_id: int, ids: set[int]) -> dict[int, list[ImportedRow]]:
    own = (ImportedRow.kind == KIND, ImportedRow.organization_id == organization_id)
    return _group(session, ImportedRow, ImportedRow.person_id, ids, *own)


def _belong(organization_id: int, today: date) -> ColumnElement[bool]:
    """Whoever is affiliated today, or supervises there."""
    affiliated = select(Affiliation.person_id).where(
        Affiliation.organization_id == organization_id,
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    supervising = select(Assignment.supervisor_id).where(Assignment.organization_id == organization_id)
    return or_(Person.id.in_(affiliated), Person.id.in_(supervising))


def _list_left(affiliations: dict[int, list[Affiliation]], today: date) -> frozenset[int]:
    """Those who belonged to the organization, and whose time there is over."""
    return frozenset(
        number
        for number, all_of in affiliations.items()
        if all(one.until_on is not None and one.until_on < today for one in all_of)
    )


def _load_by_address(session: Session, addresses: set[str], own: ColumnElement[bool]) -> dict[str, list[Person]]:
    found: dict[str, list[Person]] = defaultdict(list)
    query = select(Person).where(
        own,
        Person.merged_into_id.is_(None),
        or_(Person.private_address.in_(addresses), Person.work_address.in_(addresses)),
    )
    for person in session.scalars(query.order_by(Person.id)):
        for address in {person.private_address, person.work_address} & addresses:
            if address:
                found[address].append(person)
    return found


def _load_certifications(
    session: Session, organization_id: int, rows: Sequence[RosterRow], imported: dict[str, ImportedRow], met: set[int]
) -> dict[int, Certification]:
    typed = {row.cert_number for row in rows if row.cert_number}
    numbers = {form for number in typed for form in (number, number.upper(), number.lower())}
    known = [item.certification_id for item in imported.values()]
    query = select(Certification).where(
        Certification.organization_id == organization_id,
        or_(Certification.number.in_(numbers), Certification.id.in_(known), Certification.person_id.in_(met)),
    )
    return {item.id: item for item in session.scalars(query.order_by(Certification.id))}


def _with_people(session: Session, certifications: list[Certification]) -> list[Certification]:
    ids = {item.person_id for item in certifications}
    list(session.scalars(select(Person).where(Person.id.in_(ids))))  # into the session at once, not one by one
    return certifications


def _group(session: Session, model: Any, column: Any, ids: Any, *more: Any) -> dict[int, list[Any]]:  # noqa: ANN401  # any table
    found: dict[int, list[Any]] = defaultdict(list)
    for item in session.scalars(select(model).where(column.in_(ids), *more).order_by(model.id)):
        found[getattr(item, column.key)].append(item)
    return found


def _load_exams(session: Session, ids: set[int]) -> dict[tuple[int, str], list[ExamResult]]:
    found: dict[tuple[int, str], list[ExamResult]] = defaultdict(list)
    for item in session.scalars(
        select(ExamResult)
        .where(ExamResult.person_id.in_(ids), ExamResult.is_withdrawn.is_(False))
        .order_by(ExamResult.id)
    ):
        found[item.person_id, item.credential].append(item)
    return found


def _load_supervisors(session: Session, organization_id: int, ids: set[int], today: date) -> dict[int, Person]:
    query = (
        select(Assignment.person_id, Person)
        .join(Person, Person.id == Assignment.supervisor_id)
        .where(
            Assignment.person_id.in_(ids),
            Assignment.organization_id == organization_id,
            Assignment.from_on <= today,
            or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
        )
        .order_by(Assignment.from_on, Assignment.id)
    )
    return {row.person_id: row.Person for row in session.execute(query)}
