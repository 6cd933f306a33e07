"""A team's days in a supervisor's calendar: on which day how many dates lie, and nobody's name."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Account, Organization
from certtrack.mail.calendar_file import EntryDay, Writer
from certtrack.security import Actor, Task, can_do, narrow
from certtrack.services.accounts import find_office
from certtrack.services.actors import make_actor
from certtrack.services.feeds import find_owner
from certtrack.services.people_list import Filters, PeopleList
from certtrack.services.team.beside import load_days


@dataclass(frozen=True, slots=True)
class TeamFeed:
    """The days of a team, in the words of whose office, the next first."""

    writer: Writer
    days: tuple[EntryDay, ...]


def load_team_feed(session: Session, token: str, *, mail_from: str, base_url: str, clock: Clock) -> TeamFeed | None:
    """What is read under that address: the days of the team page, of those whom its owner may see there today.

    They are those of the coming months, today's among them; one who is in the team no more is in no day. None alike
    for a token that never was, one that has ended, one of a closed account, and one whose owner has no team any more.
    """
    account = find_owner(session, token, "team")
    if account is None:
        return None
    office = find_office(session, account.id)
    today = today_in(clock, office.zone if office else "UTC")
    actor = make_actor(session, account, today)
    if not can_do(actor, Task.SEE_TEAM):
        return None
    people = _list_people(session, actor, Filters(today, is_team=True), clock)
    counts = Counter[EntryDay]()
    for coming in load_days(people):
        counts[EntryDay(f"team:{account.id}:{coming.on.isoformat()}", coming.on)] += coming.count
    days = (EntryDay(day.subject, day.day, in_team=count) for day, count in counts.items())
    return TeamFeed(_make_writer(account, office, mail_from, base_url, clock), tuple(sorted(days, key=lambda d: d.day)))


def _list_people(session: Session, actor: Actor, filters: Filters, clock: Clock) -> PeopleList:
    return PeopleList(session, narrow(actor, Task.SEE_TEAM), filters, today=filters.as_of, at=clock.now())


def _make_writer(account: Account, office: Organization | None, mail_from: str, base_url: str, clock: Clock) -> Writer:
    return Writer(
        office_name=office.name if office else "CertTrack",
        reply_to=office.reply_to if office else None,
        mail_from=mail_from,
        base_url=f"{base_url.rstrip('/')}/team",
        locale=account.language,
        at=clock.now(),
    )
