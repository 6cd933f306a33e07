"""Whether a copy that was planned may still go: to the same person, about the same matter, and after its holder."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Person, Reminder
from certtrack.db.queries.merges import load_merged
from certtrack.rules.standing import Standing
from certtrack.services.copies import COPIED, ENDED, Copied, load_copied
from certtrack.services.holder_first import HeadStart, Own, find_head_start
from certtrack.services.obstacles import find_obstacle
from certtrack.services.subjects import MOVED

Checked = tuple[Reminder, Cycle, Certification]


@dataclass(frozen=True, slots=True)
class CopyChecks:
    """What is asked about copies: who is to get them now, whom they are about, and what became of the holder's own."""

    copied: Copied
    holders: Mapping[int, Person]
    own: Mapping[int, Sequence[tuple[Reminder, Own]]]

    def find_obstacle(self, copy: Reminder, person: Person, standing: Standing, row: Checked) -> str | None:
        """The code of what keeps `person` from getting this copy; None where it is to go, if not at once."""
        _, cycle, certification = row
        chosen = self.copied.of(certification.id)
        if all(person.id != each.id for audience in COPIED for each in chosen[audience]):
            return ENDED[copy.audience]
        holder = self.holders[certification.id]
        return find_obstacle(holder, standing, cycle, copy.anchor_on, copy.stage, copy_to=person)

    def find_start(self, copy: Reminder) -> HeadStart:
        """The holder's head start: a copy waits while they are still to be told of the stage, or of one after it."""
        own = self.own[copy.subject_id]
        days = [
            one.stage_on for reminder, one in own if _is_same(reminder, copy) and reminder.anchor_on == copy.anchor_on
        ]
        return find_head_start([one for _, one in own], min(days, default=copy.stage_on))


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


def _load_own(session: Session, cycle_ids: set[int]) -> dict[int, list[tuple[Reminder, Own]]]:
    """The holders' own reminders of stages, by cycle."""
    query = select(Reminder).where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycle_ids))
    query = query.where(Reminder.audience == "holder", Reminder.stage != MOVED).order_by(Reminder.id)
    found: dict[int, list[tuple[Reminder, Own]]] = defaultdict(list)
    for one in session.scalars(query.execution_options(populate_existing=True)):
        found[one.subject_id].append((one, Own(one.stage_on, one.state, one.reason, one.settled_at)))
    return found
