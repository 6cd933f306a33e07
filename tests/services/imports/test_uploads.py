"""A file that was given on a page: looked at, mapped, brought in, by whichever process takes it up."""

import io
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
import xlsxwriter
from kit.credits import list_events
from kit.databases import on_both
from kit.import_desk import Desk
from kit.roster import HEADS, carol, make_csv
from sqlalchemy import select, update

from certtrack.db.models import Affiliation, AuditEvent, Certification, ImportRun, ImportUpload, Organization, Person
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.security import Actor
from certtrack.services.actors import job_actor
from certtrack.services.imports.mapping import Said
from certtrack.services.imports.uploads import (
    KEPT_FOR,
    ask_to_write,
    forget_old,
    forget_upload,
    get_upload,
    list_open,
    list_uploads,
    say_mapping,
)
from certtrack.services.organizations import create_organization


def make_people(size: int) -> bytes:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return make_csv(
        *(
            carol(name=f"Fam{letters[n]}, Ann", address=f"p{n}@example.org", number=f"CPS-{n}", supervisor="")
            for n in range(size)
        )
    )


def test_a_look_writes_nothing_and_what_it_says_is_what_comes_of_it(desk: Desk) -> None:
    number = desk.give(make_csv(carol(), carol(number="CPS-2", expires="tomorrow")))
    before = desk.count(Person)
    assert desk.work(number)
    seen = desk.look(number)
    assert (seen.state, seen.told["counts"]["certifications_new"], desk.count(Person)) == ("looked", 1, before)
    assert [(one["line"], one["value"], one["problem"]) for one in seen.told["refused"]] == [
        (3, "tomorrow", "not_a_day")
    ]
    assert desk.write(number)
    done = desk.look(number)
    assert (done.state, done.done, done.total) == ("done", 1, 1), done.told
    assert done.told["counts"] == seen.told["counts"]
    assert desk.count(Certification) == 1


def test_the_same_file_again_is_found_until_it_is_in_and_then_changes_nothing(desk: Desk) -> None:
    data = make_csv(carol())
    number = desk.give(data)
    assert desk.give(data) == number
    desk.work(number)
    desk.write(number)
    again = desk.give(data)
    assert again != number
    desk.work(again)
    assert desk.look(again).told["counts"]["rows_same"] == 1
    assert "rows_new" not in desk.look(again).told["counts"]


@pytest.mark.parametrize(
    ("data", "name", "problem"),
    [
        (b"no,heads\n1,2\n", "x.csv", "no_heads"),
        (b"a,b\n\0,2\n", "x.csv", "nul"),
        (b"a,b\n1,2\n", "x.pdf", "ending"),
        (b"Name,Type\nExample Carol,CPS\n", "x.csv", "column_lacking"),
    ],
)
def test_what_cant_be_brought_in_says_why_in_a_code(desk: Desk, data: bytes, name: str, problem: str) -> None:
    number = desk.give(data, name)
    desk.work(number)
    assert (desk.look(number).state, desk.look(number).told["problem"]) == ("unread", problem)
    with pytest.raises(Refused):
        desk.do(ask_to_write, number, at=desk.world.at)


def test_an_office_that_ended_meanwhile_is_said_to_have_and_not_that_the_file_cant_be_read(desk: Desk) -> None:
    number = desk.give(make_csv(carol()))
    desk.work(number)
    with desk.world.database.writing() as session:
        last_on = desk.world.today - timedelta(days=1)
        session.get_one(Organization, desk.world.organization_id).until_on = last_on
    desk.write(number)
    told = desk.look(number).told
    assert (desk.look(number).state, told["problem"], "tries" in told) == ("unread", "office_over", False)
    assert desk.count(Certification) == 0


def test_heads_and_words_that_somebody_explains_are_understood(desk: Desk) -> None:
    heads = tuple("Good through" if head == "Expires" else head for head in HEADS)
    number = desk.give(make_csv(carol(credential="Peer Spec I"), heads=heads))
    desk.work(number)
    assert desk.look(number).told["problem"] == "column_lacking"
    desk.do(say_mapping, number, Said(columns={"expires": "Good through"}), at=desk.world.at)
    desk.work(number)
    assert desk.look(number).told["words"]["credentials"] == ["Peer Spec I"]
    said = Said(columns={"expires": "Good through"}, words={"credentials": {"Peer Spec I": "cps"}})
    desk.do(say_mapping, number, said, at=desk.world.at)
    desk.work(number)
    assert desk.look(number).told["counts"]["certifications_new"] == 1
    assert desk.write(number)
    uploaded, mapped, again, *_ = list_events(desk.world, "import_upload")
    assert [uploaded[0], mapped[0], again[0]] == ["import.uploaded", "import.mapped", "import.mapped"]


def test_a_process_that_ends_in_the_middle_leaves_the_rest_to_another(desk: Desk) -> None:
    number = desk.give(make_people(25))
    desk.work(number)
    desk.do(ask_to_write, number, at=desk.world.at)
    asked = iter((False, False, True))
    assert not desk.work(number, stop=lambda: next(asked, True))
    halfway = desk.look(number)
    assert (halfway.state, halfway.leased_until) == ("to_write", None)
    assert 0 < desk.count(Certification) < 25
    assert desk.work(number)
    assert (desk.look(number).state, desk.count(Certification), desk.count(ImportRun)) == ("done", 25, 1)


def test_a_process_that_was_killed_is_followed_by_another_once_its_lease_is_over(desk: Desk) -> None:
    number = desk.give(make_people(3))
    with desk.world.database.writing() as session:
        upload = session.get_one(ImportUpload, number)
        upload.leased_until = desk.world.at + timedelta(minutes=2)
    assert not desk.work(number)
    with desk.world.database.reading() as session:
        assert list(list_open(session, desk.world.at)) == []
        assert list(list_open(session, desk.world.at + timedelta(minutes=2))) == [number]


@on_both
def test_of_many_processes_one_takes_it_up(desk: Desk) -> None:
    number = desk.give(make_people(12))
    desk.work(number)
    desk.do(ask_to_write, number, at=desk.world.at)
    took: list[bool] = []
    threads = [Thread(target=lambda: took.append(desk.work(number))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(took) == [False, False, True]
    assert (desk.count(Certification), desk.count(ImportRun)) == (12, 1)


def test_what_comes_back_is_a_file_that_can_be_mended_and_given_again(desk: Desk) -> None:
    number = desk.give(make_csv(carol(), carol(number="CPS-2", expires="tomorrow")))
    desk.work(number)
    desk.write(number)
    with desk.world.database.reading() as session:
        returned = get_upload(session, desk.actor, number).returned
    assert returned is not None
    again = desk.give(returned.replace("tomorrow", "10/31/2027").encode(), "mended.csv")
    desk.work(again)
    assert desk.look(again).told["counts"]["certifications_new"] == 1


def test_nobody_else_sees_it_and_a_change_meanwhile_is_told(desk: Desk) -> None:
    number = desk.give(make_csv(carol()))
    stranger = Actor(key="account:99", account_id=99)
    with desk.world.database.reading() as session:
        assert list_uploads(session, stranger) == []
        assert [one.id for one in list_uploads(session, desk.actor)] == [number]
        with pytest.raises(NotFound):
            get_upload(session, stranger, number)
    with pytest.raises(NotAllowed):
        desk.give(make_csv(carol()), actor=stranger)
    desk.work(number)
    with pytest.raises(StaleRecord):
        desk.do(ask_to_write, number, expected_no=1, at=desk.world.at)


def test_it_is_forgotten_when_asked_and_after_a_month(desk: Desk) -> None:
    first, second = desk.give(make_csv(carol())), desk.give(make_csv(carol(number="CPS-3")))
    desk.work(first)
    desk.do(forget_upload, first, at=desk.world.at)
    with desk.world.database.writing() as session:
        assert forget_old(session, actor=job_actor("purge_files"), at=desk.world.at + KEPT_FOR) == 0
        late = desk.world.at + KEPT_FOR + timedelta(seconds=1)
        assert forget_old(session, actor=job_actor("purge_files"), at=late) == 1
    with desk.world.database.reading() as session:
        gone = select(AuditEvent.subject_id, AuditEvent.actor).where(AuditEvent.action == "import.forgotten")
        assert session.execute(gone.order_by(AuditEvent.id)).all() == [
            (first, desk.actor.key), (second, "job:purge_files")
        ]  # fmt: skip
    with pytest.raises(NotFound):
        desk.look(second)


def test_results_are_given_and_seen_only_by_whoever_may_enter_them(desk: Desk) -> None:
    data = b"Email,Credential,Date taken,Score,Attempt\ncarol@example.org,CPS,2026-03-01,90,1\n"
    with pytest.raises(NotAllowed):
        desk.give(data, "exams.csv", "exam_results")
    number = desk.give(data, "exams.csv", "exam_results", actor=replace(desk.actor, is_command=True))
    with pytest.raises(NotFound):
        desk.look(number)


def test_people_of_other_offices_are_nobodys_and_nothing_of_them_is_told(desk: Desk) -> None:
    world, here = desk.world, desk.world.organization_id
    with world.database.writing() as session:
        other = create_organization(
            session, key="hillside", name="Hillside", zone="America/Chicago", actor=world.actor, at=world.at
        ).id
    world.organization_id = other
    theirs = world.person("Carol", family_name="Example", address="carol@example.org")
    world.certify(theirs, world.today + timedelta(days=90))
    world.organization_id = here
    number = desk.give(make_csv(carol(name="Other, Ann")))
    desk.work(number)
    assert "shared_address" not in str(desk.look(number).told), "that somebody elsewhere has that address"
    number = desk.give(make_csv(carol()))
    desk.work(number)
    desk.write(number)
    assert theirs not in desk.look(number).told["people"]
    with world.database.reading() as session:
        places = set(session.scalars(select(Affiliation.organization_id).where(Affiliation.person_id == theirs)))
        own = session.get_one(Person, theirs)
        assert (places, own.private_address) == ({other}, "carol@example.org")


def test_whose_address_a_roster_amends_is_told_at_the_one_before(desk: Desk) -> None:
    two = carol(), carol(name="New, Ann", address="", number="CPS-2")
    desk.bring_in(make_csv(*two))
    [person] = [one.id for one in desk.list_all(Person) if one.private_address == "carol@example.org"]
    newer = make_csv(
        carol(address="new@example.org"), carol(name="New, Ann", address="ann@example.org", number="CPS-2")
    )
    number = desk.give(newer)
    desk.work(number)
    assert desk.told == []
    desk.write(number)
    assert desk.told == [(person, "carol@example.org")]


def test_whoever_has_left_is_kept_as_they_are_and_is_listed(desk: Desk) -> None:
    world = desk.world
    number = desk.give(make_csv(carol()))
    desk.work(number)
    desk.write(number)
    with world.database.writing() as session:
        session.execute(update(Affiliation).values(until_on=world.today - timedelta(days=1)))
    again = desk.give(make_csv(carol(address="new@example.org", expires="10/31/2028")))
    desk.work(again)
    assert desk.look(again).told["counts"]["rows_kept"] == 1
    assert desk.look(again).told["counts"]["finding_affiliation_ended"] == 1
    desk.write(again)
    with world.database.reading() as session:
        assert "new@example.org" not in set(session.scalars(select(Person.private_address)))


def test_a_file_that_ends_whoever_takes_it_up_is_given_up_and_can_be_taken_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.give(make_people(2))
    monkeypatch.setattr("certtrack.services.imports.running.look_through", lambda *_given, **_named: 1 // 0)
    for _ in range(3):
        assert not desk.work(number)
        assert desk.look(number).state == "to_look"
    assert not desk.work(number)
    assert (desk.look(number).state, desk.look(number).told["problem"]) == ("unread", "not_readable")
    desk.do(forget_upload, number, at=desk.world.at)


def test_a_sheet_with_a_stray_cell_in_its_last_corner_is_refused_before_it_is_opened(desk: Desk) -> None:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    number = desk.give(data.getvalue(), "wide.xlsx")
    desk.work(number)
    assert desk.look(number).told["problem"] == "too_wide"
