"""The page that previews a changed policy: what it would change, by counts and by person, and nothing of it is kept."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.world import ZONE, World
from sqlalchemy import select

from certtrack.clock import WallClock, today_in
from certtrack.db.models import AuditEvent, AuditValue, PackVersion, Reminder
from certtrack.security import Role

TODAY = today_in(WallClock(), ZONE)
DUE = TODAY + timedelta(days=80)
DAYS = {"from_on": TODAY.isoformat(), "to_on": (TODAY + timedelta(days=90)).isoformat()}


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def find_text(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def test_a_changed_text_is_previewed_by_counts_and_by_person_in_both_languages_and_nothing_is_kept(
    alice: CheckingClient, world: World
) -> None:
    world.at = WallClock().now()
    carol = world.person()
    world.certify(carol, DUE, computed_due_on=None, armed_on=TODAY)
    page = alice.get("/forecast/preview?policy=us-wi@2").text
    assert "us-wi, version 2 (in force)" in page
    changed = re.sub("^version = .*$", "version = 9", find_text(page), flags=re.MULTILINE)
    changed += "\n[[stages]]\ndays_before = 45\n"
    shown = alice.send("/forecast/preview", text=changed, **DAYS)
    assert shown.status_code == 200
    assert "What us-wi, version 9, would change" in shown.text
    assert f'href="/people/{carol}"' in shown.text
    assert "45 days before" in shown.text
    assert "A new mail." in shown.text
    assert find_text(shown.text).strip() == changed.strip(), "it can be changed further"
    spanish = alice.post(
        "/forecast/preview?lang=es",
        data={"csrf_token": alice.token(), "text": "", "upload": (io.BytesIO(changed.encode()), "ours.toml"), **DAYS},
    ).text
    assert "Qué cambiaría us-wi, versión 9" in spanish
    assert "45 días antes" in spanish
    with world.database.reading() as session:
        assert session.scalars(select(Reminder.id)).all() == []
        assert "us-wi" not in session.scalars(select(PackVersion.key)).all()
        query = select(AuditValue.details).join(AuditEvent, AuditEvent.id == AuditValue.event_id)
        assert session.scalars(query.where(AuditEvent.action == "mail.previewed")).first() == {"policy": "us-wi@9"}


def test_what_cant_be_used_is_said_with_file_and_key_and_what_was_typed_stays(
    alice: CheckingClient, world: World
) -> None:
    text = find_text(alice.get("/forecast/preview").text).replace("send_at = 09:00:00", "send_at = 9")
    sent = {"upload": (io.BytesIO(text.encode()), "ours.toml"), "text": "", "from_on": "soon", "to_on": DAYS["to_on"]}
    refused = alice.post("/forecast/preview", data={"csrf_token": alice.token(), **sent})
    assert refused.status_code == 400
    assert "In ours.toml the key send_at can't be used as it is." in refused.text
    assert "must be a time such as 09:00:00, without quotes." in refused.text
    assert "Write a day, such as 2026-10-31." in refused.text
    assert "send_at = 9\n" in find_text(refused.text)
    known = world.policy
    again = alice.send("/forecast/preview", text=known.raw.replace("guard_above = 25", "guard_above = 24"), **DAYS)
    assert f"version is the number of another text: {known.ref} is here already." in again.text
