"""Handing mails to the mail server: leased in one transaction, composed and sent with none open, settled one by one.

The one service that opens transactions by itself: what was sent must be on record before the next mail is.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.clock import Clock
from certtrack.db.engine import Database
from certtrack.logs import get_log
from certtrack.mail.failures import MailFailure, RelayFault
from certtrack.mail.transport import Conversation, Transport
from certtrack.security import Actor
from certtrack.services.actors import job_actor
from certtrack.services.delivery.accepting import settle_accepted
from certtrack.services.delivery.composing import write_mails
from certtrack.services.delivery.leasing import Outgoing, Terms, lease_now, list_due, recover
from certtrack.services.delivery.posting import lease_in_doubt, lease_ripe
from certtrack.services.delivery.relay import REFUSALS, Way, find_way, note_refusal, note_taken, stop_mail
from certtrack.services.delivery.settling import Try, give_back, note_accepted, note_failure, settle
from certtrack.services.reminders.high_water import Mark
from certtrack.services.rulebook import Rulebook

# what a transaction leases, and how many recipients it looked at: fewer mails than that is no end yet
Lease = Callable[[Session, int], tuple[list[Outgoing], int]]

# after one mail: the next over the same conversation, over another one, or none
GoingOn = Literal["next", "again", "stopped"]

_AT_ONCE = 40  # mails, which share some thirty statements: SQLite's write lock is held for about 30 ms
_QUICK = 10  # as a part of the lease: a batch that takes longer than that has none composed beside it
_MOSTLY = 4  # where less than three quarters of the time are waiting, two threads are slower than one after the other


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction leased, how many recipients it looked at, and whether the server takes mail."""

    way: Way
    mails: list[Outgoing]
    looked_at: int


def deliver(
    database: Database,
    rulebook: Rulebook,
    transport: Transport,
    terms: Terms,
    *,
    clock: Clock,
    worker: str,
    stop: Callable[[], bool],
    before_sending: Callable[[Mark], None] = lambda _mark: None,
) -> dict[str, int]:
    """Mail every reminder that is ripe, until none is left or `stop` says so; how many had which outcome.

    What somebody waits for goes before the reminders, and while mail is stopped it is what the server is tried with.
    `worker` names the process. Any number of them may do this at once. `before_sending` is told the last of the mails
    that were just made, once they are on record and before one of them leaves.
    """

    def take(session: Session, limit: int) -> tuple[list[Outgoing], int]:
        at, due = clock.now(), list_due(session)
        if "now" in due and (awaited := _lease_awaited(session, terms, at, limit)):
            return awaited, len(awaited)
        if "planned" in due:
            recover(session, "planned", at)
            mails, looked_at = lease_in_doubt(session, rulebook, terms, at, limit)
            if looked_at:
                return mails, looked_at
        return lease_ripe(session, rulebook, terms, at, limit)

    actor = job_actor("deliver_mail")
    return _Round(database, transport, terms, clock, worker, stop, actor, before_sending=before_sending).run(take)


def deliver_now(
    database: Database,
    transport: Transport,
    terms: Terms,
    *,
    clock: Clock,
    worker: str,
    stop: Callable[[], bool],
) -> dict[str, int]:
    """Hand over every mail that somebody waits for; how many had which outcome."""

    def take(session: Session, limit: int) -> tuple[list[Outgoing], int]:
        found = _lease_awaited(session, terms, clock.now(), limit)
        return found, len(found)

    return _Round(database, transport, terms, clock, worker, stop, job_actor("deliver_now_mail")).run(take)


def _lease_awaited(session: Session, terms: Terms, at: datetime, limit: int) -> list[Outgoing]:
    recover(session, "now", at)
    return lease_now(session, terms, at, limit)


@dataclass
class _Round:
    """One process's turn: leases, sends and settles until nothing is left for it."""

    database: Database
    transport: Transport
    terms: Terms
    clock: Clock
    worker: str
    stop: Callable[[], bool]
    actor: Actor
    counts: Counter[str] = field(default_factory=Counter)
    before_sending: Callable[[Mark], None] = lambda _mark: None
    has_waited: bool = False

    def run(self, take: Lease) -> dict[str, int]:
        """Batch after batch; where sending is mostly waiting, each is composed while the one before it is sent.

        Not on SQLite: its one writer would keep the settling of the one waiting for the leasing of the other.
        """
        coming: Future[_Batch] | None = None
        with ThreadPoolExecutor(1, "composing") as beside:
            while coming is not None or not self.stop():
                batch = coming.result() if coming is not None else self._take(take)
                coming = beside.submit(self._take, take) if self._may_take_ahead(batch) else None
                if not self._hand_over(batch):
                    break
            for mail in coming.result().mails if coming is not None else ():
                self._give_back(mail)
        return dict(self.counts)

    def _take(self, take: Lease) -> _Batch:
        with self.database.writing() as session:
            way = find_way(session)
            if way == "closed":
                return _Batch(way, [], 0)
            mails, looked_at = take(session, _AT_ONCE if way == "open" else 1)
        return _Batch(way, write_mails(self.database, mails, self.clock.now()), looked_at)

    def _may_take_ahead(self, batch: _Batch) -> bool:
        """True where more is likely to be ripe, and there is time to compose it while the server is waited for."""
        is_likely = batch.way == "open" and batch.looked_at == _AT_ONCE and not self.stop()
        return is_likely and self.has_waited and self.database.has_many_writers

    def _hand_over(self, batch: _Batch) -> bool:
        """Send a batch, or ask the server itself where nothing is ripe to try it with; False where the turn is over."""
        planned = [Mark(mail.email_id, mail.made_at) for mail in batch.mails if mail.mail_class == "planned"]
        if planned:
            self.before_sending(max(planned, key=lambda mark: mark.email_id))
        if batch.way == "probe" and not batch.mails:
            self._probe()
        started, worked = time.monotonic(), time.thread_time()
        is_open = bool(batch.looked_at) and self._send_all(batch.mails)
        took_s, worked_s = time.monotonic() - started, time.thread_time() - worked
        self.has_waited = worked_s * _MOSTLY < took_s < self.terms.lease_s / _QUICK
        return is_open

    def _send_all(self, mails: Sequence[Outgoing]) -> bool:
        """Send what was just leased, over as many conversations as it takes; False where mail is stopped now."""
        waiting = deque(mails)
        is_open = True
        try:
            while waiting and is_open and not self.stop() and self._has_time(waiting[0]):
                is_open = self._converse(waiting)
        finally:
            for mail in waiting:
                self._give_back(mail)
        return is_open

    def _converse(self, waiting: deque[Outgoing]) -> bool:
        """One conversation, as long as it lasts; False where mail is stopped now."""
        is_fresh = True
        try:
            with self.transport.open() as conversation:
                # each conversation hands over one mail at least: a server that is slow to greet would get none else
                while waiting and not self.stop() and (is_fresh or self._may_go_on(conversation, waiting[0])):
                    going_on = self._send(conversation, waiting, is_fresh=is_fresh)
                    if going_on != "next":
                        return going_on == "again"
                    is_fresh = False
        except RelayFault as fault:
            self.counts["relay"] += 1
            self._stop_mail(fault)
            return False
        return True

    def _may_go_on(self, conversation: Conversation, mail: Outgoing) -> bool:
        return not conversation.is_spent() and self._has_time(mail)

    def _has_time(self, mail: Outgoing) -> bool:
        # another process may take a mail over when its lease ends: ours must be over by then, whatever the server does
        return self.terms.lease_s - (time.monotonic() - mail.leased_at) > self.terms.deadline_s

    def _send(self, conversation: Conversation, waiting: deque[Outgoing], *, is_fresh: bool) -> GoingOn:
        """Send the first of `waiting` and settle it; how to go on."""
        mail, started = waiting.popleft(), time.monotonic()
        try:
            sender = self.terms.name_sender(mail.email_id, mail.address)
            answer = conversation.send(sender, mail.address, mail.data)
        except RelayFault as fault:
            if not is_fresh:
                waiting.appendleft(mail)  # a server may end a long conversation; that it takes nothing isn't said yet
                return "again"
            self._settle(mail, self._note(fault, started))
            self._stop_mail(fault)
            return "stopped"
        except MailFailure as failure:
            return self._settle(mail, self._note(failure, started))
        return self._settle(mail, note_accepted(answer, self.clock.now(), time.monotonic() - started, self.worker))

    def _note(self, failure: MailFailure, started: float) -> Try:
        return note_failure(failure, self.clock.now(), time.monotonic() - started, self.worker)

    def _settle(self, mail: Outgoing, tried: Try) -> GoingOn:
        if tried.outcome == "accepted" and mail.mail_class == "planned":
            accepted = settle_accepted(self.database, mail, tried)
            is_ours, is_stopped = accepted.is_ours, False
            goes_on = (accepted.is_trouble or not is_ours) and self._note_taken(tried.at)
        else:
            is_ours, goes_on, is_stopped = self._settle_other(mail, tried)
        self.counts[tried.outcome if is_ours else "lease_lost"] += 1
        log = get_log(worker=self.worker)
        if not is_ours:
            log.warning("lease_lost", mail=mail.email_id, outcome=tried.outcome)
        if goes_on:
            log.info("mail_goes_on")
        if is_stopped:
            log.error("mail_stopped", reason=REFUSALS, code=tried.code)
        return "stopped" if is_stopped else "next"

    def _settle_other(self, mail: Outgoing, tried: Try) -> tuple[bool, bool, bool]:
        """Whether the lease was still ours, whether mail goes on that was stopped, and whether it is stopped now."""
        with self.database.writing() as session:
            is_ours = settle(session, mail, tried, actor=self.actor)
            goes_on = tried.outcome == "accepted" and note_taken(session, at=tried.at)
            is_stopped = (
                tried.outcome == "recipient"
                and is_ours
                and note_refusal(session, mail.email_id, tried.code, actor=self.actor, at=tried.at)
            )
        return is_ours, goes_on, is_stopped

    def _note_taken(self, at: datetime) -> bool:
        with self.database.writing() as session:
            return note_taken(session, at=at)

    def _give_back(self, mail: Outgoing) -> None:
        with self.database.writing() as session:
            give_back(session, mail, self.clock.now())
        self.counts["given_back"] += 1

    def _probe(self) -> None:
        """Nothing is ripe to be tried: ask the server itself."""
        try:
            with self.transport.open() as conversation:
                conversation.check(self.terms.name_sender(0, ""))  # in the form that mails have: no mail is number 0
        except RelayFault as fault:
            self.counts["relay"] += 1
            self._stop_mail(fault)
            return
        self._note_taken(self.clock.now())

    def _stop_mail(self, fault: RelayFault) -> None:
        with self.database.writing() as session:
            stop_mail(session, fault.reason, at=self.clock.now())
        get_log(worker=self.worker).error("mail_stopped", reason=fault.reason, code=fault.code)
