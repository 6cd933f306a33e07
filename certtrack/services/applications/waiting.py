"""The office's list: what was sent and isn't answered yet, who asks for time or has a plan, who isn't going on."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Select, Text, cast, exists, func, null, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import ApplicationStep, Certification, Cycle, Intention
from certtrack.security import Act, Actor
from certtrack.services.actors import open_certifications
from certtrack.services.people import load_holders

PAGE = 50
WaitingKind = Literal["sent", "submitted", "received", "more_time", "plan", "not_going_on"]
KINDS: tuple[WaitingKind, ...] = ("more_time", "submitted", "received", "sent", "plan", "not_going_on")
_STEPS = ("sent", "submitted", "received")
_ACTS = (Act.REPORT_APPLICATION, Act.DECIDE_APPLICATION)


@dataclass(frozen=True, slots=True)
class WaitingApplication:
    """One line: whose, for which cycle, since when. `until_on` is a plan's or a wish's, `words` a wish's.

    `id` and `no` are those of the step or of the intention.
    """

    kind: WaitingKind
    id: int
    no: int
    person_id: int
    name: str
    certification: Certification
    due_on: date
    on: date
    until_on: date | None
    words: str | None


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of the list, the nearest due day first. `counts` has all kinds; `total` is what the narrowing leaves."""

    items: tuple[WaitingApplication, ...]
    counts: dict[str, int]
    total: int
    number: int

    @property
    def first(self) -> int:
        """The place of the first line, from 1."""
        return (self.number - 1) * PAGE + 1

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({item.person_id for item in self.items})


def list_applications(session: Session, actor: Actor, today: date, kind: str = "", number: int = 1) -> WaitingPage:
    """What stands open for this actor, of one kind or of all with an empty text; a page that isn't there: the last."""
    counts = count_applications(session, actor, today)
    total = counts.get(kind, 0) if kind else sum(counts.values())
    number = max(min(number, -(-total // PAGE)), 1)
    rows = _rows()
    query = _open(
        select(
            rows.c.kind, rows.c.id, rows.c.no, rows.c.on, rows.c.until_on, rows.c.words, Cycle.due_on, Certification
        ),
        rows,
        actor,
        today,
    )
    if kind:
        query = query.where(rows.c.kind == kind)
    query = query.order_by(Cycle.due_on, rows.c.kind, rows.c.id).limit(PAGE).offset((number - 1) * PAGE)
    found = session.execute(query).all()
    people = load_holders(session, {row.Certification.person_id for row in found})
    items = tuple(
        WaitingApplication(
            kind=row.kind,
            id=row.id,
            no=row.no,
            person_id=people[row.Certification.person_id].id,
            name=people[row.Certification.person_id].shown_name,
            certification=row.Certification,
            due_on=row.due_on,
            on=row.on,
            until_on=row.until_on,
            words=row.words,
        )
        for row in found
    )
    return WaitingPage(items, counts, total, number)


def count_applications(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many stand open for this actor, by kind; every kind is there."""
    rows = _rows()
    query = _open(select(rows.c.kind, func.count().label("how_many")), rows, actor, today).group_by(rows.c.kind)
    counts: dict[str, int] = dict.fromkeys(KINDS, 0)
    return counts | {row.kind: row.how_many for row in session.execute(query)}


def _rows() -> Any:  # noqa: ANN401  # a subquery, whose columns have no types
    sent = select(
        *(ApplicationStep.kind, ApplicationStep.id, ApplicationStep.no, ApplicationStep.cycle_id),
        ApplicationStep.happened_on.label("on"),
        *(cast(null(), Date).label("until_on"), cast(null(), Text).label("words")),
    ).where(ApplicationStep.kind.in_(_STEPS), ApplicationStep.is_withdrawn.is_(False), ~_is_followed())
    said = select(
        *(Intention.kind, Intention.id, Intention.no, Intention.cycle_id),
        Intention.said_on.label("on"),
        *(Intention.until_on, Intention.words),
    ).where(Intention.state == "said", Intention.kind.in_(KINDS))
    return union_all(said, sent).subquery()


def _is_followed() -> ColumnElement[bool]:
    """A condition on `application_step`: another step came after it."""
    later = aliased(ApplicationStep)
    return exists().where(
        later.cycle_id == ApplicationStep.cycle_id, later.id > ApplicationStep.id, later.is_withdrawn.is_(False)
    )


def _open(query: Select[Any], rows: Any, actor: Actor, today: date) -> Select[Any]:  # noqa: ANN401  # likewise
    return (
        query.select_from(rows)
        .join(Cycle, Cycle.id == rows.c.cycle_id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .where(or_(*(open_certifications(actor, today, act) for act in _ACTS)))
    )
