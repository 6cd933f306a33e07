"""What somebody wishes of their mail: its language, its hours, where it goes first, and what they do without."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Person
from certtrack.errors import NotAllowed, StaleRecord
from certtrack.rules.wishes import GROUPS, Group
from certtrack.security import Act, Actor, can_act
from certtrack.services.actors import list_relations
from certtrack.services.delivery.addressing import find_other_address, load_second_addresses
from certtrack.services.people import change_person, get_person
from certtrack.services.reminders.arming import list_merged
from certtrack.services.rulebook import Rulebook
from certtrack.services.supervision.rights import NOT_THEIRS

_NEAR = ("America/", "Pacific/")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`work_first`: mail goes to the address at work where there are two. `switched_off`: what they do without."""

    language: str
    zone: str
    work_first: bool
    switched_off: frozenset[Group]

    @property
    def mark(self) -> str:
        """What a form was made of: another one where anything has changed."""
        return "|".join((self.language, self.zone, str(int(self.work_first)), ",".join(sorted(self.switched_off))))


def get_preferences(person: Person) -> Preferences:
    """What is on record of the person."""
    off = frozenset(cast("Group", group) for group in person.switched_off or () if group in GROUPS)
    return Preferences(person.language, person.zone, bool(person.work_first), off)


def can_choose(session: Session, actor: Actor, person_id: int, today: date) -> bool:
    """True for the person themselves, for their office, and for a command."""
    return actor.is_command or can_act(list_relations(session, actor, person_id, today), Act.CHOOSE_MAIL)


def set_preferences(
    session: Session, person: Person, wished: Preferences, *, seen: str, today: date, actor: Actor, at: datetime
) -> bool:
    """Put on record what they wish; True when anything was different. `seen` is the mark of what was shown.

    What wasn't sent because it was switched off is made good where no later reminder has come. Raises NotAllowed,
    StaleRecord, BadInput for a language or a zone that nobody knows.
    """
    if not can_choose(session, actor, person.id, today):
        raise NotAllowed(NOT_THEIRS)
    session.refresh(person, with_for_update=True)
    if get_preferences(person).mark != seen:
        raise StaleRecord("Somebody else has changed this meanwhile, so nothing was written. Look at it again.")
    changes = {
        "language": wished.language,
        "zone": wished.zone,
        "work_first": wished.work_first,
        "switched_off": sorted(wished.switched_off),
    }
    return change_person(session, person, changes, actor=actor, at=at)


def switch_off(session: Session, person_id: int, *, actor: Actor, at: datetime) -> None:
    """Switch off everything that may be; the rest goes on."""
    change_person(session, get_person(session, person_id), {"switched_off": sorted(GROUPS)}, actor=actor, at=at)


def has_least(person: Person) -> bool:
    """True where all that may be switched off is."""
    return get_preferences(person).switched_off >= {*GROUPS}


@dataclass(frozen=True, slots=True)
class BothAddresses:
    """Late reminders go to both addresses, from `from_days` before the day on.

    `is_left_out`: not to the second just now: it refused mail or sent it back lately, or is one at work that is over.
    """

    from_days: int
    is_left_out: bool


def find_both_addresses(session: Session, rulebook: Rulebook, person: Person, at: datetime) -> BothAddresses | None:
    """What the person is to know of that; None for whoever has one address, or no policy that says so."""
    if find_other_address(person) is None:
        return None
    query = select(Certification.pack_key).where(Certification.person_id.in_(list_merged(session, person.id)))
    policies = [rulebook.find_policy(key, at) for key in sorted(set(session.scalars(query)))]
    stages = [stage for policy in policies if policy is not None for stage in policy.stages if stage.both_addresses]
    if not stages:
        return None
    is_left_out = person.id not in load_second_addresses(session, [person], at)
    return BothAddresses(max(stage.days_before or 0 for stage in stages), is_left_out)


def list_zones(own: str) -> tuple[str, ...]:
    """The zones that are offered: those of the Americas and the Pacific, and the person's own."""
    return tuple(sorted({zone for zone in available_timezones() if zone.startswith(_NEAR)} | {own}))
