"""An updated file: what it says differently becomes an amendment, and nothing else does."""

from datetime import date
from typing import Any

import pytest
from kit.roster import Office, carol, make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Assignment, Certification, Cycle, CycleVersion, ExamResult, Finding, Person
from certtrack.services.cycles import list_cycles, move_due_day
from certtrack.services.people import change_person
from certtrack.services.roster.mapping import read_mapping
from certtrack.services.roster.runs import Import
from certtrack.services.sheets.judging import Change


def all_of(world: World, model: Any) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def cycles_of(world: World) -> list[Cycle]:
    with world.database.reading() as session:
        (certification,) = session.scalars(select(Certification))
        return list_cycles(session, certification.id)


def carol_of(world: World) -> Person:
    found: Person = next(person for person in all_of(world, Person) if person.given_name == "Carol")
    return found


def findings(work: Import) -> dict[str, dict[str, Any]]:
    return {item.kind: dict(item.details) for plan in work.plans for item in plan.findings}


def test_a_new_address_and_name_are_shown_old_and_new_and_amended(world: World, office: Office) -> None:
    office.rows(carol())
    updated = make_csv(carol(name="Example-Doe, Carol", address="doe@example.org"))
    changes = [change for plan in office.look(updated).plans for change in plan.changes]
    assert changes == [
        Change("name", "Example, Carol", "Example-Doe, Carol"),
        Change("address", "carol@example.org", "doe@example.org"),
    ]
    office.take(updated)
    assert (carol_of(world).family_name, carol_of(world).private_address) == ("Example-Doe", "doe@example.org")
    assert len(all_of(world, Certification)) == 1


def test_a_later_day_within_six_months_amends_the_cycle(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2026"))
    world.move_to(date(2026, 6, 1))
    work = office.rows(carol(expires="04/30/2027"))
    (cycle,) = cycles_of(world)
    assert (cycle.due_on, cycle.no, cycle.armed_on) == (date(2027, 4, 30), 2, date(2026, 6, 1))
    assert cycle.evidence == f"import:{work.run_id}"


def test_a_day_more_than_six_months_later_closes_the_cycle_and_opens_the_next(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2026"))
    work = office.rows(carol(expires="10/31/2028"))
    old, new = cycles_of(world)
    assert (old.due_on, old.closed_on) == (date(2026, 10, 31), date(2026, 11, 1))
    assert (new.start_on, new.due_on, new.closed_on) == (date(2026, 11, 1), date(2028, 10, 31), None)
    assert (new.due_source, new.evidence) == ("stated", f"import:{work.run_id}")
    assert work.count()["cycles_closed"] == 1


def test_an_earlier_day_amends_the_cycle_and_is_a_finding(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2026"))
    work = office.rows(carol(expires="10/30/2026"))
    assert cycles_of(world)[0].due_on == date(2026, 10, 30)
    assert findings(work)["expires_earlier"] == {
        "credential": "cps",
        "old": "2026-10-31",
        "new": "2026-10-30",
        "is_amended": True,
        "stated": "2026-10-30",
        "computed": "2026-10-31",
    }


def test_a_day_before_the_cycle_starts_leaves_it_as_it_is_and_is_a_finding(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2026"))
    work = office.rows(carol(expires="10/31/2020"))
    assert [cycle.due_on for cycle in cycles_of(world)] == [date(2026, 10, 31)]
    assert findings(work)["expires_earlier"]["is_amended"] is False


def test_a_day_mended_by_hand_is_not_overwritten_but_reported(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2026"))
    with world.database.writing() as session:
        cycle = session.scalars(select(Cycle)).one()
        move_due_day(
            session,
            world.rulebook,
            cycle,
            date(2026, 11, 30),
            due_source="extended",
            computed_due_on=None,
            armed_on=world.today,
            reason="a letter",
            actor=world.actor,
            at=world.at,
        )
    work = office.rows(carol(expires="12/31/2026"))
    assert cycles_of(world)[0].due_on == date(2026, 11, 30)
    assert findings(work)["mended_by_hand"] == {"field": "due_on", "record": "2026-11-30", "file": "2026-12-31"}


def test_a_day_moved_far_back_by_hand_stays_when_the_same_file_comes_again(world: World, office: Office) -> None:
    office.rows(carol(expires="10/31/2027", exam="01/01/2025"))
    with world.database.writing() as session:
        cycle = session.scalars(select(Cycle)).one()
        move_due_day(
            session,
            world.rulebook,
            cycle,
            date(2026, 10, 31),
            due_source="stated",
            computed_due_on=None,
            armed_on=world.today,
            reason="her certificate",
            actor=world.actor,
            at=world.at,
        )
    office.rows(carol(expires="10/31/2027", exam="01/01/2025"))
    assert [cycle.due_on for cycle in cycles_of(world)] == [date(2026, 10, 31)]


def test_an_address_mended_by_hand_is_not_overwritten_and_reported_once(world: World, office: Office) -> None:
    office.rows(carol())
    with world.database.writing() as session:
        person = session.scalars(select(Person).where(Person.given_name == "Carol")).one()
        change_person(session, person, {"private_address": "own@example.org"}, actor=world.actor, at=world.at)
    first, second = office.rows(carol()), office.rows(carol())
    assert carol_of(world).private_address == "own@example.org"
    assert findings(first)["mended_by_hand"]["record"] == "own@example.org"
    assert findings(second) == {}


def test_a_cell_that_became_blank_takes_nothing_away(world: World, office: Office) -> None:
    office.rows(carol())
    work = office.rows(carol(address="", exam="", supervisor=""))
    assert work.count()["rows_same"] == 1
    assert carol_of(world).private_address == "carol@example.org"
    assert len(all_of(world, Assignment)) == 1


def test_who_is_missing_is_listed_and_kept(world: World, office: Office) -> None:
    office.rows(carol(), carol(name="Other, Dave", address="dave@example.org", number="CPS-2"))
    work = office.rows(carol())
    with world.database.reading() as session:
        assert [item["name"] for item in work.list_missing(session)] == ["Dave Other"]
    assert len(all_of(world, Certification)) == 2


def test_an_exam_date_that_was_corrected_is_amended(world: World, office: Office) -> None:
    office.rows(carol(exam="03/22/2024"))
    office.rows(carol(exam="03/23/2024"))
    (result,) = all_of(world, ExamResult)
    assert (result.taken_on, result.outcome, result.no) == (date(2024, 3, 23), "not_known", 2)


def test_a_number_that_comes_later_is_added_to_the_same_certification(world: World, office: Office) -> None:
    office.rows(carol(number=""))
    work = office.rows(carol(number="CPS-9"))
    assert [item.number for item in all_of(world, Certification)] == ["CPS-9"]
    assert [change.field for plan in work.plans for change in plan.changes] == ["number"]
    assert office.rows(carol(number="CPS-9")).count()["rows_same"] == 1


def test_a_number_that_is_somebody_elses_leaves_both_records_alone(world: World, office: Office) -> None:
    office.rows(carol())
    work = office.rows(carol(name="Other, Dave", address="dave@example.org"))
    assert work.count()["rows_kept"] == 1
    assert findings(work)["other_person"]["on_record"] == "Carol Example"
    assert carol_of(world).private_address == "carol@example.org"


def test_one_person_may_hold_two_credentials(world: World, office: Office) -> None:
    office.rows(carol(), carol(number="CPPS-1", credential="CPPS", expires="01/31/2027"))
    assert {item.person_id for item in all_of(world, Certification)} == {carol_of(world).id}


def test_two_people_on_one_address_stay_two_and_are_a_finding(world: World, office: Office) -> None:
    work = office.rows(carol(), carol(name="Other, Dave", number="CPS-2"))
    assert len({item.person_id for item in all_of(world, Certification)}) == 2
    assert findings(work)["shared_address"] == {
        "address": "carol@example.org",
        "name": "Carol Example",
        "other": "Dave Other",
    }


def test_the_same_key_twice_leaves_the_first_and_reports_what_differs(world: World, office: Office) -> None:
    work = office.rows(carol(), carol(expires="10/31/2028"))
    assert [cycle.due_on for cycle in cycles_of(world)] == [date(2026, 10, 31)]
    assert findings(work)["row_twice"]["differences"] == [["due_on", "2026-10-31", "2028-10-31"]]


def test_an_unknown_supervisors_address_makes_one_person_without_a_name_and_one_finding(
    world: World, office: Office
) -> None:
    office.rows(carol(), carol(name="Other, Dave", address="dave@example.org", number="CPS-2"))
    supervisors = {item.supervisor_id for item in all_of(world, Assignment)}
    bobs = [person for person in all_of(world, Person) if person.private_address == "bob@example.org"]
    assert supervisors == {bobs[0].id}
    assert (len(bobs), bobs[0].given_name) == (1, "")
    assert [item.kind for item in all_of(world, Finding)] == ["supervisor_unknown"]


def test_a_supervisor_who_is_in_the_file_is_that_person_wherever_the_row_stands(world: World, office: Office) -> None:
    bob = carol(name="Super, Bob", address="bob@example.org", number="CPS-2", supervisor="carol@example.org")
    office.rows(carol(), bob)
    people = {person.id: person.given_name for person in all_of(world, Person)}
    pairs = {(people[item.person_id], people[item.supervisor_id]) for item in all_of(world, Assignment)}
    assert pairs == {("Carol", "Bob"), ("Bob", "Carol")}
    assert sorted(people.values()) == ["Bob", "Carol"]


def test_somebody_known_by_an_address_alone_gets_a_name_from_a_later_file(world: World, office: Office) -> None:
    office.rows(carol())
    office.rows(carol(), carol(name="Super, Bob", address="bob@example.org", number="CPS-2", supervisor=""))
    assert sorted(person.given_name for person in all_of(world, Person)) == ["Bob", "Carol"]


def test_a_supervisors_name_assigns_nobody_until_a_mapping_confirms_it(world: World, office: Office) -> None:
    row = carol(supervisor="B. Supervisor")
    work = office.rows(row)
    assert findings(work) == {"supervisor_unknown_name": {"name": "B. Supervisor"}}
    assert all_of(world, Assignment) == []
    text = b'[supervisors]\n"b. supervisor" = "bob@example.org"\n'
    office.take(make_csv(row), mapping=read_mapping("m.toml", text, world.rulebook.packs))
    assert len(all_of(world, Assignment)) == 1


@pytest.mark.parametrize("supervisor", ["Other", "OTHER", "Ms. Other", "Other, D."])
def test_a_supervisor_who_is_only_a_surname_is_nobody_also_where_a_specialist_has_it(
    world: World, office: Office, supervisor: str
) -> None:
    dave = carol(name="Other, Dave", address="dave@example.org", number="CPS-2", supervisor="")
    work = office.rows(carol(supervisor=supervisor), dave)
    assert findings(work) == {"supervisor_unknown_name": {"name": supervisor}}
    assert all_of(world, Assignment) == []
    assert sorted(person.family_name for person in all_of(world, Person)) == ["Example", "Other"]


def test_nobody_becomes_their_own_supervisor(world: World, office: Office) -> None:
    work = office.rows(carol(supervisor="carol@example.org"))
    assert findings(work) == {"supervisor_self": {"address": "carol@example.org"}}


def test_january_30_is_kept_as_the_stated_day_beside_the_rules(world: World, office: Office) -> None:
    work = office.rows(carol(number="CPPS-1", credential="Parent Peer", expires="01/30/2027"))
    (cycle,) = cycles_of(world)
    assert (cycle.due_on, cycle.computed_due_on, cycle.due_source) == (date(2027, 1, 30), date(2027, 1, 31), "stated")
    assert "stated_day_differs" in findings(work)


def test_an_update_that_broke_off_or_ran_twice_writes_each_version_once(world: World, office: Office) -> None:
    office.rows(carol())
    for _ in range(2):
        office.rows(carol(expires="11/30/2026"))
    assert [version.no for version in all_of(world, CycleVersion)] == [1, 2]
