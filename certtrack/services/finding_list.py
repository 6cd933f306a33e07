"""Findings as pages show them: whose they are, where they were read, what still holds, and who decided."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Finding, Person
from certtrack.db.queries.merges import same_person
from certtrack.rules.pack import Pack
from certtrack.security import Actor, Task, list_places
from certtrack.services.about_findings import AboutFinding, load_about
from certtrack.services.delivery.addressing import find_other_address
from certtrack.services.former import closed_people
from certtrack.services.hidden_addresses import HIDDEN, can_see_addresses, hide_addresses
from certtrack.services.rulebook import Rulebook

PAGE = 50
_DAYS = ("stated", "computed", "exam_on", "due_on", "old", "new", "until_on")
_DAY_FIELDS = ("exam_on", "due_on")


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What the list is narrowed to; None and the empty text narrow nothing. `page` counts from 1."""

    kind: str = ""
    person_id: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding. `its` are its details with days as dates; `pack` is None where no rule is about it.

    `file_name` and `row` say where an import read it, None where none did. `address` is where the person's mail goes;
    `other_address` is the second one of theirs, where it and not the first is what a mail didn't reach, None elsewhere.
    `has_two_days`: its stated and its computed day are both readings of the open cycle still. `hides_addresses`: they
    aren't the reader's to see, and `certtrack.services.hidden_addresses.HIDDEN` stands for each.
    """

    finding: Finding
    its: Mapping[str, Any]
    person: Person | None
    number: str | None
    pack: Pack | None
    file_name: str | None
    row: int | None
    address: str | None
    has_two_days: bool
    hides_addresses: bool
    other_address: str | None = None


@dataclass(frozen=True, slots=True)
class FindingPage:
    """One page of what waits. `total` is what the filters leave; `kinds` counts everything that waits, by kind."""

    items: tuple[ShownFinding, ...]
    total: int
    kinds: Mapping[str, int]
    first: int

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({item.person.id for item in self.items if item.person is not None})


def list_findings(
    session: Session, rulebook: Rulebook, actor: Actor, filters: FindingFilters, today: date
) -> FindingPage:
    """What waits for a decision and is the actor's to decide, oldest first; nothing about people who have left."""
    counting = _open(select(Finding.kind, func.count()), actor, today).group_by(Finding.kind).order_by(Finding.kind)
    kinds = {row.kind: row[1] for row in session.execute(counting)}
    total = session.scalar(_narrow(_open(select(func.count(Finding.id)), actor, today), filters)) or 0
    first = (max(filters.page, 1) - 1) * PAGE
    query = _narrow(_open(select(Finding), actor, today), filters).order_by(Finding.id).limit(PAGE).offset(first)
    items = show_findings(session, rulebook, session.scalars(query), actor)
    return FindingPage(items, total, kinds, first + 1)


def list_findings_of(
    session: Session, rulebook: Rulebook, actor: Actor, person_ids: Iterable[int], today: date
) -> tuple[ShownFinding, ...]:
    """What waits about these people and is the actor's to decide."""
    query = _open(select(Finding), actor, today).where(Finding.person_id.in_(list(person_ids)))
    return show_findings(session, rulebook, session.scalars(query.order_by(Finding.id)), actor)


@dataclass(frozen=True, slots=True)
class NamedFinding:
    """One finding in short: what it is and what is asked, without a word on addresses. `its` are as in ShownFinding."""

    finding: Finding
    its: Mapping[str, Any]


def select_findings_of(actor: Actor, person_id: int, today: date) -> Select[Finding]:
    """What waits about the person and is the actor's to decide."""
    query: Select[Finding] = _open(select(Finding), actor, today)
    return query.where(Finding.person_id.in_(same_person(person_id)))


def name_findings(found: Iterable[Finding]) -> tuple[NamedFinding, ...]:
    """These findings in short, the oldest first."""
    return tuple(
        NamedFinding(one, _read_days(hide_addresses(one.kind, one.details)))
        for one in sorted(found, key=lambda one: one.id)
    )


def count_findings(session: Session, actor: Actor, today: date) -> int:
    """How many wait for the actor."""
    return session.scalar(_open(select(func.count(Finding.id)), actor, today)) or 0


def is_theirs(session: Session, actor: Actor, finding: Finding, today: date) -> bool:
    """True where the finding, settled or not, is the actor's to decide: of their place, and not of who has left it."""
    query = select(Finding.id).where(Finding.id == finding.id, *_are_theirs(actor, today))
    return session.scalar(query) is not None


def show_findings(
    session: Session, rulebook: Rulebook, found: Iterable[Finding], actor: Actor | None = None
) -> tuple[ShownFinding, ...]:
    """The findings with all that is said of them to the actor; None, as commands have it: with every address."""
    return tuple(
        _show(rulebook, finding, known, hides=not (actor is None or can_see_addresses(actor, finding.organization_id)))
        for finding, known in load_about(session, list(found))
    )


def _show(rulebook: Rulebook, finding: Finding, known: AboutFinding, *, hides: bool) -> ShownFinding:
    person, certification = known.person, known.certification
    details = hide_addresses(finding.kind, finding.details) if hides else finding.details
    address = person.address if person is not None else None
    other = _find_other_address(known.mailed_to, person) if person is not None else None
    return ShownFinding(
        finding=finding,
        its=_read_days(details),
        person=person,
        number=certification.number if certification else None,
        pack=_find_pack(rulebook, certification, finding),
        file_name=known.file_name,
        row=details.get("row"),
        address=HIDDEN if hides and address else address,
        has_two_days=known.has_two_days,
        hides_addresses=hides,
        other_address=HIDDEN if hides and other else other,
    )


def _find_other_address(mailed_to: str | None, person: Person) -> str | None:
    return mailed_to if mailed_to is not None and mailed_to == find_other_address(person) else None


def _find_pack(rulebook: Rulebook, certification: Certification | None, finding: Finding) -> Pack | None:
    if certification is not None:
        return rulebook.packs.get(certification.pack_key)
    credential = finding.details.get("credential")
    return next((pack for pack in rulebook.packs.list() if pack.credential == credential), None)


def _read_days(details: Mapping[str, Any]) -> dict[str, Any]:
    is_day = details.get("field") in _DAY_FIELDS
    names = (*_DAYS, "record", "file") if is_day else _DAYS
    return {name: _read_day(value) if name in names else value for name, value in details.items()}


def _read_day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _open(query: Any, actor: Actor, today: date) -> Any:  # noqa: ANN401  # any select, with its own columns
    return query.where(Finding.settled_at.is_(None), *_are_theirs(actor, today))


def _are_theirs(actor: Actor, today: date) -> Iterator[ColumnElement[bool]]:
    places = list_places(actor, Task.SETTLE_FINDINGS)
    if places is not None:
        yield Finding.organization_id.in_(places)
    if not actor.is_command:
        yield or_(Finding.person_id.is_(None), Finding.person_id.not_in(closed_people(actor, today)))


def _narrow(query: Select[Any], filters: FindingFilters) -> Select[Any]:
    if filters.kind:
        query = query.where(Finding.kind == filters.kind)
    if filters.person_id is not None:
        query = query.where(Finding.person_id.in_(same_person(filters.person_id)))
    return query
