"""Queuing mail that somebody waits for."""

from datetime import timedelta

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Email
from certtrack.db.types import db_now
from certtrack.services.delivery.outbox import make_message_id, queue_now

_FROM = "certtrack@mail.example.org"


def _queue(world: World, **values: object) -> int:
    message_id = make_message_id("account_link", 7, number=1, mail_from=_FROM)
    with world.database.writing() as session:
        email = queue_now(
            session,
            address="carol@example.org",
            data=b"Subject: x\r\n\r\nx\r\n",
            message_id=message_id,
            valid_until=world.at + timedelta(hours=1),
            at=world.at,
        )
        if values.get("breaks"):
            raise RuntimeError("the cause came to nothing")
        return email.id


def test_a_queued_mail_is_ready_with_its_bytes_and_ripe_at_once(world: World) -> None:
    number = _queue(world)
    with world.database.reading() as session:
        email = session.get_one(Email, number)
        assert (email.mail_class, email.state, email.attempts) == ("now", "ready", 0)
        assert email.data == b"Subject: x\r\n\r\nx\r\n"
        assert session.scalar(select(Email.id).where(Email.leased_until <= db_now())) == number


def test_a_mail_is_not_queued_when_its_cause_is_rolled_back(world: World) -> None:
    with pytest.raises(RuntimeError):
        _queue(world, breaks=True)
    with world.database.reading() as session:
        assert session.scalars(select(Email)).all() == []


def test_a_message_id_is_the_same_for_the_same_keys_and_number() -> None:
    first = make_message_id("cycle", 7, "before_30", number=1, mail_from=_FROM)
    assert first == make_message_id("cycle", 7, "before_30", number=1, mail_from=_FROM)
    assert first.startswith("<")
    assert first.endswith("@mail.example.org>")


@pytest.mark.parametrize(
    ("keys", "number"), [(("cycle", 7, "before_30"), 2), (("cycle", 8, "before_30"), 1), (("cycle", 7), 1)]
)
def test_a_message_id_differs_with_each_key_and_each_composition(keys: tuple[object, ...], number: int) -> None:
    assert make_message_id(*keys, number=number, mail_from=_FROM) != make_message_id(
        "cycle", 7, "before_30", number=1, mail_from=_FROM
    )


def test_a_message_id_takes_the_domain_of_an_address_with_a_name() -> None:
    assert make_message_id("x", number=1, mail_from="Lakeside <a@b.example.org>").endswith("@b.example.org>")
