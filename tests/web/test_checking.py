"""The queue: shown in words, decided once by somebody else in their own word, with nothing typed lost; and answers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credits import act_as, amend, decide, find_claim, list_events, log, make_new
from kit.databases import on_both
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import AuditEvent, AuditPerson, Claim
from certtrack.security import Role
from certtrack.services.accounts import get_account, give_role
from certtrack.services.credits.claims import RETURN_REASONS, answer_claim, drop_claim, get_claim
from certtrack.services.credits.waiting import PAGE
from certtrack.services.organizations import assign_supervisor, get_organization, set_role


class Office:
    """Carol with two certifications, whom Bob supervises; Alice has the agency. `log` gives a credit's claim."""

    def __init__(self, world: World) -> None:
        world.at = WallClock().now()
        self.world = world
        due = world.today + timedelta(days=90)
        self.carol, self.bob = world.person("Carol"), world.person("Bob")
        self.cps, _ = world.certify(self.carol, due)
        self.cpps, _ = world.certify(self.carol, due, pack=CPPS)
        with world.database.writing() as session:
            assign_supervisor(
                session, person_id=self.carol, supervisor_id=self.bob, organization_id=world.organization_id,
                from_on=world.today - timedelta(days=9), actor=world.actor, at=world.at,
            )  # fmt: skip

    def log(self, **values: Any) -> tuple[int, int]:
        """Carol's credit and its claim."""
        fields: dict[str, Any] = {"last_on": self.world.today - timedelta(days=9)} | values
        credit = log(self.world, self.carol, make_new(3, **fields), self.cps)
        return credit, find_claim(self.world, credit, self.cps)[0]

    def load(self, claim_id: int) -> Claim:
        with self.world.database.reading() as session:
            return get_claim(session, claim_id)

    def grant(self) -> None:
        """Make the agency the granter of the credential too."""
        with self.world.database.writing() as session:
            place = get_organization(session, "lakeside")
            set_role(session, place, "cps", "granter", actor=self.world.actor, at=self.world.at)


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


@pytest.fixture
def bob(office: Office, client: CheckingClient) -> CheckingClient:
    sign_up(client, office.world, office.world.account("bob", Role.SUPERVISOR, person_id=office.bob))
    return client


def read(html: str) -> str:
    """What a page says, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


def test_a_card_says_all_that_is_to_be_looked_at(bob: CheckingClient, office: Office) -> None:
    values = {"unit": "ceu", "amount": "0.3", "areas": ("ethics_boundaries",), "title": "Boundaries <b>Online</b>"}
    office.log(**values, provider="Hill Center", role="presenter", form="live_online")

    page = bob.get("/credits").text

    assert f'<a href="/people/{office.carol}">Carol Example</a>' in page
    assert "Boundaries &lt;b&gt;Online&lt;/b&gt;" in page
    said = read(page)
    assert [part for part in (
        "1 credit from 1 person. All came today.", "Certified Peer Specialist, CPS-", "Given by Hill Center",
        "Hours 3 hours (typed: 0.3 CEU)", "Areas Ethics and boundaries", "Kind Course or training ( as the presenter)",
        "Form Live online", "On paper, seen by", "Mark as checked", "Return it to Carol Example: what is needed?",
    ) if part.replace("( ", "(") not in said.replace("( ", "(")] == []  # fmt: skip


def test_the_longest_on_record_comes_first_and_how_long_is_said(bob: CheckingClient, office: Office) -> None:
    now = office.world.at
    office.world.at = now - timedelta(days=4)
    office.log(title="An older one", first_on=office.world.today - timedelta(days=12))
    office.world.at = now
    office.log(title="A newer one")

    said = read(bob.get("/credits").text)

    assert said.index("An older one") < said.index("A newer one")
    assert "2 credits from 1 person. The oldest has waited 4 days." in said
    assert "waits 4 days" in said
    assert "came today" in said
    assert "Days " in said


def test_a_keepers_word_is_checked_and_renews_nothing(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()

    page = read(bob.get("/credits").text)
    assert "It renews nothing" in page
    assert not re.search(r"[Aa]ccept|[Gg]rant", page)
    assert bob.send(f"/credits/claims/{claim}", no="1", way="yes").location == f"/credits?after={claim}#entry"

    after = bob.get("/credits").text
    assert "Checked: “Ethics for peers”, Carol Example." in after
    assert "Nothing waits." in after
    found = office.load(claim)
    assert (found.decision, found.decided_by) == ("checked", act_as_bob(office))


def act_as_bob(office: Office) -> str:
    with office.world.database.reading() as session:
        return session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "claim.checked")).one()


def test_a_granters_word_is_accepted(app: Flask, client: CheckingClient, office: Office) -> None:
    office.grant()
    _, claim = office.log()
    _, other = office.log(title="Another")
    sign_up(client, office.world, office.world.account("pat", Role.PROGRAMME_ADMINISTRATOR))

    page = read(client.get("/credits").text)
    assert ("Accept all chosen" in page, "checked" in page) == (True, False)
    client.send(f"/credits/claims/{claim}", no="1", way="yes")
    assert "Accepted: “Ethics for peers”, Carol Example." in client.get("/credits").text
    assert (office.load(claim).decision, office.load(other).decision) == ("accepted", "waiting")


def test_whoever_has_either_word_is_told_both(client: CheckingClient, office: Office) -> None:
    office.grant()
    office.log()
    credit = log(office.world, office.carol, make_new(2, last_on=office.world.today - timedelta(days=3)), office.cpps)
    number = office.world.account("alice", Role.AGENCY_ADMINISTRATOR)
    with office.world.database.writing() as session:
        account, where = get_account(session, "alice@example.org"), office.world.organization_id
        values: dict[str, Any] = {"actor": office.world.actor, "at": office.world.at}
        give_role(session, account, Role.PROGRAMME_ADMINISTRATOR, where, **values)
    sign_up(client, office.world, number)

    claim = find_claim(office.world, credit, office.cpps)[0]
    first, second = client.get("/credits").text, client.get(f"/credits?claim={claim}").text
    assert "Mark all chosen as checked, or accept them" in first
    assert [">Accept<kbd" in page for page in (first, second)] == [True, False]
    assert [">Mark as checked<kbd" in page for page in (first, second)] == [False, True]
    client.send(f"/credits/claims/{claim}", no="1", way="yes")
    assert office.load(claim).decision == "checked"


def test_it_goes_back_with_a_reason_and_words(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    fields = {"no": "1", "way": "return", "reason": "hours_differ", "words": " Look "}

    assert [code for code in RETURN_REASONS if f'value="{code}"' not in bob.get("/credits").text] == []
    answer = bob.send(f"/credits/claims/{claim}?person={office.carol}", **fields)

    assert answer.location == f"/credits?person={office.carol}&after={claim}#entry"
    assert "Returned: “Ethics for peers”, Carol Example." in bob.get("/credits").text
    found = office.load(claim)
    assert (found.decision, found.reason_code, found.words) == ("returned", "hours_differ", "Look")


@pytest.mark.parametrize(
    ("fields", "says", "spanish"),
    [
        ({"words": "My <i>words</i>"}, "Choose why it goes back", "Elija por qué"),
        ({"reason": "other", "words": " "}, "Write in a few words why it goes back", "Escriba en pocas palabras"),
        ({"reason": "made_up", "words": "W"}, "Choose why it goes back", "Elija por qué"),
        ({"reason": "duplicate", "words": "a" * 1001}, "Say it in at most 1000 letters.", "1000 letras"),
    ],
)
def test_without_a_reason_nothing_is_saved_and_the_form_stays_open_as_it_was(
    bob: CheckingClient, office: Office, fields: dict[str, str], says: str, spanish: str
) -> None:
    _, claim = office.log()

    answer = bob.send(f"/credits/claims/{claim}", no="1", way="return", **fields)

    assert answer.status_code == 400
    assert "<title>Error: To check" in answer.text
    assert says in answer.text
    assert '<details class="ret" open>' in answer.text
    assert f">{fields['words'].strip().replace('<', '&lt;').replace('>', '&gt;')}</textarea>" in answer.text
    assert office.load(claim).decision == "waiting"
    assert spanish in bob.send(f"/credits/claims/{claim}?lang=es", no="1", way="return", **fields).text


def test_whoever_was_quicker_is_named_and_what_was_typed_stays(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    alice = act_as(office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    decide(office.world, claim, "returned", actor=alice, reason_code="hours_differ", words="Two hours?")

    late = bob.send(f"/credits/claims/{claim}", no="1", way="return", reason="duplicate", words="My <b>own</b> words")

    said = read(late.text)
    assert late.status_code == 409
    assert "alice@example.org has returned it. The certificate says other hours. “Two hours?”" in said
    assert "You had chosen: It is on record already." in said
    assert "readonly>My &lt;b&gt;own&lt;/b&gt; words</textarea>" in late.text
    found = office.load(claim)
    assert (found.no, found.reason_code, found.words) == (2, "hours_differ", "Two hours?")


@pytest.mark.parametrize("no", ["1", "2"])
def test_what_is_decided_is_not_decided_again(bob: CheckingClient, office: Office, no: str) -> None:
    _, claim = office.log()
    alice = act_as(office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    decide(office.world, claim, "checked", actor=alice)

    late = bob.send(f"/credits/claims/{claim}", no=no, way="yes")

    assert (late.status_code, "alice@example.org has checked it." in read(late.text)) == (409, True)
    assert [event for event, _ in list_events(office.world, "claim")] == ["claim.checked"]


def test_a_credit_that_was_amended_meanwhile_still_waits_with_what_was_typed(
    bob: CheckingClient, office: Office
) -> None:
    credit, claim = office.log()
    amend(office.world, credit, make_new(5, last_on=office.world.today - timedelta(days=9)))

    late = bob.send(f"/credits/claims/{claim}", no="1", way="return", reason="duplicate", words="Mine")

    said = read(late.text)
    assert late.status_code == 409
    assert "It was changed since you looked. It still waits: look at it again." in said
    assert "Hours 5 hours" in said
    assert ">Mine</textarea>" in late.text
    assert 'id="r-duplicate" value="duplicate" checked' in late.text
    assert bob.send(f"/credits/claims/{claim}", no="2", way="return", reason="duplicate").status_code == 302


def test_what_is_claimed_no_more_is_said(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    with office.world.database.writing() as session:
        values: dict[str, Any] = {"expected_no": 1, "actor": office.world.actor, "at": office.world.at}
        drop_claim(session, office.world.rulebook, get_claim(session, claim), **values)

    late = bob.send(f"/credits/claims/{claim}", no="1", way="yes")

    assert (late.status_code, "any more." in late.text) == (409, True)


def test_nobody_sees_or_decides_their_own(client: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    sign_up(client, office.world, office.world.account("both", Role.AGENCY_ADMINISTRATOR, person_id=office.carol))

    assert "Nothing waits." in client.get("/credits").text
    one = client.send(f"/credits/claims/{claim}", no="1", way="yes")
    many = client.send("/credits/checked", claim=str(claim), **{f"no{claim}": "1"})
    assert (one.status_code, many.status_code) == (409, 409)
    assert "These are your own hours, so somebody else looks at them." in one.text
    assert "These are your own hours, so somebody else looks at them." in many.text
    assert office.load(claim).decision == "waiting"


@on_both
def test_many_are_decided_each_in_its_own_right(bob: CheckingClient, office: Office) -> None:
    claims = [office.log(title=f"Course {letter}")[1] for letter in "ABCD"]
    alice = act_as(office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))
    decide(office.world, claims[1], "returned", actor=alice, reason_code="duplicate")

    assert "Mark all chosen as checked" in bob.get("/credits").text
    fields = {"claim": [str(number) for number in claims[:3]], **{f"no{number}": "1" for number in claims}}
    late = bob.post("/credits/checked", data={"csrf_token": bob.token(), **fields})

    said = read(late.text)
    assert late.status_code == 409
    assert "One credit changed meanwhile" in said
    assert "Course B , Carol Example : alice@example.org has returned it. It is on record already." in said
    assert "2 others are saved." in said
    assert [office.load(number).decision for number in claims] == ["checked", "returned", "checked", "waiting"]

    again = bob.post("/credits/checked", data={"csrf_token": bob.token(), "claim": claims[3], f"no{claims[3]}": "1"})
    assert again.location == "/credits#entry"
    after = bob.get("/credits").text
    assert "Saved: 1 credit." in after
    assert after.count('href="/credits/decided"') == 2, "beside the sentence, too"


def test_of_none_chosen_and_of_none_theirs_nothing_is_saved(bob: CheckingClient, office: Office) -> None:
    erin = office.world.person("Erin")
    number, _ = office.world.certify(erin, office.world.today + timedelta(days=90))
    credit = log(office.world, erin, make_new(3, last_on=office.world.today - timedelta(days=9)), number)
    theirs = find_claim(office.world, credit, number)[0]

    none = bob.send("/credits/checked")
    other = bob.send("/credits/checked", claim=str(theirs), **{f"no{theirs}": "1"})

    assert (none.status_code, "Choose at least one credit first." in none.text) == (400, True)
    assert (other.status_code, "isn't here any more" in other.text, "Erin" in other.text) == (409, True, False)
    assert bob.send(f"/credits/claims/{theirs}", no="1", way="yes").status_code == 404
    assert bob.send("/credits/claims/9999", no="1", way="yes").status_code == 404
    assert bob.send(f"/credits/claims/{theirs}", no="1", way="burn").status_code == 400
    assert office.load(theirs).decision == "waiting"


def test_the_queue_is_narrowed_to_one_person_and_says_so(client: CheckingClient, office: Office) -> None:
    erin = office.world.person("Erin")
    number, _ = office.world.certify(erin, office.world.today + timedelta(days=90))
    log(office.world, erin, make_new(3, title="Of Erin", last_on=office.world.today), number)
    office.log(title="Of Carol")
    sign_up(client, office.world, office.world.account("alice", Role.AGENCY_ADMINISTRATOR))

    page = client.get(f"/credits?person={erin}").text

    assert ("Of Erin" in page, "Of Carol" in page, "1 credit fits." in page) == (True, False, True)
    assert f'<option value="{erin}" selected>Erin Example (1)</option>' in page
    assert "Nothing of this person waits." in client.get(f"/credits?person={office.bob}").text


def test_a_page_too_far_is_the_last_and_what_is_asked_for_lies_on_the_desk(bob: CheckingClient, office: Office) -> None:
    claims = [office.log(title=f"Course {place}.")[1] for place in range(PAGE + 1)]

    first, second = bob.get("/credits").text, bob.get("/credits?page=7").text

    assert first.count('name="claim"') == PAGE
    assert "26 to 26 of 26" in second
    assert read_desk(first) == "Course 0."
    assert read_desk(second) == f"Course {PAGE}."
    assert read_desk(bob.get(f"/credits?claim={claims[3]}").text) == "Course 3."
    assert read_desk(bob.get(f"/credits?after={claims[3]}").text) == "Course 4."
    decide(office.world, claims[5], "checked")
    gone = bob.get(f"/credits?claim={claims[5]}").text
    assert (read_desk(gone), "doesn't wait here any more. This is the next one." in read(gone)) == ("Course 6.", True)


def read_desk(page: str) -> str:
    found = re.search(r'<h2 id="entry" tabindex="-1">(.*?)</h2>', page)
    return found[1] if found else ""


def test_a_decision_is_undone_from_where_it_was_made_and_from_the_list_of_ones_own(
    bob: CheckingClient, office: Office
) -> None:
    (_, first), (_, second) = office.log(title="One"), office.log(title="Two")
    bob.send(f"/credits/claims/{first}", no="1", way="yes")
    page = bob.get(f"/credits?after={first}").text
    assert f'action="/credits/claims/{first}/take-back"' in page
    assert f'action="/credits/claims/{first}/take-back"' not in bob.get("/credits").text

    back = bob.send(f"/credits/claims/{first}/take-back", no="2")
    assert (back.location, office.load(first).decision) == (f"/credits?claim={first}#entry", "waiting")
    assert "Taken back: “One”, Carol Example. It waits again." in bob.get("/credits").text
    bob.send(f"/credits/claims/{second}", no="1", way="return", reason="duplicate", words="Twice?")

    own = read(bob.get("/credits/decided").text)
    assert "Two You returned it. Carol Example" in own
    assert "It is on record already. “Twice?”" in own
    assert "One" not in own
    late = bob.send(f"/credits/claims/{second}/take-back", no="1")
    assert (late.status_code, "That can't be taken back" in read(late.text)) == (409, True)
    assert bob.send(f"/credits/claims/{second}/take-back", no="2").status_code == 302
    assert "Nothing to take back." in bob.get("/credits/decided").text


def test_a_look_is_one_event_with_its_people(bob: CheckingClient, office: Office) -> None:
    office.log()
    office.log(title="Another")

    bob.get("/credits")

    with office.world.database.reading() as session:
        events = session.scalars(select(AuditEvent.id).where(AuditEvent.action == "credits.listed")).all()
        assert len(events) == 1
        seen = session.scalars(select(AuditPerson.person_id).where(AuditPerson.event_id == events[0])).all()
        assert list(seen) == [office.carol]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.AUDITOR])
def test_the_queue_is_not_there_for_others(client: CheckingClient, office: Office, role: Role) -> None:
    _, claim = office.log()
    sign_up(client, office.world, office.world.account("dave", role))

    assert client.get("/credits").status_code == 404
    assert client.send(f"/credits/claims/{claim}", no="1", way="yes").status_code == 404
    assert client.send("/credits/checked", claim=str(claim)).status_code == 404
    assert "/credits" not in client.get("/sign-in/help").text
    assert office.load(claim).decision == "waiting"


def test_an_answer_stands_beside_why_it_was_returned(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    decide(office.world, claim, "returned", reason_code="hours_differ", words="Two?")
    with office.world.database.writing() as session:
        values: dict[str, Any] = {"expected_no": 2, "actor": office.world.actor, "at": office.world.at}
        answer_claim(session, office.world.rulebook, get_claim(session, claim), "It says <3>.", **values)

    queue = bob.get("/credits").text

    assert "It was returned before: The certificate says other hours." in read(queue)
    assert "“It says &lt;3&gt;.”" in queue
    assert bob.send(f"/credits/claims/{claim}", no="3", way="yes").status_code == 302
    assert office.load(claim).decision == "checked"


def test_a_second_look_is_somebody_elses_and_the_page_says_so(bob: CheckingClient, office: Office) -> None:
    _, claim = office.log()
    assert bob.send(f"/credits/claims/{claim}", no="1", way="return", reason="hours_differ").status_code == 302
    with office.world.database.writing() as session:
        values: dict[str, Any] = {"expected_no": 2, "actor": office.world.actor, "at": office.world.at}
        answer_claim(session, office.world.rulebook, get_claim(session, claim), "It says 3.", **values)
    assert "Return it to" in bob.get("/credits").text  # as long as there is nobody else
    office.world.account("alice", Role.AGENCY_ADMINISTRATOR)

    queue = bob.get("/credits").text
    again = bob.send(f"/credits/claims/{claim}", no="3", way="return", reason="duplicate", words="Still 2.")

    assert "otherwise leave it: a second look is somebody else's." in queue
    assert "Return it to" not in queue
    assert (again.status_code, office.load(claim).decision) == (409, "waiting")
    assert ">Still 2.</textarea>" in again.text


def test_how_many_wait_is_said_on_a_page_that_the_people_lead_to(bob: CheckingClient, office: Office) -> None:
    assert "to be checked" not in bob.get("/people/waiting").text
    office.log()
    office.log(title="Another")

    page = bob.get("/people/waiting").text

    assert '<a href="/credits">2 credits wait to be checked</a>' in page
    assert '<a href="/credits">To check</a>' in page
