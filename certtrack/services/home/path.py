"""A person's way in, as one part of their record: trainings, exams, and the days beside those of certifications."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from certtrack.clock import Clock
from certtrack.db.together import ask_together
from certtrack.security import Actor, Relation
from certtrack.services.exams.shown import ShownExam, make_exams, select_exams
from certtrack.services.other_days.page import OtherDays, make_days, select_days
from certtrack.services.record_head import RecordHead
from certtrack.services.rulebook import Rulebook
from certtrack.services.trainings.shown import PersonTrainings, make_path, select_path


@dataclass(frozen=True, slots=True)
class Path:
    """What of it the reader may see; other days are of today alone, so that a look back shows none."""

    trainings: PersonTrainings
    exams: tuple[ShownExam, ...]
    days: OtherDays


def load_path(session: Session, rulebook: Rulebook, actor: Actor, head: RecordHead, clock: Clock) -> Path:
    """The part of that record, for its day and its moment; at most five queries.

    Of somebody who has left the actor's place there are the exams as of the last day, and no trainings.
    """
    of_path = select_path(head.person.id, head.known_at)
    of_exams = select_exams(actor, head.relations, head.person.id, head.known_at, head.last_day)
    rows = ask_together(session, *of_path, *of_exams, *select_days(actor, head.person.id, head.today))
    first, second = len(of_path), len(of_path) + len(of_exams)
    relations = head.relations if head.last_day is None else frozenset[Relation]()
    return Path(
        trainings=make_path(session, rulebook, actor, relations, rows[:first], head.as_of or head.today),
        exams=make_exams(rulebook, actor, head.relations, rows[first:second], as_of=head.as_of, is_now=head.is_now),
        days=make_days(session, rulebook, actor, head, rows[second:], clock)
        if head.is_now
        else OtherDays((), can_keep=False),
    )
