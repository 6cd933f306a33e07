"""The pages of a team: what a supervisor sees of it, what a file holds, and views by a name."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from kit.applications import ask
from kit.client import PASSWORD, CheckingClient
from kit.counting import counting_statements
from kit.many import multiply
from kit.world import World
from openpyxl import load_workbook
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditPerson, Certification, Person, SavedView
from certtrack.rules.calendar import add_months
from certtrack.web.parts import EXTENSION


def test_a_supervisor_is_led_to_the_team_and_sees_hours_standing_and_a_hand_but_no_mail(
    clients: dict[str, CheckingClient], numbers: dict[str, int]
) -> None:
    assert clients["bob"].get("/").location == "/team"
    assert clients["alice"].get("/").location == "/people"
    page = clients["bob"].get("/team").text
    assert f'href="/people/{numbers["carol"]}"' in page
    assert "hours still to do" in page
    assert "minimum not known" in page
    assert "/reminders" not in page
    assert "carol@example.org" not in page


def test_filters_stand_in_the_address_and_a_day_that_is_none_stays_with_its_error(
    clients: dict[str, CheckingClient],
) -> None:
    page = clients["bob"].get("/team?due_before=2026-02-30&credential=cpps&after=nonsense").text
    assert "That isn't a day" in page
    assert 'value="2026-02-30"' in page
    assert "Nobody fits." in page
    assert "/team/export.csv?credential=cpps&amp;due_before=2026-02-30" in page


def test_a_file_is_what_the_page_shows_and_the_audit_names_everybody_in_it(
    app: Flask, clients: dict[str, CheckingClient], numbers: dict[str, int], world: World
) -> None:
    answer = clients["bob"].get("/team/export.csv")
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert [row[0] for row in rows] == ["Carol Example"]
    assert dict(zip(head, rows[0], strict=True))["In all"] in clients["bob"].get("/team").text
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = load_workbook(io.BytesIO(clients["bob"].get("/team/export.xlsx").data)).active
    assert sheet is not None
    cells = {str(name.value): cell for name, cell in zip(sheet[1], sheet[2], strict=True)}
    kinds = {name: (cell.data_type, cell.number_format) for name, cell in cells.items()}
    assert (kinds.pop("Due"), kinds.pop("In all")) == (("d", "yyyy-mm-dd"), ("n", "0.00"))
    assert set(kinds.values()) == {("s", "@")}, "an area of which nothing is published has a word"
    written = dict(zip(head, rows[0], strict=True))
    assert f"{cells['Due'].value:%Y-%m-%d}" == written["Due"]
    assert float(str(cells["In all"].value)) == float(written["In all"]) > 0
    with world.database.reading() as session:
        events = session.scalars(select(AuditEvent.id).where(AuditEvent.action == "people.exported")).all()
        people = session.scalars(select(AuditPerson.person_id).where(AuditPerson.event_id.in_(events))).all()
    assert (len(events), set(people)) == (2, {numbers["carol"]})


def test_a_view_is_its_accounts_own_and_what_was_typed_stays_where_it_has_no_name(
    clients: dict[str, CheckingClient], world: World
) -> None:
    bob, alice = clients["bob"], clients["alice"]
    answer = bob.send("/views", page="team", name=" Due  this winter ", query="credential=cps&evil=//x&after=1.2.3")
    assert answer.location == "/team?credential=cps"
    page = bob.get("/team?credential=cps").text
    assert '<a href="/team?credential=cps" aria-current="true">Due this winter</a>' in page
    assert "Due this winter" not in alice.get("/team").text
    refused = bob.send("/views", page="team", name="", query="open=hours")
    assert refused.status_code == 400
    assert 'name="query" value="open=hours"' in refused.text
    with world.database.reading() as session:
        (view,) = session.scalars(select(SavedView))
    assert alice.send(f"/views/{view.id}/delete").status_code == 404
    assert bob.send(f"/views/{view.id}/delete").location == "/team"
    assert "Due this winter" not in bob.get("/team").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_lists_ask_twelve_statements_at_most_for_one_row_and_for_forty(
    app: Flask, clients: dict[str, CheckingClient], numbers: dict[str, int], world: World
) -> None:
    asked: dict[tuple[str, str], set[int]] = {}
    for times in (0, 39):
        multiply(world.database, times, {"person": [numbers["carol"]]})
        for name, path in (("bob", "/team"), ("alice", "/team"), ("alice", "/people"), ("bob", "/people")):
            for query in ("", "?words=carol", f"?as_of={world.today + timedelta(days=200)}&open=hours"):
                with counting_statements(app.extensions[EXTENSION].database) as counted:
                    assert clients[name].get(path + query).status_code == 200
                asked.setdefault((name, path + query), set()).add(len(counted))
    assert {key: found for key, found in asked.items() if max(found) > 12} == {}
    assert {key: found for key, found in asked.items() if len(found) > 1} == {}


def test_coverage_says_who_holds_a_current_certification_on_a_day_and_why(
    clients: dict[str, CheckingClient], world: World
) -> None:
    page = clients["bob"].get("/coverage").text
    assert "Holds a current certification" in page
    assert "1 certification holds on" in page
    assert "Whoever isn't listed has no certification on record" in page
    later = (world.today + timedelta(days=100)).isoformat()
    page = clients["bob"].get(f"/coverage?as_of={later}").text
    assert "Not established" in page
    assert "isn't published" in page
    assert "Whoever isn't listed" not in page, "somebody may have left since"
    assert "Listed are those who belong to you today" in page
    _, row = csv.reader(io.StringIO(clients["bob"].get(f"/coverage/export.csv?as_of={later}").data.decode("utf-8-sig")))
    assert (row[0], row[3], row[4]) == ("Carol Example", later, "not established")


def test_the_list_of_people_as_a_file_tells_mail_to_those_alone_who_see_it(
    clients: dict[str, CheckingClient],
) -> None:
    mails = {}
    for name in ("alice", "bob"):
        text = clients[name].get("/people/export.csv?words=carol").data.decode("utf-8-sig")
        head, row = csv.reader(io.StringIO(text, newline=""))
        mails[name] = dict(zip(head, row, strict=True))["Next mail"]
    assert mails["bob"] == "not yours to see"
    assert mails["alice"] != "not yours to see"


def test_the_days_of_a_team_are_read_by_a_calendar_program_until_they_are_ended(
    app: Flask, clients: dict[str, CheckingClient]
) -> None:
    bob = clients["bob"]
    assert 'href="/team/calendar"' in bob.get("/team").text
    assert 'href="/team/calendar"' in bob.get("/record").text
    assert 'href="/team/calendar"' in bob.get("/account/calendar").text
    assert 'href="/team/calendar"' not in clients["carol"].get("/account/calendar").text
    assert bob.send("/team/calendar/renew").status_code == 400, "a key that lasts is made for whoever proves it"
    assert bob.send("/team/calendar/renew", current=PASSWORD).location == "/team/calendar"
    found = re.search(r"https?://[^/\"<]+(/calendar/[\w-]+\.ics)", bob.get("/team/calendar").text)
    assert found
    assert found[1] not in bob.get("/team/calendar").text, "it is shown once"
    program = app.test_client()
    answer = program.get(found[1])
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert b"Carol" not in answer.data
    assert "It is off" in bob.get("/account/calendar").text, "one's own days are another calendar"
    assert bob.send("/team/calendar/end").location == "/team/calendar"
    assert (program.get(found[1]).status_code, program.get("/calendar/made-up.ics").status_code) == (404, 404)


def test_a_view_of_today_is_saved_as_one_of_each_day_and_another_day_stays(
    clients: dict[str, CheckingClient], world: World
) -> None:
    later = world.today + timedelta(days=200)
    today = clients["bob"].get(f"/team?open=hours&as_of={world.today}").text
    assert '<input type="hidden" name="query" value="open=hours">' in today
    assert f'value="open=hours&amp;as_of={later}"' in clients["bob"].get(f"/team?open=hours&as_of={later}").text


def read_lead(page: str) -> str:
    """What the page of a team says first, in one line."""
    found = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
    assert found
    return " ".join(found[1].split())


def find_certification(world: World, person_id: int) -> int:
    with world.database.reading() as session:
        return session.scalars(select(Certification.id).where(Certification.person_id == person_id)).one()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_who_could_use_a_hand_is_counted_of_those_among_whom_they_were_looked_for(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World
) -> None:
    with world.database.writing() as session:
        session.get_one(Person, numbers["carol"]).private_address = None
    assert read_lead(clients["bob"].get("/team").text) == "1 of 1 people could use a hand."
    multiply(world.database, 59, {"person": [numbers["carol"]]})
    page = clients["bob"].get("/team").text
    assert read_lead(page) == "50 of the 50 people on this page could use a hand. 60 people are in your team."
    narrowed = clients["bob"].get("/team?credential=cps").text
    assert read_lead(narrowed) == "50 of the 50 people on this page could use a hand. 60 people in your team fit."


@pytest.mark.parametrize(
    ("lang", "own"), [("en", "you said that you aren't going on"), ("es", "usted dijo que no va a continuar")]
)
def test_whoever_is_not_going_on_is_told_so_as_you(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World, lang: str, own: str
) -> None:
    ask(world, find_certification(world, numbers["carol"]), "not_going_on")
    page = unescape(clients["carol"].get(f"/home?lang={lang}").text)
    assert page.count(own) == 2, "under the first sentence, and where it is taken back"


@pytest.mark.parametrize(
    ("lang", "note", "quiet", "first"),
    [
        ("en", "not going on, said on", "No reminders come any more.", "isn't going on with this certification"),
        ("es", "no va a continuar, se dijo el", "Ya no llegan recordatorios.", "no va a continuar con esta"),
    ],
)
def test_whoever_is_not_going_on_is_said_so_on_the_team_s_page_in_its_file_and_first_on_the_person_s(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World, lang: str, note: str, quiet: str,
    first: str,
) -> None:  # fmt: skip
    bob, carol = clients["bob"], numbers["carol"]
    ask(world, find_certification(world, carol), "not_going_on")
    page = bob.get(f"/team?lang={lang}").text
    assert note in page
    assert quiet in page
    assert quiet in bob.get("/team/export.csv").data.decode("utf-8-sig")
    hero = bob.get(f"/people/{carol}").text.partition('<div class="hero">')[2]
    assert first in unescape(hero.partition("<details")[0])
    beside = hero.partition('class="next"')[2].partition("</section>")[0]
    assert 'href="#application' in beside
    assert "/credits/new" not in beside
    assert not re.search("Earn and log|Obtenga y anote", beside)


@pytest.mark.parametrize("path", ["/team", "/people", "/coverage"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_long_list_is_turned_on_and_back_by_links_that_keep_the_filters(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World, path: str
) -> None:
    multiply(world.database, 119, {"person": [numbers["carol"]]})
    bob = clients["bob"]

    def read(url: str) -> tuple[list[str], dict[str, str]]:
        page = bob.get(url).text
        shown = re.findall(r'scope="row"[^>]*><a href="/people/(\d+)"', page)
        links = re.findall(r'<a href="([^"]+)"(?: rel="(next|prev)")?>(?:<svg.*?</svg>)?([A-Z][a-z ]+)', page)
        return shown, {rel or word: unescape(to) for to, rel, word in links if rel or word == "Back to the beginning"}

    began = f"{path}?standing=current&credential=cps" if path == "/people" else f"{path}?credential=cps"
    first, there = read(began)
    assert set(there) == {"next"}
    middle, on = read(there["next"])
    last, end = read(on["next"])
    assert len({*first, *middle, *last}) == len(first) + len(middle) + len(last) == 120
    assert set(end) == {"prev", "Back to the beginning"}
    assert read(end["prev"])[0] == middle
    again, back = read(on["prev"])
    assert (again, set(back)) == (first, {"next", "Back to the beginning"})
    assert back["Back to the beginning"] == began
    gone = bob.get(f"{began}&before=2000-01-01.2000-01-01.1")
    assert (gone.status_code, gone.location) == (302, began)


@pytest.mark.parametrize(("lang", "more"), [("en", "3 more dates"), ("es", "3 fechas más")])
def test_what_more_a_month_has_is_opened_on_the_page_itself(
    clients: dict[str, CheckingClient], numbers: dict[str, int], world: World, lang: str, more: str
) -> None:
    first_on = add_months(world.today.replace(day=1), 4)
    for day in range(1, 7):
        world.certify(numbers["carol"], first_on.replace(day=day))
    page = clients["bob"].get(f"/team?lang={lang}").text
    month = next(li for li in re.findall(r"<li.*?</li>", page, re.DOTALL) if more in li)
    shown, _, rest = month.partition("<summary>")
    assert re.findall(r"<b>(\d+)", shown) == ["1", "2", "3"]
    assert re.findall(r"<b>(\d+)", rest.partition("</details>")[0]) == ["4", "5", "6"]
    assert page.count("<summary>" + more) == 1


@pytest.mark.parametrize(("path", "head"), [("/people", "Due"), ("/coverage", "As of")])
def test_the_days_of_other_lists_are_days_in_their_workbooks_too(
    clients: dict[str, CheckingClient], path: str, head: str
) -> None:
    sheet = load_workbook(io.BytesIO(clients["alice"].get(f"{path}/export.xlsx").data)).active
    assert sheet is not None
    place = [cell.value for cell in sheet[1]].index(head)
    assert {row[place].is_date for row in sheet.iter_rows(min_row=2) if row[place].value} == {True}
