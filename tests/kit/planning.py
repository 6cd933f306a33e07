"""Planning in tests: what the ledger says after the planner has looked, and moves and acts with few words."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import Cause, Email, Reminder
from certtrack.packs import Policies, parse_policy
from certtrack.rules.facts import StatusKind
from certtrack.services.certifications import get_certification, record_status
from certtrack.services.cycles import close_cycle, get_cycle, move_due_day
from certtrack.services.other_days.planning import plan_other_batch
from certtrack.services.people import change_person, get_person
from certtrack.services.reminders.planning import PlanCounts, expire_batch, plan_batch
from certtrack.services.reminders.policy_terms import note_policies, rearm_batch
from certtrack.services.standing import projecting_once


@dataclass
class Planner:
    """Looks as the job does, at the world's moment."""

    world: World

    def look(self, on: date | None = None, *, hour_utc: int = 17) -> Counter[str]:
        """Plan everything that is due, on that day; the counts of all batches."""
        if on is not None:
            self.world.move_to(on, hour_utc)
        counts: Counter[str] = Counter()
        self.notice_policies()
        with self.world.database.writing() as session:
            while expired := expire_batch(session, at=self.world.at):
                counts["expired"] += expired
        while (batch := self.batch()).looked_at:
            counts.update({name: getattr(batch, name) for name in PlanCounts.__dataclass_fields__})
        while (others := self.other_batch()).looked_at:
            counts.update({name: getattr(others, name) for name in PlanCounts.__dataclass_fields__})
        return counts

    def notice_policies(self) -> list[str]:
        """What the job does first: the packs whose policy is another one now, their cycles to be looked at again."""
        world = self.world
        with world.database.writing() as session:
            changed = note_policies(session, world.rulebook, actor=world.actor, at=world.at)
            while rearm_batch(session, world.rulebook, at=world.at):
                pass
        return changed

    def change_policy(self, version: int, *days: int, with_: str = "", without: tuple[int, ...] = ()) -> None:
        """Let a version of the policy be there, from now on, that has stages of so many days before besides the others.

        `with_` is a line of its top, such as `guard_above = 5`; `without` are days whose stages it has no more.
        """
        [first, *_] = [one for one in self.world.rulebook.policies.list() if one.key == self.world.policy.key]
        text = re.sub(r"^version = .*$", f"version = {version}", first.raw, flags=re.MULTILINE)
        if with_:
            text = re.sub(rf"^{with_.split(maxsplit=1)[0]} = .*$", with_, text, flags=re.MULTILINE)
        for number in without:
            text = text.replace(f"[[stages]]\ndays_before = {number}\n", "")
        text += "".join(f"\n[[stages]]\ndays_before = {number}\n" for number in days)
        known = [policy for policy in self.world.rulebook.policies.list() if policy.version < version]
        self.world.rulebook = replace(self.world.rulebook, policies=Policies([*known, parse_policy(text)]))

    def batch(self, limit: int = 200) -> PlanCounts:
        """One transaction of planning."""
        with self.world.database.writing() as session:
            return plan_batch(session, self.world.rulebook, at=self.world.at, limit=limit)

    def other_batch(self, limit: int = 200) -> PlanCounts:
        """One transaction of planning days beside those of cycles."""
        with self.world.database.writing() as session:
            return plan_other_batch(session, self.world.rulebook, at=self.world.at, limit=limit)

    def rows(self, cycle_id: int | None = None) -> list[Reminder]:
        """Every reminder that is no copy, or those of one cycle, in the order of writing."""
        return [row for row in self._list(cycle_id) if row.audience == "holder"]

    def copies(self, cycle_id: int | None = None) -> list[Reminder]:
        """Every copy, or those of one cycle, in the order of writing."""
        return [row for row in self._list(cycle_id) if row.audience != "holder"]

    def _list(self, cycle_id: int | None) -> list[Reminder]:
        query = select(Reminder).order_by(Reminder.id)
        if cycle_id is not None:
            query = query.where(Reminder.subject_id == cycle_id)
        with self.world.database.reading() as session:
            return list(session.scalars(query))

    def row(self, cycle_id: int, stage: str, anchor_on: date | None = None) -> Reminder:
        """The one reminder of that stage."""
        found = [row for row in self.rows(cycle_id) if row.stage == stage]
        found = [row for row in found if anchor_on in (None, row.anchor_on)]
        assert len(found) == 1, [(row.stage, row.anchor_on, row.state) for row in self.rows(cycle_id)]
        return found[0]

    def says(self, cycle_id: int) -> dict[str, str]:
        """What the ledger says of each stage: `state` or `state:reason`; stages of several anchors with their day."""
        rows = self.rows(cycle_id)
        twice = {stage for stage, count in Counter(row.stage for row in rows).items() if count > 1}
        return {
            f"{row.stage}@{row.anchor_on}" if row.stage in twice else row.stage: ":".join(
                part for part in (row.state, row.reason) if part
            )
            for row in rows
        }

    def waiting(self, cycle_id: int) -> list[str]:
        """The stages that are planned, in the order of writing."""
        return [row.stage for row in self.rows(cycle_id) if row.state == "planned"]

    def next_on(self, cycle_id: int) -> date | None:
        """The day of the planner's next look."""
        with self.world.database.reading() as session:
            return get_cycle(session, cycle_id).next_stage_on

    def copies_say(self, cycle_id: int) -> dict[tuple[str, int], str]:
        """What the ledger says of each copy, by stage and recipient: `state` or `state:reason`."""
        return {
            (row.stage, row.recipient_id): ":".join(part for part in (row.state, row.reason) if part)
            for row in self.copies(cycle_id)
        }

    def settle(self, *, state: str = "sent", stage: str | None = None) -> None:
        """Let every planned reminder, or those of one stage, be mailed (or refused) as a deliverer would."""
        chosen = [row for row in self._list(None) if row.state == "planned" and stage in (None, row.stage)]
        with self.world.database.writing() as session:
            for row in chosen:
                email = Email(
                    mail_class="planned",
                    recipient_id=row.recipient_id,
                    address=get_person(session, row.recipient_id).address or "nowhere@example.org",
                    message_id=f"<{row.id}@example.org>",
                    state="sent" if state == "sent" else "failed",
                    attempts=1,
                    valid_until=row.valid_until,
                    created_at=self.world.at,
                )
                session.add(email)
                session.flush()
                values = {"state": state, "email_id": email.id, "settled_at": self.world.at}
                session.execute(update(Reminder).where(Reminder.id == row.id).values(**values))

    def change(self, person_id: int, **changes: Any) -> None:
        """Change what is known of a person."""
        with self.world.database.writing() as session:
            person = get_person(session, person_id)
            change_person(session, person, changes, actor=self.world.actor, at=self.world.at)

    def act(self, certification_id: int, kind: StatusKind, from_on: date) -> None:
        """Put an authority's act on record."""
        with self.world.database.writing() as session:
            certification = get_certification(session, certification_id)
            record_status(
                session,
                self.world.rulebook,
                certification,
                kind,
                from_on,
                reason=None,
                actor=self.world.actor,
                at=self.world.at,
            )

    def move_day(self, cycle_id: int, due_on: date, *, cause_key: str | None = None) -> None:
        """Move the due day today, by a person's own act or by an operation."""
        with self.world.database.writing() as session:
            move_due_day(
                session,
                self.world.rulebook,
                get_cycle(session, cycle_id),
                due_on,
                due_source="stated",
                computed_due_on=None,
                armed_on=self.world.today,
                reason="a certificate came",
                cause_key=cause_key,
                actor=self.world.actor,
                at=self.world.at,
            )

    def close(self, cycle_id: int) -> None:
        """Close the cycle today."""
        with self.world.database.writing() as session:
            cycle = get_cycle(session, cycle_id)
            close_cycle(
                session,
                self.world.rulebook,
                cycle,
                self.world.today,
                reason=None,
                actor=self.world.actor,
                at=self.world.at,
            )

    def cause(self, key: str) -> Cause:
        """The cause of that key."""
        with self.world.database.reading() as session:
            return session.scalars(select(Cause).where(Cause.key == key)).one()

    def roster(self, size: int, due_on: date, *, key: str = "import:1", **values: Any) -> list[tuple[int, int]]:
        """As many people whose cycles one import opens: person and cycle, in the order of writing."""
        armed_on = values.pop("armed_on", self.world.today)
        made = []
        with self.world.database.writing() as session, projecting_once(session, self.world.rulebook, at=self.world.at):
            for _ in range(size):
                person_id = self.world.add_person(session)
                _, cycle_id = self.world.add_certification(
                    session, person_id, due_on, armed_on=armed_on, cause_key=key, evidence=key, **values
                )
                made.append((person_id, cycle_id))
        return made


@pytest.fixture
def planner(world: World) -> Planner:
    """A planner of the test's world; runs on both kinds of database."""
    return Planner(world)
