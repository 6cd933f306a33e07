"""Which reminder policy is in force: a change is noticed by itself, and all that falls due is looked at again by it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Cause, Certification, Cycle, OtherDay, PackVersion, PolicyTerm
from certtrack.errors import BadPack
from certtrack.logs import get_log
from certtrack.packs import parse_policy
from certtrack.rules.reminders import Policy
from certtrack.security import Actor
from certtrack.services.other_days.policies import go_by, list_told_of
from certtrack.services.reminders.arming import earliest_day
from certtrack.services.reminders.cause_keys import get_cause
from certtrack.services.rulebook import Rulebook, pin

_SPREADING = timedelta(hours=1)
_AT_ONCE = 500  # cycles: a few milliseconds of SQLite's write lock


def note_policies(session: Session, rulebook: Rulebook, *, actor: Actor, at: datetime) -> list[str]:
    """Put on record which policy each pack goes by now; the packs for which it is another one than before.

    The first policy that is on record for a pack is no change, unless the pack's cycles were there without one. A
    policy that is gone changes nothing: its cycles wait until there is one again. An older version than the one in
    force is a change once that one has been in force for an hour: until then another machine may not have it yet.
    """
    terms = _load_newest(session)
    keys = {pack.key for pack in rulebook.packs.list()}
    held = _list_held(session, rulebook, keys - terms.keys())
    changed = []
    for key in sorted(keys):
        policy = rulebook.find_policy(key, at)
        term = _begin(session, key, policy, at) if key in held else terms.get(key)
        if term is None or policy is None:
            continue
        policy_id = pin(session, policy, at)
        if policy_id == term.policy_id or _is_behind(session, term, policy, at):
            continue
        if _change(session, term, policy, policy_id, actor, at):
            changed.append(key)
    return changed


def rearm_batch(session: Session, rulebook: Rulebook, *, at: datetime, limit: int = _AT_ONCE) -> bool:
    """Have the planner look at up to `limit` more cycles, or other days, whose policy has changed; False: none is left.

    How far it came is on record in the same transaction: a crash costs a batch, and several processes share the work.
    """
    is_left = or_(PolicyTerm.rearmed_until.is_not(None), PolicyTerm.days_rearmed_until.is_not(None))
    query = select(PolicyTerm).where(is_left).order_by(PolicyTerm.id).limit(1)
    term = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if term is None:
        return False
    if term.rearmed_until is not None:
        _rearm_cycles(session, term, at, limit)
    else:
        _rearm_days(session, term, rulebook, at, limit)
    session.flush()
    return True


def _rearm_cycles(session: Session, term: PolicyTerm, at: datetime, limit: int) -> None:
    numbers = session.scalars(
        select(Cycle.id)
        .join(Certification, Certification.id == Cycle.certification_id)
        .where(Certification.pack_key == term.pack_key, Cycle.id > term.rearmed_until)
        .where(Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .order_by(Cycle.id)
        .limit(limit)
    ).all()
    today = earliest_day(at)
    session.execute(
        update(Cycle)
        .where(Cycle.id.in_(numbers), or_(Cycle.next_stage_on.is_(None), Cycle.next_stage_on > today))
        .values(next_stage_on=today)
        .execution_options(synchronize_session=False)
    )
    term.rearmed_until = numbers[-1] if len(numbers) == limit else None


def _rearm_days(session: Session, term: PolicyTerm, rulebook: Rulebook, at: datetime, limit: int) -> None:
    numbers = session.scalars(
        select(OtherDay.id)
        .where(go_by(rulebook, {term.pack_key}))
        .where(OtherDay.closed_on.is_(None), OtherDay.id > term.days_rearmed_until)
        .order_by(OtherDay.id)
        .limit(limit)
    ).all()
    session.execute(
        update(OtherDay)
        .where(OtherDay.id.in_(numbers), or_(OtherDay.next_look_at.is_(None), OtherDay.next_look_at > at))
        .values(next_look_at=at)
        .execution_options(synchronize_session=False)
    )
    term.days_rearmed_until = numbers[-1] if len(numbers) == limit else None


def _load_newest(session: Session) -> dict[str, PolicyTerm]:
    newest = select(PolicyTerm.pack_key, func.max(PolicyTerm.no).label("no")).group_by(PolicyTerm.pack_key).subquery()
    query = select(PolicyTerm).join(newest, (newest.c.pack_key == PolicyTerm.pack_key) & (newest.c.no == PolicyTerm.no))
    return {term.pack_key: term for term in session.scalars(query)}


def _list_held(session: Session, rulebook: Rulebook, pack_keys: Collection[str]) -> set[str]:
    """Those of these packs by which a certification or another day goes: without any no record rests on a policy."""
    if not pack_keys:
        return set()
    query = select(Certification.pack_key).where(Certification.pack_key.in_(pack_keys)).distinct()
    return set(session.scalars(query)) | list_told_of(session, rulebook, pack_keys)


def _begin(session: Session, pack_key: str, policy: Policy | None, at: datetime) -> PolicyTerm:
    """The first term of a pack."""
    used = _find_used(session, pack_key)
    policy_id = used.id if used else pin(session, policy, at) if policy else None
    _add(session, pack_key, 1, policy_id, used.first_used_at if used else at)
    return session.scalars(select(PolicyTerm).where(PolicyTerm.pack_key == pack_key, PolicyTerm.no == 1)).one()


def _find_used(session: Session, pack_key: str) -> PackVersion | None:
    """The newest policy that reminders of the pack were planned by before terms were kept."""
    query = select(PackVersion).where(PackVersion.kind == "policy")
    rows = session.scalars(query.order_by(PackVersion.first_used_at.desc(), PackVersion.version.desc()))
    return next((row for row in rows if pack_key in _credentials_of(row)), None)


def _is_behind(session: Session, term: PolicyTerm, policy: Policy, at: datetime) -> bool:
    used = session.get(PackVersion, term.policy_id) if term.policy_id is not None else None
    is_older = used is not None and used.key == policy.key and used.version > policy.version
    if used is not None and is_older:
        get_log().warning("policy_behind", policy=policy.ref, in_force=f"{used.key}@{used.version}")
    return is_older and at < term.from_at + _SPREADING


def _credentials_of(row: PackVersion) -> Iterable[str]:
    try:
        return parse_policy(row.content).credentials
    except BadPack:
        return ()  # an older CertTrack's, which nothing here is to be compared with


def _change(session: Session, term: PolicyTerm, policy: Policy, policy_id: int, actor: Actor, at: datetime) -> bool:
    cause = _open_cause(session, f"policy:{policy.ref}", at)
    values = {"cause_id": cause.id, "rearmed_until": 0, "days_rearmed_until": 0}
    if not _add(session, term.pack_key, term.no + 1, policy_id, at, **values):
        return False  # another process was first
    record_event(
        session,
        at=at,
        actor=actor.key,
        action="reminders.policy_changed",
        subject=("cause", cause.id),
        details={"pack": term.pack_key, "from": term.policy_id, "to": policy_id, "policy": policy.ref},
    )
    return True


def _open_cause(session: Session, key: str, at: datetime) -> Cause:
    cause = get_cause(session, key, at)
    if cause.state != "open":  # a version that was in force before has come back
        cause.state, cause.opened_at = "open", at
        cause.held_at = cause.released_at = cause.released_by = None
        session.flush()
    return cause


def _add(session: Session, pack_key: str, no: int, policy_id: int | None, at: datetime, **values: int) -> bool:
    return insert_unless_there(session, PolicyTerm, pack_key=pack_key, no=no, policy_id=policy_id, from_at=at, **values)
