"""What a book of days beside those of cycles is made of, for as many days at once as are wanted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, or_, select

from certtrack.db.models import (
    CauseRelease,
    Certification,
    Email,
    Organization,
    OrganizationCredential,
    OtherDay,
    Person,
)
from certtrack.db.queries.copies import select_copying
from certtrack.db.queries.merges import last_ways
from certtrack.db.together import AnySelect, Together
from certtrack.rules.other_days import OF_CERTIFICATIONS
from certtrack.services.people import select_holders
from certtrack.services.reminders.guard import select_told
from certtrack.services.reminders.subject_rows import select_refused
from certtrack.services.reminders.told_terms import select_told_by_cycles, select_with_cycle

Numbers = Collection[int] | Select[Any]


@dataclass(frozen=True, slots=True)
class Mails:
    """The numbers of mails with which something went wrong: with the reminders that `failed`, or that were `left`."""

    failed: Numbers
    left: Numbers
    others: Numbers
    """People, none of them a holder, who were to get copies."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The numbers of causes from which people may have been `released` by name, and of those that are `held`."""

    released: Numbers = ()
    held: Numbers = ()


def select_day_book(
    days: Sequence[OtherDay], mails: Mails, span: tuple[datetime, datetime], causes: Holding
) -> tuple[AnySelect, ...]:
    """What a book of these days is made of, but for facts: fewer selects where no certification is concerned."""
    asked = ask_of(days, mails, span, causes)
    return _select(asked, has_certifications=bool(asked.numbers))


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which people, places, certifications and so on: values, selects, or parameters. `bare` deal with any."""

    people: Any
    places: Any
    bare: Any
    numbers: Any
    terms: Any
    failed: Any
    left: Any
    others: Any
    released: Any
    held: Any
    first: Any
    last: Any

    def as_params(self) -> dict[str, Any]:
        """By name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def ask_of(days: Sequence[OtherDay], mails: Mails, span: tuple[datetime, datetime], causes: Holding) -> Asked:
    """What is asked about these days, for looks from the first to the second moment of `span`."""
    first = span[0].date()
    return Asked(
        people={day.person_id for day in days},
        places={day.organization_id for day in days},
        bare={day.organization_id for day in days if not day.credential},
        numbers=list_copied(days),
        terms={day.source_id for day in days if day.kind == "provisional_term"},
        failed=mails.failed,
        left=mails.left,
        others=mails.others,
        released=causes.released,
        held=causes.held,
        first=first - timedelta(days=1),  # whatever the zone
        last=date.max,  # whoever is away later is known, too: the next look waits for that day
    )


@cache
def prepare(*, has_certifications: bool) -> Together:
    """The selects of a book, made once: for the parameters that `Asked` names."""
    days = {"first", "last"}
    params = {
        one.name: bindparam(one.name, type_=Date()) if one.name in days else bindparam(one.name, expanding=True)
        for one in fields(Asked)
    }
    return Together(*_select(Asked(**params), has_certifications=has_certifications))


COMMON = 10
"""So many selects are asked whether certifications are concerned or not."""


def _select(asked: Asked, *, has_certifications: bool) -> tuple[AnySelect, ...]:
    keeping = select(Certification.organization_id).where(Certification.id.in_(asked.numbers))
    places = Organization.id.in_(asked.places)
    common = (
        select_holders(asked.people),
        last_ways(select(Person.id).where(Person.id.in_(asked.people))),
        select(Organization.id, Organization.zone).where(
            or_(places, Organization.id.in_(keeping)) if has_certifications else places
        ),
        select(OrganizationCredential.organization_id, OrganizationCredential.credential).where(
            OrganizationCredential.organization_id.in_(asked.bare)
        ),
        select(CauseRelease.cause_id, CauseRelease.person_id).where(CauseRelease.cause_id.in_(asked.released)),
        select_told(asked.held, asked.people),
        *select_refused(asked.failed),
        select(Email.id).where(Email.id.in_(asked.left), Email.state == "unknown"),
    )
    return (*common, *_select_of_certifications(asked)) if has_certifications else common


def _select_of_certifications(asked: Asked) -> tuple[AnySelect, ...]:
    concerned = select(Certification).where(Certification.id.in_(asked.numbers))
    holders, places = (
        concerned.with_only_columns(column) for column in (Certification.person_id, Certification.organization_id)
    )
    return (
        select_told_by_cycles(asked.terms),
        select_with_cycle(asked.terms),
        concerned,
        *select_copying(holders, places, (asked.first, asked.last), asked.others),
    )


def list_copied(days: Sequence[OtherDay]) -> list[int]:
    """The certifications in which the rules have found some of these days: copies go of no others."""
    return sorted({day.certification_id or 0 for day in days if day.kind in OF_CERTIFICATIONS})
