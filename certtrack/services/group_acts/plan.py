"""What a letter would do: who is in the group, before and after for each, and who is left out and why. Writes nothing.

What is done afterwards is what was seen: the digest tells whether it still is, and `compare` what has changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.db.queries.facts import load_facts
from certtrack.errors import Refused
from certtrack.rules.facts import CertificationFacts, CycleFact, WaiverFact
from certtrack.rules.hours import TOTAL
from certtrack.rules.standing import Standing, Validity, stand
from certtrack.security import Actor, Task, check_can_do
from certtrack.services.group_acts.members import Member, list_members, list_members_of
from certtrack.services.group_acts.wish import GroupWish, check_wish, choose_gives
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import pack_for
from certtrack.services.waivers.typed import NewWaiver

MOST_MEMBERS = 3_000
"""How many one act is for at most: it begins with all of them in one transaction, which keeps others from writing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a member stands today. `open_minutes` are still to be earned by the best reading; None: not published."""

    due_on: date
    validity: Validity
    open_minutes: int | None


@dataclass(frozen=True, slots=True)
class PlannedMember:
    """One who gets something; `lacks` are codes of why they don't get all of it, as in `LeftOut`."""

    member: Member
    before: Seen
    after: Seen
    gives: tuple[NewWaiver, ...]
    lacks: tuple[str, ...]

    def tell(self) -> dict[str, object]:
        """The member as it is stored: the cycle, the basis that was seen, and what it gets."""
        told: dict[str, object] = {"cycle": self.member.cycle_id, "basis": self.member.basis}
        waives = [one.requirement for one in self.gives if one.kind == "waiver"]
        takes_off = {one.requirement or "": one.minutes for one in self.gives if one.kind == "reduction"}
        due_on = next((one.due_on.isoformat() for one in self.gives if one.due_on is not None), None)
        return told | ({"waives": waives} if waives else {}) | _unless_empty(takes_off=takes_off, due_on=due_on)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One who was due then and gets nothing.

    `why`: `own_record`, `died`, `revoked`, `retired`, `newer_cycle`, `already` (all of it is on record),
    `extended_already`, `not_later`, `before_start`, `day_taken`.
    """

    member: Member
    due_on: date
    why: str


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What was asked for and what it would do. `unknown` are picked numbers that nobody in the group has."""

    wish: GroupWish
    members: tuple[PlannedMember, ...]
    left_out: tuple[LeftOut, ...]
    unknown: tuple[str, ...]

    @property
    def seen(self) -> dict[int, str]:
        """By cycle what was seen of it, for `compare`."""
        return {one.member.cycle_id: f"{one.member.basis}.{one.after.due_on.toordinal()}" for one in self.members}

    @property
    def digest(self) -> str:
        """Tells this plan from any that asks for something else, or does something else."""
        return make_digest(self.wish, self.seen)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a plan differs from what was seen: who came in, of whom something is another thing now, who is out.

    `gone_unseen`: how many more are out whose records are no longer the actor's to see.
    """

    added: tuple[Member, ...]
    changed: tuple[Member, ...]
    gone: tuple[Member, ...]
    gone_unseen: int

    def __bool__(self) -> bool:
        """True where there is any."""
        return bool(self.added or self.changed or self.gone or self.gone_unseen)


def plan_group(session: Session, rulebook: Rulebook, wish: GroupWish, *, actor: Actor, at: datetime) -> GroupPlan:
    """Everybody who would be in it, as things stand now. Twelve queries for each 500, and few besides.

    Raises NotAllowed, BadInput for what can't be given, Refused for a group that is too large for one act.
    """
    check_can_do(actor, Task.WAIVE_FOR_MANY)
    rules = confirmed_rules(session, rulebook)
    pack = rules.packs.get(wish.pack_key)
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    check_wish(wish, pack, today)
    found = list_members(session, actor, wish, today)
    picked, unknown = _pick(found, wish.people)
    if len(picked) > MOST_MEMBERS:
        raise Refused(
            f"{len(picked)} are in it; one act is for {MOST_MEMBERS} at most. Narrow it by days or by office."
        )
    facts = load_facts(session, sorted({member.certification_id for member in picked}))
    members: list[PlannedMember] = []
    left_out: list[LeftOut] = []
    for member in picked:
        one = _plan_one(rules, wish, member, facts[member.certification_id], today)
        members.append(one) if isinstance(one, PlannedMember) else left_out.append(one)
    return GroupPlan(wish, tuple(members), tuple(left_out), unknown)


def compare(session: Session, plan: GroupPlan, seen: Mapping[int, str], *, actor: Actor, at: datetime) -> Difference:
    """How the plan differs from what was seen before."""
    now = plan.seen
    known = {one.member.cycle_id: one.member for one in plan.members}
    known |= {one.member.cycle_id: one.member for one in plan.left_out}
    out = [cycle_id for cycle_id in seen if cycle_id not in now]
    unknown = [cycle_id for cycle_id in out if cycle_id not in known]
    known |= {member.cycle_id: member for member in list_members_of(session, actor, unknown, at.date())}
    gone = [known[cycle_id] for cycle_id in out if cycle_id in known]
    return Difference(
        added=tuple(known[cycle_id] for cycle_id in now if cycle_id not in seen),
        changed=tuple(known[cycle_id] for cycle_id, was in now.items() if seen.get(cycle_id, was) != was),
        gone=tuple(gone),
        gone_unseen=len(out) - len(gone),
    )


def make_digest(wish: GroupWish, seen: Mapping[int, str]) -> str:
    """Of what is asked for, and who was seen in it."""
    asked = [wish.pack_key, wish.due_from_on, wish.due_until_on, wish.organization_id, wish.tell(), wish.from_on]
    text = json.dumps([*asked, wish.given_by, wish.letter_on, wish.words, sorted(seen.items())], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _unless_empty(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value}


def _pick(members: list[Member], people: tuple[str, ...]) -> tuple[list[Member], tuple[str, ...]]:
    if not people:
        return members, ()
    wanted = {text.casefold() for text in people}
    names = {member.cycle_id: {str(member.person_id), (member.number or "").casefold()} for member in members}
    picked = [member for member in members if names[member.cycle_id] & wanted]
    known = set().union(*names.values()) if names else set()
    return picked, tuple(text for text in people if text.casefold() not in known)


def _plan_one(
    rules: Rulebook, wish: GroupWish, member: Member, facts: CertificationFacts, today: date
) -> PlannedMember | LeftOut:
    cycle = next(one for one in facts.cycles if one.id == member.cycle_id)
    standing = stand(pack_for(rules, wish.pack_key, facts), facts, today)
    why = _find_why_not(member, facts, standing)
    if why is not None:
        return LeftOut(member, cycle.due_on, why)
    gives, lacks = choose_gives(wish, cycle, facts)
    if not gives:
        return LeftOut(member, cycle.due_on, next((code for code in lacks if code != "already"), "already"))
    given, moved = _give(facts, cycle, gives)
    after = stand(pack_for(rules, wish.pack_key, given), given, today)
    return PlannedMember(
        member, _see(standing, cycle.due_on), _see(after, moved.due_on), tuple(gives), tuple(dict.fromkeys(lacks))
    )


def _find_why_not(member: Member, facts: CertificationFacts, standing: Standing) -> str | None:
    if member.is_own:
        return "own_record"
    if facts.died_on is not None:
        return "died"
    if standing.validity in ("revoked", "retired"):
        return standing.validity
    return None if member.is_newest else "newer_cycle"


def _give(facts: CertificationFacts, cycle: CycleFact, gives: list[NewWaiver]) -> tuple[CertificationFacts, CycleFact]:
    """The facts as they would be."""
    due_on = next((one.due_on for one in gives if one.due_on is not None), None)
    moved = replace(cycle, due_on=due_on, due_source="extended") if due_on else cycle
    waivers = tuple(
        WaiverFact(0, cycle.id, one.kind, one.from_on, one.given_by, one.requirement, one.due_on, one.minutes)
        for one in gives
    )
    cycles = tuple(moved if one.id == cycle.id else one for one in facts.cycles)
    return replace(facts, cycles=cycles, waivers=(*facts.waivers, *waivers)), moved


def _see(standing: Standing, due_on: date) -> Seen:
    total = next((line for line in standing.counted.requirements if line.key == TOTAL), None)
    areas = sum(line.open or 0 for line in standing.counted.requirements if line.key != TOTAL)
    return Seen(due_on, standing.validity, None if total is None or total.open is None else max(total.open, areas))
