"""An act for a group as its page and the command line tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, GroupAct
from certtrack.rules.pack import Pack
from certtrack.security import Actor
from certtrack.services.actors import find_actor_name
from certtrack.services.group_acts.members import Member, list_members_of, may_give
from certtrack.services.group_acts.wish import read_told
from certtrack.services.rulebook import Rulebook

PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownMember:
    """One who was in it, and what they got. `member` is None for somebody who isn't the reader's to see any more.

    `why` says why nothing was written for them, or `why_kept` why some of it wasn't taken back.
    """

    member: Member | None
    gets: dict[str, Any]
    why: str | None
    why_kept: str | None


@dataclass(frozen=True, slots=True)
class ShownAct:
    """The act, who began it and who took it back, and a page of its members; those to look at come first."""

    act: GroupAct
    pack: Pack
    by: str
    undone_by: str | None
    members: tuple[ShownMember, ...]
    first: int

    @property
    def gives(self) -> dict[str, Any]:
        """What was given, with its day as a day."""
        return read_told(self.act.gives)

    @property
    def total(self) -> int:
        """How many were in it."""
        return len(self.act.members)

    @property
    def given(self) -> int:
        """How many have got something so far."""
        return self.act.done - len(self.act.skipped)

    @property
    def person_ids(self) -> list[int]:
        """Whose records this page shows."""
        return sorted({one.member.person_id for one in self.members if one.member is not None})


def show_act(session: Session, rulebook: Rulebook, actor: Actor, act: GroupAct, page: int, today: date) -> ShownAct:
    """One page of it, `PAGE` members long, from 1; None of who isn't the actor's any more."""
    why = {one["cycle"]: one["why"] for one in act.skipped}
    kept = {one["cycle"]: one["why"] for one in act.kept}
    ordered = sorted(act.members, key=lambda one: one["cycle"] not in why and one["cycle"] not in kept)
    first = (max(page, 1) - 1) * PAGE
    chosen: Sequence[dict[str, Any]] = ordered[first : first + PAGE]
    known = {
        member.cycle_id: member for member in list_members_of(session, actor, [one["cycle"] for one in chosen], today)
    }
    members = tuple(
        ShownMember(known.get(one["cycle"]), read_told(one), why.get(one["cycle"]), kept.get(one["cycle"]))
        for one in chosen
    )
    return ShownAct(
        act=act,
        pack=rulebook.packs.get(act.pack_key),
        by=find_actor_name(session, act.recorded_by) or act.recorded_by,
        undone_by=(find_actor_name(session, act.undone_by) or act.undone_by) if act.undone_by else None,
        members=members,
        first=first + 1,
    )


def list_pack_keys(session: Session, actor: Actor, today: date) -> list[str]:
    """The rules of those for whom the actor may put on record what was given."""
    query = select(Certification.pack_key).where(may_give(actor, today)).distinct()
    return list(session.scalars(query.order_by(Certification.pack_key)))
