"""Where sending is mostly waiting, the next batch is composed beside it; nothing is lost by it, nor doubled."""

import time
from dataclasses import replace
from itertools import count

import pytest
from kit.delivery import Deliverer, Meddling
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Email
from certtrack.mail.failures import RelayFault

_BATCH = 40
_PEOPLE = 3 * _BATCH + 5
_WAIT_S = 0.03


@pytest.fixture
def patient(deliverer: Deliverer) -> Deliverer:
    """A deliverer with a lease that is long beside all that the test waits for, however slow the machine is."""
    return replace(deliverer, terms=replace(deliverer.terms, lease_s=3000))


def count_leased(world: World) -> int:
    """How many mails are leased and written."""
    is_written = (Email.state == "leased", Email.data.is_not(None))
    with world.database.reading() as session:
        return session.scalar(select(func.count(Email.id)).where(*is_written)) or 0


def wait() -> None:
    """As a mail server that is far away."""
    time.sleep(_WAIT_S)


def test_the_next_batch_is_written_while_one_is_sent_unless_there_is_one_writer(
    world: World, patient: Deliverer
) -> None:
    patient.ripen_many(_PEOPLE)
    seen = list[int]()
    way = Meddling(patient.transport, before=lambda: seen.append(count_leased(world)), after=wait)
    assert patient.deliver(over=way) == {"accepted": _PEOPLE}
    assert max(seen[:_BATCH]) == _BATCH, "how quick the server is isn't known yet"
    assert (max(seen) > _BATCH) is world.database.has_many_writers
    assert len(set(patient.recipients())) == patient.smtp.count_taken() == _PEOPLE


def test_what_was_written_ahead_is_given_back_where_mail_is_stopped(world: World, patient: Deliverer) -> None:
    patient.ripen_many(_PEOPLE)
    mails = count(1)

    def fall_silent() -> None:
        if next(mails) > _BATCH + 10:
            raise RelayFault("no_connection", "nobody answers")

    counts = patient.deliver(over=Meddling(patient.transport, before=fall_silent, after=wait))
    ahead = _BATCH if world.database.has_many_writers else 0
    assert counts == {"accepted": _BATCH + 10, "relay": 1, "given_back": _BATCH - 11 + ahead}
    assert count_leased(world) == 0
    patient.end_minute()
    patient.deliver()
    assert len(set(patient.recipients())) == patient.smtp.count_taken() == _PEOPLE


def test_who_is_asked_to_stop_gives_back_what_was_written_ahead(world: World, patient: Deliverer) -> None:
    patient.ripen_many(_PEOPLE)
    way = Meddling(patient.transport, after=wait)
    told = patient.deliver(over=way, stop=lambda: patient.smtp.count_taken() >= _BATCH + 10)
    assert told["accepted"] == _BATCH + 10
    assert count_leased(world) == 0
    patient.deliver()
    assert len(set(patient.recipients())) == patient.smtp.count_taken() == _PEOPLE
