"""Limits that no stranger can turn against an account's owner, and that the audit tells of."""

import time

from flask import Flask
from kit.client import PASSWORD, CheckingClient, sign_up
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditValue, Email, RateLimit
from certtrack.security import Role


def come_from(app: Flask, address: str) -> CheckingClient:
    """A browser that has never been here, at that address."""
    made = app.test_client()
    assert isinstance(made, CheckingClient)
    made.environ_base |= {"REMOTE_ADDR": address}
    return made


def test_strangers_who_try_a_name_do_not_lock_its_owner_out_of_a_browser_that_is_known(
    app: Flask, client: CheckingClient, world: World
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.send("/sign-out")
    for network in range(5):
        stranger = come_from(app, f"203.0.{network}.7")
        codes = [stranger.enter("alice@example.org", "wrong").status_code for _ in range(5)]
        assert codes == ([400] * 5 if network < 4 else [429] * 5)
    neighbor = come_from(app, "127.0.0.1")
    assert neighbor.enter("alice@example.org").status_code == 429
    assert client.enter("alice@example.org", "wrong").status_code == 400
    assert client.enter("alice@example.org").location == "/"


def test_a_known_browser_has_five_tries_too_and_is_known_for_its_own_accounts_alone(
    app: Flask, client: CheckingClient, world: World
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    client.send("/sign-out")
    for name in ("alice", "bob"):
        codes = [client.enter(f"{name}@example.org", "wrong").status_code for _ in range(6)]
        assert codes == [400] * 5 + [429]
    known = client.get_cookie("known")
    assert known
    assert "alice" not in known.value
    forged = come_from(app, "203.0.113.1")
    forged.set_cookie("known", f"{known.value.partition('.')[0]}.{'a' * 16}")
    assert [forged.enter("bob@example.org", "wrong").status_code for _ in range(6)] == codes


def test_the_first_try_that_is_refused_is_in_the_audit_whether_the_name_is_here_or_not(
    client: CheckingClient, world: World
) -> None:
    alice = world.account("alice", Role.AGENCY_ADMINISTRATOR)
    for name in ("alice", "nobody"):
        for _ in range(7):
            client.enter(f"{name}@example.org", "wrong")
    with world.database.reading() as session:
        rows = session.execute(
            select(AuditEvent.subject_id, AuditValue.details)
            .join(AuditValue, AuditValue.event_id == AuditEvent.id)
            .where(AuditEvent.action == "account.tries_refused")
            .order_by(AuditEvent.id)
        ).all()
    told = {"what": "sign-in", "by": "network", "network": "127.0.0.0/24"}
    assert [(number, details) for number, details in rows] == [(alice, told), (None, told)]


def test_a_link_is_asked_for_with_the_same_work_whether_the_name_is_here_or_not(
    client: CheckingClient, world: World
) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    token = client.token()
    taken: dict[str, list[float]] = {"alice": [], "nobody": []}
    for _ in range(9):
        for name, times in taken.items():
            started = time.process_time()
            client.post("/sign-in/help", data={"csrf_token": token, "name": f"{name}@example.org"})
            times.append(time.process_time() - started)
        with world.database.writing() as session:
            session.query(RateLimit).delete()
    least = [min(times) for times in taken.values()]
    assert max(least) < 1.5 * min(least), least
    with world.database.reading() as session:
        assert {mail.address for mail in session.scalars(select(Email))} == {"alice@example.org"}


def test_a_name_gets_five_links_by_mail_from_wherever_they_are_asked_for(app: Flask, world: World) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    for network in range(8):
        answer = come_from(app, f"203.0.{network}.7").send("/sign-in/help", name="alice@example.org")
        assert answer.status_code == 200
    with world.database.reading() as session:
        assert len(session.scalars(select(Email)).all()) == 5


def test_a_right_password_forgets_the_tries_before_it(client: CheckingClient, world: World) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    for _ in range(2):
        client.send("/sign-out")
        assert [client.enter("alice@example.org", "wrong").status_code for _ in range(4)] == [400] * 4
        assert client.enter("alice@example.org", PASSWORD).status_code == 302


def test_an_address_has_fifty_tries_whatever_names_it_tries_and_the_next_one_its_own(app: Flask) -> None:
    stranger = come_from(app, "203.0.113.7")
    codes = [stranger.enter(f"name-{number // 5}@example.org", "wrong").status_code for number in range(51)]
    assert codes == [400] * 50 + [429]
    assert come_from(app, "198.51.100.7").enter("name-99@example.org", "wrong").status_code == 400
