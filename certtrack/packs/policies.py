"""Reminder policies: which stages a pack's cycles have, who gets copies of them, and when mail may go out."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from certtrack.errors import BadPack
from certtrack.packs.days_off import has_calendar
from certtrack.packs.stages import read_lead_times, read_stages
from certtrack.packs.subject_stages import read_subjects
from certtrack.packs.table import File, Table, parse_toml, read_toml
from certtrack.rules.reminders import Policy

_WEEKEND: tuple[Literal["earlier", "none"], ...] = ("earlier", "none")
_LEAST_HEAD_START = 3  # days in which the holder can act before anybody else is told


class Policies:
    """Every version of every policy. Raises BadPack where two of them contradict each other on some day."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_ref = _by_ref(policies)
        changes = sorted({policy.from_on for policy in self.list() if policy.from_on is not None})
        self._by_day = [(day, _by_pack(self.list(), day)) for day in (date.min, *changes)]

    def list(self) -> tuple[Policy, ...]:
        """All policies, by key and then by version."""
        return tuple(sorted(self._by_ref.values(), key=lambda policy: (policy.key, policy.version)))

    def for_pack(self, key: str, on: date) -> Policy | None:
        """The newest version in force on that day of the policy for the pack of that key, with the pack's own stages.

        The day is the pack's, in its zone. None where no mail is planned for it.
        """
        in_force = next(by_pack for day, by_pack in reversed(self._by_day) if day <= on)
        return in_force.get(key)


def load_policies(folders: Sequence[Path]) -> Policies:
    """The policies in the *.toml files of `folders`; a folder that isn't there holds none.

    Raises BadPack where a file can't be used, or two files tell one version differently.
    """
    return Policies(read_policy(path) for folder in folders for path in sorted(folder.glob("*.toml")))


def read_policy(path: Path) -> Policy:
    """The policy in the file at `path`. Raises BadPack that names the file, the key, and what was expected there."""
    return _make_policy(read_toml(path))


def parse_policy(text: str, name: str = "a policy on record") -> Policy:
    """The policy that the text of a file is, such as one that stands on record. Raises BadPack that calls it `name`."""
    return _make_policy(parse_toml(text.encode("utf-8"), Path(name)))


def _make_policy(file: File) -> Policy:
    top = file.top
    calendar, subdivision = _read_calendar(top.table("calendar"))
    credentials = top.texts("credentials")
    copy_after_days = _read_copy_after_days(top)
    stages = read_stages(top, copy_after_days)
    policy = Policy(
        key=top.text("key"),
        version=top.number("version", 1, 9999),
        from_on=top.day("from_on") if top.has("from_on") else None,
        credentials=credentials,
        stages=stages,
        lead_times=read_lead_times(top, stages, credentials, copy_after_days),
        subjects=read_subjects(top, copy_after_days),
        copy_after_days=copy_after_days,
        all_set=top.has("all_set") and top.flag("all_set"),
        send_at=top.time_of_day("send_at"),
        quiet_from=top.time_of_day("quiet_from"),
        quiet_until=top.time_of_day("quiet_until"),
        calendar=calendar,
        subdivision=subdivision,
        guard_above=top.number("guard_above", 0, 1_000_000),
        weekend=top.choice("weekend", _WEEKEND),
        sha256=file.sha256,
        raw=file.raw,
    )
    top.finish()
    return policy


def _read_copy_after_days(top: Table) -> int:
    return top.number("copy_after_days", _LEAST_HEAD_START, 60) if top.has("copy_after_days") else _LEAST_HEAD_START


def _read_calendar(table: Table) -> tuple[str, str | None]:
    country = table.text("country")
    subdivision = table.text("subdivision") if table.has("subdivision") else None
    if not has_calendar(country, subdivision):
        table.refuse("country", "must be a country, and subdivision a part of it, whose public holidays are known")
    table.finish()
    return country, subdivision


def _by_ref(policies: Iterable[Policy]) -> dict[str, Policy]:
    found: dict[str, Policy] = {}
    for policy in policies:
        known = found.setdefault(policy.ref, policy)
        if known.sha256 != policy.sha256:
            raise BadPack(
                f"Two files tell {policy.ref} differently. A version is never changed: "
                "give the newer file the next number."
            )
    return found


def _by_pack(policies: Iterable[Policy], on: date) -> dict[str, Policy]:
    in_force = {policy.key: policy for policy in policies if policy.from_on is None or policy.from_on <= on}
    found: dict[str, Policy] = {}
    for policy in in_force.values():
        for key in policy.credentials:
            known = found.setdefault(key, policy.for_pack(key))
            if known.key != policy.key:
                raise BadPack(f"{known.key} and {policy.key} are both policies for {key}; keep it in one of them.")
    return found
