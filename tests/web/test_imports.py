"""An office brings in a file on a page: a look first, its own words explained, then on record."""

import io
import re

import pytest
from kit.client import CheckingClient, sign_up
from kit.databases import on_both
from kit.roster import HEADS, carol, make_csv
from kit.world import World
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from certtrack.db.models import AuditEvent, AuditPerson, Certification, Email, ImportRun, ImportUpload, Person
from certtrack.security import Role

_STRANGE = tuple("Good through" if head == "Expires" else head for head in HEADS)


@pytest.fixture
def office(client: CheckingClient, world: World) -> CheckingClient:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def give(office: CheckingClient, world: World, data: bytes, name: str = "our list.csv") -> TestResponse:
    typed = {"csrf_token": office.token(), "organization": str(world.organization_id), "kind": "roster"}
    return office.post("/imports", data=typed | {"upload": (io.BytesIO(data), name)})


def send(office: CheckingClient, path: str, **fields: str) -> TestResponse:
    """With the number of what the file's page shows."""
    found = re.search(r'name="expected_no" value="(\d+)"', office.get(path.rsplit("/", 1)[0]).text)
    assert found
    return office.send(path, expected_no=found[1], **fields)


def count(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Certification)) or 0


@on_both
def test_a_strange_file_is_explained_seen_and_brought_in(office: CheckingClient, world: World) -> None:
    rows = carol(credential="Peer Spec I"), carol(number="CPS-2", expires="tomorrow")
    answer = give(office, world, make_csv(*rows, heads=_STRANGE))
    page = answer.headers["Location"]
    assert "have other names: Due day" in office.get(page).text
    wrong = send(office, f"{page}/mapping", **{"column-expires": "Good through", "column-name": "Good through"})
    assert wrong.status_code == 400
    assert wrong.text.count('<option value="Good through" selected>') == 2, "what was chosen is still there"
    assert send(office, f"{page}/mapping", **{"column-expires": "Good through"}).status_code == 302
    assert "<bdi>Peer Spec I</bdi>" in office.get(page).text
    said = {"column-expires": "Good through", "credentials-0": "cps"}
    send(office, f"{page}/mapping", **said)
    assert count(world) == 0
    assert send(office, f"{page}/write").headers["Location"] == page
    assert count(world) == 1
    shown = office.get(page).text
    assert "Brought in" in shown
    assert "<bdi>tomorrow</bdi>" in shown
    returned = office.get(f"{page}/to-mend")
    assert returned.data.startswith(b"\xef\xbb\xbf")
    assert "tomorrow" in returned.text
    assert send(office, f"{page}/forget").headers["Location"] == "/imports"
    assert office.get(page).status_code == 404
    assert count(world) == 1
    with world.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {f"import.{what}" for what in ("uploaded", "asked", "finished", "forgotten")} <= actions


def bring_in_strange(office: CheckingClient, world: World) -> None:
    page = give(office, world, make_csv(carol(credential="Peer Spec I"), heads=_STRANGE)).headers["Location"]
    send(office, f"{page}/mapping", **{"column-expires": "Good through"})
    send(office, f"{page}/mapping", **{"column-expires": "Good through", "credentials-0": "cps"})
    send(office, f"{page}/write")
    assert count(world) == 1


def list_chosen(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]+)" selected>', page)


def test_what_was_said_of_the_last_file_with_these_heads_is_proposed_and_holds_once_it_is_sent(
    office: CheckingClient, world: World
) -> None:
    bring_in_strange(office, world)
    next_file = make_csv(carol(credential="Peer Spec I", number="CPS-2", name="Diaz, Dora"), heads=_STRANGE)
    page = give(office, world, next_file, "next list.csv").headers["Location"]
    assert "have other names: Due day" in office.get(page).text, "nothing is said of it yet"
    form = office.get(f"{page}/mapping").text
    assert "our list.csv" in form
    assert list_chosen(form) == ["Good through", "cps"]
    [proposed] = re.findall(r'name="proposed" value="(\d+)"', form)
    chosen = {"column-expires": "Good through", "credentials-0": "cps"}
    other = office.send(f"{page}/mapping", expected_no="2", proposed="99999", **chosen)
    assert other.status_code == 409, "its words may stand elsewhere in the form"
    assert send(office, f"{page}/mapping", proposed=proposed, **chosen).status_code == 302
    assert "Not brought in yet" in office.get(page).text
    assert 'name="proposed"' not in office.get(f"{page}/mapping").text, "it is said by now"


def say_all(office: CheckingClient, world: World) -> None:
    """Carol's row goes in by a file of which the head, the credential and the supervisor are explained."""
    data = make_csv(carol(credential="Peer Spec I", supervisor="B. Supervisor"), heads=_STRANGE)
    page = give(office, world, data).headers["Location"]
    said = {"column-expires": "Good through"}
    send(office, f"{page}/mapping", **said)
    for more in ({"credentials-0": "cps"}, {"supervisors-0": "bob@example.org"}):
        said |= more
        send(office, f"{page}/mapping", **said)
    send(office, f"{page}/write")


@on_both
def test_what_was_said_is_proposed_though_the_file_is_gone_and_names_nobody(
    office: CheckingClient, world: World
) -> None:
    say_all(office, world)
    assert send(office, "/imports/1/forget").status_code == 302
    with world.database.reading() as session:
        assert session.scalars(select(ImportUpload.id)).all() == []
        run = session.scalars(select(ImportRun)).one()
    assert "example.org" not in str((run.mapping, run.heads)), "whom a file's words mean ends with it"
    other = make_csv(carol(number="CPS-3", name="Ng, Ana"))
    for number in range(11):  # a year of files of which nothing had to be said
        page = give(office, world, other + b"\n" * number).headers["Location"]
        send(office, f"{page}/write")
    next_row = carol(credential="Peer Spec I", number="CPS-2", name="Diaz, Dora", supervisor="B. Supervisor")
    page = give(office, world, make_csv(next_row, heads=_STRANGE), "next list.csv").headers["Location"]
    form = office.get(f"{page}/mapping").text
    assert list_chosen(form) == ["Good through", "cps"]
    assert re.search(r"“our list.csv”, brought in on \w+ \d+, \d{4}, ", form)
    assert "bob@example.org" not in form


def test_as_long_as_the_file_is_there_whom_its_words_mean_is_proposed_too(office: CheckingClient, world: World) -> None:
    say_all(office, world)
    next_row = carol(credential="Peer Spec I", number="CPS-2", name="Diaz, Dora", supervisor="B. Supervisor")
    page = give(office, world, make_csv(next_row, heads=_STRANGE), "next list.csv").headers["Location"]
    assert 'value="bob@example.org"' in office.get(f"{page}/mapping").text


def test_a_file_with_other_heads_is_proposed_nothing(office: CheckingClient, world: World) -> None:
    bring_in_strange(office, world)
    heads = tuple("Valid to" if head == "Expires" else head for head in HEADS)
    page = give(office, world, make_csv(carol(number="CPS-2"), heads=heads)).headers["Location"]
    form = office.get(f"{page}/mapping").text
    assert list_chosen(form) == []
    assert 'name="proposed"' not in form


def test_a_file_that_cant_be_read_says_what_and_what_to_do(office: CheckingClient, world: World) -> None:
    assert "Choose a file." in office.send("/imports", organization=str(world.organization_id), kind="roster").text
    assert "The file is empty." in give(office, world, b"").text
    page = give(office, world, b"a,b\n\0,2\n").headers["Location"]
    assert "Line 2 has a sign that no text has." in office.get(page).text
    assert f'href="{page}/mapping"' not in office.get(page).text
    assert office.get(f"{page}/to-mend").status_code == 404


def test_of_two_who_ask_the_second_is_told(office: CheckingClient, world: World) -> None:
    page = give(office, world, make_csv(carol())).headers["Location"]
    assert office.send(f"{page}/write", expected_no="1").status_code == 409
    assert count(world) == 0
    said = office.send(f"{page}/mapping", expected_no="1", **{"column-expires": "Expires"})
    assert said.status_code == 409
    assert "What you chose still stands below" in said.text
    assert re.search(r'<option value="Expires" selected[^>]*>', said.text)
    assert send(office, f"{page}/write").status_code == 302
    assert send(office, f"{page}/write").status_code == 409
    assert count(world) == 1


def test_whose_rows_somebody_has_read_is_on_record(office: CheckingClient, world: World) -> None:
    rows = carol(), carol(number="CPS-2", expires="tomorrow")
    send(office, f"{give(office, world, make_csv(*rows)).headers['Location']}/write")
    newer = carol(expires="10/31/2028"), rows[1], carol(name="Same, Ann", address="", number="CPS-3")
    send(office, f"{give(office, world, make_csv(newer[2])).headers['Location']}/write")
    again = give(office, world, make_csv(*newer)).headers["Location"]
    for path in (again, f"{again}/mapping", f"{again}/to-mend"):
        assert office.get(path).status_code == 200
    query = select(AuditEvent.action, AuditPerson.person_id).join(AuditPerson, AuditPerson.event_id == AuditEvent.id)
    query = query.where(AuditEvent.subject_id == int(again.rpartition("/")[2]))
    with world.database.reading() as session:
        looks = session.execute(query.where(AuditEvent.action.in_(("import.viewed", "import.returned")))).all()
        [person] = session.scalars(select(Certification.person_id).where(Certification.number == "CPS-1"))
    assert sorted(map(tuple, looks)) == [("import.returned", person), *[("import.viewed", person)] * 2]


def test_whose_sign_in_rests_on_an_address_hears_there_that_a_roster_has_amended_it(
    office: CheckingClient, world: World
) -> None:
    send(office, f"{give(office, world, make_csv(carol())).headers['Location']}/write")
    with world.database.reading() as session:
        [person] = session.scalars(select(Person.id).where(Person.private_address == "carol@example.org"))
    owner = world.account("carol", Role.SPECIALIST, person_id=person)
    send(office, f"{give(office, world, make_csv(carol(address='new@example.org'))).headers['Location']}/write")
    with world.database.reading() as session:
        mails = session.execute(select(Email.address, Email.account_id, Email.recipient_id)).all()
    assert [tuple(mail) for mail in mails] == [("carol@example.org", owner, None)]


def test_a_large_file_is_left_to_the_job(office: CheckingClient, world: World) -> None:
    people = [carol(number=f"CPS-{n}", address=f"p{n}@example.org") for n in range(70)]
    page = give(office, world, make_csv(*people)).headers["Location"]
    send(office, f"{page}/write")
    assert "It goes on by itself" in office.get(page).text
    assert count(world) == 0


def test_a_page_of_a_file_that_is_worked_at_looks_again_by_itself_until_it_is_through(
    office: CheckingClient, world: World
) -> None:
    people = [carol(number=f"CPS-{n}", address=f"p{n}@example.org") for n in range(70)]
    page = give(office, world, make_csv(*people)).headers["Location"]
    send(office, f"{page}/write")
    assert f'data-hx-get="{page}?looks=1"' in office.get(page).text
    part = office.get(f"{page}?looks=1", headers={"HX-Request": "true"})
    assert f'data-hx-get="{page}?looks=2"' in part.text
    assert "<progress" in part.text
    assert "data-hx-get" not in office.get(f"{page}?looks=200", headers={"HX-Request": "true"}).text
    assert "data-hx-get" in office.get(f"{page}?looks=x", headers={"HX-Request": "true"}).text
    with world.database.writing() as session:
        session.execute(update(ImportUpload).values(state="done"))
    through = office.get(f"{page}?looks=2", headers={"HX-Request": "true"})
    assert (through.headers["HX-Refresh"], through.data) == ("true", b"")


def test_rows_that_would_do_something_else_by_now_are_named_and_brought_in_once_they_were_seen(
    office: CheckingClient, world: World
) -> None:
    send(office, f"{give(office, world, make_csv(carol())).headers['Location']}/write")
    newer = carol(expires="10/31/2028"), carol(name="New, Ann", address="ann@example.org", number="CPS-2")
    page = give(office, world, make_csv(*newer)).headers["Location"]
    send(office, f"{give(office, world, make_csv(carol(expires='12/31/2026'))).headers['Location']}/write")
    send(office, f"{page}/write")
    shown = office.get(page).text
    assert "1 row would now do something else" in shown
    assert "Line 2: <bdi>Example, Carol</bdi>" in shown
    assert "This is what would come of it now." in shown
    assert "Nothing is written yet." not in shown
    assert count(world) == 2
    send(office, f"{page}/write")
    assert "would now do something else" not in office.get(page).text


def test_a_look_names_who_would_be_new_and_leads_to_whom_the_file_lacks(office: CheckingClient, world: World) -> None:
    send(office, f"{give(office, world, make_csv(carol())).headers['Location']}/write")
    page = give(office, world, make_csv(carol(name="New, Ann", address="ann@example.org", number="CPS-2")))
    shown = office.get(page.headers["Location"]).text
    with world.database.reading() as session:
        [person] = session.scalars(select(Certification.person_id))
    assert "What is new (1)" in shown
    assert "Name: <bdi>New, Ann</bdi>; Due: Oct" in shown
    assert f'<a href="/people/{person}"><bdi>Carol Example</bdi></a>' in shown
    assert "cps#" not in shown
