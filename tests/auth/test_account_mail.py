"""Mail about an account: who is told, and where."""

from datetime import timedelta
from pathlib import Path

import pytest
from kit.mails import read
from kit.world import World
from sqlalchemy import select

from certtrack.auth.account_mail import queue_word_of_addresses
from certtrack.db.models import Account, Email, Person
from certtrack.security import Role
from certtrack.services.people import change_person
from certtrack.settings import Settings, load_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(env="test", instance=tmp_path)


def mend(world: World, settings: Settings, person_id: int, **addresses: str | None) -> list[Email]:
    """Let the office put other addresses on record: the mails that are queued of it."""
    with world.database.writing() as session:
        person = session.get_one(Person, person_id)
        before = (person.private_address, person.work_address)
        change_person(session, person, dict(addresses), actor=world.actor, at=world.at)
        queue_word_of_addresses(session, settings, person, before, at=world.at)
    with world.database.reading() as session:
        return list(session.scalars(select(Email).order_by(Email.id)))


def test_where_mail_went_until_now_hears_that_it_goes_elsewhere(world: World, settings: Settings) -> None:
    carol = world.person("Carol", address="carol@example.org", work_address="work@example.org")
    account = world.account("carol", Role.SPECIALIST, person_id=carol)
    assert mend(world, settings, carol, private_address="work@example.org", work_address="carol@example.org") == []
    mails = mend(world, settings, carol, private_address="office@example.org", work_address=None)
    assert [(one.address, one.account_id) for one in mails] == [
        ("carol@example.org", account), ("work@example.org", account),
    ]  # fmt: skip
    assert "The addresses that your mail goes to were changed." in read(mails[0].data or b"").text
    assert {one.recipient_id for one in mails} == {None}, "that it comes back is no finding about her"


def test_nobody_is_told_of_an_account_that_they_do_not_have_or_after_they_died(
    world: World, settings: Settings
) -> None:
    carol, dave, erin = (world.person(name) for name in ("Carol", "Dave", "Erin"))
    closed = world.account("dave", Role.SPECIALIST, person_id=dave)
    world.account("erin", Role.SPECIALIST, person_id=erin)
    with world.database.writing() as session:
        session.get_one(Account, closed).is_active = False
        died_on = world.today - timedelta(days=1)
        change_person(session, session.get_one(Person, erin), {"died_on": died_on}, actor=world.actor, at=world.at)
    for number in (carol, dave, erin):
        assert mend(world, settings, number, private_address=f"new{number}@example.org") == []
