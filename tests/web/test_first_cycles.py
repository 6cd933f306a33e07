"""The office puts on record, on a page, what somebody's certificate states: found where no day is on record."""

import io

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import read
from kit.databases import on_both
from kit.exams import Office, open_office
from kit.files import picture
from kit.forms import read_forms
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Cycle
from certtrack.web.parts import EXTENSION


@pytest.fixture
def office(app: Flask, client: CheckingClient, world: World) -> Office:
    world.at = app.extensions[EXTENSION].clock.now()
    made = open_office(world)
    assert made.agency.account_id is not None
    sign_up(client, world, made.agency.account_id)
    return made


def type_in(client: CheckingClient, path: str, **typed: str) -> dict[str, str]:
    """The form as it stands there, with this typed into it."""
    form = read_forms(client.get(path).text).find_form(path, path)
    assert form
    return dict(form.list_values()) | typed


@on_both
def test_from_the_page_where_no_certification_is_on_record_to_its_day_and_its_file(
    world: World, office: Office, client: CheckingClient
) -> None:
    page, path = f"/people/{office.carol}", f"/people/{office.carol}/certificate"
    assert f'href="{path}"' in client.get(page).text
    assert f'href="{path}"' in client.get(f"{page}/office").text
    due = world.today.replace(year=world.today.year + 1)
    typed = type_in(client, path, pack=CPS, number="CPS-31", due_on=due.isoformat(), seen="seen")
    answer = client.post(
        path, data=typed | {"csrf_token": client.token(), "upload": (io.BytesIO(picture()), "certificate.jpg")}
    )
    assert answer.status_code == 302, read(answer.text)
    shown = client.get(answer.location).text
    assert "Saved. The certification is on record as the certificate states it." in shown
    assert "seen by alice@example.org" in read(shown)
    assert "certificate.jpg" in read(shown)
    for never in ("Granted", "granted"):
        assert never not in read(shown)
    with world.database.reading() as session:
        assert session.scalars(select(Cycle.due_on)).all() == [due]
    again = client.send(path, **typed)
    assert again.status_code == 400
    assert "Choose one of these." in read(again.text)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_day_that_is_not_printed_is_shown_with_how_it_was_worked_out_before_it_is_saved(
    world: World, office: Office, client: CheckingClient
) -> None:
    path, start = f"/people/{office.carol}/certificate", world.today
    typed = type_in(client, path, pack=CPS, number="CPS-31", start_on=start.isoformat(), seen="told")
    shown = client.send(path, **typed)
    assert shown.status_code == 200
    assert f"the last valid day is October 31, {start.year + 2}" in read(shown.text)
    assert "a cycle lasts 2 years" in read(shown.text)
    with world.database.reading() as session:
        assert session.scalars(select(Cycle.id)).all() == []
    again = read_forms(shown.text).find_form(path, path)
    assert again
    kept = dict(again.list_values())
    assert {name: kept[name] for name in ("pack", "number", "start_on", "seen")} == {
        name: typed[name] for name in ("pack", "number", "start_on", "seen")
    }
    assert client.send(path, **kept).status_code == 302
    with world.database.reading() as session:
        cycle = session.scalars(select(Cycle)).one()
        assert (cycle.due_source, cycle.due_on.year, cycle.evidence) == ("computed", start.year + 2, "certificate:told")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_where_the_rule_gives_no_day_the_printed_one_is_asked_for_and_nothing_typed_is_lost(
    office: Office, client: CheckingClient, world: World
) -> None:
    path = f"/people/{office.carol}/certificate"
    typed = type_in(client, path, pack="us-wi-prc", start_on=world.today.isoformat(), seen="seen")
    answer = client.send(path, **typed)
    assert answer.status_code == 400
    assert "Copy it from the certificate." in read(answer.text)
    kept = read_forms(answer.text).find_form(path, path)
    assert kept
    assert dict(kept.list_values()) == typed
