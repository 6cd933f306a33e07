"""Every mail of the coming months: on which day, about whom, which stage, to whom, and what keeps it back."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Certification, Cycle, OtherDay, Person
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Audience
from certtrack.services.forecast.future import Future, Trip, find_switches
from certtrack.services.forecast.gathering import Gathered, gather
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.other_days import OtherStep, OtherWalk, list_other_days
from certtrack.services.forecast.scope import AT_ONCE, Scope, list_crowded_causes, read_cycles
from certtrack.services.forecast.team_weeks import TEAM, WEEKLY, Teams, TeamWeek, list_team_weeks, load_teams
from certtrack.services.forecast.walking import Step, Then, Walk
from certtrack.services.reminders.guard import load_mailed
from certtrack.services.reminders.sending_hours import known_zone
from certtrack.services.rulebook import Rulebook, confirmed_rules

MailKey = tuple[str, int, date, str, int, int]


@dataclass(frozen=True, slots=True)
class ComingMail:
    """One mail to come. `on` is its day in the recipient's zone, `at` the moment from which it goes out.

    `person_id` and `name` are whom it is about, None and whose team it is for a week's mail about a team, which names
    nobody; `anchor_on` is its Monday then. `credential` and `pack` are what for, None for no certification.
    `subject_kind` and `subject_id` are those of the ledger. `recipient_id` and `recipient` who is told, as `audience`.
    `kept_back` is the code of what keeps it back as things are, None for one that goes; `until_on` the day on which
    that ends by itself, None where it doesn't: `then` it `goes` out, or it is `replaced` by a later mail.
    """

    on: date
    at: datetime
    person_id: int | None
    name: str
    subject_kind: str
    subject_id: int
    credential: str | None
    pack: Pack | None
    anchor_on: date
    stage: str
    occurrence: int
    audience: Audience
    recipient_id: int
    recipient: str
    kept_back: str | None
    until_on: date | None
    then: Then | None

    @property
    def key(self) -> MailKey:
        """What tells the reminder from all others, as the ledger does."""
        return self.subject_kind, self.subject_id, self.anchor_on, self.stage, self.occurrence, self.recipient_id


def foresee(
    session: Session,
    rulebook: Rulebook,
    scope: Scope,
    *,
    at: datetime,
    from_on: date,
    to_on: date,
) -> Iterator[ComingMail]:
    """What the planner and the delivery will do from `at` on, as things are, on the days from `from_on` to `to_on`.

    Batch by batch in no order of days; of one cycle in its order. Days before `at` are over, and the ledger has them.
    """
    future = look_ahead(session, rulebook, at=at, to_on=to_on)
    for gathered in read_ahead(session, scope, at, to_on, future):
        yield from tell_all(session, gathered, future, from_on, to_on)
    yield from within(tell_teams(load_teams(session, scope, at, to_on), rulebook, to_on), from_on, to_on)


def tell_all(session: Session, gathered: Gathered, future: Future, from_on: date, to_on: date) -> Iterator[ComingMail]:
    """What comes of all that was gathered on the days from one to the other: of cycles first."""
    yield from within(tell(session, gathered, future, to_on), from_on, to_on)
    yield from within(tell_others(session, gathered, future, to_on), from_on, to_on)


def read_ahead(session: Session, scope: Scope, at: datetime, to_on: date, *futures: Future) -> Iterator[Gathered]:
    """All of which something may come by one of these futures, in batches: cycles first, other days after them."""
    packs = {key for future in futures for key in list_switched(future)}
    span, rulebook = (at, end_anywhere(to_on)), futures[0].rulebook
    for found, is_last in read_cycles(session, to_on, packs, *scope.conditions()):
        days = list_other_days(session, scope, span[1], *futures) if is_last else []
        yield gather(session, rulebook, found, days[:AT_ONCE], span)
        for start in range(AT_ONCE, len(days), AT_ONCE):
            yield gather(session, rulebook, [], days[start : start + AT_ONCE], span)


def look_ahead(
    session: Session, rulebook: Rulebook, *, at: datetime, to_on: date, before: Rulebook | None = None
) -> Future:
    """The future of this installation: what changes by itself until the end of `to_on`, and what the guard will hold.

    With `before`, as if its policies had been in force until now.
    """
    switches = find_switches(rulebook, at, to_on, before)
    return Future(rulebook, switches, find_trips(session, Future(rulebook, switches), at, to_on))


def list_switched(future: Future) -> set[str]:
    """The packs whose policy changes in that time: each of their cycles is looked at then."""
    return {pack_key for switch in future.switches for pack_key in switch.wide.before}


def find_trips(session: Session, future: Future, at: datetime, to_on: date) -> dict[int, Trip]:
    """The causes that the guard will hold until that day, by number: those are counted over all organizations."""
    return find_trips_of(session, count_first_mails(session, future, at, to_on))


def find_trips_of(session: Session, tally: Tally) -> dict[int, Trip]:
    """The same, of what was counted; one query, and none where no cause on record was."""
    known = {number for number in tally.first if number > 0}
    watched, mailed = load_mailed(session, known) if known else (set(), {})
    return tally.find_trips(mailed, known - watched)


def count_first_mails(session: Session, future: Future, at: datetime, to_on: date) -> Tally:
    """Whom causes that may grow too large mail for the first time; nothing is walked through where there is none."""
    tally, span = Tally(), (at, end_anywhere(to_on))
    crowd = find_crowd(session, future)
    if crowd.is_empty:
        return tally
    for found, _ in read_cycles(session, to_on, crowd.packs, crowd.are_counted()):
        count(session, gather(session, future.rulebook, found, [], span), future, to_on, tally)
    days = list_other_days(session, Scope(), span[1], future, which=crowd.are_counted_days(future))
    for start in range(0, len(days), AT_ONCE):
        some = days[start : start + AT_ONCE]
        count(session, gather(session, future.rulebook, [], some, span), future, to_on, tally)
    return tally


@dataclass(frozen=True, slots=True)
class Crowd:
    """The open causes that may grow too large, and the packs whose policy changes."""

    causes: Collection[int]
    packs: Collection[str]

    @property
    def is_empty(self) -> bool:
        """True where the guard can hold nothing new."""
        return not (self.causes or self.packs)

    def are_counted(self) -> ColumnElement[bool]:
        """A condition on cycles and certifications: those whose first mails are counted."""
        return or_(Cycle.cause_id.in_(self.causes), Certification.pack_key.in_(self.packs))

    def are_counted_days(self, future: Future) -> ColumnElement[bool]:
        """The same condition on days beside those of cycles."""
        return true() if future.switches else OtherDay.cause_id.in_(self.causes)


def find_crowd(session: Session, future: Future) -> Crowd:
    """What is to be counted; one query."""
    return Crowd(list_crowded_causes(session, find_least(future.rulebook)), list_switched(future))


def find_least(rulebook: Rulebook) -> int:
    """The least number of people above which some policy's guard holds a cause."""
    return min((policy.guard_above for policy in rulebook.policies.list()), default=0)


def count(session: Session, gathered: Gathered, future: Future, to_on: date, tally: Tally) -> None:
    """Count whom causes mail first, of all that was gathered."""
    for _ in Walk(future, confirmed_rules(session, future.rulebook), gathered, tally).run(to_on):
        pass
    for walk in list_walks(session, gathered, future, tally):
        for _ in walk.run(end_anywhere(to_on)):
            pass


def tell(session: Session, gathered: Gathered, future: Future, until: date) -> list[ComingMail]:
    """All that comes of the cycles until that day is over, as mails to people."""
    walk = Walk(future, confirmed_rules(session, future.rulebook), gathered)
    return [_tell(walk, step) for step in walk.run(until)]


def tell_others(session: Session, gathered: Gathered, future: Future, to_on: date) -> list[ComingMail]:
    """All that comes of the days beside those of cycles until the end of `to_on`, day by day."""
    walks = list_walks(session, gathered, future)
    return [_tell_other(walk, step) for walk in walks for step in walk.run(end_anywhere(to_on))]


def list_people(mails: Iterable[ComingMail]) -> list[int]:
    """Whom these are about, by number; a week's mail about a team names nobody."""
    return sorted({mail.person_id for mail in mails if mail.person_id is not None})


def tell_teams(teams: Teams, rulebook: Rulebook, to_on: date) -> Iterator[ComingMail]:
    """The weeks' mails about teams until the end of `to_on`, by the policies of `rulebook`."""
    return (_tell_week(week) for week in list_team_weeks(teams, rulebook, to_on))


def list_walks(session: Session, gathered: Gathered, future: Future, tally: Tally | None = None) -> Iterator[OtherWalk]:
    """A walk for each of the days."""
    rules = confirmed_rules(session, future.rulebook)
    if gathered.book is not None:
        for day in gathered.days:
            yield OtherWalk(future, rules, gathered, gathered.book, day, tally)


def end_anywhere(day: date) -> datetime:
    """A moment at which that day is over in every zone."""
    return end_of(day, "UTC") + timedelta(days=1)


def within(mails: Iterable[ComingMail], from_on: date, to_on: date) -> Iterator[ComingMail]:
    """Those of the days from one to the other, included."""
    return (mail for mail in mails if from_on <= mail.on <= to_on)


def _tell(walk: Walk, step: Step) -> ComingMail:
    certification, cycle = step.track.certification, step.track.cycle
    holder = walk.known.people[certification.person_id][-1]
    pack = walk.known.rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    recipient = walk.gathered.people[step.line.recipient_id]
    return _make(step, ("cycle", cycle.id), holder, recipient, pack.credential, pack, pack.zone)


def _tell_other(walk: OtherWalk, step: OtherStep) -> ComingMail:
    looked, credential = step.looked, step.looked.day.credential
    recipient = walk.gathered.people[step.line.recipient_id]
    packs = [pack for pack in walk.future.rulebook.packs.list() if pack.credential == credential]
    subject, pack = (looked.kind, looked.day.id), packs[-1] if packs else None
    return _make(step, subject, looked.holder, recipient, credential, pack, looked.office_zone)


def _tell_week(week: TeamWeek) -> ComingMail:
    reader = week.reader
    return ComingMail(
        on=week.at.astimezone(ZoneInfo(known_zone(reader.zone, "UTC"))).date(),
        at=week.at,
        person_id=None,
        name=reader.shown_name,
        subject_kind=TEAM,
        subject_id=reader.id,
        credential=None,
        pack=None,
        anchor_on=week.week_on,
        stage=WEEKLY,
        occurrence=0,
        audience="supervisor",
        recipient_id=reader.id,
        recipient=reader.shown_name,
        kept_back=None if reader.address else "no_address",
        until_on=None,
        then=None,
    )


def _make(
    step: Step | OtherStep,
    subject: tuple[str, int],
    holder: Person,
    recipient: Person,
    credential: str | None,
    pack: Pack | None,
    zone: str,
) -> ComingMail:
    """`zone` is the day's, for a recipient who has none of their own."""
    line, (kind, number) = step.line, subject
    return ComingMail(
        on=step.at.astimezone(ZoneInfo(known_zone(recipient.zone, zone))).date(),
        at=step.at,
        person_id=holder.id,
        name=holder.shown_name,
        subject_kind=kind,
        subject_id=number,
        credential=credential,
        pack=pack,
        anchor_on=line.anchor_on,
        stage=line.stage,
        occurrence=line.occurrence,
        audience=line.audience,
        recipient_id=recipient.id,
        recipient=recipient.shown_name,
        kept_back=step.reason,
        until_on=step.until_on,
        then=step.then,
    )
