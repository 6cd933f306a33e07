"""What a release would do, asked as the delivery asks: who waits, what each would get, and how many mails go out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Select, String, and_, distinct, func, literal, or_, select, union
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from certtrack.db.models import Cause, Certification, Cycle, ImportRun, OtherDay, Person, Reminder
from certtrack.db.together import AnySelect, ask_together
from certtrack.logs import get_log
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Policy
from certtrack.rules.standing import Standing, stand
from certtrack.services.other_days.judging import find_obstacle as find_day_obstacle
from certtrack.services.other_days.loading import load_looked
from certtrack.services.reminders.obstacles import find_obstacle
from certtrack.services.reminders.rulings import quiet_of
from certtrack.services.reminders.sending_hours import after_quiet, known_zone
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held
from certtrack.services.waits import Waiting, Waits, make_waits, select_waits

Verdict = Literal["goes", "past", "kept", "not_read"]


@dataclass(frozen=True, slots=True)
class HeldStage:
    """One mail that waits. `verdict`: it `goes` out on release, its last true day is `past`, or an obstacle `kept` it.

    Where its record can't be read it is `not_read`: then it waits after a release until that can be.
    `obstacle` is a code of `certtrack.services.reminders.obstacles`, None where there is none; `kind` is what falls
    due, `cycle` or a kind of other day.
    """

    stage: str
    anchor_on: date
    kind: str
    verdict: Verdict
    obstacle: str | None


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """Somebody who waits, with what they would get; `standing` is of the certification, as of its day now.

    `pack` is None where nothing of a certification waits.
    """

    person_id: int
    name: str
    stages: tuple[HeldStage, ...]
    pack: Pack | None
    standing: Standing | None
    has_address: bool

    @property
    def verdict(self) -> Verdict | None:
        """What a release does for the person now; None where nothing is due just now."""
        verdicts = [stage.verdict for stage in self.stages]
        order: tuple[Verdict, ...] = ("goes", "not_read", "kept", "past")
        return next((verdict for verdict in order if verdict in verdicts), None)


@dataclass(frozen=True, slots=True)
class HeldCause:
    """What one cause holds. `key` is empty for people to be released by name without one.

    `file_name` and `on` are the import's, None for another cause.
    """

    key: str
    kind: str
    file_name: str | None
    on: date | None
    since: datetime
    people: tuple[HeldPerson, ...]
    by_name: tuple[HeldPerson, ...]

    @property
    def mails(self) -> int:
        """How many mails go out on release: one a person, whatever number of stages it tells."""
        return count_mails(self.people)

    @property
    def past(self) -> int:
        """For how many people what waits is no longer true, so that nothing goes out."""
        return sum(person.verdict == "past" for person in self.people)

    @property
    def kept(self) -> int:
        """For how many people something else keeps the mail back."""
        return sum(person.verdict == "kept" for person in self.people)


def count_mails(people: Iterable[HeldPerson]) -> int:
    """How many mails a release of these people sends: one each, nothing to those for whom nothing is to be told."""
    return len({person.person_id for person in people if person.verdict == "goes"})


def count_held(session: Session, places: Collection[int] | None, closed: CompoundSelect[int] | None = None) -> int:
    """For how many people mail is held in these organizations (None: in all); those without any just now are none.

    `closed` people aren't counted.
    """
    of_cycles = (
        select(Certification.person_id, Certification.organization_id)
        .join(Cycle, Cycle.certification_id == Certification.id)
        .join(Reminder, Reminder.subject_id == Cycle.id)
        .where(Reminder.subject_kind == "cycle", Reminder.state == "held")
    )
    of_days = (
        select(OtherDay.person_id, OtherDay.organization_id)
        .join(Reminder, and_(Reminder.subject_id == OtherDay.id, Reminder.subject_kind == OtherDay.kind))
        .where(Reminder.state == "held")
    )
    held = union(of_cycles, of_days).subquery()
    query = select(func.count(distinct(held.c.person_id)))
    if places is not None:
        query = query.where(held.c.organization_id.in_(places))
    if closed is not None:
        query = query.where(held.c.person_id.not_in(closed))
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class HeldList:
    """What waits, oldest cause first, and how many people who wait aren't the reader's to decide about."""

    causes: tuple[HeldCause, ...]
    closed: int


def list_held_mail(
    session: Session,
    rulebook: Rulebook,
    places: Collection[int] | None,
    at: datetime,
    closed: Collection[int] = (),
) -> tuple[HeldCause, ...]:
    """What waits in these organizations (None: in all) and what its release would do at `at`, oldest cause first.

    What waits for `closed` people is left out.
    """
    return load_held_mail(session, rulebook, places, at, select(Person.id).where(Person.id.in_(closed))).causes


def load_held_mail(
    session: Session,
    rulebook: Rulebook,
    places: Collection[int] | None,
    at: datetime,
    closed: Select[int],
) -> HeldList:
    """The same, and for how many of the `closed` people something waits; a fixed number of queries."""
    *rows, left, causes, runs = ask_together(session, *select_waits(places), closed, *_select_causes())
    waits, gone = make_waits(rows, places), set(left)
    known = _Causes({cause.id: cause for cause in causes}, {f"import:{run.id}": run for run in runs})
    mine = replace(waits, found=tuple(one for one in waits.found if one.person_id not in gone))
    maker = _Maker(session, rulebook, mine, at)
    by_cause: dict[int | None, list[Waiting]] = defaultdict(list)
    for one in mine.found:
        by_cause[one.cause_id].append(one)
    found = (_make_cause(maker, known, number, each) for number, each in by_cause.items())
    in_order = tuple(sorted(found, key=lambda held: (held.since, held.key)))
    return HeldList(in_order, len({one.person_id for one in waits.found} & gone))


def _select_causes() -> tuple[AnySelect, AnySelect]:
    """The causes that hold mail, or somebody who waits by name, and the imports among them."""
    holding = or_(
        Cause.id.in_(select(Reminder.cause_id).where(Reminder.state == "held")),
        Cause.id.in_(select(Cycle.cause_id).where(Cycle.release_by_name.is_(True))),
    )
    keys = select(Cause.key).where(holding)
    return (
        select(Cause).where(holding),
        select(ImportRun).where((literal("import:") + sql_cast(ImportRun.id, String)).in_(keys)),
    )


@dataclass(frozen=True, slots=True)
class _Causes:
    """Causes by number, and the imports among them by key."""

    causes: Mapping[int, Cause]
    runs: Mapping[str, ImportRun]


class _Maker:
    """Says of each who waits what a release would do; everything that it rests on is read once."""

    def __init__(self, session: Session, rulebook: Rulebook, waits: Waits, at: datetime) -> None:
        self.rulebook, self.at, self.waits = confirmed_rules(session, rulebook), at, waits
        of_cycles = {waits.cycles[one.subject_id].certification_id for one in waits.found if one.is_of_cycle}
        days = [waits.days[number] for number in sorted({one.subject_id for one in waits.found if not one.is_of_cycle})]
        of_days = {day.certification_id for day in days if day.certification_id is not None}
        numbers = sorted(of_cycles | of_days)
        held = load_held(session, self.rulebook, numbers) if numbers else {}
        asked = {number: self._try_to_stand(number, *held[number]) for number in of_cycles}
        self.standings = {number: standing for number, standing in asked.items() if standing is not None}
        looks = load_looked(session, self.rulebook, days, at, facts=held)
        self.days = {looked.day.id: looked for looked in looks}

    def make_people(self, waits: Iterable[Waiting]) -> tuple[HeldPerson, ...]:
        """The people in the order of `waits`, each with all their mails."""
        found: dict[int, list[Waiting]] = defaultdict(list)
        for one in waits:
            found[one.person_id].append(one)
        return tuple(self._make_person(each) for each in found.values())

    def _make_person(self, waits: Sequence[Waiting]) -> HeldPerson:
        first = next((one for one in waits if one.is_of_cycle), waits[0])
        certification = self._certification_of(first) if first.is_of_cycle else None
        return HeldPerson(
            person_id=first.person_id,
            name=first.name,
            stages=tuple(self._make_stage(one, one.reminder_id) for one in waits if one.reminder_id is not None),
            pack=self._pack_of(certification, self.waits.cycles[first.subject_id]) if certification else None,
            standing=self.standings.get(certification.id) if certification is not None else None,
            has_address=self.waits.holders[first.person_id].address is not None,
        )

    def _make_stage(self, one: Waiting, reminder_id: int) -> HeldStage:
        if not one.is_of_cycle:
            return self._make_day_stage(one, self.waits.reminders[reminder_id])
        reminder, cycle = self.waits.reminders[reminder_id], self.waits.cycles[one.subject_id]
        certification, holder = self._certification_of(one), self.waits.holders[one.person_id]
        standing = self.standings.get(certification.id)
        if standing is None:
            return HeldStage(reminder.stage, reminder.anchor_on, one.kind, "not_read", None)
        policy = self.rulebook.find_policy(certification.pack_key, self.at)
        stage = (reminder.anchor_on, reminder.stage)
        obstacle = find_obstacle(holder, standing, cycle, *stage, occurrence=reminder.occurrence, policy=policy)
        verdict: Verdict = "goes" if obstacle is None else "kept"
        if self._is_past(policy, reminder, known_zone(holder.zone, self._pack_of(certification, cycle).zone)):
            verdict = "past"
        return HeldStage(reminder.stage, reminder.anchor_on, one.kind, verdict, obstacle)

    def _make_day_stage(self, one: Waiting, reminder: Reminder) -> HeldStage:
        looked = self.days.get(one.subject_id)
        if looked is None:
            return HeldStage(reminder.stage, reminder.anchor_on, one.kind, "not_read", None)
        obstacle = find_day_obstacle(looked, looked.holder, reminder.anchor_on, reminder.stage)
        verdict: Verdict = "goes" if obstacle is None else "kept"
        if self._is_past(looked.policy, reminder, looked.zone):
            verdict = "past"
        return HeldStage(reminder.stage, reminder.anchor_on, looked.kind, verdict, obstacle)

    def _is_past(self, policy: Policy | None, reminder: Reminder, zone: str) -> bool:
        """True where its last true moment comes before the hour at which it could go."""
        goes_at = max(self.at, reminder.send_after)
        return (after_quiet(goes_at, quiet_of(policy), zone) if policy else goes_at) > reminder.valid_until

    def _certification_of(self, one: Waiting) -> Certification:
        return self.waits.certifications[self.waits.cycles[one.subject_id].certification_id]

    def _pack_of(self, certification: Certification, cycle: Cycle) -> Pack:
        return self.rulebook.packs.get(certification.pack_key, on=cycle.due_on)

    def _try_to_stand(self, number: int, pack: Pack, facts: CertificationFacts) -> Standing | None:
        try:
            zone = self.rulebook.packs.get(self.waits.certifications[number].pack_key).zone
            return stand(pack, facts, self.at.astimezone(ZoneInfo(zone)).date())
        except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are shown
            get_log().error("held_not_read", certification=number, kind=type(error).__name__)
        return None


def _make_cause(maker: _Maker, known: _Causes, number: int | None, waits: Sequence[Waiting]) -> HeldCause:
    cause = known.causes[number] if number is not None else None
    key = cause.key if cause is not None else "by_name"
    kind, run = key.partition(":")[0], known.runs.get(key)
    begun = [one.held_at for one in waits if one.held_at is not None]
    return HeldCause(
        key=cause.key if cause is not None else "",
        kind=kind,
        file_name=run.file_name if run is not None else None,
        on=run.as_of if run is not None else None,
        since=min(begun, default=max(one.recorded_at for one in waits)),
        people=maker.make_people(one for one in waits if not one.is_by_name),
        by_name=maker.make_people(one for one in waits if one.is_by_name),
    )
