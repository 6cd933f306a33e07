"""What changes by itself in the coming days: policies that come into force, and causes that the guard would hold."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from certtrack.db.models import Cause
from certtrack.rules.reminders import Policy
from certtrack.services.reminders.subjects import find_policies
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Switch:
    """Another policy for some packs, from a moment on: what the planner notices then, and looks at every cycle for."""

    wide: WideCause
    policy: Policy

    @property
    def at(self) -> datetime:
        """The moment."""
        return self.wide.at


@dataclass(frozen=True, slots=True)
class Trip:
    """A cause that the guard holds from a day on. `told` are those whom it has mailed before that day."""

    on: date
    told: frozenset[int]


@dataclass(frozen=True, slots=True)
class Future:
    """How things are in the coming days. `trips` are by the number of the cause."""

    rulebook: Rulebook
    switches: tuple[Switch, ...] = ()
    trips: Mapping[int, Trip] = field(default_factory=dict)
    _policies: dict[datetime, dict[str, Policy]] = field(default_factory=dict)

    def policies_at(self, at: datetime) -> dict[str, Policy]:
        """The policy of each pack at that moment."""
        hour = at.replace(minute=0, second=0, microsecond=0)  # a day begins on the hour, or half past it
        key = hour if at.minute < 30 else hour + timedelta(minutes=30)
        if key not in self._policies:
            self._policies[key] = find_policies(self.rulebook, at)
        return self._policies[key]

    def causes_on(self, on: date, causes: Mapping[int, Cause]) -> dict[int, Cause]:
        """The causes as they are on that day."""
        if not self.trips:
            return dict(causes)
        return {number: self._cause_on(on, cause) for number, cause in causes.items()}

    def wide_at(self, at: datetime, on: date, on_record: Iterable[WideCause], began: datetime) -> tuple[WideCause, ...]:
        """Those that concern everybody and aren't settled: one that wasn't held is, once all were looked at."""
        return tuple(self._list_wide(at, on, on_record, began))

    def told_on(self, on: date) -> set[tuple[int | None, int]]:
        """Whom causes that are held by then had mailed before: cause and person, in pairs."""
        return {(number, person) for number, trip in self.trips.items() if trip.on <= on for person in trip.told}

    def next_switch(self, pack_key: str, after: datetime | None) -> datetime | None:
        """The first moment after `after` (None: from the beginning) at which the pack has another policy."""
        return _find_first((one.at for one in self.switches if one.wide.concerns(pack_key)), after)

    def next_switch_of_days(self, credential: str | None, after: datetime | None) -> datetime | None:
        """The same for days beside those of cycles: those of a credential, or with None of none in particular."""
        concerned = (one for one in self.switches if credential is None or credential in self._list_credentials(one))
        return _find_first((one.at for one in concerned), after)

    def _list_credentials(self, switch: Switch) -> set[str]:
        return {pack.credential for pack in self.rulebook.packs.list() if switch.wide.concerns(pack.key)}

    def _cause_on(self, on: date, cause: Cause) -> Cause:
        trip = self.trips.get(cause.id)
        return _hold(cause) if trip is not None and trip.on <= on else cause

    def _list_wide(
        self, at: datetime, on: date, on_record: Iterable[WideCause], began: datetime
    ) -> Iterator[WideCause]:
        for switch in reversed(self.switches):
            if switch.at <= at:
                yield from self._find_wide(switch.wide, on, is_new=switch.at == at)
        for wide in on_record:
            yield from self._find_wide(wide, on, is_new=wide.cause.state == "held" or at == began)

    def _find_wide(self, wide: WideCause, on: date, *, is_new: bool) -> Iterator[WideCause]:
        cause = self._cause_on(on, wide.cause)
        if cause.state == "held" or is_new:
            yield WideCause(cause, wide.kind, wide.before, wide.is_whole)


def _find_first(moments: Iterable[datetime], after: datetime | None) -> datetime | None:
    return min((at for at in moments if after is None or at > after), default=None)


def _hold(cause: Cause) -> Cause:
    return Cause(id=cause.id, key=cause.key, state="held", opened_at=cause.opened_at)


def find_switches(rulebook: Rulebook, at: datetime, until: date, before: Rulebook | None = None) -> tuple[Switch, ...]:
    """The changes of policy from `at` to the end of `until`, in their order.

    With `before`, so is what differs from it at `at`. Of one policy that several packs come to at one moment there is
    one change, as the planner has it.
    """
    found: dict[tuple[datetime, str], Switch] = {}
    known = find_policies(before or rulebook, at)
    for moment in [at, *list_beginnings(rulebook, at, until)]:
        now = find_policies(rulebook, moment)
        for pack_key, policy in sorted(now.items()):
            former = known.get(pack_key)
            if former != policy:
                _add(found, moment, pack_key, policy, former)
        known = now
    return tuple(found.values())


def midnight(day: date, zone: str) -> datetime:
    """The first moment of the day in `zone`; aware, UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def list_beginnings(rulebook: Rulebook, at: datetime, until: date) -> list[datetime]:
    """The moments after `at`, until the end of that day, at which a policy comes into force for some pack."""
    days = {policy.from_on for policy in rulebook.policies.list() if policy.from_on is not None}
    zones = {pack.zone for pack in rulebook.packs.list()}
    moments = {midnight(day, zone) for day in days for zone in zones if day <= until}
    return sorted(moment for moment in moments if moment > at)


def _add(
    found: dict[tuple[datetime, str], Switch], at: datetime, pack_key: str, policy: Policy, former: Policy | None
) -> None:
    switch = found.get((at, policy.ref))
    if switch is None:
        cause = Cause(id=-1 - len(found), key=f"policy:{policy.ref}", state="open", opened_at=at)
        switch = found[at, policy.ref] = Switch(WideCause(cause, "policy", {}), policy)
    switch.wide.before[pack_key] = former
