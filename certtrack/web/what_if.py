"""What would still be needed for one certification, with what its holder plans, and with what is typed here.

What is typed is counted and never stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from certtrack.rules.what_if import PlannedCount
from certtrack.services.credits.drafts import KEPT_DAYS
from certtrack.services.credits.problems import BadCredit, Problem
from certtrack.services.credits.typed import NewCredit, TypedCredit
from certtrack.services.credits.what_if import BLANK_PLAN, Planning, forecast, get_planning, read_plan
from certtrack.services.offerings.counting import is_on_record, list_counted, suppose
from certtrack.services.offerings.planning import Plan as KeptPlan
from certtrack.services.offerings.planning import list_plans, plan_activity
from certtrack.web.application_form import AT
from certtrack.web.edge import actor, note_look, parts, reading, render, show_toast, signed_in, writing
from certtrack.web.frame import gettext as _

what_if = Blueprint("what_if", __name__)

MOST_ROWS = 10
_LONGEST = 500  # what is longer than any text that is taken need not come back whole
_TEXTS = ("title", "last_on", "amount", "unit", "activity", "form")
_TELLING = ("title", "last_on", "amount", "areas")


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that was read: its number on the page, as it was typed, and what it comes to."""

    number: int
    typed: TypedCredit
    credit: NewCredit


@dataclass(frozen=True, slots=True)
class Plan(_Read):
    """A row that was counted."""

    found: PlannedCount


@dataclass(frozen=True, slots=True)
class Kept:
    """What the holder plans, and what it would count; `found` None where it isn't counted.

    `is_on_record`: it was logged already, though not from the plan.
    """

    plan: KeptPlan
    found: PlannedCount | None
    is_on_record: bool


@what_if.get(f"{AT}/what-if")
@signed_in
def show(person_id: int, certification_id: int) -> str:
    """What is still needed with what the holder plans, and an empty row."""
    return _show(*_load(person_id, certification_id), [BLANK_PLAN])


@what_if.post(f"{AT}/what-if")
@signed_in
def count(person_id: int, certification_id: int) -> str | tuple[str, int]:
    """The hours with what was typed; or one row more, or one less, and nothing counted."""
    (planning, kept), rows = _load(person_id, certification_id), _list_rows()
    if request.form.get("way") == "add":
        return _show(planning, kept, [*rows, BLANK_PLAN][:MOST_ROWS])
    if dropped := request.form.get("drop", 0, type=int):
        left = [row for number, row in enumerate(rows, start=1) if number != dropped]
        return _show(planning, kept, left or [BLANK_PLAN])
    read, problems = _read_rows(planning, rows)
    if problems:
        return _show(planning, kept, rows, problems=problems), 400
    return _show(planning, kept, rows, read)


@what_if.post(f"{AT}/what-if/plan")
@signed_in
def plan(person_id: int, certification_id: int) -> Response | tuple[str, int]:
    """Put one of what was counted among what the holder plans; what can't be read comes back as a row."""
    planning, kept = _load(person_id, certification_id)
    row = _take_row(1)
    try:
        new = _read_named(row, planning)
    except BadCredit as error:
        return _show(planning, kept, [row], problems={f"{name}-1": code for name, code in error.problems.items()}), 400
    with writing() as session:
        plan_activity(session, planning.person.id, new, actor=actor(), at=parts().clock.now())
    show_toast(_("Planned. It counts once you have logged it with its certificate."))
    return redirect(request.path.removesuffix("/plan"))


def _read_named(row: TypedCredit, planning: Planning) -> NewCredit:
    """The activity with its name, which one that is kept can't do without. Raises BadCredit."""
    if not row.title.strip():
        raise BadCredit({"title": "missing"})
    return read_plan(row, planning)


def _load(person_id: int, certification_id: int) -> tuple[Planning, tuple[KeptPlan, ...]]:
    found = parts()
    with reading() as session:
        planning = get_planning(session, found.rulebook, actor(), person_id, certification_id, found.clock)
        kept = list_plans(session, planning.person.id)
    note_look("person.viewed", [planning.person.id])
    return planning, kept


def _list_rows() -> list[TypedCredit]:
    number = min(max(request.form.get("rows", 1, type=int), 1), MOST_ROWS)
    return [_take_row(place) for place in range(1, number + 1)]


def _take_row(number: int) -> TypedCredit:
    texts = {name: request.form.get(f"{name}-{number}", "")[:_LONGEST] for name in _TEXTS}
    areas = tuple(text[:_LONGEST] for text in request.form.getlist(f"areas-{number}"))
    return TypedCredit(**texts, areas=areas, provider="", first_on="", role="", proof="")


def _read_rows(planning: Planning, rows: Sequence[TypedCredit]) -> tuple[list[_Read], dict[str, Problem]]:
    """What the rows say, and what is wrong with them, by field and row; one that says nothing is passed over."""
    read: list[_Read] = []
    problems: dict[str, Problem] = {}
    for number, row in enumerate(rows, start=1):
        if not any(getattr(row, name) for name in _TELLING):
            continue
        try:
            read.append(_Read(number, row, read_plan(row, planning)))
        except BadCredit as error:
            problems |= {f"{field}-{number}": problem for field, problem in error.problems.items()}
    return read, problems


def _show(
    planning: Planning,
    kept: Sequence[KeptPlan],
    rows: Sequence[TypedCredit],
    read: Sequence[_Read] = (),
    problems: Mapping[str, Problem] | None = None,
) -> str:
    counting = list_counted(planning, kept)
    found = forecast(planning, [*(suppose(plan, planning) for plan in counting), *(one.credit for one in read)])
    counts = found.found.planned  # empty where nothing can be earned
    counted = {plan.id: count for plan, count in zip(counting, counts, strict=False)}
    typed = zip(read, counts[len(counting) :], strict=False)
    return render(
        "credits/what_if.html",
        planning=planning,
        forecast=found,
        rows=rows,
        kept=[Kept(plan, counted.get(plan.id), is_on_record(planning, plan)) for plan in kept],
        plans=[Plan(one.number, one.typed, one.credit, count) for one, count in typed],
        problems=problems or {},
        most=MOST_ROWS,
        kept_days=KEPT_DAYS,
        today_on=planning.today,
    )
