"""Who gets what, address by address: a route that isn't in the table is a route that nobody has thought about.

A part of the product has its own rows in `rights/`: a module with `MATRIX`, and where its addresses name records of its
own, `record(world, numbers)`, which records one of each and says what stands for what in an address.
"""

import pytest
from flask import Flask
from kit.client import CheckingClient
from kit.databases import on_sqlite
from kit.one_of_each import VERB, WHO, fill_in
from kit.registries import read_registry

# 302 for nobody: to signing in; for alice where nothing waits: back to the held mail.
# 404: not here, or not theirs. A POST is sent without the record that it would change.
OPEN, IN = (200,) * 5, 302
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
    f"GET {AT}/steps/<int:step_id>/receipt": (200, 200, 200, 404, IN),
    f"POST {AT}/steps/<int:step_id>/receipt": (404, 404, 404, 404, IN),
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
    f"GET /mail/<int:reminder_id>/{VERB}/<token>": (404,) * 5,
    f"POST /mail/<int:reminder_id>/{VERB}/<token>": (404,) * 5,
    "GET /mail/<int:reminder_id>/stop/<token>": (404,) * 5,
    "POST /mail/<int:reminder_id>/stop/<token>": (404,) * 5,
    "GET /healthz": OPEN,
    "GET /healthz/mail": (503,) * 5,
}
for _rows in read_registry("web/rights", "MATRIX"):
    assert not MATRIX.keys() & _rows.keys(), "an address has one row"
    MATRIX |= _rows


def list_routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }


def test_every_route_is_in_the_table(app: Flask) -> None:
    assert list_routes(app) == set(MATRIX)


@pytest.mark.long
@on_sqlite
def test_everybody_gets_what_the_table_says(clients: dict[str, CheckingClient], places: dict[str, str]) -> None:
    got = {}
    for route in sorted(MATRIX, key="POST /sign-out".__eq__):  # signing out comes last
        method, _, path = route.partition(" ")
        path = fill_in(path, places)
        got[route] = tuple(
            (clients[name].get(path) if method == "GET" else clients[name].send(path)).status_code for name in WHO
        )
    assert got == MATRIX
