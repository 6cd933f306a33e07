"""Reminder policies: which stages a pack's cycles have, and when mail may go out."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from certtrack.errors import BadPack
from certtrack.packs.days_off import has_calendar
from certtrack.packs.table import File, Table, parse_toml, read_toml
from certtrack.rules.pack import PHASES
from certtrack.rules.reminders import Policy, Stage

_WEEKEND: tuple[Literal["earlier", "none"], ...] = ("earlier", "none")
_ENTERED = tuple(phase for phase in PHASES if phase != "on_time")


class Policies:
    """Every version of every policy. Raises BadPack where two of them contradict each other."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_ref = _by_ref(policies)
        self._by_pack = _by_pack(self.list())

    def list(self) -> tuple[Policy, ...]:
        """All policies, by key and then by version."""
        return tuple(sorted(self._by_ref.values(), key=lambda policy: (policy.key, policy.version)))

    def for_pack(self, key: str) -> Policy | None:
        """The newest version of the policy for the pack of that key; None where no mail is planned for it."""
        return self._by_pack.get(key)


def load_policies(folders: Sequence[Path]) -> Policies:
    """The policies in the *.toml files of `folders`; a folder that isn't there holds none.

    Raises BadPack where a file can't be used, or two files tell one version differently.
    """
    return Policies(read_policy(path) for folder in folders for path in sorted(folder.glob("*.toml")))


def read_policy(path: Path) -> Policy:
    """The policy in the file at `path`. Raises BadPack that names the file, the key, and what was expected there."""
    return _make_policy(read_toml(path))


def parse_policy(text: str) -> Policy:
    """The policy that the text of a file was, as it stands on record. Raises BadPack."""
    return _make_policy(parse_toml(text.encode("utf-8"), Path("a policy on record")))


def _make_policy(file: File) -> Policy:
    top = file.top
    calendar, subdivision = _read_calendar(top.table("calendar"))
    policy = Policy(
        key=top.text("key"),
        version=top.number("version", 1, 9999),
        credentials=top.texts("credentials"),
        stages=_read_stages(top),
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


def _read_calendar(table: Table) -> tuple[str, str | None]:
    country = table.text("country")
    subdivision = table.text("subdivision") if table.has("subdivision") else None
    if not has_calendar(country, subdivision):
        table.refuse("country", "must be a country, and subdivision a part of it, whose public holidays are known")
    table.finish()
    return country, subdivision


def _read_stages(top: Table) -> tuple[Stage, ...]:
    stages = tuple(_read_stage(table) for table in top.tables("stages"))
    if len({stage.key for stage in stages}) < len(stages):
        top.refuse("stages", "must differ from each other; two of them are the same")
    return stages


def _read_stage(table: Table) -> Stage:
    if table.has("enters"):
        phase = table.choice("enters", _ENTERED)
        stage = Stage(key=phase, enters=phase)
    else:
        days = table.number("days_before", 1, 3660)
        stage = Stage(key=f"before_{days}", days_before=days)
    table.finish()
    return stage


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


def _by_pack(policies: Iterable[Policy]) -> dict[str, Policy]:
    newest = {policy.key: policy for policy in policies}
    found: dict[str, Policy] = {}
    for policy in newest.values():
        for key in policy.credentials:
            known = found.setdefault(key, policy)
            if known is not policy:
                raise BadPack(f"{known.key} and {policy.key} are both policies for {key}; keep it in one of them.")
    return found
