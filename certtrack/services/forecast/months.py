"""The coming mails month by month, and those of one month narrowed, for a page."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, OtherDay
from certtrack.rules.calendar import add_days, add_months
from certtrack.services.forecast.coming import ComingMail
from certtrack.services.forecast.scope import Scope

MONTHS = 12
MOST = 1_000
"""As many open cycles and other days can be looked ahead for while a reader waits."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month: how many mails go out, and how many are kept back as things are."""

    first_on: date
    goes: int
    kept_back: int


@dataclass(frozen=True, slots=True)
class MailFilters:
    """What the list of a month is narrowed to; empty texts narrow nothing. `state` is `goes` or `kept_back`."""

    month_on: date
    stage: str = ""
    audience: str = ""
    state: str = ""

    def fits(self, mail: ComingMail) -> bool:
        """True for a mail of the month that nothing leaves out."""
        return (
            self.month_on <= mail.on <= last_of(self.month_on)
            and self.stage in ("", mail.stage)
            and self.audience in ("", mail.audience)
            and self.state in ("", "goes" if mail.kept_back is None else "kept_back")
        )


def list_months(today: date) -> list[date]:
    """The first days of this month and of the eleven after it."""
    return [add_months(today.replace(day=1), number) for number in range(MONTHS)]


def last_of(first_on: date) -> date:
    """The last day of the month that begins on that day."""
    return add_days(add_months(first_on, 1), -1)


def count_months(mails: Iterable[ComingMail], months: Collection[date]) -> list[Month]:
    """How many mails each of these months has."""
    counts = Counter((mail.on.replace(day=1), mail.kept_back is None) for mail in mails)
    return [Month(first_on, counts[first_on, True], counts[first_on, False]) for first_on in months]


def list_stages(mails: Sequence[ComingMail], month_on: date) -> list[str]:
    """The stages of a month's mails, the one that comes first on the way first."""
    mine = sorted((mail for mail in mails if mail.on.replace(day=1) == month_on), key=lambda mail: mail.stage)
    near = {mail.stage: (mail.anchor_on - mail.on).days for mail in mine}
    return sorted(near, key=lambda stage: -near[stage])


def is_too_many(session: Session, scope: Scope) -> bool:
    """True where looking ahead would take longer than a reader waits: a command does it then."""
    query = (
        select(Cycle.id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False), *scope.conditions())
        .limit(MOST + 1)
    )
    days = select(OtherDay.id).where(OtherDay.closed_on.is_(None), *scope.conditions_on_days()).limit(MOST + 1)
    counts = (select(func.count()).select_from(each.subquery()).scalar_subquery() for each in (query, days))
    return sum(session.execute(select(*counts)).one()) > MOST
