"""Unknown values of rules, settled by a named person: a dated overlay on record, never a change of the pack's file."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.audit import record_event
from certtrack.db.models import RuleConfirmation
from certtrack.errors import BadInput, NotFound
from certtrack.packs.confirming import Confirmed, confirm, find_key
from certtrack.packs.table import UNKNOWN
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.security import Actor
from certtrack.services.recounts import begin_recount, lock_newest_recount
from certtrack.services.rule_locks import hold_rules
from certtrack.services.rulebook import Rulebook


def confirm_rule(
    session: Session,
    rulebook: Rulebook,
    pack_key: str,
    key: str,
    value: str,
    *,
    source: str,
    on: date,
    actor: Actor,
    at: datetime,
) -> RuleConfirmation:
    """Put on record what an unknown value of a pack is, who said so, and on which day; it counts from `at` on.

    It holds for each version of the pack in which the value is unknown. "unknown" takes it back. The same once more
    adds nothing. What rests on it is made anew by the recount that begins here. Raises NotFound for a pack that isn't
    here, BadInput for a key that is unknown in no version, a value that can't stand there in one of them, or a day to
    come.
    """
    packs: list[Pack | ServicePack] = [*rulebook.packs.list(), *rulebook.services.list()]
    versions = [pack for pack in packs if pack.key == pack_key]
    if not versions:
        known = ", ".join(sorted({pack.key for pack in packs}))
        raise NotFound(f"No rule pack is called {pack_key!r}; there are: {known}.")
    if on > at.date() + timedelta(days=1):
        raise BadInput(f"{on} is still to come: give the day on which it was said or read.")
    if not source.strip():
        raise BadInput("Say who confirmed it, or where it stands; the source is empty.")
    whole, kept = find_key(versions, key), None if value == UNKNOWN else value
    lock_confirmations(session, pack_key)
    if kept is not None:
        for pack in versions:
            confirm(pack, [Confirmed(pack_key, whole, kept, source, on)])
    newest = find_newest_confirmation(session, pack_key, whole)
    if newest is not None and (newest.value, newest.source, newest.said_on) == (kept, source, on):
        return newest
    said = {"pack_key": pack_key, "key": whole, "value": kept, "source": source, "said_on": on}
    row = RuleConfirmation(**said, recorded_at=at, recorded_by=actor.key)
    session.add(row)
    session.flush()
    if isinstance(versions[-1], Pack):  # on the rules of a service nothing rests that is stored
        begin_recount(session, rulebook, pack_key, confirmation_id=row.id, by=actor.key, at=at)
    details = said | {"said_on": on.isoformat()}
    record_event(session, at=at, actor=actor.key, action="rule.confirmed", subject=("rule", row.id), details=details)
    return row


def lock_confirmations(session: Session, pack_key: str) -> None:
    """Let whoever else confirms a value wait until this transaction ends, the first time too, when no row is there.

    The pack's recount comes first: its batches count by the rules while they have it locked.
    """
    lock_newest_recount(session, pack_key)
    hold_rules(session)


def find_newest_confirmation(session: Session, pack_key: str, key: str) -> RuleConfirmation | None:
    """What was said last of the value with that whole key, which a taking back is too; None: nothing yet."""
    query = select(RuleConfirmation).where(RuleConfirmation.pack_key == pack_key, RuleConfirmation.key == key)
    return session.scalar(query.order_by(RuleConfirmation.id.desc()).limit(1))
