"""What waits for an administrator, counted for the page that leads to all of it."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Account, Alarm
from certtrack.security import Actor, Task, can_do, list_places
from certtrack.services.administration.account_list import are_theirs
from certtrack.services.credits.waiting import count_waiting
from certtrack.services.finding_list import count_findings
from certtrack.services.former import closed_people
from certtrack.services.imports.uploads import select_unfinished
from certtrack.services.reminders.held_mail import count_held
from certtrack.services.undeliverable import count_undeliverable


def count_to_do(session: Session, actor: Actor, *, today: date, at: datetime) -> dict[str, int]:
    """How much waits, by the address of the page where it is done; nothing for a page that isn't the actor's.

    Credits to check, findings, people whose mail is held, people whom mail doesn't reach, files that were looked at and
    not brought in, accounts without a password, and alarms.
    """
    found = {}
    if can_do(actor, Task.CHECK_QUEUE):
        found["/credits"] = count_waiting(session, actor, today)
    if can_do(actor, Task.SETTLE_FINDINGS):
        found["/findings"] = count_findings(session, actor, today)
    if can_do(actor, Task.RELEASE_MAIL):
        places = list_places(actor, Task.RELEASE_MAIL)
        found["/held"] = count_held(session, places, closed_people(actor, today))
    if can_do(actor, Task.LIST_UNREACHED):
        found["/undeliverable"] = count_undeliverable(session, actor, today=today, at=at)
    return found | _count_own_work(session, actor)


def _count_own_work(session: Session, actor: Actor) -> dict[str, int]:
    """Files, accounts and alarms; one query."""
    unopened = select(func.count(Account.id)).where(
        are_theirs(actor), Account.is_active.is_(True), Account.password.is_(None)
    )
    alarms = select(func.count(Alarm.id)).where(Alarm.cleared_at.is_(None))
    asked = {
        ("/imports", Task.IMPORT): select_unfinished(actor),
        ("/admin/accounts", Task.MANAGE_ACCOUNTS): unopened,
        ("/jobs", Task.SEE_JOBS): alarms,
    }
    mine = {url: query.scalar_subquery() for (url, task), query in asked.items() if can_do(actor, task)}
    if not mine:
        return {}
    return dict(zip(mine, session.execute(select(*mine.values())).one(), strict=True))
