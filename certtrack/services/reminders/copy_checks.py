"""Whether a copy that was planned may still go: to the same person, about the same matter, and after its holder."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.clock import end_of
from certtrack.db.models import Certification, Cycle, Person, Reminder
from certtrack.db.queries.merges import load_merged
from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import CopyTo, Stage
from certtrack.rules.standing import Standing
from certtrack.services.reminders.copies import COPIED, ENDED, Copied, CopyPeople, load_copied
from certtrack.services.reminders.holder_first import HeadStart, Own, find_head_start
from certtrack.services.reminders.moves import MOVED
from certtrack.services.reminders.obstacles import find_obstacle

Checked = tuple[Reminder, Cycle, Certification]


@dataclass(frozen=True, slots=True)
class CopyChecks:
    """What is asked about copies: who is to get them now, whom they are about, and what became of the holder's own."""

    copied: Copied
    holders: Mapping[int, Person]
    own: Mapping[int, Sequence[Reminder]]

    def find_obstacle(self, copy: Reminder, person: Person, standing: Standing, row: Checked) -> str | None:
        """The code of what keeps `person` from getting this copy; None where it is to go, if not at once."""
        _, cycle, certification = row
        holder = self.holders[certification.id]
        return find_end(self.copied.of(certification.id), copy, person) or find_obstacle(
            holder, standing, cycle, copy.anchor_on, copy.stage, copy_to=person
        )

    def find_start(self, copy: Reminder) -> HeadStart:
        """The holder's head start: a copy waits while they are still to be told of the stage, or of one after it."""
        return find_start_of(copy, self.own[copy.subject_id])


def is_copy(reminder: Reminder) -> bool:
    """True for a reminder that tells somebody else than the holder."""
    return reminder.audience != "holder"


def find_end(chosen: CopyPeople, copy: Reminder, person: Person) -> str | None:
    """The code of why `person` isn't to get a copy any more; None while they are among those chosen."""
    is_chosen = any(person.id == each.id for audience in COPIED for each in chosen[audience])
    return None if is_chosen else ENDED[copy.audience]


def find_start_of(copy: Reminder, own: Iterable[Reminder]) -> HeadStart:
    """The holder's head start before this copy; `own` are all that were decided for them of the same subject."""
    stages = [one for one in own if one.stage != MOVED]
    days = [one.stage_on for one in stages if _is_same(one, copy) and one.anchor_on == copy.anchor_on]
    told = [Own(one.stage_on, one.state, one.reason, one.settled_at) for one in stages]
    return find_head_start(told, min(days, default=copy.stage_on))


def find_copies(
    own: Reminder, stage: Stage, chosen: CopyPeople, copy_after_days: int, zone: str, at: datetime
) -> tuple[tuple[CopyTo, ...], date | None]:
    """Who else is told of what the holder's own reminder, mailed at `at`, tells them, and from which day on.

    Nobody and None where no copy comes, or none while it is true. Days begin and end by the clock of `zone`.
    """
    copies = tuple(audience for audience in stage.copies if chosen[audience])
    told_at = (own.settled_at or at) if own.state == "sent" else at
    copy_on = add_days(told_at.astimezone(ZoneInfo(zone)).date(), copy_after_days)
    is_copied = copies and own.occurrence == 0 and end_of(copy_on, zone) <= own.valid_until
    return (copies, copy_on) if is_copied else ((), None)


def _is_same(own: Reminder, copy: Reminder) -> bool:
    return (own.stage, own.occurrence) == (copy.stage, copy.occurrence)


def load_copy_checks(session: Session, rows: Sequence[Checked], days: Mapping[int, date]) -> CopyChecks:
    """What the copies among these reminders are checked by, on the day of each certification in `days`.

    Who gets copies is known of every reminder's certification; the rest is read where there are copies among them.
    """
    copied = load_copied(session, days, {certification.id: certification for _, _, certification in rows}.values())
    copies = [row for row in rows if row[0].audience != "holder"]
    if not copies:
        return CopyChecks(copied, {}, {})
    certifications = {certification.id: certification for _, _, certification in copies}
    return CopyChecks(
        copied=copied,
        holders=_load_holders(session, certifications.values()),
        own=_load_own(session, {cycle.id for _, cycle, _ in copies}),
    )


def _load_holders(session: Session, certifications: Collection[Certification]) -> dict[int, Person]:
    same = load_merged(session, {one.person_id for one in certifications})
    last = {one.id: same.get(one.person_id, one.person_id) for one in certifications}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(set(last.values()))))}
    return {number: people[person_id] for number, person_id in last.items()}


def _load_own(session: Session, cycle_ids: set[int]) -> dict[int, list[Reminder]]:
    """The holders' own reminders, by cycle."""
    query = select(Reminder).where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycle_ids))
    query = query.where(Reminder.audience == "holder").order_by(Reminder.id)
    found: dict[int, list[Reminder]] = defaultdict(list)
    for one in session.scalars(query.execution_options(populate_existing=True)):
        found[one.subject_id].append(one)
    return found
