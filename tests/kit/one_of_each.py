"""One record of each kind, whoever is to see them or not, and the address of each page about them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from kit.applications import ask
from kit.background_checks import keep_check
from kit.client import CheckingClient, sign_up
from kit.credits import find_claim, log, make_new
from kit.exams import hold, seat, sit
from kit.files import keep, pdf
from kit.group_acts import begin, make_wish
from kit.group_acts import plan as plan_group
from kit.offerings import offer, plan_it, show
from kit.registries import read_registry
from kit.supervision import hold as hold_supervision
from kit.supervision import make_session, qualify, serve
from kit.tellings import find_next_key, note_next
from kit.trainings import plan, put_in
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Finding
from certtrack.security import Role
from certtrack.services.findings import open_finding
from certtrack.services.organizations import assign_supervisor
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere
from certtrack.web.parts import EXTENSION

WHO = ("alice", "bob", "carol", "dave", "nobody")
VERB = "<any('seen', 'plan', 'sent', 'more-time', 'not-going-on'):verb>"


@pytest.fixture
def numbers(app: Flask, world: World) -> dict[str, int]:
    """The record that is asked for: Carol's, whom Bob supervises, a finding about her, and her credit with a file."""
    world.at = app.extensions[EXTENSION].clock.now()
    carol, bob = world.person("Carol"), world.person("Bob")
    cps, _ = world.certify(carol, world.today + timedelta(days=90))
    file = keep(world, app.extensions[EXTENSION].settings.instance / "evidence", carol, pdf())
    credit = log(world, carol, make_new(3, last_on=world.today - timedelta(days=9), files=(file,)), cps)
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today - timedelta(days=9), actor=world.actor, at=world.at,
        )  # fmt: skip
        open_finding(
            session, "no_address", "1", organization_id=world.organization_id, person_id=carol,
            details={"value": "call her"}, actor=world.actor, at=world.at,
        )  # fmt: skip
        finding = session.scalars(select(Finding.id)).one()
    claim, _, _ = find_claim(world, credit, cps)
    training, _ = plan(world)
    with world.database.writing() as session:
        elsewhere = NewElsewhere("cps", "Example Academy", world.today - timedelta(days=900))
        record_elsewhere(session, carol, elsewhere, actor=world.actor, at=world.at)
    more = {"training": training, "enrollment": put_in(world, training, carol), "cps": cps, "asked": ask(world, cps)}
    sitting = hold(world)
    more |= {"sitting": sitting, "seat": seat(world, sitting, carol)}
    more["check"] = keep_check(world, carol)
    more["result"] = sit(world, carol, credential="cpps", outcome="passed")
    day = world.today - timedelta(days=4)
    more["session"] = hold_supervision(world, make_session(bob, carol, held_on=day))
    more["qualification"] = qualify(world, bob)
    group = make_wish(due_from_on=world.today, due_until_on=world.today + timedelta(days=99), waives=("total",))
    more["act"] = begin(world, plan_group(world, replace(group, from_on=world.today - timedelta(days=1))))
    more["telling"] = note_next(world, carol)
    more["span"] = serve(world, carol, day, day, 6)
    offering = offer(world)
    more |= {"offering": offering, "plan": plan_it(world, carol, offering), "resource": show(world)}
    return {"carol": carol, "bob": bob, "finding": finding, "credit": credit, "claim": claim, "file": file} | more


@pytest.fixture
def clients(app: Flask, world: World, numbers: dict[str, int]) -> dict[str, CheckingClient]:
    accounts = {
        "alice": world.account("alice", Role.AGENCY_ADMINISTRATOR),
        "bob": world.account("bob", Role.SUPERVISOR, person_id=numbers["bob"]),
        "carol": world.account("carol", Role.SPECIALIST, person_id=numbers["carol"]),
        "dave": world.account("dave", Role.SPECIALIST),
    }
    made: dict[str, CheckingClient] = {}
    for name in WHO:
        client = app.test_client()
        assert isinstance(client, CheckingClient)
        if name in accounts:
            sign_up(client, world, accounts[name])
        made[name] = client
    return made


@pytest.fixture
def places(numbers: dict[str, int], world: World) -> dict[str, str]:
    """What stands for what in the address of a route, to ask for these records; 99999 for what nobody has recorded."""
    found = {"<int:person_id>": str(numbers["carol"]), "<int:finding_id>": str(numbers["finding"]), "<token>": "none"}
    found |= {"<int:evidence_id>": str(numbers["file"]), "<int:number>": "1", "<int:draft_id>": "9999"}
    found |= {"<int:training_id>": str(numbers["training"]), "<int:enrollment_id>": str(numbers["enrollment"])}
    found |= {f"<int:{name}_id>": str(numbers[name]) for name in ("sitting", "check", "result", "session", "span")}
    found |= {f"<int:{name}_id>": str(numbers[name]) for name in ("offering", "plan", "resource")}
    found |= {"<int:registration_id>": str(numbers["seat"]), "<int:qualification_id>": str(numbers["qualification"])}
    found |= {"<int:credit_id>": str(numbers["credit"]), "<int:claim_id>": str(numbers["claim"])}
    found |= {"<int:certification_id>": str(numbers["cps"]), "<int:intention_id>": str(numbers["asked"])}
    found |= {
        "<int:step_id>": "99999",
        "<int:duty_id>": "99999",
        "<any(received, returned, granted, refused):kind>": "received",
    }
    found |= {"<int:telling_id>": str(numbers["telling"]), "<key>": find_next_key(world, numbers["carol"])}
    found |= {"<int:act_id>": str(numbers["act"])}
    found |= {"<int:stand_in_id>": "99999", "<int:web_session_id>": "99999"}
    found |= {"<int:reminder_id>": "99999", VERB: "seen"}
    found |= {"<int:waiver_id>": "99999", "<any(waiver, reduction, extension):kind>": "extension"}
    for record in read_registry("web/rights", "record"):
        found |= record(world, numbers)
    return found


def fill_in(path: str, places: dict[str, str]) -> str:
    """The address of a route."""
    for place, value in places.items():
        path = path.replace(place, value)
    return path
