"""What is asked of an import before its file is opened, and what it can tell when it is through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.models import Organization
from certtrack.security import Actor
from certtrack.services.rulebook import Rulebook
from certtrack.services.sheets.layout import Layout
from certtrack.services.sheets.runs import Import

Row = dict[str, Any]
"""What is told of a row of the file, by column."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A file as it came: whose it is, who brings it in, and when.

    `mapping` is a mapping file's name and bytes, None where there is none; `language` that of notes for the record.
    `is_by_page`: it was given on a page, by somebody who may see and do less than whoever gives a command; `seen`: by
    line what they were shown would come of it, None where nothing is to be written, or nothing was to be shown.
    """

    file_name: str
    data: bytes
    mapping: tuple[str, bytes] | None
    organization: Organization
    actor: Actor
    at: datetime
    language: str
    is_by_page: bool = False
    seen: Mapping[str, str] | None = None

    @property
    def today(self) -> date:
        """The organization's day."""
        return self.at.astimezone(ZoneInfo(self.organization.zone)).date()


@dataclass(frozen=True, slots=True)
class Told:
    """A list that an import tells beside what changes: its name, its columns, and its rows once all is done."""

    name: str
    columns: tuple[str, ...]
    list_rows: Callable[[Any], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files: what it looks like, how one is opened, and what is told of it.

    `open_file` reads the file whole. It raises BadInput, which names the file, the place and what to do.
    `has_own_rights`: whoever brings one in needs rights for what it says, beside that of bringing in files.
    """

    layout: Layout
    open_file: Callable[[Session, Rulebook, Asked], Import[Any, Any]]
    new_columns: tuple[str, ...]
    change_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    told: tuple[Told, ...]
    count_more: Callable[[Any], dict[str, int]] = lambda _work: {}
    has_own_rights: bool = False

    def open(self, session: Session, rulebook: Rulebook, asked: Asked) -> Import[Any, Any]:
        """The file as an import that keeps to what whoever gave it may see and do. Raises BadInput."""
        work = self.open_file(session, rulebook, asked)
        work.is_by_page, work.seen = asked.is_by_page, asked.seen
        return work

    @property
    def key(self) -> str:
        """What commands, addresses and the record call it."""
        return self.layout.kind
