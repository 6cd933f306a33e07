"""Held mail: seen and released by whoever may, after reading what the release does."""

from datetime import date, timedelta

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.counting import counting_statements
from kit.databases import on_both
from kit.exams import hold as open_sitting
from kit.exams import seat
from kit.planning import Planner
from kit.world import ZONE, World, load_shipped
from sqlalchemy import func, select

from certtrack.clock import WallClock, today_in
from certtrack.db.models import AuditEvent, AuditPerson, ImportRun
from certtrack.rules.standing import stand
from certtrack.security import Role
from certtrack.services.alarm_notices import settle_notice, take_notices
from certtrack.services.alarms import raise_alarm
from certtrack.services.delivery.relay import stop_mail
from certtrack.services.organizations import create_organization
from certtrack.services.other_days.day_book import DayBook
from certtrack.services.reminders.restored import note_restored
from certtrack.services.schedule import beat, note_ended, note_started
from certtrack.settings import load_settings
from certtrack.web.parts import EXTENSION
from jobs.catalogue import list_jobs

TODAY = today_in(WallClock(), ZONE)
SOON = TODAY + timedelta(days=87)


@pytest.fixture
def alice(app: Flask, client: CheckingClient, world: World) -> CheckingClient:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    return client


def hold(planner: Planner, due_on: date = SOON, size: int = 26) -> list[tuple[int, int]]:
    """An import whose mass is held: people and cycles."""
    made = planner.roster(size, due_on, armed_on=TODAY - timedelta(days=3), computed_due_on=None)
    planner.world.at = WallClock().now()
    planner.look()
    return made


def hold_by_name(planner: Planner, days_ago: int = 40) -> tuple[int, int]:
    """Somebody who was past the day when the roster came."""
    due_on = TODAY - timedelta(days=days_ago)
    ((person, cycle),) = planner.roster(1, due_on, armed_on=TODAY, release_by_name=True, computed_due_on=None)
    planner.world.at = WallClock().now()
    planner.look()
    return person, cycle


def name_import(world: World, file_name: str) -> None:
    """Let the cause `import:1` be an import of that file."""
    with world.database.writing() as session:
        values = {"organization_id": world.organization_id, "sha256": "0", "counts": {}}
        session.add(
            ImportRun(
                kind="roster", file_name=file_name, as_of=date(2026, 5, 15), recorded_at=world.at, recorded_by="test",
                **values,
            )
        )  # fmt: skip


def test_the_cause_is_said_in_words_with_how_many_people_and_mails(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    name_import(world, "agency-roster.xlsx")
    hold(planner)

    page = alice.get("/held").text

    assert "The import of agency-roster.xlsx on May\xa015,\xa02026" in page
    assert "Held since" in page
    assert "26 people get a first mail because of it" in page
    assert "A release sends 26 mails, one a person." in page


def test_people_who_wait_come_in_pages_and_a_release_is_of_them_all(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    by_name, _ = hold_by_name(planner)
    hold(planner, size=52)

    pages = [alice.get(path).text for path in ("/held", "/held?page=2")]
    assert ["1 to 50 of 53" in pages[0], "51 to 53 of 53" in pages[1]] == [True, True]
    assert [page.count('<th scope="row"') for page in pages] == [50, 3]
    assert [f"person={by_name}" in page for page in pages].count(True) == 1
    assert ["52 people get a first mail because of it" in page for page in pages] == [True, True]
    asked = alice.get("/held/release?cause=import:1&page=2").text
    assert ("51 to 52 of 52" in asked, "Release 52 people" in asked) == (True, True)
    assert "/held/release?cause=import%3A1&amp;page=1" in asked
    with world.database.reading() as session:
        shown = select(func.count()).select_from(AuditPerson).join(AuditEvent, AuditEvent.id == AuditPerson.event_id)
        looked = session.execute(
            shown.where(AuditEvent.action == "held.listed").add_columns(AuditEvent.id)
            .group_by(AuditEvent.id).order_by(AuditEvent.id)
        ).all()  # fmt: skip
    assert [count for count, _ in looked][:2] == [50, 3], "only who was shown was looked at"


@on_both
def test_a_cause_is_released_after_its_number_was_read(alice: CheckingClient, world: World, planner: Planner) -> None:
    made = hold(planner)

    asked = alice.get("/held/release?cause=import:1").text
    assert "26 mails go out, one a person." in asked
    assert "Release 26 people" in asked
    assert alice.send("/held/release", cause="import:1").location == "/held"

    after = alice.get("/held").text
    assert "Released. 26 mails go out at their hours." in after
    assert "Nothing is held." in after
    assert {planner.row(cycle, stage).state for _, cycle in made for stage in planner.waiting(cycle)} == {"planned"}


NOTHING = "Nothing waits there any more, so nothing was done."


@pytest.mark.parametrize("what", ["cause", "person", "all"])
def test_the_same_release_twice_is_harmless_and_said(
    alice: CheckingClient, world: World, planner: Planner, what: str
) -> None:
    name_import(world, "agency-roster.xlsx")
    (person, _), *_others = hold(planner)
    asked = {"cause": "import:1", "person": str(person), "all": "1"}[what]
    assert alice.send("/held/release", **{what: asked}).location == "/held"
    assert "Released." in alice.get("/held").text
    after = list_releases(world)

    late = alice.send("/held/release", **{what: asked})
    assert NOTHING in alice.get(late.location).text
    assert alice.get("/held/release", query_string={what: asked}).location == late.location
    assert list_releases(world) == after
    assert len(after) == 1


def list_releases(world: World) -> list[tuple[str, str]]:
    """What the audit has of releases: who did what."""
    with world.database.reading() as session:
        query = select(AuditEvent.actor, AuditEvent.action).where(AuditEvent.action.like("reminders.%released"))
        return [(row.actor, row.action) for row in session.execute(query)]


def test_what_happens_next_is_said_before_a_release(alice: CheckingClient, world: World, planner: Planner) -> None:
    hold(planner)

    page = alice.get("/held/release?cause=import:1").text

    assert "within minutes by day, in the morning by night" in page
    assert "Later stages go out by themselves" in page
    assert "Go back, release nothing" in page


def test_the_number_of_mails_is_that_of_the_mails_that_are_planned_then(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    made = hold(planner)
    planner.change(made[0][0], private_address=None)
    planner.change(made[1][0], died_on=TODAY)

    page = alice.get("/held/release?cause=import:1").text

    assert "24 mails go out" in page
    assert "For 2 people something else keeps it back." in page


def test_what_is_no_longer_true_is_not_counted_and_said_apart(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    made = hold(planner)
    with world.database.writing() as session:
        for row in planner.rows(made[0][1]):
            session.merge(row).valid_until = WallClock().now() - timedelta(hours=1)

    page = alice.get("/held/release?cause=import:1").text

    assert "25 mails go out" in page
    assert "For 1 person the day has passed on which what waits was true; nothing goes out." in page
    assert "its day has passed" in page


def test_those_to_be_released_by_name_stand_apart_with_their_standing(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    person, cycle = hold_by_name(planner)

    page = alice.get("/held").text
    assert "To be released by name" in page
    assert f"/held/release?person={person}" in page
    assert "Late window" in page
    assert "1 mail goes out." in alice.get(f"/held/release?person={person}").text
    assert alice.send("/held/release", person=str(person)).location == "/held"

    assert "Nothing is held." in alice.get("/held").text
    assert planner.row(cycle, "late").state == "planned"


def test_one_person_of_a_mass_can_be_released_and_the_others_stay(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    made = hold(planner)

    alice.send("/held/release", person=str(made[3][0]))

    assert "25 people get a first mail" in alice.get("/held").text
    assert planner.waiting(made[3][1])
    assert not planner.waiting(made[4][1])


def test_everything_is_released_at_once_after_its_number_was_read(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    hold(planner)
    hold_by_name(planner)

    assert "27 mails go out, one a person." in alice.get("/held/release?all=1").text
    alice.send("/held/release", all="1")

    assert "Nothing is held." in alice.get("/held").text
    assert alice.get("/held/release?all=1").location == "/held?gone=yes"


def test_somebody_without_an_address_gets_nothing_and_that_is_said(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    person, _ = hold_by_name(planner)
    planner.change(person, private_address=None)
    planner.look()

    assert "There is no address." in alice.get("/held").text
    assert "No mail goes out now." in alice.get(f"/held/release?person={person}").text


def test_what_stops_all_mail_stands_on_top(alice: CheckingClient, world: World) -> None:
    assert "No alarm is raised." in alice.get("/held").text
    with world.database.writing() as session:
        raise_alarm(session, "relay_stopped", at=WallClock().now(), detail="sign_in")
        raise_alarm(session, "scheduler_silent", at=WallClock().now())

    page = alice.get("/held").text

    assert "The mail server takes no mail" in page
    assert "The scheduler is silent" in page


def test_mail_and_jobs_are_told_with_their_alarms_and_what_was_told_of_them(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    at = WallClock().now()
    with world.database.writing() as session:
        for job in list_jobs(load_settings()):
            note_started(session, job.name)
            note_ended(session, job.name, "done")
        beat(session)
        note_ended(session, "plan_reminders", "failed", error="OSError")
    page = alice.get("/jobs").text
    assert "All is well" in page
    assert "No reminder waits whose hour has come." in page
    assert "broke off (OSError)" in page
    assert page.count('<th scope="row"') == len(list_jobs(load_settings()))
    with world.database.writing() as session:
        raise_alarm(session, "job_broken", at=at, detail="plan_reminders")
        stop_mail(session, "sign_in", at=at)
        [broken, _] = take_notices(session, ["webhook"], 60)
        settle_notice(session, broken, "http_500")
    hold(planner)
    page = alice.get("/jobs").text
    assert "A job doesn" in page
    assert "let us sign in" in page
    assert "The last try didn" in page
    assert "(http_500)" in page
    assert "El servidor de correo no acepta correo" in alice.get("/jobs?lang=es").text


def test_a_look_and_a_release_are_kept(alice: CheckingClient, world: World, planner: Planner) -> None:
    hold(planner)
    alice.get("/held")
    alice.send("/held/release", cause="import:1")

    with world.database.reading() as session:
        actions = set(session.scalars(select(AuditEvent.action)))
    assert {"held.listed", "reminders.cause_released"} <= actions


def test_the_page_is_in_spanish_where_that_is_asked_for(alice: CheckingClient, world: World, planner: Planner) -> None:
    hold(planner)

    page = alice.get("/held/release?cause=import:1&lang=es").text

    assert "Salen 26 correos" in page


def test_another_offices_held_mail_is_neither_seen_nor_released(
    app: Flask, client: CheckingClient, world: World, planner: Planner
) -> None:
    hold(planner)
    own = world.organization_id
    with world.database.writing() as session:
        made = create_organization(
            session, key="elsewhere", name="Elsewhere", zone="UTC", actor=world.actor, at=world.at
        )
        world.organization_id = made.id
    sign_up(client, world, world.account("erin", Role.AGENCY_ADMINISTRATOR))
    world.organization_id = own

    assert "Nothing is held." in client.get("/held").text
    for asked in ({"cause": "import:1"}, {"all": "1"}):
        assert NOTHING in client.get(client.send("/held/release", **asked).location).text
    assert not list_releases(world)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SPECIALIST, Role.PROGRAMME_ADMINISTRATOR, Role.AUDITOR])
def test_held_mail_is_not_there_for_others(client: CheckingClient, world: World, role: Role) -> None:
    sign_up(client, world, world.account("bob", role))

    assert client.get("/held").status_code == 404
    assert client.get("/held/release?cause=import:1").status_code == 404
    assert client.send("/held/release", cause="import:1").status_code == 404


def hold_changed(world: World, planner: Planner, size: int = 26) -> None:
    """A changed policy whose mass is held: a stage for the day of yesterday that there was not before."""
    world.at = WallClock().now() - timedelta(days=60)
    for _ in range(size):
        world.certify(world.person(), TODAY + timedelta(days=100), computed_due_on=None)
    planner.look()
    planner.settle()
    planner.change_policy(2, 101)
    world.at = WallClock().now()
    planner.look()


def test_a_changed_policy_is_said_in_words_and_one_office_lets_go_its_own(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    hold_changed(world, planner)
    page = alice.get("/held").text
    assert "A changed reminder policy (us-wi@2)" in page
    assert "26 people get a first mail because of it" in page
    assert alice.send("/held/release", cause="policy:us-wi@2").location == "/held"
    planner.look()
    assert sum(row.state == "planned" for row in planner.rows()) == 26
    assert planner.cause("policy:us-wi@2").state == "held", "it is other offices' too"


def test_a_database_that_was_put_back_is_said_in_either_language(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    world.at = WallClock().now() - timedelta(days=60)
    for _ in range(26):
        world.certify(world.person(), SOON, computed_due_on=None)
    world.at = WallClock().now()
    with world.database.writing() as session:
        note_restored(session, actor=world.actor, at=world.at)
    planner.look()
    page = alice.get("/held").text
    assert "A database that was put back from a backup" in page
    assert "26 people may have had this mail already" in page
    assert "Es posible que 26 personas ya hayan recibido este correo" in alice.get("/held?lang=es").text


def test_what_comes_is_told_month_by_month_and_each_mail_of_a_month_with_what_keeps_it_back(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    world.at = WallClock().now()
    due_on = TODAY + timedelta(days=200)
    carol, dave = world.person(), world.person("Dave", address=None)
    for person in (carol, dave):
        world.certify(person, due_on, computed_due_on=None, armed_on=TODAY)
    page = alice.get("/forecast").text
    assert "mails go out, as things are now." in page
    assert page.count("?month=") >= 12
    month = (due_on - timedelta(days=7)).strftime("%Y-%m")
    listed = alice.get(f"/forecast?month={month}&stage=before_7").text
    assert listed.count('<th scope="row"') == 12 + 2
    assert f"/people/{carol}" in listed
    assert "There is no address." in listed
    kept = alice.get(f"/forecast?month={month}&stage=before_7&state=kept_back&lang=es").text
    assert f"/people/{carol}" not in kept
    assert f"/people/{dave}" in kept
    assert "7 días antes" in kept
    with world.database.reading() as session:
        assert "mail.foreseen" in set(session.scalars(select(AuditEvent.action)))


def test_held_mail_of_many_is_asked_for_at_once(
    app: Flask, alice: CheckingClient, world: World, planner: Planner
) -> None:
    world.rulebook = load_shipped()
    name_import(world, "agency-roster.xlsx")
    hold(planner)
    hold_by_name(planner)
    world.at = WallClock().now() - timedelta(days=2)
    sitting = open_sitting(world, 26, held_on=TODAY + timedelta(days=14))
    for number in range(26):
        seat(world, sitting, world.person(f"Carol {number}"))
    world.at = WallClock().now() + timedelta(days=1)
    with world.database.writing() as session:
        note_restored(session, actor=world.actor, at=world.at)
    planner.look()
    with counting_statements(app.extensions[EXTENSION].database) as asked:
        page = alice.get("/held").text
    assert page.count("Exam on ") > 10
    assert "agency-roster.xlsx" in page
    assert len(asked) <= 12


def test_exams_that_may_have_been_mailed_before_a_restore_are_told_as_exams(
    alice: CheckingClient, world: World, planner: Planner
) -> None:
    world.rulebook, world.at = load_shipped(), WallClock().now() - timedelta(days=2)
    sitting = open_sitting(world, 26, held_on=TODAY + timedelta(days=14))
    for number in range(26):
        seat(world, sitting, world.person(f"Carol {number}"))
    world.at = WallClock().now() + timedelta(days=1)
    with world.database.writing() as session:
        note_restored(session, actor=world.actor, at=world.at)
    planner.look()
    page = alice.get("/held").text
    assert "A database that was put back from a backup" in page
    assert page.count("Exam on ") == 26


@pytest.mark.parametrize("what", ["day", "cycle"])
def test_a_record_that_can_not_be_read_is_said_to_be_so_and_its_mail_waits_after_a_release(
    alice: CheckingClient, world: World, planner: Planner, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    if what == "day":
        world.rulebook, world.at = load_shipped(), WallClock().now() - timedelta(days=2)
        sitting = open_sitting(world, 26, held_on=TODAY + timedelta(days=14))
        for number in range(26):
            seat(world, sitting, world.person(f"Carol {number}"))
        world.at = WallClock().now() + timedelta(days=1)
        with world.database.writing() as session:
            note_restored(session, actor=world.actor, at=world.at)
        planner.look()
        real = DayBook.look
        monkeypatch.setattr(DayBook, "look", lambda *values: 1 / 0 if values[1].id == 1 else real(*values))
    else:
        hold_by_name(planner)
        hold(planner)
        monkeypatch.setattr(
            "certtrack.services.reminders.held_mail.stand",
            lambda *values: 1 / 0 if values[1].id == 2 else stand(*values),
        )
    page = alice.get("/held")
    assert page.status_code == 200
    assert page.text.count("this record can't be read as things are") == 1
    assert "record that can't be read as things are; that mail waits until it can be" in page.text
    assert "no se puede leer tal como están las cosas" in alice.get("/held?lang=es").text
    waited = sum(row.state == "held" for row in planner.rows())
    assert alice.send("/held/release", all="1").location == "/held"
    planned = sum(row.state == "planned" for row in planner.rows())
    assert planned >= waited > 0, "also what can't be read: the delivery lets that wait, hour by hour"
    assert "Nothing is held." in alice.get("/held?lang=en").text
