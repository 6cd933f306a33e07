"""People whom a file meets on record: what was mended by hand, ended, shared, or borne under another number."""

from datetime import date

import pytest
from kit.roster import Office, carol, make_csv
from kit.world import World
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from certtrack.db.models import Assignment, Certification, ExamResult, Organization, Person
from certtrack.services.exams.results import amend_exam_result
from certtrack.services.locking import lock_people
from certtrack.services.organizations import assign_supervisor, end_affiliation, find_affiliation
from certtrack.services.people import change_person
from certtrack.services.roster.runs import Import


def findings(work: Import) -> dict[str, dict[str, object]]:
    return {item.kind: dict(item.details) for plan in work.plans for item in plan.findings}


def carol_id(world: World) -> int:
    with world.database.reading() as session:
        return session.scalars(select(Certification.person_id)).first() or 0


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_while_rows_go_in_nobody_says_that_the_office_has_ended(world: World, office: Office) -> None:
    work = office.read(make_csv(carol()))
    with world.database.writing() as first, world.database.writing() as second:
        work.start(first)
        for rows in work.batches():
            work.write(first, rows)
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        ended = update(Organization).where(Organization.id == world.organization_id).values(until_on=world.today)
        with pytest.raises(OperationalError, match="lock"), second.begin_nested():
            second.execute(ended)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_while_rows_go_in_nobody_lets_one_of_these_people_join_beside_it(world: World, office: Office) -> None:
    office.rows(carol())
    work = office.read(make_csv(carol(notes="new")))
    with world.database.writing() as first, world.database.writing() as second:
        work.start(first)
        for rows in work.batches():
            work.write(first, rows)
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock"), second.begin_nested():
            lock_people(second, [carol_id(world)])


def test_a_belonging_that_ended_stays_ended_and_is_a_finding_once(world: World, office: Office) -> None:
    office.rows(carol())
    person_id = carol_id(world)
    with world.database.writing() as session:
        belonging = find_affiliation(session, person_id, world.organization_id)
        assert belonging is not None
        end_affiliation(session, belonging, date(2026, 5, 1), reason=None, actor=world.actor, at=world.at)
    work = office.rows(carol())
    assert findings(work) == {"affiliation_ended": {"until_on": "2026-05-01"}}
    assert findings(office.rows(carol())) == {}
    with world.database.reading() as session:
        assert find_affiliation(session, person_id, world.organization_id) is None


def test_a_second_number_of_one_credential_is_kept_beside_the_first_and_is_a_finding(
    world: World, office: Office
) -> None:
    office.rows(carol())
    work = office.rows(carol(number="CPS-2"))
    assert findings(work)["second_certification"] == {"credential": "cps", "number": "CPS-2", "other": "CPS-1"}
    with world.database.reading() as session:
        rows = session.execute(select(Certification.number, Certification.person_id)).all()
    assert {number for number, _ in rows} == {"CPS-1", "CPS-2"}
    assert len({person_id for _, person_id in rows}) == 1


def test_nobody_is_assigned_where_a_supervisors_address_is_several_peoples(world: World, office: Office) -> None:
    two = [
        carol(name=f"Super, {given}", address="bob@example.org", number=number, supervisor="")
        for given, number in (("Bob", "CPS-2"), ("Dave", "CPS-3"))
    ]
    work = office.rows(carol(), *two)
    assert findings(work)["supervisor_shared"] == {"address": "bob@example.org"}
    with world.database.reading() as session:
        assert list(session.scalars(select(Assignment))) == []
    assert findings(office.rows(carol(), *two)) == {}


def test_a_name_mended_by_hand_is_not_overwritten_but_reported(world: World, office: Office) -> None:
    office.rows(carol())
    with world.database.writing() as session:
        person = session.get_one(Person, carol_id(world))
        change_person(session, person, {"family_name": "Mended"}, actor=world.actor, at=world.at)
    work = office.rows(carol(name="Else, Carol"))
    assert findings(work)["mended_by_hand"] == {"field": "name", "record": "Mended, Carol", "file": "Else, Carol"}
    with world.database.reading() as session:
        assert session.get_one(Person, carol_id(world)).family_name == "Mended"


def test_an_exam_date_mended_by_hand_is_not_overwritten_but_reported(world: World, office: Office) -> None:
    office.rows(carol(exam="03/22/2024"))
    with world.database.writing() as session:
        result = session.scalars(select(ExamResult)).one()
        amend_exam_result(
            session,
            world.rulebook,
            result,
            taken_on=date(2024, 3, 20),
            reason="a letter",
            actor=world.actor,
            at=world.at,
        )
    work = office.rows(carol(exam="03/24/2024"))
    assert findings(work)["mended_by_hand"] == {"field": "exam_on", "record": "2024-03-20", "file": "2024-03-24"}
    with world.database.reading() as session:
        assert list(session.scalars(select(ExamResult.taken_on))) == [date(2024, 3, 20)]


def test_a_supervisor_assigned_by_hand_is_not_overwritten_but_reported(world: World, office: Office) -> None:
    office.rows(carol())
    dave = world.person("Dave", address="dave@example.org")
    with world.database.writing() as session:
        assign_supervisor(
            session,
            person_id=carol_id(world),
            supervisor_id=dave,
            organization_id=world.organization_id,
            from_on=world.today,
            actor=world.actor,
            at=world.at,
        )
    work = office.rows(carol(supervisor="erin@example.org"))
    wanted = {"field": "supervisor", "record": "dave@example.org", "file": "erin@example.org"}
    assert findings(work)["mended_by_hand"] == wanted
    with world.database.reading() as session:
        lasting = select(Assignment.supervisor_id).where(Assignment.until_on.is_(None))
        assert list(session.scalars(lasting)) == [dave]
