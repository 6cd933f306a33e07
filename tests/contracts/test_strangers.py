"""To a stranger what isn't theirs isn't here: at every address it answers byte by byte as what is no address at all."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.applications import give, send
from kit.client import CheckingClient, read_alike, sign_up
from kit.copies import stand_in
from kit.one_of_each import fill_in
from kit.registries import read_registry
from kit.supervision import begin
from kit.world import World
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from certtrack.db.models import AccountRole, Duty, Person, Reminder, StandIn, WebSession
from certtrack.security import Role
from certtrack.services.actors import find_actor
from certtrack.services.credits.drafts import FormState, save_draft
from certtrack.services.organizations import affiliate, assign_supervisor, create_organization, end_affiliation
from certtrack.services.saved_views import save_view

NEVER = "4040404"
_ID = re.compile(r"<int:\w+>")
_PERSON = "<int:person_id>"
_ALWAYS_OTHERS = {"Date", "Set-Cookie", "Content-Length", "Location"}
# an administrator of an office that somebody has left sees the record as it was on the last day, and nothing newer
FROZEN = {"GET /people/<int:person_id>", "GET /people/<int:person_id>/reminders"}
FROZEN |= {address for frozen in read_registry("web/rights", "FROZEN") for address in frozen}
# what everybody may find and join is nobody's secret
SHARED = {address for shared in read_registry("web/rights", "SHARED") for address in shared}
# open to whoever holds the link, or to everybody: nobody is refused there, and what is made up has an answer of its own
FOR_ALL = ("/account/calendar", "/team/calendar", "/calendar/", "/mail/", "/password", "/ways-in/check")
MADE_UP = ("9999", "99999")
Strangers = dict[str, tuple[CheckingClient, str]]


@pytest.fixture
def places(app: Flask, world: World, numbers: dict[str, int], places: dict[str, str]) -> dict[str, str]:
    """The same, with others' records also where who gets what is asked without any: nowhere a number of none."""
    carol, bob, cps = numbers["carol"], numbers["bob"], numbers["cps"]
    by: dict[str, Any] = {"actor": world.actor, "at": world.at}
    account = world.account("carol-2", Role.SPECIALIST, person_id=carol)
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    sign_up(client, world, account)
    stand_in(world, bob, world.person("Judy"), world.today, world.today + timedelta(days=9))
    begin(world, carol, from_on=world.today)
    made = {"waiver": give(world, cps, "waiver"), "step": send(world, cps)}
    with world.database.writing() as session:
        holder = find_actor(session, account, world.today)
        assert holder
        made["draft"] = save_draft(session, holder, carol, {"title": "Mine"}, (), form=FormState(), at=world.at) or 0
        made["view"] = save_view(session, account, "people", "Mine", "", **by).id
        ids = {"stand_in": StandIn.id, "duty": Duty.id, "reminder": Reminder.id}
        made |= {name: session.scalar(select(func.min(column))) or 0 for name, column in ids.items()}
        made["web_session"] = session.scalars(select(WebSession.id).where(WebSession.account_id == account)).one()
        made["role"] = session.scalars(select(AccountRole.id).where(AccountRole.account_id == account)).one()
    found = places | {f"<int:{name}_id>": str(number) for name, number in made.items()}
    assert [place for place, value in found.items() if value in MADE_UP and place != "<int:upload_id>"] == []
    assert all(made.values())
    return found


@pytest.fixture
def strangers(app: Flask, world: World, numbers: dict[str, int]) -> Strangers:
    """Each with the number of whose record is theirs to see: Dave holds one himself, Erin supervises Henry.

    Until last week Erin supervised Carol, and Carol was at Grace's office.
    """
    app.config["WTF_CSRF_ENABLED"] = False
    carol, week_ago = numbers["carol"], world.today - timedelta(days=7)
    long_ago = week_ago - timedelta(days=90)
    by: dict[str, Any] = {"actor": world.actor, "at": world.at}
    dave, erin, henry = (world.person(name) for name in ("Dave", "Erin", "Henry"))
    with world.database.writing() as session:
        here: dict[str, Any] = {"organization_id": world.organization_id, "supervisor_id": erin, **by}
        assign_supervisor(session, person_id=carol, from_on=long_ago, **here)
        assign_supervisor(session, person_id=henry, from_on=week_ago, **here)
        other = create_organization(session, key="hillside", name="Hillside", zone="America/Chicago", **by)
        left = affiliate(session, carol, other.id, from_on=long_ago, **by)
        end_affiliation(session, left, week_ago, reason=None, **by)
        session.execute(update(Person).values(recorded_at=world.at - timedelta(days=99)))
    accounts = {
        "dave": (world.account("dave-2", Role.SPECIALIST, person_id=dave), dave),
        "erin": (world.account("erin", Role.SUPERVISOR, person_id=erin), henry),
    }
    here_id, world.organization_id = world.organization_id, other.id
    accounts["grace"] = (world.account("grace", Role.AGENCY_ADMINISTRATOR), world.person("Ivan"))
    world.organization_id = here_id
    made = {}
    for name, (account, theirs) in accounts.items():
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        sign_up(client, world, account)
        made[name] = (client, str(theirs))
    return made


Answer = tuple[int, str, list[tuple[str, str]]]


def ask(client: CheckingClient, method: str, path: str) -> Answer:
    """The answer without what is another one each time, and without the marks of where it was given."""
    answer: TestResponse = client.open(path, method=method)
    text = read_alike(answer).replace(path, "HERE").replace(' aria-current="page"', "")
    return answer.status_code, text, sorted(pair for pair in answer.headers if pair[0] not in _ALWAYS_OTHERS)


def put_back(answer: Answer, path: str) -> Answer:
    """The answer with the address where it was left out, since a short one is part of others that a page leads to."""
    return answer[0], answer[1].replace("HERE", path), answer[2]


def list_pairs(rule: str, places: dict[str, str], own: str) -> list[tuple[str, str]]:
    """Addresses of records that are there, each with one of none: somebody's, and theirs as if it were the reader's."""
    ids = dict.fromkeys(_ID.findall(rule), NEVER)
    pairs = [(fill_in(rule, places), fill_in(rule, places | ids))]
    if (mine := {_PERSON: own}).keys() < ids.keys():
        pairs.append((fill_in(rule, places | mine), fill_in(rule, places | ids | mine)))
    return pairs


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_stranger_gets_of_a_record_what_they_get_of_none(
    app: Flask, strangers: Strangers, places: dict[str, str]
) -> None:
    told: set[str] = set()
    seen: set[str] = set()
    for name, (client, own) in strangers.items():
        missing = ask(client, "GET", "/not-here")
        for method, rule in list_rules(app):
            if f"{method} {rule}" in SHARED:
                continue
            for there, nowhere in list_pairs(rule, places, own):
                got = ask(client, method, there)
                if got == missing or got == ask(client, method, nowhere):
                    continue
                (seen if name == "grace" and got[0] == 200 else told).add(f"{name} {method} {rule}")
    assert not told
    assert seen == {f"grace {address}" for address in FROZEN}


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_somebody_may_not_open_answers_as_what_is_no_address_at_all(
    app: Flask, strangers: Strangers, places: dict[str, str]
) -> None:
    """A specialist, a supervisor of others and the office that Carol left: at every address, numbered or not."""
    told, refused = set(), set()
    for name, (client, own) in strangers.items():
        missing = ask(client, "GET", "/not-here")
        for method, rule in list_rules(app, numbered_only=False):
            for there, nowhere in list_pairs(rule, places, own) if rule != "/sign-out" else []:
                got = ask(client, method, there)
                if got[0] in (401, 403, 404, 410):
                    refused.add(f"{name} {method} {rule}")
                    none = ask(client, method, nowhere) if rule.startswith(FOR_ALL) else missing
                    if put_back(got, there) != put_back(none, there):
                        told.add(f"{name} {method} {rule}")
        assert client.get("/account").status_code == 200, "they were signed in all the while"
    assert not told
    for forbidden in ("dave GET /people", "dave GET /admin/accounts", "erin GET /admin/audit", "erin POST /waivers"):
        assert forbidden in refused


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nobody_who_is_not_signed_in_is_told_anything_of_a_record_but_to_sign_in(
    app: Flask, client: CheckingClient, places: dict[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    told = set()
    for method, rule in list_rules(app):
        [(there, nowhere), *_] = list_pairs(rule, places, NEVER)
        one, none = ask(client, method, there)[::2], ask(client, method, nowhere)[::2]
        if one != none or one[0] not in (302, 404):
            told.add(f"{method} {rule}")
    assert not told


def list_rules(app: Flask, *, numbered_only: bool = True) -> list[tuple[str, str]]:
    """Each address that names a record by its number, or each that there is, by method."""
    return [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if not numbered_only or _ID.search(rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]
