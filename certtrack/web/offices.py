"""Of which organization a page is, and a page that says so where none is on record yet."""

from collections.abc import Sequence

from flask import request

from certtrack.db.models import Organization
from certtrack.errors import NoOrganization, NotFound
from certtrack.security import Task
from certtrack.services.administration.places import is_everywhere
from certtrack.web.edge import actor
from certtrack.web.numbers import read_number

_NOT_HERE = "This page isn't here, or isn't yours to see."


def pick_office(offices: Sequence[Organization], task: Task) -> Organization:
    """The one of these that `?organization=` asks for, else the first.

    Raises NotFound for one that isn't among them, NoOrganization where none is on record for whoever works everywhere.
    """
    asked = request.values.get("organization", 0, type=read_number)
    for office in offices:
        if asked in (0, office.id):
            return office
    check_has_office(offices, task)
    raise NotFound(_NOT_HERE)


def check_has_office(offices: Sequence[object], task: Task) -> None:
    """Raise NoOrganization where there is none at all, so that nobody fills in a form that can't be saved."""
    if not offices and is_everywhere(actor(), task):
        raise NoOrganization("No organization is on record yet.")
