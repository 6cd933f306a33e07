"""Addresses in findings: a programme's administrator settles findings, and addresses aren't among what they see."""

from collections.abc import Mapping
from typing import Any

from certtrack.security import RECORD_RIGHTS, TASK_RIGHTS, Actor, Fields, Relation, Task

HIDDEN = "•••"
"""What stands for an address that isn't the reader's to see."""

_OF_ADDRESSES = ("address", "supervisor")  # fields that hold an address, or may
_ADDRESS_OF: dict[str, tuple[str, ...]] = {
    "no_address": ("value",),
    "shared_address": ("address",),
    "supervisor_unknown": ("address",),
    "supervisor_shared": ("address",),
    "supervisor_self": ("address",),
}
_BY_FIELD: dict[str, tuple[str, ...]] = {"cell_unreadable": ("value",), "mended_by_hand": ("record", "file")}


def can_see_addresses(actor: Actor, organization_id: int) -> bool:
    """True where a role by which the actor settles the findings of that organization opens addresses, too."""
    return actor.is_command or any(
        Fields.ADDRESSES in RECORD_RIGHTS[Relation(grant.role)]
        for grant in actor.grants
        if Task.SETTLE_FINDINGS in TASK_RIGHTS[grant.role] and grant.organization_id in (None, organization_id)
    )


def hide_address(value: object) -> object:
    """`HIDDEN` for an address; what is empty stays empty, since that is no address."""
    return HIDDEN if value else value


def hide_addresses(kind: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details of a finding of that kind without any address that stands in them."""
    names = _ADDRESS_OF.get(kind, ())
    if details.get("field") in _OF_ADDRESSES:
        names = _BY_FIELD.get(kind, ())
    hidden: dict[str, Any] = {name: hide_address(value) if name in names else value for name, value in details.items()}
    if "differences" in hidden:
        hidden["differences"] = [_hide_difference(*each) for each in hidden["differences"]]
    return hidden


def _hide_difference(field: str, first: object, second: object) -> list[object]:
    values = [first, second]
    return [field, *([hide_address(value) for value in values] if field in _OF_ADDRESSES else values)]
