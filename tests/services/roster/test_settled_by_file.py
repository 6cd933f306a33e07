"""What a later file puts right settles its finding by itself; what a person decided stays decided."""

from datetime import date

import pytest
from kit.roster import Office, carol, make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditValue, Certification, Cycle, Finding, Person
from certtrack.services.cycles import move_due_day
from certtrack.services.findings import settle_finding
from certtrack.services.people import change_person
from certtrack.services.roster.mapping import read_mapping
from certtrack.services.sheets.returned import make_returned
from certtrack.services.stated_days import Choice, decide_day


def open_kinds(world: World) -> list[str]:
    query = select(Finding.kind).where(Finding.settled_at.is_(None), Finding.kind != "supervisor_unknown")
    with world.database.reading() as session:
        return sorted(session.scalars(query))


def load(world: World, kind: str) -> Finding:
    with world.database.reading() as session:
        return session.scalars(select(Finding).where(Finding.kind == kind).order_by(Finding.id)).first() or Finding()


def events(world: World, finding_id: int) -> list[tuple[str, dict[str, object]]]:
    query = select(AuditEvent.action, AuditValue.details).join(AuditValue, AuditValue.event_id == AuditEvent.id)
    query = query.where(AuditEvent.subject_kind == "finding", AuditEvent.subject_id == finding_id)
    with world.database.reading() as session:
        return [(action, details or {}) for action, details in session.execute(query.order_by(AuditEvent.id))]


BROUGHT: list[tuple[dict[str, str], dict[str, str], str]] = [
    ({"address": "no email"}, {}, "no_address"),
    ({"address": ""}, {}, "no_address"),
    ({"exam": "02/30/2024"}, {}, "cell_unreadable"),
    ({"supervisor": "bob@@example"}, {}, "cell_unreadable"),
    ({"number": "9" * 61}, {}, "cell_unreadable"),
    ({"name": "Example, =1+1"}, {}, "name_unlikely"),
    ({"expires": "11/02/2026"}, {}, "stated_day_differs"),
    ({"exam": "03/22/2023"}, {}, "exam_year_parity"),
    ({"supervisor": "carol@example.org"}, {}, "supervisor_self"),
]


@pytest.mark.parametrize(("wrong", "right", "kind"), BROUGHT)
def test_a_value_that_a_later_file_brings_settles_the_finding_with_its_cause_in_the_audit(
    world: World, office: Office, wrong: dict[str, str], right: dict[str, str], kind: str
) -> None:
    office.rows(carol(**wrong))
    assert open_kinds(world) == [kind]
    looked, work = office.look(make_csv(carol(**right))), office.rows(carol(**right))
    assert looked.count()["findings_settled"] == work.count()["findings_settled"] == 1
    finding = load(world, kind)
    cause = f"import:{work.run_id}"
    assert (finding.settled_at, finding.settled_by, finding.decision) == (world.at, cause, cause)
    assert events(world, finding.id)[1:] == [("finding.settled", {"kind": kind, "decision": cause})]
    left = set(open_kinds(world)) - {"expires_earlier"}  # the right day may be the earlier one, which is news
    assert left == set()
    assert office.rows(carol(**right)).count()["findings_settled"] == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"address": "no email"}, {"address": "none"}),
        ({"exam": "02/30/2024"}, {"exam": ""}),
        ({"exam": "02/30/2024"}, {"exam": "02/31/2024"}),
        ({"exam": "02/30/2024"}, {"exam": "02/30/2024", "address": "doe@example.org"}),
        ({"supervisor": "bob@@example"}, {"supervisor": ""}),
    ],
)
def test_a_file_that_brings_no_readable_value_of_that_cell_settles_nothing(
    world: World, office: Office, first: dict[str, str], second: dict[str, str]
) -> None:
    office.rows(carol(**first))
    (kind,) = open_kinds(world)
    assert office.rows(carol(**second)).count()["findings_settled"] == 0
    assert kind in open_kinds(world)


def test_what_a_person_decided_stays_decided(world: World, office: Office) -> None:
    office.rows(carol(exam="02/30/2024"))
    with world.database.writing() as session:
        finding = session.scalars(select(Finding).where(Finding.kind == "cell_unreadable")).one()
        settle_finding(session, finding, "she has no certificate of it", actor=world.actor, at=world.at)
    assert office.rows(carol()).count()["findings_settled"] == 0
    office.rows(carol(exam="02/30/2024"))
    finding = load(world, "cell_unreadable")
    assert (finding.settled_by, finding.decision) == ("test", "she has no certificate of it")


def test_another_persons_finding_stays_open(world: World, office: Office) -> None:
    dave = carol(name="Other, Dave", address="", number="CPS-2", exam="02/30/2024")
    office.rows(carol(address="", exam="02/30/2024"), dave)
    assert office.rows(carol(), dave).count()["findings_settled"] == 2
    assert open_kinds(world) == ["cell_unreadable", "no_address"]
    assert load(world, "no_address").settled_at is not None


def test_an_old_cell_that_comes_again_takes_nothing_away_and_asks_nothing_anew(world: World, office: Office) -> None:
    office.rows(carol(exam="02/30/2024", address="no email"))
    office.rows(carol())
    again = office.rows(carol(exam="02/30/2024", address="no email"))
    assert (again.count()["findings"], again.count()["rows_same"]) == (0, 1)
    assert open_kinds(world) == []


def test_a_day_that_comes_back_opens_its_finding_again(world: World, office: Office) -> None:
    office.rows(carol(expires="11/02/2026"))
    office.rows(carol(expires="10/31/2026"))
    assert open_kinds(world) == ["expires_earlier"]
    assert office.look(make_csv(carol(expires="11/02/2026"))).count_findings() == {"stated_day_differs": 1}
    office.rows(carol(expires="11/02/2026"))
    assert open_kinds(world) == ["stated_day_differs"]
    actions = [action for action, _ in events(world, load(world, "stated_day_differs").id)]
    assert actions == ["finding.opened", "finding.settled", "finding.reopened"]


def test_a_day_that_the_record_keeps_leaves_its_two_readings_to_be_decided(world: World, office: Office) -> None:
    office.rows(carol(expires="11/02/2026"))
    office.rows(carol(expires="10/31/2020"))  # before the cycle starts: it is not taken
    assert open_kinds(world) == ["expires_earlier", "stated_day_differs"]


def test_a_name_that_a_mapping_confirms_is_asked_for_no_longer(world: World, office: Office) -> None:
    rows = [carol(supervisor="B. Super"), carol(name="Other, Dave", address="d@example.org", number="CPS-2")]
    office.rows(*rows)
    text = b'[supervisors]\n"b. super" = "bob@example.org"\n'
    mapping = read_mapping("m.toml", text, world.rulebook.packs)
    work = office.take(make_csv(*rows), mapping=mapping)
    assert work.count()["findings_settled"] == 1
    assert open_kinds(world) == []


def test_a_name_that_a_later_file_brings_is_asked_for_no_longer(world: World, office: Office) -> None:
    office.rows(carol())
    bob = carol(name="Super, Bob", address="bob@example.org", number="CPS-2", supervisor="")
    work = office.rows(carol(), bob)
    assert load(world, "supervisor_unknown").decision == f"import:{work.run_id}"


def test_a_value_mended_by_hand_is_asked_about_until_the_file_says_something_else(world: World, office: Office) -> None:
    office.rows(carol())
    with world.database.writing() as session:
        person = session.scalars(select(Person).where(Person.given_name == "Carol")).one()
        change_person(session, person, {"private_address": "own@example.org"}, actor=world.actor, at=world.at)
    office.rows(carol())
    assert open_kinds(world) == ["mended_by_hand"]
    office.rows(carol())
    assert open_kinds(world) == ["mended_by_hand"]
    assert office.rows(carol(address="own@example.org")).count()["findings_settled"] == 1
    assert open_kinds(world) == []


@pytest.mark.parametrize("day", ["10/30/2026", "08/15/2026", "10/31/2020"])
def test_an_earlier_day_is_one_finding_however_often_it_comes(world: World, office: Office, day: str) -> None:
    office.rows(carol())
    first = office.rows(carol(expires=day))
    assert first.count_findings() == {"expires_earlier": 1}
    again = office.rows(carol(expires=day))
    assert (again.count()["findings"], again.count()["findings_settled"], again.count()["rows_same"]) == (0, 0, 1)


def test_an_earlier_day_that_was_mended_by_hand_since_is_reported_and_not_taken(world: World, office: Office) -> None:
    office.rows(carol())
    office.rows(carol(expires="10/30/2026"))
    with world.database.writing() as session:
        cycle = session.scalars(select(Cycle)).one()
        move_due_day(
            session, world.rulebook, cycle, date(2026, 10, 31), due_source="stated", computed_due_on=None,
            armed_on=world.today, reason="her certificate", actor=world.actor, at=world.at,
        )  # fmt: skip
    assert office.rows(carol(expires="10/30/2026")).count_findings() == {"mended_by_hand": 1}
    with world.database.reading() as session:
        assert list(session.scalars(select(Cycle.due_on))) == [date(2026, 10, 31)]


def test_a_file_given_back_and_mended_settles_its_findings_and_misses_nobody(world: World, office: Office) -> None:
    others = [
        carol(name=f"Other, {name}", address=f"{name}@example.org", number=f"CPS-{name}") for name in ("Ann", "Di")
    ]
    work = office.rows(*others, carol(exam="02/30/2024"), carol(name="New, Nia", number="CPS-9", credential="RN"))
    text = make_returned(work.roster.heads, work.returned, "en")
    mended = text.replace("02/30/2024", "02/28/2024", 1).replace("RN", "CPS", 1).replace("carol@", "nia@", 2)
    again = office.take(mended.replace("nia@", "carol@", 1).encode("utf-8-sig"))
    counts = again.count()
    assert (counts["rows"], counts["rows_new"], counts["findings_settled"], counts["findings"]) == (2, 1, 1, 0)
    with world.database.reading() as session:
        assert again.list_missing(session) == []
        assert len(list(session.scalars(select(Certification)))) == 4
    whole = office.rows(*others, carol())
    with world.database.reading() as session:  # by a whole roster somebody may be missing
        assert [item["name"] for item in whole.list_missing(session)] == ["Nia New"]


def test_an_old_roster_taken_in_by_mistake_leaves_no_mark_on_what_the_next_one_may_change(
    world: World, office: Office
) -> None:
    for day in ("10/31/2026", "10/31/2028", "10/31/2026"):
        work = office.rows(carol(expires=day))
    assert work.count_findings() == {"expires_earlier": 1}
    assert office.rows(carol(expires="10/31/2026")).count()["findings"] == 0
    newer = office.rows(carol(expires="11/30/2028"))
    assert (newer.count()["cycles_moved"], newer.count()["findings_settled"]) == (1, 1)
    assert newer.count_findings() == {"stated_day_differs": 1}
    with world.database.reading() as session:
        assert list(session.scalars(select(Cycle.due_on).where(Cycle.closed_on.is_(None)))) == [date(2028, 11, 30)]


@pytest.mark.parametrize(("choice", "day"), [("stated", date(2026, 10, 30)), ("computed", date(2026, 10, 31))])
def test_an_earlier_day_beside_the_rules_is_decided_by_its_one_finding(
    world: World, office: Office, choice: Choice, day: date
) -> None:
    office.rows(carol())
    office.rows(carol(expires="10/30/2026"))
    with world.database.writing() as session:
        finding = session.scalars(select(Finding).where(Finding.kind == "expires_earlier")).one()
        decide_day(session, world.rulebook, finding, choice, actor=world.actor, at=world.at)
    with world.database.reading() as session:
        assert list(session.scalars(select(Cycle.due_on))) == [day]
    assert open_kinds(world) == []
    again = office.rows(carol(expires="10/30/2026"))  # the file still says what somebody has decided against
    assert again.count_findings() == ({"mended_by_hand": 1} if choice == "computed" else {})
    with world.database.reading() as session:
        assert list(session.scalars(select(Cycle.due_on))) == [day]
