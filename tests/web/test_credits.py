"""A person's credits on pages: shown with why they count, logged, amended, withdrawn, with nothing typed lost."""

import re
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credit_pages import TYPED, Office, read
from kit.credits import decide, find_claim, list_events, log, make_new
from kit.databases import on_both
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Claim, CreditVersion
from certtrack.security import Role
from certtrack.services.credits.records import get_credit, withdraw_credit


def test_the_page_tells_hours_areas_and_why_each_credit_counts(carol: CheckingClient, office: Office) -> None:
    checked = office.log(3, areas=("ethics_boundaries",))
    office.log(2, form="recorded", title="Recorded one")
    office.log(1, activity="video", title="A video")
    returned = office.log(4, title="Sent back")
    decide(office.world, find_claim(office.world, checked, office.cps)[0], "checked")
    claim = find_claim(office.world, returned, office.cps)[0]
    decide(office.world, claim, "returned", reason_code="hours_differ", words="Three?")

    answer = carol.get(office.credits)
    page = read(answer.text)

    assert "3 of 20 hours are on record; 2 more may count; at least 15 are still to do." in page
    assert "Ethics and boundaries Needed hours not published 3 hours are on record." in page
    assert "Counted. Checked by" in page
    assert "May count: whether hours of this form count isn't published" in page
    assert "Not counted: the rules leave out this kind of activity. Waiting to be checked." in page
    assert "Not counted: it was returned, and waits for an answer." in page
    assert "The certificate says other hours. “Three?”" in page
    assert f'href="{office.page}/credits/{returned}/claims/{claim}/answer"' in answer.text
    assert answer.text.count("/amend") == 4


def test_a_bar_is_filled_to_scale_by_what_is_checked_waits_and_may_count(carol: CheckingClient, office: Office) -> None:
    decide(office.world, find_claim(office.world, office.log(4), office.cps)[0], "checked")
    office.log(2, title="Waits")
    office.log(1, title="May", form="recorded")

    first = re.search(r'(?s)<svg class="bar".*?</svg>', carol.get(office.credits).text)

    assert first
    drawn = re.findall(r'class="(\w+)" x="([\d.]+)%?" y="5" width="([\d.]+)%', first[0])
    assert drawn == [
        ("open", "0", "100.0"), ("full", "0.0", "20.0"), ("waiting", "20.0", "10.0"), ("unsure", "30.0", "5.0"),
    ]  # fmt: skip


def test_without_credits_the_page_says_how_to_begin(carol: CheckingClient, office: Office) -> None:
    answer = carol.get(office.credits)

    assert "0 of 20 hours are on record; 20 are still to do." in read(answer.text)
    assert "No credits yet." in answer.text
    assert f'href="{office.new}"' in answer.text


def test_ten_are_open_to_see_and_the_rest_is_folded(carol: CheckingClient, office: Office) -> None:
    for number in range(12):
        office.log(1, title=f"Course {number}")

    page = carol.get(office.credits).text

    assert "12 credits" in page
    before, _, folded = page.partition("<summary>2 earlier</summary>")
    assert ("<h3>Course 2<" in before, "<h3>Course 1<" in before, "<h3>Course 1<" in folded) == (True, False, True)


def test_in_a_look_back_nothing_can_be_changed(carol: CheckingClient, office: Office) -> None:
    office.log(2)

    back = carol.get(f"{office.credits}?as_of=2026-05-01").text

    assert ("Ethics for peers" in back, "/amend" in back, office.new in back) == (True, False, False)


@on_both
def test_what_is_typed_is_on_record_and_its_claim_waits(carol: CheckingClient, office: Office) -> None:
    typed = {"amount": "0.3 ceu", "first_on": "2026-03-01"}
    answer = carol.send(office.new, **(TYPED | typed))

    assert answer.location == office.saved()
    (credit,) = office.load()
    assert (credit.title, credit.minutes, credit.amount, credit.unit) == ("Ethics for peers", 180, "0.3", "ceu")
    assert credit.parts == [{"minutes": 180, "areas": ["ethics_boundaries"]}]
    assert find_claim(office.world, credit.id, office.cps)[2] == "waiting"
    assert list_events(office.world, "credit") == [("credit.logged", [office.carol])]
    page = read(carol.get(office.credits).text)
    assert "From March 1, 2026 to March 2, 2026. Typed as 0.3 CEU. In: Ethics and boundaries." in page


WRONG = (
    ("title", "", "Write what it was called"),
    ("title", "a" * 201, "longer than 200 letters"),
    ("last_on", "", "Choose the day on which it ended"),
    ("last_on", "2026-02-30", "That isn't a day."),
    ("last_on", "2026-05-16", "The last day is still to come"),
    ("last_on", "1990-01-01", "more than 30 years ago"),
    ("first_on", "2026-03-03", "The first day comes after the last one"),
    ("first_on", "2027-03-03", "The first day"),
    ("amount", "", "Write how long it was"),
    ("amount", "about 3", "That isn't an amount we can read"),
    ("amount", "-3", "below zero"),
    ("amount", "101", "more than 100 hours"),
    ("amount", "0", "less than a minute"),
    ("unit", "", "Choose hours, minutes or CEU"),
    ("unit", "days", "Choose one of what is offered here"),
    ("areas", ["made_up"], "Choose one of what is offered here"),
    ("areas", ["area_4", "area_4"], "Choose it once"),
    ("activity", "", "Choose what kind of activity it was"),
    ("role", "", "Choose whether you took part or presented"),
    ("proof", "", "Choose whether there is a certificate"),
)


@pytest.mark.parametrize(("field", "value", "says"), WRONG)
def test_each_thing_that_is_wrong_is_said_on_top_and_at_its_field(
    carol: CheckingClient, office: Office, field: str, value: Any, says: str
) -> None:
    answer = carol.send(office.new, **(TYPED | {"title": "Kept <b>title</b>", field: value}))
    page = answer.text.replace("&#39;", "'")

    assert answer.status_code == 400
    assert "<title>Error: Log a credit" in page
    assert "One thing to fix" in page
    assert re.search(rf'<li><a href="#{field}">[^<]*{re.escape(says)}', page)
    assert re.search(rf'(?s)id="{field}-error".*?{re.escape(says)}', page)
    assert field == "title" or 'value="Kept &lt;b&gt;title&lt;/b&gt;"' in page
    assert office.load() == []


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_page(carol: CheckingClient, office: Office) -> None:
    page = carol.send(office.new, unit="hours", role="participant").text

    assert re.findall(r'<li><a href="#(\w+)">', page) == ["proof", "title", "last_on", "amount", "activity"]


def test_what_may_be_on_record_already_is_pointed_out_before_it_is_saved(carol: CheckingClient, office: Office) -> None:
    office.log(3)

    asked = carol.send(office.new, **TYPED)
    assert (asked.status_code, len(office.load())) == (409, 1)
    assert "This may be on record already" in asked.text
    assert "Save all the same" in asked.text
    assert 'value="Ethics for peers"' in asked.text

    assert carol.send(office.new, **TYPED, anyway="y").location == office.saved(2)
    assert len(office.load()) == 2


def test_of_several_certifications_the_chosen_ones_are_claimed(carol: CheckingClient, office: Office) -> None:
    cpps, _ = office.world.certify(office.carol, office.world.today.replace(month=10, day=31), pack=CPPS)

    none = carol.send(office.new, **TYPED)
    strange = carol.send(office.new, **TYPED, certifications="9999")
    odd = carol.send(office.new, **TYPED, certifications="x")
    assert (none.status_code, strange.status_code, odd.status_code) == (400, 400, 400)
    assert "Choose at least one certification to count it for." in none.text
    carol.send(office.new, **TYPED, certifications=str(cpps))

    with office.world.database.reading() as session:
        assert session.scalars(select(Claim.certification_id)).all() == [cpps]


def test_while_amending_the_certifications_are_chosen_anew_and_never_over_a_decision_that_nobody_saw(
    carol: CheckingClient, office: Office
) -> None:
    cpps, _ = office.world.certify(office.carol, office.world.today.replace(month=10, day=31), pack=CPPS)
    carol.send(office.new, **TYPED, certifications=str(cpps))
    [credit] = office.load()
    form = f"/people/{office.carol}/credits/{credit.id}/amend"
    shown = carol.get(form).text
    assert f'name="seen" value="{cpps}:1"' in shown
    none = carol.send(form, **TYPED, expected_no="1", seen=f"{cpps}:1")
    assert (none.status_code, "Choose at least one certification" in none.text) == (400, True)
    other = str(office.cps)
    more = {**TYPED, "amount": "3"}
    assert carol.send(form, **more, expected_no="1", seen=f"{cpps}:1", certifications=other).status_code == 302
    with office.world.database.reading() as session:
        claims = session.scalars(select(Claim))
        assert {claim.certification_id: claim.is_dropped for claim in claims} == {office.cps: False, cpps: True}
    stale = carol.send(form, **more, expected_no="2", seen=f"{cpps}:1", certifications=str(cpps))
    assert stale.status_code == 409
    assert f'name="seen" value="{cpps}:2"' in stale.text


def test_without_a_certification_there_is_nothing_to_log_for(app: Flask, world: World) -> None:
    client = app.test_client()
    assert isinstance(client, CheckingClient)
    erin = world.person("Erin")
    sign_up(client, world, world.account("erin", Role.SPECIALIST, person_id=erin))

    for query in ("", "?blank=y"):
        shown = client.get(f"/people/{erin}/credits/new{query}").text
        assert "No certification is on record to count hours for." in shown
    assert client.send(f"/people/{erin}/credits/new", **TYPED).status_code == 409


@on_both
def test_amending_shows_what_is_on_record_and_writes_a_version(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3, areas=("ethics_boundaries",))
    path = f"{office.page}/credits/{credit}/amend"

    form = carol.get(path).text
    assert 'value="Ethics for peers"' in form
    assert 'value="ethics_boundaries" checked' in form
    assert carol.send(path, **(TYPED | {"amount": "2"}), expected_no="1", reason="A slip").location == office.saved()

    (found,) = office.load()
    assert (found.minutes, found.no) == (120, 2)
    with office.world.database.reading() as session:
        versions = session.scalars(select(CreditVersion).order_by(CreditVersion.no)).all()
        assert [(version.no, version.minutes, version.reason) for version in versions] == [
            (1, 180, None), (2, 120, "A slip"),
        ]  # fmt: skip
    assert "credit.amended" in [action for action, _ in list_events(office.world, "credit")]


def test_nothing_different_writes_nothing(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3, areas=("ethics_boundaries",))

    carol.send(f"{office.page}/credits/{credit}/amend", **TYPED, expected_no="1")

    assert "Nothing was different, so nothing changed." in carol.get(office.credits).text
    assert office.load()[0].no == 1


def test_an_error_in_an_amendment_loses_neither_what_was_typed_nor_the_version(
    carol: CheckingClient, office: Office
) -> None:
    credit = office.log(3)
    typed = TYPED | {"amount": "much", "reason": "My <i>reason</i>", "expected_no": "1"}

    answer = carol.send(f"{office.page}/credits/{credit}/amend", **typed)

    assert answer.status_code == 400
    assert 'name="expected_no" value="1"' in answer.text
    assert 'value="much"' in answer.text
    assert 'value="My &lt;i&gt;reason&lt;/i&gt;"' in answer.text


def test_where_somebody_else_was_first_both_versions_are_shown(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3, areas=("ethics_boundaries",))
    path = f"{office.page}/credits/{credit}/amend"
    carol.send(path, **(TYPED | {"amount": "2", "provider": "Their <b>"}), expected_no="1")

    late = carol.send(path, **(TYPED | {"amount": "2.5", "areas": ["area_4"]}), expected_no="1")
    page = read(late.text)

    assert late.status_code == 409
    assert "Somebody else has changed this credit meanwhile" in page
    assert "Amount You typed 2.5 On record now 2" in page
    assert "Who gave it You typed Lakeside On record now Their <b>" in page
    assert "You typed Area 4 (its name isn't published) On record now Ethics and boundaries" in page
    assert 'value="2.5"' in late.text
    assert office.load()[0].minutes == 120
    assert 'name="expected_no" value="2"' in late.text
    carol.send(path, **(TYPED | {"amount": "2.5"}), expected_no="2")
    assert office.load()[0].minutes == 150


def test_where_somebody_else_wrote_the_same_nothing_is_left_to_do(carol: CheckingClient, office: Office) -> None:
    path = f"{office.page}/credits/{office.log(3, areas=('ethics_boundaries',))}/amend"
    carol.send(path, **(TYPED | {"amount": "2"}), expected_no="1")

    late = carol.send(path, **(TYPED | {"amount": "2"}), expected_no="1")

    assert (late.status_code, "so there is nothing left to do" in late.text) == (409, True)
    assert office.load()[0].no == 2


def test_a_withdrawal_asks_why_and_the_credit_counts_no_more(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3)
    path = f"{office.page}/credits/{credit}/withdraw"

    assert "Ethics for peers" in carol.get(path).text
    empty = carol.send(path, reason=" ", expected_no="1")
    assert (empty.status_code, "Write in a few words why" in empty.text) == (400, True)
    stale = carol.send(path, reason="Not <mine>", expected_no="9")
    assert (stale.status_code, 'value="Not &lt;mine&gt;"' in stale.text) == (409, True)
    assert office.load()[0].state == "logged"
    assert carol.send(path, reason="Not mine", expected_no="1").location == f"{office.page}/certifications/{office.cps}"

    assert office.load()[0].state == "withdrawn"
    assert [action for action, _ in list_events(office.world, "credit")][-1] == "credit.withdrawn"
    assert "Withdrawn. It stays on record" in carol.get(office.credits).text
    assert carol.get(path).status_code == 404


def test_what_was_typed_of_a_credit_that_was_withdrawn_meanwhile_can_be_logged_anew(
    carol: CheckingClient, office: Office
) -> None:
    credit = office.log(3)
    assert carol.send(f"{office.page}/credits/{credit}/withdraw", reason="Not mine", expected_no="1").status_code == 302

    late = carol.send(f"{office.page}/credits/{credit}/amend", **(TYPED | {"title": "Mine & kept"}), expected_no="1")

    assert (late.status_code, "Somebody has withdrawn this credit meanwhile" in late.text) == (409, True)
    assert ('value="Mine &amp; kept"' in late.text, f'action="{office.new}"' in late.text) == (True, True)
    assert carol.send(office.new, **(TYPED | {"title": "Mine & kept"}), anyway="y").location == office.saved(2)
    assert [(one.title, one.state) for one in office.load()] == [
        ("Ethics for peers", "withdrawn"), ("Mine & kept", "logged"),
    ]  # fmt: skip


def test_words_are_shown_as_they_are_and_never_do_anything(carol: CheckingClient, office: Office) -> None:
    office.log(3, title="<script>alert(1)</script>", provider='"><img src=x>')

    page = carol.get(office.credits).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img src=x>" not in page


WHO = {
    "bob": (Role.SUPERVISOR, 302),
    "alice": (Role.AGENCY_ADMINISTRATOR, 302),
    "audrey": (Role.AUDITOR, 404),
    "paul": (Role.PROGRAMME_ADMINISTRATOR, 404),
    "dave": (Role.SPECIALIST, 404),
}


@pytest.mark.parametrize("name", list(WHO))
def test_who_may_log_amend_and_withdraw_and_who_may_not(client: CheckingClient, office: Office, name: str) -> None:
    role, code = WHO[name]
    own = {"bob": office.bob, "dave": office.world.person("Dave")}.get(name)
    sign_up(client, office.world, office.world.account(name, role, person_id=own))
    credit = office.log(3)
    other = TYPED | {"title": "Another"}

    assert client.send(office.new, **other).status_code == code
    assert client.send(f"{office.page}/credits/{credit}/amend", **other, expected_no="1").status_code == code
    number = str(office.load()[0].no)
    path = f"{office.page}/credits/{credit}/withdraw"
    assert client.send(path, reason="So", expected_no=number).status_code == code
    assert ([one.title for one in office.load()], office.load()[0].state) == (
        (["Another", "Another"], "withdrawn") if code == 302 else (["Ethics for peers"], "logged")
    )
    page = client.get(office.credits)
    assert (page.status_code == 200 and office.new in page.text) == (code == 302)


def test_a_credit_of_somebody_else_or_withdrawn_is_not_there(carol: CheckingClient, office: Office) -> None:
    erin = office.world.person("Erin")
    theirs = log(office.world, erin, make_new(3))
    gone = office.log(3)
    with office.world.database.writing() as session:
        withdraw_credit(
            session, office.world.rulebook, get_credit(session, gone), expected_no=1, reason=None,
            actor=office.world.actor, at=office.world.at,
        )  # fmt: skip

    for credit in (theirs, gone, 9999):
        for step in ("amend", "withdraw"):
            assert carol.get(f"{office.page}/credits/{credit}/{step}").status_code == 404
            answer = carol.send(f"{office.page}/credits/{credit}/{step}", **TYPED, expected_no="1")
            assert answer.status_code == (409 if (credit, step) == (gone, "amend") else 404)


def test_it_is_all_told_in_spanish(carol: CheckingClient, office: Office) -> None:
    credit = office.log(3, areas=("ethics_boundaries",))

    page = read(carol.get(f"{office.credits}?lang=es").text)
    wrong = read(carol.send(office.new).text)
    amend = read(carol.get(f"{office.page}/credits/{credit}/amend").text)

    assert "Educación continua" in page
    assert "Cuenta." in page
    assert "Escriba cómo se llamaba, como dice el certificado." in wrong
    assert "Corregir un crédito" in amend
    for english in ("Continuing", "Counted", "Log a credit", "Choose", "Amend"):
        assert [text for text in (page, wrong, amend) if english in text] == []


def test_the_hours_of_an_area_open_into_their_credits_and_each_says_what_it_counts_for(
    carol: CheckingClient, office: Office
) -> None:
    number = office.log(3, areas=("ethics_boundaries",), title="Boundaries")
    answer = carol.get(office.credits)
    page = read(answer.text)
    assert page.count("Boundaries , Mar 2, 2026: 3 hours") == 2, "in all, and of the area"
    assert "3 hours in all; Ethics and boundaries: 3 hours." in page
    anchor = f"credit{number}for{office.cps}"
    assert (answer.text.count(f'href="#{anchor}"'), answer.text.count(f'id="{anchor}"')) == (2, 1)
