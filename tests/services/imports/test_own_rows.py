"""What somebody else is to say of whoever gives a file on a page doesn't go in by that file."""

from datetime import date

from kit.attendance_list import HEADS as ATTENDANCE_HEADS
from kit.attendance_list import row as was_there
from kit.credit_log import HEADS as CREDIT_HEADS
from kit.credit_log import row as course
from kit.exam_results import HEADS as EXAM_HEADS
from kit.exam_results import row as sat
from kit.import_desk import Desk, make_desk
from kit.roster import carol as listed
from kit.roster import make_csv
from kit.supervision_log import HEADS as SUPERVISION_HEADS
from kit.supervision_log import row as met
from kit.trainings import plan
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Credit, Signature, SupervisionSession, TrainingAttendance
from certtrack.services.exam_results.mapping import NO_MAPPING
from certtrack.services.exam_results.rows import read_results
from certtrack.services.exam_results.runs import Import as Results
from certtrack.services.merges import merge_people
from certtrack.services.on_behalf import in_its_name
from certtrack.services.organizations import get_organization
from certtrack.services.own_numbers import list_own_numbers

OTHER = "dave@example.org"


def make_own_desk(world: World) -> Desk:
    """Of Carol, who administers; Bob and Dave are on record too."""
    people = {name: world.person(name, address=f"{name.lower()}@example.org") for name in ("Carol", "Bob", "Dave")}
    return make_desk(world, person_id=people["Carol"])


def count(world: World, model: type[Credit | SupervisionSession | TrainingAttendance | Signature]) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_ones_own_time_in_a_training_is_for_somebody_else_to_bring_in(world: World) -> None:
    own = make_own_desk(world)
    plan(world)
    data = make_csv(was_there(), was_there(address=OTHER), heads=ATTENDANCE_HEADS)
    assert own.problems(data, "attendance") == [(2, "own_record")]
    assert own.write(own.give(data, kind="attendance"))
    assert count(world, TrainingAttendance) == 1
    colleague = make_desk(world, "erin")
    assert colleague.problems(data, "attendance") == []


def test_a_row_that_another_looked_at_is_ones_own_all_the_same_when_one_starts_it(world: World) -> None:
    own = make_own_desk(world)
    plan(world)
    colleague = make_desk(world, "erin")
    number = colleague.give(make_csv(was_there(), heads=ATTENDANCE_HEADS), kind="attendance")
    colleague.work(number)
    own.write(number)
    assert [one["problem"] for one in own.look(number).told["refused"]] == ["own_record"]
    assert count(world, TrainingAttendance) == 0


def test_ones_own_credits_and_supervision_are_for_somebody_else_too(world: World) -> None:
    own = make_own_desk(world)
    credits_ = make_csv(course(), course(address=OTHER), heads=CREDIT_HEADS)
    assert own.problems(credits_, "credits") == [(2, "own_record")]
    group = met(people=f"{OTHER}; carol@example.org", kind="group")
    sessions = make_csv(met(), group, met(people=OTHER), heads=SUPERVISION_HEADS)
    assert own.problems(sessions, "supervision") == [(2, "own_record"), (3, "own_record")]
    own.write(own.give(credits_, kind="credits"))
    own.write(own.give(sessions, kind="supervision"))
    assert (count(world, Credit), count(world, SupervisionSession), count(world, Signature)) == (1, 1, 2)


def test_what_one_held_goes_in_and_somebody_else_says_what_was_signed(world: World) -> None:
    own = make_own_desk(world)
    held = met(supervisor="carol@example.org", people=OTHER)
    assert own.problems(make_csv(held, heads=SUPERVISION_HEADS), "supervision") == [(2, "was_there")]
    own.write(own.give(make_csv(held, heads=SUPERVISION_HEADS), kind="supervision"))
    assert (count(world, SupervisionSession), count(world, Signature)) == (1, 0)


def test_a_record_that_was_made_one_with_another_is_ones_own_by_either(world: World) -> None:
    own = make_own_desk(world)
    plan(world)
    twin = world.person("Carol", address="twin@example.org")
    world.certify(twin, date(2026, 10, 31))
    with world.database.writing() as session:
        merge_people(
            session, world.rulebook, own.actor.person_id or 0, twin, reason="one", actor=world.actor, at=world.at
        )
        assert list_own_numbers(session, own.actor) == {own.actor.person_id, twin}
        owner = get_organization(session, "lakeside")
    data = make_csv(was_there(address="twin@example.org"), heads=ATTENDANCE_HEADS)
    assert own.problems(data, "attendance") == [(2, "own_record")]
    file = read_results(
        "r.csv",
        make_csv(sat(address="twin@example.org"), heads=EXAM_HEADS),
        NO_MAPPING,
        world.rulebook.packs,
        world.today,
    )
    work = Results(file, owner, world.rulebook, in_its_name(own.actor.key), world.at)
    with world.database.reading() as session:
        work.prepare(session)
    assert [fault.problem for row in work.returned for fault in row.faults] == ["own_exam"]


def test_a_roster_names_everybody_whoever_gives_it(world: World) -> None:
    own = make_own_desk(world)
    assert own.problems(make_csv(listed(name="Example, Carol", supervisor="")), "roster") == []
