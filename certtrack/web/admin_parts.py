"""The parts of an administrator's area: each is one line here, and its words are one line in `admin/index.html`."""

from dataclasses import dataclass
from typing import Literal

from certtrack.security import Actor, Task, can_do

Group = Literal["people", "offices", "work", "mail", "running"]
GROUPS: tuple[Group, ...] = ("people", "offices", "work", "mail", "running")
"""In the order in which they stand."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page to lead to, under which heading it stands, and the task that opens it."""

    group: Group
    url: str
    task: Task


PARTS: tuple[Part, ...] = (
    Part("people", "/people", Task.LIST_PEOPLE),
    Part("people", "/admin/people/new", Task.MANAGE_PEOPLE),
    Part("people", "/imports", Task.IMPORT),
    Part("people", "/credits", Task.CHECK_QUEUE),
    Part("people", "/findings", Task.SETTLE_FINDINGS),
    Part("people", "/admin/merges", Task.MANAGE_PEOPLE),
    Part("people", "/people/former", Task.LIST_FORMER),
    Part("offices", "/admin/organizations", Task.MANAGE_ORGANIZATIONS),
    Part("offices", "/admin/accounts", Task.MANAGE_ACCOUNTS),
    Part("offices", "/stand-ins", Task.ARRANGE_STAND_INS),
    Part("offices", "/supervision/supervisors", Task.MANAGE_SUPERVISION),
    Part("work", "/offerings", Task.KEEP_OFFERINGS),
    Part("work", "/trainings", Task.RUN_TRAININGS),
    Part("work", "/exams", Task.ARRANGE_EXAMS),
    Part("work", "/waivers", Task.WAIVE_FOR_MANY),
    Part("work", "/wordings", Task.KEEP_WORDINGS),
    Part("work", "/resources", Task.KEEP_RESOURCES),
    Part("mail", "/held", Task.RELEASE_MAIL),
    Part("mail", "/undeliverable", Task.LIST_UNREACHED),
    Part("mail", "/letters", Task.WRITE_LETTERS),
    Part("mail", "/forecast", Task.RELEASE_MAIL),
    Part("running", "/admin/rules", Task.CONFIRM_RULES),
    Part("running", "/jobs", Task.SEE_JOBS),
    Part("running", "/admin/audit", Task.READ_AUDIT),
)


def list_parts(actor: Actor) -> dict[Group, list[str]]:
    """The addresses that this reader may open, by group; a group without any isn't there."""
    mine = {group: [part.url for part in PARTS if part.group == group and can_do(actor, part.task)] for group in GROUPS}
    return {group: urls for group, urls in mine.items() if urls}
