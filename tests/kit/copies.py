"""Copies in tests: a policy that has them, who supervises whom, and who an organization's contact person is."""

import re
from dataclasses import replace
from datetime import date

from kit.world import World

from certtrack.db.models import Organization, StandIn
from certtrack.packs import Policies, parse_policy
from certtrack.resources import get_resource
from certtrack.services.organizations import assign_supervisor

_SHIPPED = (get_resource("config") / "policies" / "us-wi.toml").read_text(encoding="utf-8")
_COPIES = {
    "days_before = 30": ["supervisor"],
    "days_before = 14": ["supervisor"],
    "days_before = 7": ["supervisor", "organization"],
    'enters = "grace"': ["supervisor", "organization"],
    'enters = "late"': ["organization"],
}


def make_text(*, version: int = 7, top: str = "", **changes: str) -> str:
    """The policy of these tests: the first one that is shipped, with copies of late stages.

    `top` are lines more; `changes` are lines more of a stage, named as its key is: `before_7="repeats = 1"`.
    """
    text = re.sub(r"^version = .*$", f"version = {version}", _SHIPPED, flags=re.MULTILINE)
    for line, audiences in _COPIES.items():
        text = text.replace(f"{line}\n", f"{line}\ncopies = {audiences}\n")
    for key, lines in changes.items():
        line = key.replace("before_", "days_before = ") if key.startswith("before_") else f'enters = "{key}"'
        assert f"{line}\n" in text
        text = text.replace(f"{line}\n", f"{line}\n{lines}\n")
    return text.replace("[calendar]", f"{top}\n[calendar]")


def use_policy(world: World, text: str | None = None) -> None:
    """Let that policy be the only one; unless told otherwise the one that `make_text` makes."""
    policies = Policies([parse_policy(make_text() if text is None else text)])
    world.rulebook = replace(world.rulebook, policies=policies)


def assign(world: World, person_id: int, supervisor_id: int, *, from_on: date) -> None:
    """Have somebody supervise the person in the world's organization."""
    with world.database.writing() as session:
        assign_supervisor(
            session,
            person_id=person_id,
            supervisor_id=supervisor_id,
            organization_id=world.organization_id,
            from_on=from_on,
            actor=world.actor,
            at=world.at,
        )


def name_contact(world: World, person_id: int | None) -> None:
    """Let that person, or nobody, get the copies of the world's organization."""
    with world.database.writing() as session:
        session.get_one(Organization, world.organization_id).contact_id = person_id


def stand_in(world: World, supervisor_id: int, stand_in_id: int, from_on: date, until_on: date) -> None:
    """Have somebody do the supervisor's part in the world's organization on these days."""
    with world.database.writing() as session:
        session.add(
            StandIn(
                supervisor_id=supervisor_id,
                stand_in_id=stand_in_id,
                organization_id=world.organization_id,
                from_on=from_on,
                until_on=until_on,
                state="recorded",
                no=1,
                recorded_at=world.at,
                recorded_by="test",
            )
        )
