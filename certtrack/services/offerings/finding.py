"""Finding offerings: by area, by day, by how they are held, by words. Those that are over aren't found."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, cast, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Offering, Organization
from certtrack.services.people import fold

PAGE = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What offerings are narrowed to; what is empty or None narrows nothing. Both days are included.

    `page` counts from 1. What can be done at any time is found whatever the days.
    """

    area: str = ""
    form: str = ""
    words: str = ""
    from_on: date | None = None
    until_on: date | None = None
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """True where something is asked for."""
        return any((self.area, self.form, self.words, self.from_on, self.until_on))


@dataclass(frozen=True, slots=True)
class ListedOffering:
    """One offering, and who tells of it."""

    offering: Offering
    organization: str


@dataclass(frozen=True, slots=True)
class FoundOfferings:
    """One page of them, the nearest day first, those for any time last; whether there is another page."""

    rows: tuple[ListedOffering, ...]
    has_more: bool


def find_offerings(session: Session, wanted: Wanted, today: date) -> FoundOfferings:
    """The page that is asked for; one statement."""
    query = (
        select(Offering, Organization.name)
        .join(Organization, Organization.id == Offering.organization_id)
        .where(Offering.state == "offered", *_list_conditions(wanted, today))
        .order_by(Offering.last_on.is_(None), Offering.last_on, Offering.first_on, Offering.id)
    )
    first = (max(wanted.page, 1) - 1) * PAGE
    rows = session.execute(query.limit(PAGE + 1).offset(first)).all()
    return FoundOfferings(tuple(ListedOffering(*row) for row in rows[:PAGE]), len(rows) > PAGE)


def _list_conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    any_time = Offering.last_on.is_(None)
    found: list[ColumnElement[bool]] = [or_(any_time, Offering.last_on >= max(today, wanted.from_on or today))]
    if wanted.until_on is not None:
        found.append(or_(any_time, Offering.first_on <= wanted.until_on))
    if wanted.form:
        found.append(Offering.form == wanted.form)
    if wanted.area:
        found.append(cast(Offering.parts, Text).contains(f'"{wanted.area}"', autoescape=True))
    found += [Offering.folded_words.contains(word, autoescape=True) for word in fold(wanted.words).split()]
    return found
