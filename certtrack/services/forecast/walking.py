"""The coming looks of the planner and the coming mails of many cycles, as its own functions decide. Nothing is written.

Every look is the planner's own: what it plans counts as mailed at its hour, and the next look stands on that.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from certtrack.db.models import Certification, Cycle
from certtrack.logs import get_log
from certtrack.rules.calendar import add_days
from certtrack.services.forecast.future import Future, midnight
from certtrack.services.forecast.gathering import Gathered
from certtrack.services.forecast.guarding import Tally
from certtrack.services.forecast.lines import Line, as_row, change_line, make_line, read_line
from certtrack.services.reminders.copies import Copied
from certtrack.services.reminders.rulings import Ruling, rule
from certtrack.services.reminders.subjects import Subject, make_subject
from certtrack.services.rulebook import Rulebook

_MOST_LOOKS = 1000  # at one cycle: nothing asks for that many, and a walk must come to its end
KEPT = ("held", "suppressed")
"""States of a mail that is kept back."""


Then = Literal["goes", "replaced"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that comes: `line` goes out at `at`, or with a `reason` it is decided then that it doesn't.

    `until_on` is the day on which that decision ends by itself, as far as is known now, None where it doesn't; `then`
    it `goes` out, or it is `replaced` by a later mail.
    """

    track: "Track"
    line: Line
    at: datetime
    reason: str | None = None
    until_on: date | None = None
    then: Then | None = None


@dataclass
class Track:
    """One cycle on its way through the coming days. `looked_on` is the day of the last look, in the pack's zone."""

    cycle: Cycle
    certification: Certification
    zone: str
    lines: list[Line]
    look_at: datetime | None
    look_limit: int = _MOST_LOOKS
    looked_on: date | None = None
    kept: dict[int, Step] = field(default_factory=dict)
    made: int = 0

    def next_at(self, began: datetime) -> datetime | None:
        """The moment of the next look, or of the next mail; None where nothing more comes."""
        sends = [max(line.send_after, began) for line in self.lines if line.state == "planned"]
        return min([*sends, *([self.look_at] if self.look_at else [])], default=None)


class Walk:
    """Walks some cycles through the coming days, from a moment to the end of a day."""

    def __init__(self, future: Future, rules: Rulebook, gathered: Gathered, tally: Tally | None = None) -> None:
        """`rules` are those of the future, and hold what is confirmed."""
        self._future, self._began, self._tally = future, gathered.span[0], tally
        self.gathered, self.known = gathered, gathered.by(rules)
        self._has_copies = any(policy.has_copies for policy in future.rulebook.policies.list())

    def run(self, until: date) -> Iterator[Step]:
        """All that comes until that day is over in the pack's zone; of one cycle in its order."""
        tracks = [self._begin(cycle, certification) for cycle, certification in self.gathered.cycles]
        while turns := self._choose(tracks, until):
            copied = self._find_copied(turns)
            for track, at in turns:
                yield from self._turn(track, at, copied)
        for track in tracks:
            yield from track.kept.values()

    def _begin(self, cycle: Cycle, certification: Certification) -> Track:
        pack = self.known.rulebook.packs.find(certification.pack_key)
        zone = pack.zone if pack is not None else "UTC"
        lines = [read_line(row) for row in self.known.rows[cycle.id]]
        track = Track(cycle, certification, zone, lines, None)
        track.look_at = self._look_after(track, cycle.next_stage_on, None)
        held = [line for line in lines if line.state == "held"]
        track.kept = {line.id: Step(track, line, max(line.send_after, self._began), line.reason) for line in held}
        return track

    def _look_after(self, track: Track, on: date | None, after: datetime | None) -> datetime | None:
        """The moment of the next look: the day's first, or a policy's change before it; None where there is none."""
        moments = [max(midnight(on, track.zone), self._began)] if on is not None else []
        switch = self._future.next_switch(track.certification.pack_key, after)
        return min([*moments, *([switch] if switch else [])], default=None)

    def _choose(self, tracks: Iterable[Track], until: date) -> list[tuple[Track, datetime]]:
        """The next turn of each cycle, one of each certification: on one day it has one standing."""
        chosen: dict[int, tuple[Track, datetime]] = {}
        for track in tracks:
            at = track.next_at(self._began)
            if at is None or _today(track, at) > until or track.look_limit <= 0:
                continue
            known = chosen.get(track.certification.id)
            if known is None or at < known[1]:
                chosen[track.certification.id] = (track, at)
        return list(chosen.values())

    def _turn(self, track: Track, at: datetime, copied: Copied) -> Iterator[Step]:
        is_look = track.look_at is not None and track.look_at <= at
        if is_look or _today(track, at) != track.looked_on:
            yield from self._look(track, at, copied, is_due=is_look)
        yield from self._send(track, at)

    def _look(self, track: Track, at: datetime, copied: Copied, *, is_due: bool) -> Iterator[Step]:
        track.look_limit -= 1
        track.looked_on = _today(track, at)
        try:
            subject = self._make(track, at, copied)
            rulings = rule(subject, at)
        except Exception as error:  # noqa: BLE001  # as the planner: one record that nobody can read keeps nobody else
            get_log().error("not_foreseen", cycle=track.cycle.id, kind=type(error).__name__)
            track.look_at = None
            return
        for row, reason in rulings.recalled:
            row.state, row.reason = "superseded", reason
        for ruling in rulings.made:
            line = self._write(track, subject, ruling, at)
            if self._tally is not None:
                self._tally.count(subject, line, track.looked_on)
            yield from self._keep(track, line, at)
        if is_due:
            on = rulings.next_stage_on
            after = add_days(track.looked_on, 1)
            track.look_at = self._look_after(track, max(on, after) if on is not None else None, at)

    def _make(self, track: Track, at: datetime, copied: Copied) -> Subject:
        known, on, future = self.known, _today(track, at), self._future
        by_then = replace(
            known,
            at=at,
            policies=future.policies_at(at),
            causes=future.causes_on(on, known.causes),
            wide=future.wide_at(at, on, known.wide, self._began),
            told=known.told | future.told_on(on),
            rows={track.cycle.id: [as_row(line) for line in track.lines]},
            copied=copied,
        )
        return make_subject(by_then, track.cycle, track.certification)

    def _write(self, track: Track, subject: Subject, ruling: Ruling, at: datetime) -> Line:
        if ruling.row is None:
            track.made += 1
            line = make_line(subject, ruling, at, track.made)
            track.lines.append(line)
            return line
        line = next(line for line in track.lines if ruling.row is not None and line.id == ruling.row.id)
        change_line(subject, ruling, line, at)
        return line

    def _keep(self, track: Track, line: Line, at: datetime) -> Iterator[Step]:
        """What is kept back is told once it is known for how long."""
        if (before := track.kept.pop(line.id, None)) is not None:
            yield replace(before, until_on=_today(track, at), then="goes" if line.state == "planned" else "replaced")
        if line.state in KEPT:
            track.kept[line.id] = Step(track, line, max(line.send_after, at), line.reason)

    def _send(self, track: Track, at: datetime) -> Iterator[Step]:
        for line in track.lines:
            if line.state == "planned" and line.send_after <= at:
                line.settled_at = at
                if line.valid_until <= at:
                    line.state = "expired"
                    continue
                line.state = "sent"
                yield Step(track, line, at)

    def _find_copied(self, turns: Sequence[tuple[Track, datetime]]) -> Copied:
        recipients = {line.recipient_id for track, _ in turns for line in track.lines if line.audience != "holder"}
        if not recipients and not self._has_copies:
            return Copied({}, {})
        days = {track.certification.id: _today(track, at) for track, at in turns}
        return self.gathered.copies.copied(days)


def _today(track: Track, at: datetime) -> date:
    return at.astimezone(ZoneInfo(track.zone)).date()
