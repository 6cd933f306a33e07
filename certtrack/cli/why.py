"""`certtrack why`: where one person stands and why, their hours, and what was mailed and why, in plain sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import click

from certtrack.cli.edge import Edge, acting_as, pass_edge
from certtrack.cli.hours_told import HoursLine, tell_hours
from certtrack.cli.output import Format, flatten, formatted, spoken, write_message, write_rows
from certtrack.cli.parsing import DAY, MOMENT
from certtrack.cli.standing import note_look
from certtrack.cli.trainings_told import TrainingLine, tell_trainings
from certtrack.language import say
from certtrack.security import Actor
from certtrack.services.credits.shown import ShownCredit, list_shown_credits
from certtrack.services.ledger.reading import LedgerEntry
from certtrack.services.lookup import get_person_asked
from certtrack.services.person_page import PersonPage, ShownCertification, Why, get_person_page
from certtrack.services.trainings.shown import PersonTrainings, show_trainings

_COLUMNS = ("kind", "certification", "day", "says", "source")


@click.command(
    short_help="Why one person stands there, and what was mailed.",
    epilog="Example: certtrack why carol@example.org --as-of 2026-10-31",
)
@click.argument("person", metavar="PERSON")
@click.option("--as-of", type=DAY, metavar="DAY", help="The day that is asked for.  [default: today]")
@click.option("--known-at", type=MOMENT, metavar="TIME", help="By what was on record at that moment.  [default: now]")
@formatted
@spoken
@acting_as
@pass_edge
def why(
    edge: Edge,
    person: str,
    as_of: date | None,
    known_at: datetime | None,
    format_: Format,
    language: str,
    actor: Actor,
) -> None:
    """Say where a person stands and why, with sources; their hours; their trainings; what was mailed, and what comes.

    PERSON is a certification's number, an address, or the person's own number. Mail is told as it is on record now.
    """
    with edge.reading() as session:
        found = get_person_asked(session, person)
        page = get_person_page(session, edge.rulebook, actor, found.id, edge.clock, as_of=as_of, known_at=known_at)
        claimed = {
            shown.certification.id: list_shown_credits(
                session, edge.rulebook, shown.certification, shown.standing, known_at
            )
            for shown in page.certifications
        }
        today = edge.today(page.person.zone)
        day = as_of or today
        trainings = show_trainings(
            session, edge.rulebook, actor, found.id, today=today, as_of=day, known_at=known_at
        )  # fmt: skip
    note_look(edge, actor, "person.viewed", [page.person.id])
    if not page.certifications:
        write_message("There is no certification on record for that.")
    told = _Telling(page, claimed, trainings, day, language)
    if format_ == "table":
        for line in told.list_lines():
            click.echo(line)
    else:
        write_rows(list(told.list_rows()), _COLUMNS, format_)


@dataclass(frozen=True, slots=True)
class _Telling:
    """One person's page in the sentences of one language."""

    page: PersonPage
    claimed: Mapping[int, Sequence[ShownCredit]]
    trainings: PersonTrainings
    as_of: date
    language: str

    def list_lines(self) -> Iterator[str]:
        yield flatten(self.page.person.shown_name)
        for shown in self.page.certifications:
            yield ""
            yield self._say("certification_head", shown.pack.name, shown.number, shown.standing)
            yield f"  {self._answer(shown)}"
            for item in shown.because:
                yield f"  - {self._say('because', item.reason)}"
                if source := self._source(item):
                    yield f"    ({source})"
            for line in self._hours(shown):
                yield f"  {self._mark(line)}{line.says}"
        yield from self._list_trainings()
        if self.page.mail:
            yield ""
            yield self._say("mail_head")
            for entry in self.page.mail:
                yield f"  {entry.day.isoformat()}  {self._mail(entry)}"

    def list_rows(self) -> Iterator[dict[str, Any]]:
        for shown in self.page.certifications:
            number, as_of = shown.certification.id, shown.standing.as_of
            yield _row("standing", number, as_of, self._answer(shown), None, code=shown.standing.validity)
            for item in shown.because:
                values = {**asdict(item.reason), "values": dict(item.reason.values)}
                says, source = self._say("because", item.reason), self._source(item)
                yield _row("reason", number, as_of, says, source, code=item.reason.code, reason=values)
            for line in self._hours(shown):
                yield _row(line.kind, number, line.day, line.says, None, code=line.code, values=line.values)
        for told in self._trainings():
            yield _row(told.kind, None, told.day, told.says, told.source, code=told.code, values=told.values)
        for entry in self.page.mail:
            yield _row("mail", entry.certification_id, entry.day, self._mail(entry), None, code=entry.state)

    def _list_trainings(self) -> Iterator[str]:
        if not self.trainings.is_empty:
            yield ""
            yield self._say("trainings_head")
        for line in self._trainings():
            yield f"  - {line.says}"
            if line.source:
                yield f"    ({line.source})"

    def _trainings(self) -> Iterator[TrainingLine]:
        yield from tell_trainings(self.trainings, self.as_of, self.language)

    def _say(self, macro: str, *values: object) -> str:
        return flatten(say(self.language, macro, *values))

    def _answer(self, shown: ShownCertification) -> str:
        return self._say("standing_sentence", shown.standing, self._ended_on(shown))

    def _hours(self, shown: ShownCertification) -> Iterator[HoursLine]:
        if self._ended_on(shown) is None:
            yield from tell_hours(shown, self.claimed[shown.certification.id], self.language)

    def _ended_on(self, shown: ShownCertification) -> date | None:
        died_on = self.page.person.died_on
        return died_on if died_on is not None and died_on <= shown.standing.as_of else None

    def _mark(self, line: HoursLine) -> str:
        return {"hours": "", "requirement": "- ", "credit": f"{line.day.isoformat()}  "}[line.kind]

    def _source(self, item: Why) -> str | None:
        if item.record is not None:
            return self._say("record_source", item.record)
        if item.reason.pack is None or item.reason.sure is None:
            return None
        return f"{item.reason.pack}, {item.reason.source}: {self._say('sure_word', item.reason.sure)}"

    def _mail(self, entry: LedgerEntry) -> str:
        stage, state = self._say("stage_name", entry.stage), self._say("reminder_word", entry.state)
        return f"{stage}: {state} {self._say('reminder_why', entry, self.page.person.zone)}"


def _row(
    kind: str, certification: int | None, day: date, says: str, source: str | None, **more: object
) -> dict[str, Any]:
    return {"kind": kind, "certification": certification, "day": day, "says": says, "source": source, **more}
