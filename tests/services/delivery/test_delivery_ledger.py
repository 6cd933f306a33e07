"""What the ledger keeps of every try to hand a reminder over, and what delivery doesn't mail twice."""

from datetime import date

from kit.delivery import STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Email, Reminder, ReminderEmail
from certtrack.services.ledger.reading import list_ledger


def test_the_ledger_lists_the_attempts_of_every_mail_that_carried_a_reminder(
    world: World, deliverer: Deliverer
) -> None:
    person = world.person()
    deliverer.ripen(person)
    deliverer.deliver()
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="planned", settled_at=None))
        session.execute(update(Email).values(state="not_taken"))
    deliverer.deliver()
    with world.database.reading() as session:
        [entry] = [e for e in list_ledger(session, world.rulebook, person, STAGE_DAY) if e.state == "sent"]
        links = session.query(ReminderEmail).count()
    assert links == 2
    assert [attempt.number for attempt in entry.attempts] == [1, 2]


def test_a_stage_planned_again_after_the_next_was_planned_is_superseded_at_delivery(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person())
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="in_mail"))
    planner.look(date(2026, 7, 31))
    with world.database.writing() as session:
        session.execute(update(Reminder).where(Reminder.state == "in_mail").values(state="planned"))
    deliverer.deliver()
    assert planner.says(cycle) == {"before_180": "superseded:overtaken", "before_90": "sent"}
