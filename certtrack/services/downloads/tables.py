"""Which rows of the database are about somebody: found by the tables themselves, so that no new one is forgotten.

A row belongs to a person by a column that names them; where there is none, by the key of a record that belongs to them;
and where there is none either, by their account. What a record of theirs only points to, such as a training that others
took part in as well, is told as far as it says nothing of anybody.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, MetaData, Select, Table, and_, exists, or_, select

Reason = Literal["secret", "other_people", "inside", "as_file"]
"""Why a value is left out: whoever had it could act as the person; it is of other people; it says only how the product
keeps its books; or it is in the download as a file of its own."""

_PERSONAL = ("person_id", "recipient_id", "supervisor_id", "stand_in_id")

LEFT_OUT: dict[str, Reason] = {
    "account.password": "secret",
    "account.fs_uniquifier": "secret",
    "second_step.secret": "secret",
    "second_step.last_step": "secret",
    "recovery_code.digest": "secret",
    "web_session.digest": "secret",
    "calendar_feed.digest": "secret",
    "kept_form.fields": "secret",
    "organization.contact_id": "other_people",
    "finding.key": "other_people",
    "finding.details": "other_people",
    "audit_event.digest": "inside",
    "audit_value.salt": "inside",
    "email.lease_token": "inside",
    "email.leased_until": "inside",
    "attempt.worker": "inside",
    "evidence.key": "inside",
    "email.data": "as_file",
    "import_upload.data": "other_people",
    "import_upload.mapping": "other_people",
    "import_upload.told": "other_people",
    "import_upload.returned": "other_people",
}
"""Columns whose values aren't in the download, and why. Every other one of a person's rows is."""

_POINTED_TO: dict[str, tuple[str, ...]] = {
    "organization": ("affiliation.organization_id", "certification.organization_id", "account_role.organization_id"),
    "training": ("enrollment.training_id",),
    "training_session": ("training_attendance.session_id",),
    "exam_sitting": ("exam_registration.sitting_id", "exam_result.sitting_id"),
    "wording": ("attestation.wording_id",),
}
"""Tables that are about nobody, and by which columns a person's records point to their rows."""

Plan = dict[str, Select[Any]]
"""By table the rows that are told, in the order of their keys."""


def plan_tables(metadata: MetaData, people: Sequence[int]) -> Plan:
    """The rows of every table that are about these people, who are one by merges."""
    planned = _Planned(metadata, people)
    for table in metadata.sorted_tables:  # a table comes after those that its keys are of
        planned.add(table)
    planned.add_pointed_to()
    return {name: _select(metadata.tables[name], where) for name, where in sorted(planned.where.items())}


def list_told(table: Table) -> list[Column[object]]:
    """The columns whose values are in the download."""
    return [column for column in table.columns if f"{table.name}.{column.name}" not in LEFT_OUT]


class _Planned:
    """The conditions that were found so far, by table."""

    def __init__(self, metadata: MetaData, people: Sequence[int]) -> None:
        self.tables = metadata.tables
        self._people = people
        self.where: dict[str, ColumnElement[bool]] = {}

    def add(self, table: Table) -> None:
        """Find what is theirs in it; nothing where it is about nobody."""
        if table.name in _POINTED_TO:
            return
        ways = list(_SPECIAL[table.name](self)) if table.name in _SPECIAL else self._list_ways(table)
        if ways:
            self.where[table.name] = or_(*ways)

    def add_pointed_to(self) -> None:
        """What their records point to."""
        for name, columns in _POINTED_TO.items():
            keys = [self.keys_of(*column.split(".")) for column in columns]
            self.where[name] = or_(*(self.tables[name].c.id.in_(key) for key in keys))

    def are_mine(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """A condition: the column names one of the people."""
        return column.in_(self._people)

    def keys_of(self, name: str, column: str = "id") -> Select[Any]:
        """What that column is in the rows that are theirs."""
        table = self.tables[name]
        return select(table.c[column]).where(self.where[name])

    def column(self, name: str, column: str) -> Column[int]:
        """One column, by its names."""
        return self.tables[name].c[column]

    def _list_ways(self, table: Table) -> list[ColumnElement[bool]]:
        keys = {column: key.column.table.name for column in table.columns for key in column.foreign_keys}
        personal = [column for column, of in keys.items() if of == "person" and column.name in _PERSONAL]
        accounts = [column for column, of in keys.items() if of == "account"]
        records = [column for column, of in keys.items() if of in self.where and of != "account"]
        if records and not personal:  # whoever's account wrote it
            return [column.in_(self.keys_of(keys[column])) for column in records]
        nobodys = [column.is_(None) for column in personal]
        by_account = (and_(*nobodys, column.in_(self.keys_of("account"))) for column in accounts)
        return [*map(self.are_mine, personal), *by_account]


def _find_person(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    yield planned.are_mine(planned.column("person", "id"))


def _find_sessions(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    """Those that they held, and those at which they were by some version."""
    attended = select(planned.column("attendance", "session_id"))
    yield planned.are_mine(planned.column("supervision_session", "supervisor_id"))
    yield planned.column("supervision_session", "id").in_(
        attended.where(planned.are_mine(planned.column("attendance", "person_id")))
    )


def _find_session_versions(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    yield planned.column("supervision_session_version", "session_id").in_(planned.keys_of("supervision_session"))


def _find_reminders(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    """Those that they get, and copies for others that tell of their days."""
    kind, number = planned.column("reminder", "subject_kind"), planned.column("reminder", "subject_id")
    cycle, day = planned.tables["cycle"], planned.tables["other_day"]
    certified = select(planned.column("certification", "id")).where(
        planned.are_mine(planned.column("certification", "person_id"))
    )
    yield planned.are_mine(planned.column("reminder", "recipient_id"))
    yield and_(kind == "cycle", number.in_(select(cycle.c.id).where(cycle.c.certification_id.in_(certified))))
    yield exists().where(day.c.kind == kind, day.c.id == number, planned.are_mine(day.c.person_id))


def _find_events(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    about = planned.tables["audit_person"]
    mine = select(about.c.event_id).where(planned.are_mine(about.c.person_id))
    yield planned.column("audit_event", "id").in_(mine)


def _find_values(planned: _Planned) -> Iterable[ColumnElement[bool]]:
    """Of events about nobody else: those of a list would tell of all who stood in it, a finding's of who was meant."""
    event, about = planned.tables["audit_event"], planned.tables["audit_person"]
    number = planned.column("audit_value", "event_id")
    others = exists().where(about.c.event_id == number, ~planned.are_mine(about.c.person_id))
    plain = select(event.c.id).where(planned.where["audit_event"], event.c.subject_kind != "finding")
    yield and_(number.in_(plain), ~others)


_SPECIAL = {
    "person": _find_person,
    "supervision_session": _find_sessions,
    "supervision_session_version": _find_session_versions,
    "reminder": _find_reminders,
    "audit_event": _find_events,
    "audit_value": _find_values,
}
"""Tables whose rows are found in another way than by their keys."""


def _select(table: Table, where: ColumnElement[bool]) -> Select[Any]:
    told: Any = select(*list_told(table))  # of as many columns as the table has
    rows: Select[Any] = told.where(where).order_by(*table.primary_key.columns)
    return rows
