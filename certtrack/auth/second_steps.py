"""The second step of an account's sign-in: set, asked for, taken off. Each code is accepted once, by any process."""

import secrets
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from certtrack.auth.sealing import Sealer
from certtrack.auth.sessions import end_sessions
from certtrack.auth.totp import find_step
from certtrack.db.audit import record_event
from certtrack.db.models import Account, RecoveryCode, SecondStep

CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for another
_GROUPS, _GROUP = 3, 4


def find_second_step(session: Session, account_id: int) -> SecondStep | None:
    """The account's second step; None where signing in takes the password alone."""
    return session.scalar(select(SecondStep).where(SecondStep.account_id == account_id))


def set_second_step(
    session: Session, sealer: Sealer, account: Account, secret: str, code: str, *, actor: str, at: datetime
) -> list[str] | None:
    """Put the secret on record in place of any before it, and give fresh recovery codes, which are shown once.

    None, and nothing changes, where `code` isn't the secret's now: whoever asks hasn't got it in their app.
    """
    step = find_step(secret, code, at)
    if step is None:
        return None
    session.execute(delete(SecondStep).where(SecondStep.account_id == account.id))
    sealed = sealer.seal(secret)
    made = SecondStep(account_id=account.id, secret=sealed, last_step=step, recorded_at=at, recorded_by=actor)
    session.add(made)
    session.flush()
    _note(session, account, "account.second_step_set", actor, at)
    return make_recovery_codes(session, sealer, account, actor=actor, at=at)


def drop_second_step(session: Session, account: Account, *, actor: str, at: datetime, is_reset: bool = False) -> bool:
    """Take it off, with its recovery codes; False where there was none. `is_reset`: somebody else does it.

    Every session of the account ends where it is reset, and every link that was out for it.
    """
    gone = session.scalars(delete(SecondStep).where(SecondStep.account_id == account.id).returning(SecondStep.id)).all()
    if not gone:
        return False
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    if is_reset:
        account.fs_uniquifier = secrets.token_hex(32)
    session.flush()
    _note(session, account, "account.second_step_reset" if is_reset else "account.second_step_dropped", actor, at)
    if is_reset:
        end_sessions(session, account, actor=actor, at=at)
    return True


def accept_code(session: Session, sealer: Sealer, account_id: int, code: str, *, at: datetime) -> bool:
    """True where `code` is the app's now, and no code of its time step or a later one was accepted before.

    The step is taken in one statement: of two processes that have the same code one is told False.
    """
    kept = find_second_step(session, account_id)
    secret = sealer.unseal(kept.secret) if kept else None
    step = find_step(secret, code, at) if secret else None
    if step is None:
        return False
    is_later = or_(SecondStep.last_step.is_(None), SecondStep.last_step < step)
    taken = update(SecondStep).where(SecondStep.account_id == account_id, is_later).values(last_step=step)
    return bool(session.scalars(taken.returning(SecondStep.id)).all())


def accept_recovery_code(session: Session, sealer: Sealer, account_id: int, code: str, *, at: datetime) -> bool:
    """True where `code` is one of the account's that nobody has used; it is used then. Case and signs don't matter."""
    digest = _digest(sealer, account_id, code)
    is_open = (RecoveryCode.account_id == account_id, RecoveryCode.digest == digest, RecoveryCode.used_at.is_(None))
    used = update(RecoveryCode).where(*is_open).values(used_at=at).returning(RecoveryCode.id)
    return bool(session.scalars(used).all())


def make_recovery_codes(session: Session, sealer: Sealer, account: Account, *, actor: str, at: datetime) -> list[str]:
    """Ten codes in place of those before; they can't be read again from what is kept of them."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [_make_code() for _ in range(CODES)]
    digests = [_digest(sealer, account.id, code) for code in codes]
    session.add_all(
        RecoveryCode(account_id=account.id, digest=digest, recorded_at=at, recorded_by=actor) for digest in digests
    )
    session.flush()
    _note(session, account, "account.recovery_codes_made", actor, at)
    return codes


def count_recovery_codes(session: Session, account_id: int) -> int:
    """How many of the account's recovery codes are still good."""
    query = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def _make_code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _digest(sealer: Sealer, account_id: int, code: str) -> str:
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return sealer.digest(str(account_id), letters)


def _note(session: Session, account: Account, action: str, actor: str, at: datetime) -> None:
    people = [account.person_id] if account.person_id else []
    record_event(session, at=at, actor=actor, action=action, subject=("account", account.id), people=people)
