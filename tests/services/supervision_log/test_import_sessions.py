"""A log of supervision goes in: who was there, who signed, whose hours; the same file, a mended and a newer one."""

from datetime import date

import pytest
from kit.credits import DUE
from kit.roster import SHARED as ROSTER
from kit.roster import Office as RosterOffice
from kit.roster import make_csv
from kit.supervision import amend, hold, make_session, serve
from kit.supervision_log import HEADS, SHARED, SupervisionOffice, row, tell_reasons
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Affiliation, Attendance, Person
from certtrack.security import Role
from certtrack.services.actors import command_actor
from certtrack.services.organizations import create_organization
from certtrack.services.supervision.records import get_session, withdraw_session


def test_a_session_goes_in_signed_on_paper_by_the_name_of_who_says_so(office: SupervisionOffice) -> None:
    work = office.rows(row(), row(day="05/06/2026", people="erin@example.org; carol@example.org", kind="group",
                                  signed="supervisor"))  # fmt: skip

    first, second = office.sessions()
    assert (first.held_on.isoformat(), first.minutes, first.kind, first.way) == ("2026-05-04", 60, "individual", None)
    assert (first.supervisor_id, second.kind) == (office.bob, "group")
    signed = [(one.session_id, one.side, one.person_id, one.way, one.said_by) for one in office.signatures()]
    said_by = office.world.actor.key
    assert signed == [
        (first.id, "supervisor", office.bob, "on_paper", said_by),
        (first.id, "person", office.carol, "on_paper", said_by),
        (second.id, "supervisor", office.bob, "on_paper", said_by),
    ]
    with office.world.database.reading() as session:
        there = select(Attendance.person_id).where(Attendance.session_id == second.id).order_by(Attendance.person_id)
        assert session.scalars(there).all() == [office.carol, office.erin]
    assert (work.count()["rows_new"], work.count()["signatures_new"]) == (2, 3)


def test_whoever_was_there_says_nothing_of_paper_even_by_a_command(world: World, office: SupervisionOffice) -> None:
    account = world.account("bob", Role.AGENCY_ADMINISTRATOR, person_id=office.bob)
    work = office.rows(row(), actor=command_actor(f"account:{account}"))
    assert (len(office.sessions()), office.signatures()) == (1, [])
    assert "Whoever imports this was at the session" in tell_reasons(work)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"people": "carol@example.org; nobody@example.org"}, "Nobody on record here has this"),
        ({"people": "carol@example.org; ; erin@example.org", "kind": "group"}, "Beside a semicolon nobody is named"),
        ({"people": "Carol Example"}, "A name alone doesn't say who somebody is"),
        ({"people": "carol@@example"}, "This isn't an email address"),
        ({"people": "carol@example.org; bob@example.org", "kind": "group"}, "nobody supervises themselves"),
        ({"people": "carol@example.org; erin@example.org"}, "An individual session is with one person"),
        ({"supervisor": "zoe@example.org"}, "Nobody on record here has this"),
        ({"minutes": "-60"}, "This is less than nothing"),
        ({"minutes": "0"}, "This comes to no minute at all"),
        ({"minutes": "999 h"}, "This is more than a hundred hours"),
        ({"minutes": "800"}, "No session takes more than twelve hours"),
        ({"service": "999"}, "more than 500 hours of service"),
        ({"service": "-1"}, "This is less than nothing"),
        ({"day": "05/20/2026"}, "This day hasn't come yet"),
        ({"day": "31/05/2026"}, "This isn't a day that exists"),
        ({"day": ""}, "This cell is blank"),
        ({"kind": "lunch"}, "It isn't clear what kind of session"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_in_words(
    office: SupervisionOffice, wrong: dict[str, str], reason: str
) -> None:
    work = office.look(make_csv(row(**wrong), heads=HEADS))
    assert (work.count()["rows_refused"], work.count()["rows_new"], work.is_in_part) == (1, 0, True)
    assert reason in tell_reasons(work)


def test_an_address_of_two_people_needs_the_name_beside_it(world: World, office: SupervisionOffice) -> None:
    world.person("Ana", address="shared@example.org")
    world.person("Eva", address="shared@example.org")
    with world.database.reading() as session:
        eva = session.scalars(select(Person).where(Person.given_name == "Eva")).one()
    named = f"{eva.given_name} {eva.family_name} <shared@example.org>"
    work = office.rows(row(people="shared@example.org"), row(people=named))
    assert "Several people on record have this" in tell_reasons(work)
    with world.database.reading() as session:
        assert session.scalars(select(Attendance.person_id)).all() == [eva.id]


def test_a_certification_number_tells_who_it_is(world: World, office: SupervisionOffice) -> None:
    world.certify(office.carol, DUE, number="CPS-1")
    office.rows(row(people="CPS-1"))
    with world.database.reading() as session:
        assert session.scalars(select(Attendance.person_id)).all() == [office.carol]


def test_hours_count_from_the_day_after_the_last_session_of_one_person(office: SupervisionOffice) -> None:
    work = office.rows(
        row(day="05/11/2026", service="12.5"),
        row(day="05/04/2026", service="20"),
        row(day="05/12/2026", people="carol@example.org; erin@example.org", kind="group", service="8"),
    )
    assert office.spans() == [("2026-05-05", "2026-05-11", 750)]
    assert [(item["line"], item["reason"].split(",")[0]) for item in work.list_unserved()] == [
        (3, "No earlier session with this person is on record"),
        (4, "Several people were there"),
    ]


def test_a_refused_row_is_a_session_that_hours_count_from_all_the_same(office: SupervisionOffice) -> None:
    office.rows(
        row(day="05/04/2026"),
        row(day="05/06/2026", people="carol@example.org; nobody@example.org", kind="group"),
        row(day="05/08/2026", minutes="-1"),
        row(day="05/11/2026", service="12"),
    )
    assert office.spans() == [("2026-05-09", "2026-05-11", 720)]


def test_hours_of_days_that_are_on_record_are_not_counted_twice(world: World, office: SupervisionOffice) -> None:
    office.rows(row(day="05/04/2026"))
    day = office.sessions()[0].held_on
    serve(world, office.carol, day, day.replace(day=8), 30)
    work = office.rows(row(day="05/04/2026"), row(day="05/11/2026", service="12"))
    assert len(office.spans()) == 1
    assert "are on record already" in work.list_unserved()[0]["reason"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_the_same_file_again_changes_nothing_whatever_its_encoding(office: SupervisionOffice, encoding: str) -> None:
    rows = (row(), row(day="05/11/2026", service="12", signed="supervisor", people="Carol Exámple <carol@example.org>"))
    office.take(make_csv(*rows, heads=HEADS))
    before = (len(office.sessions()), len(office.signatures()), office.spans())
    again = office.take(make_csv(*rows, heads=HEADS, encoding=encoding))
    assert (len(office.sessions()), len(office.signatures()), office.spans()) == before
    assert (again.count()["rows_same"], again.count()["rows_new"], again.list_changes()) == (2, 0, [])


def test_a_mended_file_brings_in_only_the_mended(office: SupervisionOffice) -> None:
    first = office.rows(row(), row(day="05/11/2026", people="carol@example.org; x@example.org", kind="group"))
    mended = tell_reasons(first).replace("x@example.org", "erin@example.org")
    work = office.take(mended.encode())
    assert [one.kind for one in office.sessions()] == ["individual", "group"]
    assert (work.count()["rows"], work.count()["rows_new"], work.is_in_part) == (1, 1, False)
    with office.world.database.reading() as session:
        assert work.list_missing(session) == []


def test_a_newer_file_adds_signatures_and_amends_hours(office: SupervisionOffice) -> None:
    office.rows(row(signed=""), row(day="05/11/2026", service="12", signed="supervisor"))
    work = office.rows(row(signed="both"), row(day="05/11/2026", service="14", signed=""))
    assert office.spans() == [("2026-05-05", "2026-05-11", 840)]
    assert len(office.signatures()) == 3
    assert [item["field"] for item in work.list_changes()] == ["signed", "service"]


def test_what_was_mended_by_hand_stays_and_is_not_signed_by_a_file(world: World, office: SupervisionOffice) -> None:
    rows = (row(), row(day="05/11/2026"))
    office.rows(*rows)
    first, second = office.sessions()
    amend(world, first.id, make_session(office.bob, office.carol, held_on=first.held_on, minutes=45))
    with world.database.writing() as session:
        withdraw_session(session, get_session(session, second.id), expected_no=1, reason=None, actor=world.actor,
                         at=world.at)  # fmt: skip
    again = office.rows(*rows)
    assert [(one.minutes, one.state) for one in office.sessions()] == [(45, "held"), (60, "withdrawn")]
    assert {one.no for one in office.signatures()} == {1}
    assert [item["record"] for item in again.list_kept()] == ["amended", "withdrawn"]


def test_a_session_that_was_logged_by_hand_is_known_again(world: World, office: SupervisionOffice) -> None:
    with_both = make_session(office.bob, office.carol, office.erin)
    hold(world, with_both)
    office.rows(row(day="05/12/2026", people="erin@example.org;carol@example.org", kind="group"))
    assert (len(office.sessions()), len(office.signatures())) == (1, 3)


def test_two_rows_of_one_session_are_one_and_the_set_of_people_tells_it_from_another(office: SupervisionOffice) -> None:
    both, other = {"kind": "group", "people": "carol@example.org; erin@example.org"}, {"kind": "group"}
    turned = both | {"people": "erin@example.org; carol@example.org", "signed": ""}
    work = office.rows(row(**both), row(**turned), row(**other))
    assert len(office.sessions()) == 2
    (told,) = work.list_twice()
    assert (told["line"], told["field"], told["first"], told["second"]) == (3, "signed", "both", "")


def test_nobody_of_another_office_is_found(world: World, office: SupervisionOffice) -> None:
    with world.database.writing() as session:
        hill = create_organization(session, key="hill", name="Hill", zone="UTC", actor=world.actor, at=world.at)
        there = session.scalars(select(Affiliation).where(Affiliation.person_id == office.erin)).one()
        there.organization_id = hill.id
    work = office.rows(row(people="erin@example.org"))
    assert office.sessions() == []
    assert "Nobody on record here has this" in tell_reasons(work)


def test_the_log_as_offices_keep_it_is_read_beside_their_roster(world: World) -> None:
    world.move_to(date(2026, 11, 26))
    RosterOffice(world).take(ROSTER.read_bytes(), "roster.xlsx")
    counts = SupervisionOffice(world, is_empty=True).look(SHARED.read_bytes()).count()
    assert (counts["rows"], counts["rows_new"], counts["rows_refused"]) == (300, 288, 12)
    assert counts["signatures_new"] == 359
