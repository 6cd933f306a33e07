"""Who gets what, address by address: a route that isn't in the table is a route that nobody has thought about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from kit.applications import ask
from kit.background_checks import keep_check
from kit.client import CheckingClient, sign_up
from kit.credits import find_claim, log, make_new
from kit.databases import on_both
from kit.exams import hold, seat, sit
from kit.files import keep, pdf
from kit.group_acts import begin, make_wish
from kit.group_acts import plan as plan_group
from kit.supervision import hold as hold_supervision
from kit.supervision import make_session, qualify, serve
from kit.tellings import find_next_key, note_next
from kit.trainings import plan, put_in
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Finding
from certtrack.security import Role
from certtrack.services.findings import open_finding
from certtrack.services.organizations import assign_supervisor
from certtrack.services.trainings.elsewhere import NewElsewhere, record_elsewhere
from certtrack.web.parts import EXTENSION

WHO = ("alice", "bob", "carol", "dave", "nobody")
# 302 for nobody: to signing in; for alice where nothing waits: back to the held mail.
# 404: not here, or not theirs. A POST is sent without the record that it would change.
OPEN, IN = (200,) * 5, 302
VERB = "<any('seen', 'plan', 'sent', 'more-time', 'not-going-on'):verb>"
AT = "/people/<int:person_id>/certifications/<int:certification_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /": (302, 302, 302, 404, IN),
    "GET /people": (200, 200, 404, 404, IN),
    "GET /people/former": (200, 404, 404, 404, IN),
    "GET /people/<int:person_id>": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/reminders": (200, 404, 200, 404, IN),
    "GET /people/<int:person_id>/telling": (200, 200, 404, 404, IN),
    "GET /people/<int:person_id>/reminders/<key>/told": (200, 200, 404, 404, IN),
    "POST /people/<int:person_id>/reminders/<key>/told": (400, 400, 404, 404, IN),
    "GET /people/<int:person_id>/tellings/<int:telling_id>/take-back": (200, 200, 404, 404, IN),
    "POST /people/<int:person_id>/tellings/<int:telling_id>/take-back": (400, 400, 404, 404, IN),
    "GET /people/<int:person_id>/reminders/<key>/letter": (200, 200, 404, 404, IN),
    "GET /letters": (200, 200, 404, 404, IN),
    "GET /letters/print": (302, 302, 404, 404, IN),
    "POST /letters/sent": (404, 404, 404, 404, IN),
    "GET /mail-preferences": (404, 302, 302, 404, IN),
    "GET /people/<int:person_id>/mail-preferences": (200, 404, 200, 404, IN),
    "POST /people/<int:person_id>/mail-preferences": (400, 404, 400, 404, IN),
    "GET /people/<int:person_id>/leaving": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/leaving": (400, 404, 404, 404, IN),
    "GET /credits": (200, 200, 404, 404, IN),
    "GET /credits/together": (200, 200, 404, 404, IN),
    "POST /credits/together": (400, 400, 404, 404, IN),
    "POST /credits/checked": (400, 400, 404, 404, IN),
    "POST /credits/claims/<int:claim_id>": (400, 400, 404, 404, IN),
    "GET /people/<int:person_id>/credits/new": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/credits/new": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/credits/<int:credit_id>/amend": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/credits/<int:credit_id>/amend": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/credits/<int:credit_id>/withdraw": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/credits/<int:credit_id>/withdraw": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/credits/<int:credit_id>/claims/<int:claim_id>/answer": (404, 404, 200, 404, IN),
    "POST /people/<int:person_id>/credits/<int:credit_id>/claims/<int:claim_id>/answer": (404, 404, 400, 404, IN),
    "POST /people/<int:person_id>/drafts/<int:draft_id>/discard": (404, 404, 404, 404, IN),
    "GET /people/<int:person_id>/evidence/<int:evidence_id>": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/evidence/<int:evidence_id>/preview": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/evidence/<int:evidence_id>/pages/<int:number>": (200, 200, 200, 404, IN),
    "GET /people/<int:person_id>/evidence/<int:evidence_id>/original": (200, 200, 200, 404, IN),
    "GET /trainings": (200, 404, 404, 404, IN),
    "GET /trainings/new": (200, 404, 404, 404, IN),
    "POST /trainings/new": (400, 404, 404, 404, IN),
    "GET /trainings/<int:training_id>": (200, 404, 404, 404, IN),
    "GET /trainings/<int:training_id>/amend": (200, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/amend": (400, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/call-off": (400, 404, 404, 404, IN),
    "GET /trainings/<int:training_id>/people": (200, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/people": (400, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/people/<int:enrollment_id>": (400, 404, 404, 404, IN),
    "GET /trainings/<int:training_id>/people/<int:enrollment_id>/complete": (200, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/people/<int:enrollment_id>/complete": (400, 404, 404, 404, IN),
    "GET /trainings/<int:training_id>/attendance": (200, 404, 404, 404, IN),
    "POST /trainings/<int:training_id>/attendance": (302, 404, 404, 404, IN),
    "GET /people/<int:person_id>/trainings/new": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/trainings/new": (400, 404, 404, 404, IN),
    "GET /people/<int:person_id>/trainings/<int:number>/withdraw": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/trainings/<int:number>/withdraw": (409, 404, 404, 404, IN),
    "GET /applications": (200, 200, 404, 404, IN),
    f"GET {AT}/application": (200, 200, 200, 404, IN),
    f"POST {AT}/application": (400, 400, 400, 404, IN),
    f"GET {AT}/application/<any(received, returned, granted, refused):kind>": (200, 200, 200, 404, IN),
    f"POST {AT}/application/<any(received, returned, granted, refused):kind>": (400, 400, 400, 404, IN),
    f"GET {AT}/certificate": (200, 200, 200, 404, IN),
    f"POST {AT}/certificate": (400, 400, 400, 404, IN),
    f"GET {AT}/waivers/<any(waiver, reduction, extension):kind>": (200, 200, 200, 404, IN),
    f"POST {AT}/waivers/<any(waiver, reduction, extension):kind>": (400, 400, 400, 404, IN),
    f"GET {AT}/waivers/<int:waiver_id>/take-back": (200, 200, 200, 404, IN),
    f"POST {AT}/waivers/<int:waiver_id>/take-back": (404, 404, 404, 404, IN),
    f"GET {AT}/what-if": (200, 200, 200, 404, IN),
    f"POST {AT}/what-if": (200, 200, 200, 404, IN),
    "GET /waivers": (200, 404, 404, 404, IN),
    "GET /waivers/new": (200, 404, 404, 404, IN),
    "POST /waivers/new": (400, 404, 404, 404, IN),
    "POST /waivers": (400, 404, 404, 404, IN),
    "GET /waivers/<int:act_id>": (200, 404, 404, 404, IN),
    "GET /waivers/<int:act_id>/take-back": (200, 404, 404, 404, IN),
    "POST /waivers/<int:act_id>/take-back": (400, 404, 404, 404, IN),
    "POST /waivers/<int:act_id>/go-on": (302, 404, 404, 404, IN),
    f"GET {AT}/more-time": (200, 200, 200, 404, IN),
    f"POST {AT}/more-time": (400, 400, 400, 404, IN),
    f"GET {AT}/plan": (200, 200, 200, 404, IN),
    f"POST {AT}/plan": (400, 400, 400, 404, IN),
    f"POST {AT}/seen": (409, 409, 409, 404, IN),
    f"GET {AT}/not-going-on": (200, 200, 200, 404, IN),
    f"POST {AT}/not-going-on": (302, 409, 409, 404, IN),
    f"GET {AT}/steps/<int:step_id>/take-back": (200, 200, 200, 404, IN),
    f"POST {AT}/steps/<int:step_id>/take-back": (404, 404, 404, 404, IN),
    f"POST {AT}/intentions/<int:intention_id>/take-back": (409, 409, 409, 404, IN),
    f"GET {AT}/intentions/<int:intention_id>/answer": (200, 200, 200, 404, IN),
    f"POST {AT}/intentions/<int:intention_id>/answer": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/checks/new": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/checks/new": (400, 404, 404, 404, IN),
    "GET /people/<int:person_id>/checks/<int:check_id>/amend": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/checks/<int:check_id>/amend": (400, 404, 404, 404, IN),
    "GET /exams": (200, 404, 404, 404, IN),
    "GET /exams/new": (200, 404, 404, 404, IN),
    "POST /exams/new": (400, 404, 404, 404, IN),
    "GET /exams/<int:sitting_id>": (200, 404, 404, 404, IN),
    "GET /exams/<int:sitting_id>/amend": (200, 404, 404, 404, IN),
    "POST /exams/<int:sitting_id>/amend": (400, 404, 404, 404, IN),
    "POST /exams/<int:sitting_id>/seats": (404, 404, 404, 404, IN),
    "POST /exams/<int:sitting_id>/seats/<int:registration_id>/withdraw": (302, 404, 404, 404, IN),
    "POST /exams/<int:sitting_id>/results": (404, 404, 404, 404, IN),
    "GET /people/<int:person_id>/exams/<int:result_id>/certificate": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/exams/<int:result_id>/certificate": (400, 404, 404, 404, IN),
    "GET /people/<int:person_id>/exams/<int:result_id>/withdraw": (404, 404, 404, 404, IN),
    "POST /people/<int:person_id>/exams/<int:result_id>/withdraw": (404, 404, 404, 404, IN),
    "GET /supervision": (200, 200, 404, 404, IN),
    "GET /supervision/new": (200, 200, 404, 404, IN),
    "POST /supervision/new": (400, 400, 404, 404, IN),
    "GET /supervision/due": (200, 200, 404, 404, IN),
    "POST /supervision/duties": (400, 404, 404, 404, IN),
    "POST /supervision/duties/<int:duty_id>/end": (404, 404, 404, 404, IN),
    "GET /supervision/supervisors": (200, 404, 404, 404, IN),
    "GET /supervision/supervisors/new": (200, 404, 404, 404, IN),
    "POST /supervision/supervisors/new": (400, 404, 404, 404, IN),
    "GET /supervision/supervisors/<int:qualification_id>/amend": (200, 404, 404, 404, IN),
    "POST /supervision/supervisors/<int:qualification_id>/amend": (400, 404, 404, 404, IN),
    "GET /stand-ins": (200, 200, 404, 404, IN),
    "POST /stand-ins": (400, 400, 404, 404, IN),
    "POST /stand-ins/<int:stand_in_id>/end": (404, 404, 404, 404, IN),
    "GET /supervision/<int:session_id>": (200, 200, 200, 404, IN),
    "GET /supervision/<int:session_id>/amend": (200, 200, 404, 404, IN),
    "POST /supervision/<int:session_id>/amend": (400, 400, 404, 404, IN),
    "GET /supervision/<int:session_id>/withdraw": (200, 200, 404, 404, IN),
    "POST /supervision/<int:session_id>/withdraw": (400, 400, 404, 404, IN),
    "POST /supervision/<int:session_id>/sign": (404, 409, 409, 404, IN),
    "POST /supervision/<int:session_id>/paper": (400, 404, 404, 404, IN),
    "GET /people/<int:person_id>/service/new": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/service/new": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/service/<int:span_id>/amend": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/service/<int:span_id>/amend": (400, 400, 400, 404, IN),
    "GET /people/<int:person_id>/service/<int:span_id>/withdraw": (200, 200, 200, 404, IN),
    "POST /people/<int:person_id>/service/<int:span_id>/withdraw": (400, 400, 400, 404, IN),
    "GET /findings": (200, 404, 404, 404, IN),
    "POST /findings/<int:finding_id>": (400, 404, 404, 404, IN),
    "GET /forecast": (200, 404, 404, 404, IN),
    "GET /forecast/preview": (200, 404, 404, 404, IN),
    "POST /forecast/preview": (400, 404, 404, 404, IN),
    "GET /jobs": (200, 404, 404, 404, IN),
    "GET /undeliverable": (200, 200, 404, 404, IN),
    "GET /people/<int:person_id>/addresses": (200, 404, 404, 404, IN),
    "POST /people/<int:person_id>/addresses": (409, 404, 404, 404, IN),
    "GET /held": (200, 404, 404, 404, IN),
    "GET /held/release": (302, 404, 404, 404, IN),
    "POST /held/release": (302, 404, 404, 404, IN),
    "GET /sign-in": (302, 302, 302, 302, 200),
    "POST /sign-in": (400,) * 5,
    "GET /sign-in/code": (302,) * 5,
    "POST /sign-in/code": (302,) * 5,
    "GET /sign-in/recovery-code": (302,) * 5,
    "POST /sign-in/recovery-code": (302,) * 5,
    "GET /account": (200, 200, 200, 200, IN),
    "GET /account/password": (200, 200, 200, 200, IN),
    "POST /account/password": (400, 400, 400, 400, IN),
    "GET /account/second-step": (200, 200, 200, 200, IN),
    "POST /account/second-step": (400, 400, 400, 400, IN),
    "GET /account/second-step/off": (409, 409, 409, 409, IN),
    "POST /account/second-step/off": (409, 409, 409, 409, IN),
    "GET /account/recovery-codes": (200, 200, 200, 200, IN),
    "GET /account/recovery-codes/new": (409, 409, 409, 409, IN),
    "POST /account/recovery-codes/new": (409, 409, 409, 409, IN),
    "POST /account/sessions/<int:web_session_id>/end": (404, 404, 404, 404, IN),
    "POST /account/sessions/end-others": (302,) * 5,
    "GET /account/left": (200, 200, 200, 200, IN),
    "POST /account/stay": (200, 200, 200, 200, IN),
    "GET /account/form": (404, 404, 404, 404, IN),
    "POST /account/form/discard": (302,) * 5,
    "GET /sign-in/help": OPEN,
    "POST /sign-in/help": OPEN,
    "POST /sign-out": (302,) * 5,
    "GET /password": (404,) * 5,
    "POST /password": (404,) * 5,
    "GET /password/<token>": (404,) * 5,
    f"GET /mail/<int:reminder_id>/{VERB}/<token>": (404,) * 5,
    f"POST /mail/<int:reminder_id>/{VERB}/<token>": (404,) * 5,
    "GET /mail/<int:reminder_id>/stop/<token>": (404,) * 5,
    "POST /mail/<int:reminder_id>/stop/<token>": (404,) * 5,
    "GET /healthz": OPEN,
    "GET /healthz/mail": (503,) * 5,
}


def list_routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }


@pytest.fixture
def numbers(app: Flask, world: World) -> dict[str, int]:
    """The record that is asked for: Carol's, whom Bob supervises, a finding about her, and her credit with a file."""
    world.at = WallClock().now()
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


def test_every_route_is_in_the_table(app: Flask) -> None:
    assert list_routes(app) == set(MATRIX)


@pytest.mark.long
@on_both
def test_everybody_gets_what_the_table_says(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World
) -> None:
    places = {"<int:person_id>": str(numbers["carol"]), "<int:finding_id>": str(numbers["finding"]), "<token>": "none"}
    places |= {"<int:evidence_id>": str(numbers["file"]), "<int:number>": "1", "<int:draft_id>": "9999"}
    places |= {"<int:training_id>": str(numbers["training"]), "<int:enrollment_id>": str(numbers["enrollment"])}
    places |= {f"<int:{name}_id>": str(numbers[name]) for name in ("sitting", "check", "result", "session", "span")}
    places |= {"<int:registration_id>": str(numbers["seat"]), "<int:qualification_id>": str(numbers["qualification"])}
    places |= {"<int:credit_id>": str(numbers["credit"]), "<int:claim_id>": str(numbers["claim"])}
    places |= {"<int:certification_id>": str(numbers["cps"]), "<int:intention_id>": str(numbers["asked"])}
    places |= {
        "<int:step_id>": "99999",
        "<int:duty_id>": "99999",
        "<any(received, returned, granted, refused):kind>": "received",
    }
    places |= {"<int:telling_id>": str(numbers["telling"]), "<key>": find_next_key(world, numbers["carol"])}
    places |= {"<int:act_id>": str(numbers["act"])}
    places |= {"<int:stand_in_id>": "99999", "<int:web_session_id>": "99999"}
    places |= {"<int:reminder_id>": "99999", VERB: "seen"}
    places |= {"<int:waiver_id>": "99999", "<any(waiver, reduction, extension):kind>": "extension"}
    got = {}
    for route in sorted(MATRIX, key="POST /sign-out".__eq__):  # signing out comes last
        method, _, path = route.partition(" ")
        for place, value in places.items():
            path = path.replace(place, value)
        got[route] = tuple(
            (clients[name].get(path) if method == "GET" else clients[name].send(path)).status_code for name in WHO
        )
    assert got == MATRIX
