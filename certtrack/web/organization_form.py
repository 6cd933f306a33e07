"""What is typed of an organization, read and checked, each problem by its field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from sqlalchemy.orm import Session

from certtrack.db.models import Organization, Person
from certtrack.rules.calendar import check_day
from certtrack.security import Actor
from certtrack.services.administration.organizations import GivenRole, ShownOrganization, find_named
from certtrack.services.contacts import belongs_on, find_contact
from certtrack.services.credits.texts import clean
from certtrack.services.lookup import list_people_asked
from certtrack.services.organization_changes import OrganizationFields
from certtrack.services.preferences import list_zones
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.cells import Unreadable, read_address
from certtrack.web.numbers import read_number

Problem = tuple[str, int]
"""What is wrong, by its code, and a number that its sentence says."""
LONGEST = 200
_NUMBERED = re.compile(r"\((\d{1,18})\)\s*$")


@dataclass(frozen=True, slots=True)
class OrganizationForm:
    """What was typed, as it came. `parent` is a name or a key, `contact` whoever hears for it."""

    name: str = ""
    zone: str = ""
    reply_to: str = ""
    contact: str = ""
    parent: str = ""
    until_on: str = ""
    names: str = ""
    seen: int = 0

    def check(
        self, session: Session, actor: Actor, own_zone: str, known: Organization | None = None
    ) -> tuple[OrganizationFields | None, dict[str, Problem]]:
        """What it says, or what is wrong with it by field; `known` is the organization as it is.

        `own_zone` may be chosen beside those that are offered.
        """
        problems: dict[str, Problem] = {}
        if not 0 < len(self.name) <= LONGEST:
            problems["name"] = ("no_name", 0)
        if self.zone not in list_zones(own_zone):
            problems["zone"] = ("missing", 0)
        if self.reply_to and not _is_address(self.reply_to):
            problems["reply_to"] = ("no_address", 0)
        parents = self._find_parents(session, actor, known)
        if self.parent and len(parents) != 1:
            problems["parent"] = ("several" if parents else "no_organization", 0)
        try:
            until_on = check_day(date.fromisoformat(self.until_on)) if self.until_on else None
        except ValueError:
            problems["until_on"] = ("not_a_day", 0)
        if problems:
            return None, problems
        parent_id = parents[0].id if parents else None
        return OrganizationFields(self.name, self.zone, self.reply_to or None, parent_id, until_on), {}

    def _find_parents(self, session: Session, actor: Actor, known: Organization | None) -> Sequence[Organization]:
        parent = session.get(Organization, known.parent_id) if known is not None and known.parent_id else None
        if parent is not None and parent.name == self.parent:
            return [parent]  # as it is, also where another one is called so
        return find_named(session, actor, self.parent) if self.parent else []


def read_form() -> OrganizationForm:
    """What the request came with."""
    typed = {
        name: clean(request.form.get(name, ""))[: LONGEST + 1]
        for name in ("name", "zone", "reply_to", "contact", "parent", "until_on", "names")
    }
    return OrganizationForm(**typed, seen=request.form.get("seen", 0, type=read_number))


def make_form(shown: ShownOrganization) -> OrganizationForm:
    """What is on record, as it is typed."""
    its = shown.organization
    return OrganizationForm(
        name=its.name,
        zone=its.zone,
        reply_to=its.reply_to or "",
        contact=say_contact(shown.contact) if shown.contact is not None else "",
        parent=shown.parent.name if shown.parent is not None else "",
        until_on=its.until_on.isoformat() if its.until_on is not None else "",
        names="y" if its.names_in_team_mail else "",
        seen=its.no,
    )


def say_contact(person: Person) -> str:
    """Whoever hears for it, as the field has them: the number says who of several that is."""
    return f"{person.shown_name} ({person.id})"


def read_contact(
    session: Session, organization: Organization, text: str, today: date
) -> tuple[int | None, dict[str, Problem]]:
    """Who of those that belong there today is meant: by a number, an address or a name. None: nobody is.

    Whoever it was, and wasn't changed, stays so.

    Of anybody else nothing is said but that they don't belong there.
    """
    kept = find_contact(session, organization, today)
    if text == (say_contact(kept) if kept is not None else ""):
        return (
            organization.contact_id,
            {},
        )  # of whoever doesn't belong there today nothing is shown, and nothing changed
    if not text:
        return None, {}
    numbered = _NUMBERED.search(text)
    found = list_people_asked(session, numbered.group(1) if numbered else text)
    here = [one for one in found if belongs_on(session, one.id, organization.id, today)]
    if len(here) != 1:
        return None, {"contact": ("several_people" if here else "nobody_here", 0)}
    return here[0].id, {}


def read_roles(rulebook: Rulebook) -> Mapping[str, GivenRole]:
    """What was said of each certification that there are rules for; of one that wasn't, nothing."""
    said = {one: request.form.get(f"role-{one}", "") for one in list_credentials(rulebook, "en")}
    return {one: "granter" if role == "granter" else "keeper" for one, role in said.items() if role}


def list_credentials(rulebook: Rulebook, locale: str) -> dict[str, str]:
    """The certifications that there are rules for, each spelled out, by name."""
    named = {pack.credential: pack.name.of(locale) for pack in rulebook.packs.list()}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def _is_address(text: str) -> bool:
    try:
        read_address(text)
    except Unreadable:
        return False
    return True
