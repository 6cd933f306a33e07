"""`certtrack hours`: what would still be needed, and what planned activities would change; nothing is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.output import Format, flatten, formatted, spoken, write_message, write_rows
from certtrack.cli.standing import note_look
from certtrack.errors import BadInput
from certtrack.language import say_by
from certtrack.security import Actor
from certtrack.services.credits.problems import BadCredit
from certtrack.services.credits.typed import NewCredit
from certtrack.services.credits.what_if import BLANK_PLAN, Forecast, Planning, forecast, get_planning, read_plan
from certtrack.services.lookup import get_person_asked
from certtrack.services.standing import list_certification_ids

_COLUMNS = ("kind", "certification", "day", "says")
_NAMED = ("activity", "form")


@click.group("hours", short_help="What would still be needed.", epilog="Example: certtrack hours what-if CPS-77")
def hours() -> None:
    """What would still be needed for a certification, and what planned activities would change."""


@hours.command(
    "what-if",
    short_help="What planned activities would change.",
    epilog='Example: certtrack hours what-if CPS-77 --plan "2027-03-05 3h ethics_boundaries" --plan "2027-05-01 90min"',
)
@click.argument("person", metavar="PERSON")
@click.option(
    "--plan",
    "typed",
    multiple=True,
    metavar="ACTIVITY",
    help="A day and how long it takes; then, where they matter, areas with commas, activity=KIND, form=FORM. "
    "May be given several times.",
)
@click.option("--certification", type=int, metavar="ID", help="Only this one, by its own number.  [default: all]")
@formatted
@spoken
@acting_as
@pass_edge
def what_if(
    edge: Edge,
    person: str,
    typed: tuple[str, ...],
    certification: int | None,
    format_: Format,
    language: str,
    actor: Actor,
) -> None:
    """Say what a person still needs at the least, by area, and what planned activities would change.

    PERSON is a certification's number, an address, or the person's own number. Nothing is stored; each activity is
    taken to come with a certificate.
    """
    with edge.reading() as session:
        found = get_person_asked(session, person)
        numbers = [certification] if certification else list_certification_ids(session, found.id)
        plannings = [get_planning(session, edge.rulebook, actor, found.id, one, edge.clock) for one in numbers]
    note_look(edge, actor, "person.viewed", [found.id])
    if not plannings:
        write_message("There is no certification on record for that.")
    lines = [line for planning in plannings for line in _tell(planning, typed, language)]
    if format_ == "table":
        for line in lines:
            click.echo(line.says if line.kind == "answer" else f"  - {line.says}")
    else:
        write_rows([asdict(line) for line in lines], _COLUMNS, format_)


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing said. `code` is the answer of the hours, a requirement's key, or why a planned credit counts or not.

    `day` is the last day to act, a planned activity's own, or None; `values` are what it rests on, for programs.
    """

    kind: str
    certification: int
    day: date | None
    says: str
    code: str
    values: dict[str, Any]


def _tell(planning: Planning, typed: Sequence[str], language: str) -> Iterator[_Line]:
    plans = [_read(text, planning) for text in typed]
    found = forecast(planning, plans)
    telling = _Telling(planning, found, language)
    yield telling.tell_answer(is_planned=bool(plans))
    if found.found.by is not None:
        yield from telling.tell_needed()
        yield from telling.tell_changes()
        yield from telling.tell_plans(plans)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One certification's forecast in the sentences of one language."""

    planning: Planning
    forecast: Forecast
    language: str

    def tell_answer(self, *, is_planned: bool) -> _Line:
        found, pack = self.forecast.found, self.planning.pack
        says = f"{pack.name.of(self.language)}: {self._say('answer_sentence', self.forecast, is_planned)}"
        values = {"before": found.before.hours, "least": asdict(self.forecast.least)}
        values |= {"least_surely": asdict(self.forecast.surely), "least_now": asdict(self.forecast.least_now)}
        return self._line("answer", found.by, says, found.after.hours, values)

    def tell_needed(self) -> Iterator[_Line]:
        least, by = self.forecast.least, self.forecast.found.by
        for line in (*least.lines, *least.beside):
            yield self._line("needed", by, self._say("line_sentence", line, self.planning.pack), line.key, asdict(line))
        if least.lines and least.anywhere:
            says, values = self._say("anywhere_sentence", least.anywhere), {"amount": least.anywhere}
            yield self._line("needed", by, says, "anywhere", values)
        if doubt := self._say("doubt_sentence", self.forecast, self.planning.pack):
            yield self._line("doubt", by, doubt, "not_published", {"unknown": least.unknown})

    def tell_changes(self) -> Iterator[_Line]:
        found = self.forecast.found
        for before, after in zip(found.before.requirements, found.after.requirements, strict=True):
            name = self._name(after.key)
            says = f"{name}: {self._say('change_sentence', before, after)}."
            values = {"before": asdict(before), "after": asdict(after)}
            yield self._line("requirement", found.by, says, after.key, values)

    def tell_plans(self, plans: Sequence[NewCredit]) -> Iterator[_Line]:
        found = self.forecast.found
        for plan, one in zip(plans, found.planned, strict=True):
            told = self._say("planned_sentence", one, self.planning.pack, found.by)
            says = f"{plan.last_on.isoformat()}: {told}"
            yield self._line("planned", plan.last_on, says, (one.then or one.count).code, asdict(one))

    def _name(self, key: str) -> str:
        return flatten(say_by("hours.jinja", self.language, "requirement_name", key, self.planning.pack))

    def _say(self, macro: str, *values: object) -> str:
        return flatten(say_by("what_if.jinja", self.language, macro, *values))

    def _line(self, kind: str, day: date | None, says: str, code: str, values: dict[str, Any]) -> _Line:
        return _Line(kind, self.planning.certification.id, day, says, code, values)


def _read(text: str, planning: Planning) -> NewCredit:
    """One activity as it was written. Raises BadInput, which names what is wrong with it."""
    words = text.split()
    named = dict(word.split("=", 1) for word in words if "=" in word)
    plain = [word for word in words if "=" not in word]
    if not 2 <= len(plain) <= 3 or not named.keys() <= {*_NAMED}:
        raise BadInput(f"{text!r} can't be read. Write it as 2027-03-05 3h ethics_boundaries form=live_online.")
    areas = tuple(area for area in "".join(plain[2:]).split(",") if area)
    try:
        return read_plan(replace(BLANK_PLAN, last_on=plain[0], amount=plain[1], areas=areas, **named), planning)
    except BadCredit as error:
        said = " ".join(f"{field}: {_explain(field, code, planning)}" for field, code in error.problems.items())
        raise BadInput(f"{text!r} can't be counted. {said}") from error


def _explain(field: str, code: str, planning: Planning) -> str:
    if field == "areas":
        return f"the areas of {planning.pack.key} are {', '.join(area.key for area in planning.areas)}."
    return flatten(say_by("what_if.jinja", "en", "plan_problem", field, code))
