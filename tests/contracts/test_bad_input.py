"""What can't be as it was typed is said at its field, and nothing that was typed is lost: in every form there is.

Each form is read off its page, filled with what can't be, and sent. A part of the product has its own rows in
`tests/web/rights/`: `BAD`, `NOTHING_TYPED` and `ELSEWHERE`, as here.
"""

from dataclasses import dataclass, field

import pytest
from flask import Flask
from kit.client import CheckingClient
from kit.forms import Form, read_forms
from kit.one_of_each import VERB, fill_in
from kit.registries import read_registry
from kit.wheel import CHECKOUT
from kit.world import World
from werkzeug.datastructures import MultiDict

from certtrack.security import Role

AT = "/people/<int:person_id>/certifications/<int:certification_id>"
READERS = ("alice", "bob", "carol", "nobody")
WRONG = {"date": "2026-02-30", "time": "25:99", "email": "nobody at example", "textarea": "Typed words"}
_NEVER_SHOWN = frozenset({"password", "again", "current", "code"})


@dataclass(frozen=True)
class Bad:
    """How a form is sent where it differs from others: with `typed` for these fields, from the page at `page`."""

    typed: dict[str, str] = field(default_factory=dict)
    page: str = ""


PERSON, SESSION = "/people/<int:person_id>", "/supervision/<int:session_id>"
SITTING, TRAINING = "/exams/<int:sitting_id>", "/trainings/<int:training_id>"
_NO_REASON = Bad({"reason": ""})
BAD: dict[str, Bad] = {
    "/credits/claims/<int:claim_id>": Bad({"way": "return", "reason": ""}, page="/credits"),
    "/findings/<int:finding_id>": Bad({"words": ""}, page="/findings"),
    f"{AT}/intentions/<int:intention_id>/answer": Bad({"words": ""}),
    f"{PERSON}/credits/<int:credit_id>/withdraw": _NO_REASON,
    f"{PERSON}/credits/<int:credit_id>/amend": Bad({"proof": "file"}),
    f"{PERSON}/service/<int:span_id>/withdraw": _NO_REASON,
    f"{PERSON}/tellings/<int:telling_id>/take-back": _NO_REASON,
    f"{PERSON}/trainings/<int:number>/withdraw": _NO_REASON,
    f"{SESSION}/withdraw": _NO_REASON,
    "/supervision/duties": Bad(page="/supervision/due"),
    f"{TRAINING}/call-off": Bad({"reason": ""}, page=TRAINING),
    "/waivers/<int:act_id>/take-back": _NO_REASON,
    f"{PERSON}/mail-preferences": Bad({"zone": "Nowhere/Land"}),
}
# buttons alone, and choices of which each can be
NOTHING_TYPED: set[str] = {
    *("/sign-out", "/account/stay", "/account/form/discard", "/account/sessions/end-others"),
    *("/account/sessions/<int:web_session_id>/end", "/credits/checked", "/letters/sent", "/held/release"),
    *(f"{AT}/seen", f"{AT}/not-going-on", f"{AT}/intentions/<int:intention_id>/take-back"),
    *(f"{PERSON}/drafts/<int:draft_id>/discard", f"{SESSION}/sign", f"{SESSION}/paper"),
    *(f"{SITTING}/seats", f"{SITTING}/seats/<int:registration_id>/withdraw", f"{TRAINING}/people"),
    *(f"{TRAINING}/people/<int:enrollment_id>", "/waivers/<int:act_id>/go-on", "/stand-ins/<int:stand_in_id>/end"),
    *("/mail/<int:reminder_id>/stop/<token>",),
}
# forms that stand on a page only at a moment of their own, or come back otherwise: a test of its own looks at each
ELSEWHERE: dict[str, str] = {
    "/sign-in/help": "web/test_links.py",  # answers alike whatever is typed
    "/sign-in/code": "web/test_second_step.py",
    "/sign-in/recovery-code": "web/test_second_step.py",
    "/password": "web/test_links.py",
    "/account/recovery-codes/new": "web/test_second_step.py",
    "/account/second-step/off": "web/test_second_step.py",
    f"/mail/<int:reminder_id>/{VERB}/<token>": "web/test_mail_links.py",
    f"{SITTING}/results": "web/test_exams.py",
    f"{PERSON}/exams/<int:result_id>/withdraw": "web/test_exams.py",
    f"{AT}/application/<any(received, returned, granted, refused):kind>": "web/test_applications.py",
    f"{AT}/more-time": "web/test_applications.py",
    f"{AT}/steps/<int:step_id>/receipt": "web/test_applications.py",
    f"{AT}/steps/<int:step_id>/take-back": "web/test_applications.py",
    f"{AT}/waivers/<int:waiver_id>/take-back": "web/test_applications.py",
    f"{PERSON}/credits/<int:credit_id>/claims/<int:claim_id>/answer": "web/test_answers.py",
    f"{PERSON}/reminders/<key>/told": "web/test_reminders.py",
    "/supervision/duties/<int:duty_id>/end": "web/test_supervision.py",
    "/waivers": "web/test_group_acts.py",
}
for _rows in read_registry("web/rights", "BAD"):
    BAD |= {rule: Bad(**values) for rule, values in _rows.items()}
for _rules in read_registry("web/rights", "NOTHING_TYPED"):
    NOTHING_TYPED |= _rules
for _places in read_registry("web/rights", "ELSEWHERE"):
    ELSEWHERE |= _places


def spoil(form: Form, typed: dict[str, str]) -> list[tuple[str, str]]:
    """The form filled with what can't be: no such day, no such time, words for a number; each choice is taken."""
    sent: list[tuple[str, str]] = []
    chosen: dict[str, str] = {}
    for one in form.fields:
        if one.kind in ("file", "button"):
            continue
        value = {"select": one.values[-1] if one.values else "", "hidden": one.value, "checkbox": one.value}
        if one.kind == "radio":
            chosen[one.name] = typed.get(one.name, one.value)
        elif one.name in typed:
            sent.append((one.name, typed[one.name]))
        else:
            sent.append((one.name, value.get(one.kind, WRONG.get(one.kind, f"Typed {one.name}"))))
    rest = typed.keys() - {one.name for one in form.fields if one.kind != "button"}  # of the button that is pressed
    return sent + list(chosen.items()) + [(name, typed[name]) for name in rest]


def find_form(clients: dict[str, CheckingClient], path: str, page: str) -> tuple[CheckingClient, Form] | None:
    """The form that is sent there, and its reader: the first who has it."""
    for name in READERS:
        answer = clients[name].get(page)
        if answer.status_code == 200 and (form := read_forms(answer.text).find_form(path, page.partition("?")[0])):
            return clients[name], form
    return None


def find_fault(client: CheckingClient, path: str, page: str, sent: list[tuple[str, str]], bad: Bad) -> str | None:
    """What is not as it is promised where the form comes back; None for nothing."""
    answer = client.post(path, data=MultiDict(sent))
    if answer.status_code not in (400, 409):
        return f"answers {answer.status_code}"
    read = read_forms(answer.text)
    again = read.find_form(path, page.partition("?")[0])
    if again is None:
        return "the form is gone"
    shown = again.list_values()
    not_shown = {one.name for one in again.fields if one.kind in ("select", "button")} & bad.typed.keys() | _NEVER_SHOWN
    lost = [pair for pair in sent if pair[1] and pair not in shown and pair[0] not in not_shown]
    if lost:
        return f"lost {lost}"
    if any(value in answer.text for name, value in sent if name in _NEVER_SHOWN and value):
        return "shows what is secret"
    if not read.alerts:
        return "says nothing on top"
    if not read.marks:
        return "says nothing at a field"
    return next((f"leads to #{place}, which isn't there" for place in read.links if place not in read.ids), None)


@pytest.mark.long
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, clients: dict[str, CheckingClient], places: dict[str, str], world: World
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    world.account("erin", Role.SUPERVISOR, person_id=world.person("Erin"))  # who can stand in
    faults = {}
    for rule in sorted(list_posts(app) - NOTHING_TYPED - ELSEWHERE.keys()):
        bad = BAD.get(rule, Bad())
        path, page = fill_in(rule, places), fill_in(bad.page or rule, places)
        found = find_form(clients, path, page)
        if found is None:
            faults[rule] = "no form was found"
        elif fault := find_fault(found[0], path, page, spoil(found[1], bad.typed), bad):
            faults[rule] = fault
    assert not faults, "\n".join(f"{rule}: {fault}" for rule, fault in sorted(faults.items()))


def test_each_form_that_is_looked_at_elsewhere_or_has_nothing_to_type_is_there(app: Flask) -> None:
    assert (NOTHING_TYPED | ELSEWHERE.keys() | BAD.keys()) <= list_posts(app)
    assert not NOTHING_TYPED & ELSEWHERE.keys()
    assert not {place for place in ELSEWHERE.values() if not (CHECKOUT / "tests" / place).is_file()}


def list_posts(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
