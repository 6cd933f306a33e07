"""The job that forgets the text of old mails."""

from collections.abc import Callable
from datetime import timedelta

from kit.delivery import Deliverer
from sqlalchemy import update

from certtrack.db.models import Email
from jobs.purge_bodies import run
from jobs.workplace import Workplace

MakeWork = Callable[..., Workplace]


def test_a_text_is_kept_for_90_days_and_its_row_and_its_attempts_for_ever(
    deliverer: Deliverer, make_work: MakeWork
) -> None:
    deliverer.ripen(deliverer.world.person())
    deliverer.deliver()
    settled_at = deliverer.email().settled_at
    assert settled_at is not None
    deliverer.world.at = settled_at + timedelta(days=90)
    assert run(make_work()) == {"purged": 0}
    deliverer.world.at += timedelta(seconds=1)
    assert run(make_work()) == {"purged": 1}
    assert (deliverer.email().data, deliverer.states(), deliverer.outcomes()) == (None, ["sent"], ["accepted"])
    assert run(make_work()) == {"purged": 0}


def test_what_was_purged_is_never_mailed_again(deliverer: Deliverer, make_work: MakeWork) -> None:
    deliverer.ripen(deliverer.world.person())
    deliverer.deliver()
    deliverer.world.at += timedelta(days=91)
    run(make_work())
    deliverer.end_leases()
    deliverer.deliver()
    deliverer.deliver_now()
    assert len(deliverer.recipients()) == 1


def test_more_mails_than_one_transaction_takes_are_emptied_in_one_run(
    deliverer: Deliverer, make_work: MakeWork
) -> None:
    for no in range(501):
        deliverer.queue(token=str(no))
    with deliverer.world.database.writing() as session:
        session.execute(update(Email).values(state="given_back", settled_at=deliverer.world.at))
    deliverer.world.at += timedelta(days=91)
    assert run(make_work(stop=lambda: True)) == {"purged": 0}
    assert run(make_work()) == {"purged": 501}
