"""Every mail of the coming months: on which day, about whom, which stage, to whom, and what keeps it back."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Certification, Cycle, OtherDay, Person
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import Audience
from certtrack.services.forecast.future import Future, Trip, find_switches
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.other_days import OtherStep, OtherWalk, list_other_days
from certtrack.services.forecast.scope import Scope, list_crowded_causes, list_open_causes, read_cycles
from certtrack.services.forecast.walking import Step, Then, Walk
from certtrack.services.guard import list_mailed
from certtrack.services.rulebook import Rulebook
from certtrack.services.sending_hours import known_zone

MailKey = tuple[str, int, date, str, int, int]


@dataclass(frozen=True, slots=True)
class ComingMail:
    """One reminder to come. `on` is its day in the recipient's zone, `at` the moment from which it goes out.

    `person_id` and `name` are whom it is about, `credential` and `pack` what for, None for no certification.
    `subject_kind` and `subject_id` are those of the ledger. `recipient_id` and `recipient` who is told, as `audience`.
    `kept_back` is the code of what keeps it back as things are, None for one that goes; `until_on` the day on which
    that ends by itself, None where it doesn't: `then` it `goes` out, or it is `replaced` by a later mail.
    """

    on: date
    at: datetime
    person_id: int
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
    session: Session, rulebook: Rulebook, scope: Scope, *, at: datetime, from_on: date, to_on: date
) -> Iterator[ComingMail]:
    """What the planner and the delivery will do from `at` on, as things are, on the days from `from_on` to `to_on`.

    Batch by batch in no order of days; of one cycle in its order. Days before `at` are over, and the ledger has them.
    """
    future = look_ahead(session, rulebook, at=at, to_on=to_on)
    packs = list_switched(future)
    for found in read_cycles(session, to_on, packs, *scope.conditions()):
        yield from within(tell(session, Walk(session, future, found, at), to_on), from_on, to_on)
    for day in list_other_days(session, scope, end_anywhere(to_on), future):
        yield from within(tell_other(session, future, day, at, to_on), from_on, to_on)


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
    tally = count_first_mails(session, future, at, to_on)
    known = {number for number in tally.first if number > 0}
    watched = list_open_causes(session, known)
    return tally.find_trips({number: list_mailed(session, number) for number in watched}, known - watched)


def count_first_mails(session: Session, future: Future, at: datetime, to_on: date) -> Tally:
    """Whom causes that may grow too large mail for the first time; nothing is walked through where there is none."""
    tally, packs = Tally(), list_switched(future)
    above = min((policy.guard_above for policy in future.rulebook.policies.list()), default=0)
    crowded = list_crowded_causes(session, above)
    if crowded or packs:
        which = or_(Cycle.cause_id.in_(crowded), Certification.pack_key.in_(packs))
        for found in read_cycles(session, to_on, packs, which):
            for _ in Walk(session, future, found, at, tally).run(to_on):
                pass
        _count_days(session, future, at, to_on, tally, crowded)
    return tally


def _count_days(
    session: Session, future: Future, at: datetime, to_on: date, tally: Tally, crowded: Collection[int]
) -> None:
    for day in list_other_days(session, Scope(), end_anywhere(to_on), future):
        if future.switches or day.cause_id in crowded:
            for _ in OtherWalk(session, future, day, at, tally).run(end_anywhere(to_on)):
                pass


def tell(session: Session, walk: Walk, until: date) -> list[ComingMail]:
    """The steps of a walk as mails to people."""
    steps = list(walk.run(until))
    people = _load_people(session, {step.line.recipient_id for step in steps})
    return [_tell(walk, people, step) for step in steps]


def tell_other(session: Session, future: Future, day: OtherDay, at: datetime, to_on: date) -> Iterator[ComingMail]:
    """All that comes of a day beside those of cycles until the end of `to_on`, as mails to people."""
    walk = OtherWalk(session, future, day, at)
    return (_tell_other(session, future.rulebook, step) for step in walk.run(end_anywhere(to_on)))


def end_anywhere(day: date) -> datetime:
    """A moment at which that day is over in every zone."""
    return end_of(day, "UTC") + timedelta(days=1)


def within(mails: Iterable[ComingMail], from_on: date, to_on: date) -> Iterator[ComingMail]:
    """Those of the days from one to the other, included."""
    return (mail for mail in mails if from_on <= mail.on <= to_on)


def _load_people(session: Session, numbers: set[int]) -> dict[int, Person]:
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(numbers)))}


def _tell(walk: Walk, people: dict[int, Person], step: Step) -> ComingMail:
    certification, cycle = step.track.certification, step.track.cycle
    holder = walk.known.people[certification.person_id][-1]
    pack = walk.known.rulebook.packs.get(certification.pack_key, on=cycle.due_on)
    recipient = people[step.line.recipient_id]
    return _make(step, ("cycle", cycle.id), holder, recipient, pack.credential, pack, pack.zone)


def _tell_other(session: Session, rulebook: Rulebook, step: OtherStep) -> ComingMail:
    looked, credential = step.looked, step.looked.day.credential
    recipient = session.get_one(Person, step.line.recipient_id)
    packs = [pack for pack in rulebook.packs.list() if pack.credential == credential]
    subject, pack = (looked.kind, looked.day.id), packs[-1] if packs else None
    return _make(step, subject, looked.holder, recipient, credential, pack, looked.office_zone)


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
