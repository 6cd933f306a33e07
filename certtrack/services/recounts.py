"""Making anew what rests on a rule that was confirmed, or that came in a new version: batch after batch.

How far it came is on record in the transaction of each batch, which has the recount locked: whoever is killed leaves
nothing half done, and of two processes each does batches that the other doesn't.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, aliased

from certtrack.db.audit import record_event
from certtrack.db.inserting import insert_unless_there
from certtrack.db.models import Certification, Cycle, RuleRecount
from certtrack.db.queries.beside import load_beside
from certtrack.services.pacing import work_in_batches
from certtrack.services.rebuilding import load_written
from certtrack.services.reminders.arming import earliest_day
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import lock_certifications, project_spans

Writing = Callable[[], AbstractContextManager[Session]]


def begin_recount(
    session: Session,
    rulebook: Rulebook,
    pack_key: str,
    *,
    confirmation_id: int | None,
    by: str,
    at: datetime,
) -> RuleRecount:
    """Put on record that all certifications of a pack are to be made anew, from the first one on.

    One that is open is overtaken by it. `confirmation_id` None: a new version is why. `by` goes into the audit.
    """
    total = _count(session, pack_key)
    while True:
        newest = lock_newest_recount(session, pack_key)
        if newest is not None and newest.state == "open":
            newest.state, newest.ended_at = "overtaken", at
        number = newest.no + 1 if newest is not None else 1
        values = {
            "pack_key": pack_key,
            "no": number,
            "version": find_version(rulebook, pack_key),
            "confirmation_id": confirmation_id,
            "state": "open" if total or confirmation_id is not None else "done",
            "after_id": 0,
            "total": total,
            "looked_at": 0,
            "changed": 0,
            "ended_at": None if total or confirmation_id is not None else at,
            "recorded_at": at,
            "recorded_by": by,
        }
        if insert_unless_there(session, RuleRecount, **values):
            query = select(RuleRecount).where(RuleRecount.pack_key == pack_key, RuleRecount.no == number)
            return session.scalars(query).one()


def begin_for_new_versions(session: Session, rulebook: Rulebook, *, by: str, at: datetime) -> int:
    """Begin a recount for each pack that has come in a version newer than any that was counted by; how many.

    The first look at a pack that nobody holds yet puts its version on record, and there is nothing to make anew.
    """
    begun = 0
    for key in find_outdated(session, rulebook):
        lock_newest_recount(session, key)
        if key in find_outdated(session, rulebook):  # nobody else has begun it meanwhile
            begin_recount(session, rulebook, key, confirmation_id=None, by=by, at=at)
            begun += 1
    return begun


def find_outdated(session: Session, rulebook: Rulebook) -> list[str]:
    """The keys of packs of which this process knows a version newer than any that was counted by."""
    query = select(RuleRecount.pack_key, func.max(RuleRecount.version)).group_by(RuleRecount.pack_key)
    counted = {row[0]: row[1] for row in session.execute(query)}
    keys = sorted({pack.key for pack in rulebook.packs.list()})
    return [key for key in keys if counted.get(key, 0) < find_version(rulebook, key)]


def find_version(rulebook: Rulebook, pack_key: str) -> int:
    """The number of the newest version of a pack that this process knows; 0 where it knows none."""
    pack = rulebook.packs.find(pack_key)
    return pack.version if pack is not None else 0


def list_open_recounts(session: Session, rulebook: Rulebook) -> Sequence[int]:
    """The numbers of those that are to be gone on with, and that the versions of this process are for; oldest first."""
    query = select(RuleRecount).where(RuleRecount.state == "open").order_by(RuleRecount.id)
    return [one.id for one in session.scalars(query) if _can_count(rulebook, one)]


def find_newest_recount(session: Session, pack_key: str) -> RuleRecount | None:
    """The one that counts for a pack; None where there never was one."""
    query = select(RuleRecount).where(RuleRecount.pack_key == pack_key)
    return session.scalars(query.order_by(RuleRecount.no.desc()).limit(1)).first()


def recount_batch(session: Session, rulebook: Rulebook, recount_id: int, *, at: datetime, limit: int) -> int:
    """Make the next `limit` certifications anew; how many they were, 0 when none is left or this isn't the one to do.

    The planner looks at each of their open cycles in its next run.
    """
    query = select(RuleRecount).where(RuleRecount.id == recount_id).with_for_update()
    recount = session.scalars(query.execution_options(populate_existing=True)).one()
    if recount.state != "open" or not _can_count(rulebook, recount):
        return 0
    numbers = _list_next(session, recount, limit)
    if not numbers:
        _end(session, recount, at)
        return 0
    # at once and in their order with those that are projected with them: a lower one later could wait in a ring
    lock_certifications(session, sorted({*numbers}.union(*load_beside(session, numbers).values())))
    before = load_written(session, numbers)
    _renew(session, rulebook, numbers, at)
    after = load_written(session, numbers)
    recount.after_id, recount.looked_at = numbers[-1], recount.looked_at + len(numbers)
    recount.changed += sum(before.get(number) != after.get(number) for number in numbers)
    recount.total = max(recount.total, recount.looked_at)
    session.flush()
    return len(numbers)


def work_at_recount(
    writing: Writing,
    rulebook: Rulebook,
    recount_id: int,
    *,
    now: Callable[[], datetime],
    is_enough: Callable[[], bool] = lambda: False,
) -> None:
    """Go on with it until it is through or `is_enough`; what is left is taken up by the job.

    `writing` opens a transaction of the edge for each batch, which is committed when it ends.
    """
    work_in_batches(
        writing,
        lambda session, limit: recount_batch(session, rulebook, recount_id, at=now(), limit=limit),
        is_enough=is_enough,
    )


def _end(session: Session, recount: RuleRecount, at: datetime) -> None:
    recount.state, recount.ended_at, recount.total = "done", at, recount.looked_at
    details = {
        "pack": recount.pack_key,
        "version": recount.version,
        "looked_at": recount.looked_at,
        "changed": recount.changed,
    }
    subject = ("rule", recount.confirmation_id)
    record_event(session, at=at, actor=recount.recorded_by, action="rule.recounted", subject=subject, details=details)
    session.flush()


def _can_count(rulebook: Rulebook, recount: RuleRecount) -> bool:
    return find_version(rulebook, recount.pack_key) >= recount.version


def _list_next(session: Session, recount: RuleRecount, limit: int) -> Sequence[int]:
    query = select(Certification.id).where(
        Certification.pack_key == recount.pack_key, Certification.id > recount.after_id
    )
    return session.scalars(query.order_by(Certification.id).limit(limit)).all()


def _renew(session: Session, rulebook: Rulebook, numbers: Sequence[int], at: datetime) -> None:
    project_spans(session, rulebook, numbers, at=at, by_many=True)
    session.execute(
        update(Cycle)
        .where(Cycle.certification_id.in_(numbers), Cycle.closed_on.is_(None), Cycle.is_withdrawn.is_(False))
        .values(next_stage_on=earliest_day(at))
    )


def _count(session: Session, pack_key: str) -> int:
    query = select(func.count()).select_from(Certification).where(Certification.pack_key == pack_key)
    return session.scalar(query) or 0


def lock_newest_recount(session: Session, pack_key: str) -> RuleRecount | None:
    """The one that counts for a pack, held until this transaction ends; None where there never was one."""
    newer = aliased(RuleRecount)
    last = select(func.max(newer.no)).where(newer.pack_key == pack_key).scalar_subquery()
    query = select(RuleRecount).where(RuleRecount.pack_key == pack_key, RuleRecount.no == last).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()
