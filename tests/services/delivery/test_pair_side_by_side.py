"""Two processes settle the two mails of one reminder at the same moment: it comes out as if one had been first."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier

import pytest
from kit.both_addresses import Late
from kit.databases import on_both

from certtrack.mail.failures import NotTaken, RecipientRefused
from certtrack.mail.transport import Answer
from certtrack.services.actors import job_actor
from certtrack.services.delivery.accepting import settle_accepted
from certtrack.services.delivery.leasing import Outgoing
from certtrack.services.delivery.posting import lease_ripe
from certtrack.services.delivery.settling import Try, note_accepted, note_failure, settle

_ROUNDS = 4
_DAILY = [("taken", "taken"), ("refused", "refused"), ("taken", "not_taken")]
_REST = sorted(set(product(("taken", "refused", "not_taken"), repeat=2)) - set(_DAILY))


def _try(late: Late, fate: str, worker: str) -> Try:
    at = late.world.at
    if fate == "taken":
        return note_accepted(Answer(250, "OK"), at, 0.1, worker)
    refused = RecipientRefused("address_refused", "no such person", 550)
    return note_failure(refused if fate == "refused" else NotTaken("later", 450), at, 0.1, worker)


def _settle(late: Late, mail: Outgoing, tried: Try, both: Barrier) -> bool:
    database = late.world.database
    both.wait(10)
    if tried.outcome == "accepted":
        return settle_accepted(database, mail, tried).is_ours
    with database.writing() as session:
        return settle(session, mail, tried, actor=job_actor("deliver_mail"))


@pytest.mark.parametrize(
    "fates", [*_DAILY, *(pytest.param(fates, marks=pytest.mark.nightly) for fates in _REST)], ids="-".join
)
@on_both
def test_a_reminder_is_told_by_whichever_mail_was_taken_and_each_address_is_tried_as_it_needs(
    late: Late, fates: tuple[str, str]
) -> None:
    later = [address for address, fate in zip(("private", "work"), fates, strict=True) if fate == "not_taken"]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(_ROUNDS):
            late.ripen_anew()
            with late.world.database.writing() as session:
                mails, _ = lease_ripe(session, late.world.rulebook, late.deliverer.terms, late.world.at, 10)
            both, before = Barrier(2), len(late.came())
            tries = [_try(late, fate, f"here:{number}") for number, fate in enumerate(fates)]
            settled = [pool.submit(_settle, late, *one, both) for one in zip(mails, tries, strict=True)]
            assert all(one.result(30) for one in settled)
            says = late.says()
            if "taken" in fates:
                assert says == "sent"
            elif later:
                assert says in {"in_mail", "planned"}
            else:
                assert says == "failed:address_refused"
            late.go_on()
            assert sorted(late.came()[before:]) == later
            assert late.says() == ("sent" if "taken" in fates or later else says)
