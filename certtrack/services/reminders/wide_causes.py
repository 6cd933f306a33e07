"""Causes that concern everybody at once: a changed policy, a restored database. No cycle and no other day names them.

What such a cause has set going is told by its moment: a stage whose hour had come by then, and that would not be
mailed without it. One is `open` until every cycle was looked at, and then `held` or `passed`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, aliased

from certtrack.db.models import Cause, Certification, PackVersion, PolicyTerm
from certtrack.errors import BadPack
from certtrack.packs import parse_policy
from certtrack.rules.reminders import Policy

WideKind = Literal["restored", "policy"]
WIDE: tuple[WideKind, ...] = ("restored", "policy")
"""Kinds of such causes, the one that speaks first where several hold the same mail."""


@dataclass(frozen=True, slots=True)
class WideCause:
    """One that isn't settled. `before` has the policies that a change replaced, by pack: None where there was none.

    `is_whole`: all that it concerns is set to be looked at; until then more people may come to it.
    """

    cause: Cause
    kind: WideKind
    before: dict[str, Policy | None] = field(default_factory=dict)
    is_whole: bool = True

    @property
    def at(self) -> datetime:
        """The moment of the change, or at which the restored database was noticed."""
        return self.cause.opened_at

    def concerns(self, pack_key: str) -> bool:
        """True where cycles of that pack, or other days that go by it, may be mailed because of it."""
        return self.kind == "restored" or pack_key in self.before

    @property
    def is_concerned(self) -> ColumnElement[bool]:
        """`concerns`, as a condition on certifications."""
        return true() if self.kind == "restored" else Certification.pack_key.in_(self.before)


def is_wide(key: str) -> bool:
    """True for the key of such a cause."""
    return key.partition(":")[0] in WIDE


def list_unsettled(session: Session) -> list[int]:
    """The numbers of those that are open or held."""
    return list(session.scalars(select(Cause.id).where(are_unsettled()).order_by(Cause.id)))


def are_unsettled() -> ColumnElement[bool]:
    """A condition on `cause`: those that are wide, and open or held."""
    named = or_(*(Cause.key.startswith(f"{kind}:") for kind in WIDE))
    return and_(Cause.state.in_(("open", "held")), named)


def load_wide(session: Session, causes: Iterable[Cause]) -> tuple[WideCause, ...]:
    """Those of these locked causes that are wide and not settled, in the order in which they speak."""
    unsettled = _pick_unsettled(causes)
    if not unsettled:
        return ()
    return make_wide(unsettled.values(), session.execute(select_changes(unsettled)))


def _pick_unsettled(causes: Iterable[Cause]) -> dict[int, Cause]:
    return {cause.id: cause for cause in causes if is_wide(cause.key) and cause.state in ("open", "held")}


def make_wide(causes: Iterable[Cause], rows: Iterable[Any]) -> tuple[WideCause, ...]:
    """What `load_wide` gives, of the rows of `select_changes`."""
    unsettled = _pick_unsettled(causes)
    found = {number: WideCause(cause, cast("WideKind", _kind_of(cause))) for number, cause in unsettled.items()}
    for cause_id, pack_key, before, is_whole in _read_changes(rows):
        known = found[cause_id]
        found[cause_id] = WideCause(
            known.cause, known.kind, known.before | {pack_key: before}, known.is_whole and is_whole
        )
    return tuple(sorted(found.values(), key=lambda wide: (WIDE.index(wide.kind), -wide.cause.id)))


def _kind_of(cause: Cause) -> str:
    return cause.key.partition(":")[0]


def select_changes(cause_ids: Collection[int] | Select[int]) -> Select[int, int | None, str, str, bool]:
    """What these causes have changed: the packs' terms by their numbers, and the policies before."""
    former = aliased(PolicyTerm)
    columns = (PolicyTerm.no, PolicyTerm.cause_id, PolicyTerm.pack_key, PackVersion.content)
    return (
        select(*columns, _is_whole().label("is_whole"))
        .outerjoin(former, (former.pack_key == PolicyTerm.pack_key) & (former.no == PolicyTerm.no - 1))
        .outerjoin(PackVersion, PackVersion.id == former.policy_id)
        .where(PolicyTerm.cause_id.in_(cause_ids))
    )


def _read_changes(rows: Iterable[Any]) -> Iterable[tuple[int, str, Policy | None, bool]]:
    for _, cause_id, pack_key, content, is_whole in sorted(rows, key=lambda row: (row[0], row[1])):
        policy = _read(content) if content is not None else None
        yield cast("int", cause_id), pack_key, policy.for_pack(pack_key) if policy else None, is_whole


def _is_whole() -> ColumnElement[bool]:
    return and_(PolicyTerm.rearmed_until.is_(None), PolicyTerm.days_rearmed_until.is_(None))


@cache
def _read(content: str) -> Policy | None:
    try:
        return parse_policy(content)
    except BadPack:
        return None  # an older CertTrack's; then whatever is new is counted as the change's
