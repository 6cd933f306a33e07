"""What rests on rules is made anew once a value is confirmed, or a new version comes: each certification once."""

import threading
import tomllib
from dataclasses import replace
from datetime import date

import pytest
from kit.credits import log, make_new
from kit.databases import on_both
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.models import AuditEvent, AuditValue, Certification, Cycle, RuleRecount, StandingSpan
from certtrack.packs import Packs
from certtrack.packs.reading import read_content
from certtrack.services.confirmations import confirm_rule
from certtrack.services.rebuilding import count_certifications, find_range, plan_rebuilt
from certtrack.services.recounts import (
    begin_for_new_versions,
    begin_recount,
    find_newest_recount,
    find_outdated,
    list_open_recounts,
    recount_batch,
    work_at_recount,
)
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import lock_certifications

DUE, AS_OF, SAID_ON = date(2026, 10, 31), date(2026, 5, 15), date(2026, 5, 4)


def certify(world: World, count: int = 5) -> list[int]:
    with world.database.writing() as session:
        made = [world.add_certification(session, world.add_person(session), DUE) for _ in range(count)]
    return [number for number, _ in made]


def say(world: World, key: str, value: str) -> RuleRecount:
    with world.database.writing() as session:
        confirm_rule(
            session, world.rulebook, CPS, key, value,
            source="Letter of the program", on=SAID_ON, actor=world.actor, at=world.at,
        )  # fmt: skip
        recount = find_newest_recount(session, CPS)
    assert recount is not None
    return recount


def batch(world: World, recount: RuleRecount, limit: int, rulebook: Rulebook | None = None) -> int:
    with world.database.writing() as session:
        return recount_batch(session, rulebook or world.rulebook, recount.id, at=world.at, limit=limit)


def finish(world: World, recount: RuleRecount, rulebook: Rulebook | None = None) -> RuleRecount:
    rules = rulebook or world.rulebook
    work_at_recount(world.database.writing, rules, recount.id, now=lambda: world.at)
    with world.database.reading() as session:
        return session.get_one(RuleRecount, recount.id)


def list_recounts(world: World, key: str = CPS) -> list[RuleRecount]:
    with world.database.reading() as session:
        query = select(RuleRecount).where(RuleRecount.pack_key == key).order_by(RuleRecount.no)
        return list(session.scalars(query))


def is_as_computed(world: World, rulebook: Rulebook) -> bool:
    """True where the spans on record are those that these rules give."""
    with world.database.reading() as session:
        first, last = find_range(session, 0, count_certifications(session)) or (0, 0)
        return plan_rebuilt(session, rulebook, first, last, at=world.at)[1] == []


def make_newer(world: World, *words: tuple[str, str]) -> Rulebook:
    """The rules once a second version of the pack is there, which speaks for all cycles due from 2026 on."""
    old = world.rulebook.packs.get(CPS)
    text = old.raw.replace("version = 1\n", "version = 2\n", 1).replace("2022-01-01", "2026-01-01", 1)
    for before, after in words:
        assert before in text
        text = text.replace(before, after, 1)
    new = read_content("next.toml", tomllib.loads(text), "2" * 64, text)
    return replace(world.rulebook, packs=Packs([*world.rulebook.packs.list(), new]))


def test_batches_go_on_where_the_last_one_ended_and_count_who_stands_otherwise(world: World) -> None:
    numbers = certify(world)
    with world.database.writing() as session:
        session.execute(update(Cycle).values(next_stage_on=DUE))
    recount = say(world, "weekend", "next_day")  # the due day is a Saturday
    assert (recount.state, recount.total, recount.looked_at) == ("open", 5, 0)

    assert batch(world, recount, 2) == 2
    (half,) = list_recounts(world)
    assert (half.after_id, half.looked_at, half.changed) == (numbers[1], 2, 2)
    with world.database.reading() as session:
        ahead = session.scalars(select(Cycle.certification_id).where(Cycle.next_stage_on == DUE).order_by(Cycle.id))
        assert list(ahead) == numbers[2:]  # the planner looks at the others again

    done = finish(world, recount)
    assert (done.state, done.looked_at, done.changed, done.ended_at) == ("done", 5, 5, world.at)
    assert batch(world, recount, 2) == 0
    assert is_as_computed(world, world.rulebook)


def test_who_stands_as_before_is_looked_at_and_not_counted_as_changed(world: World) -> None:
    certify(world, 2)
    done = finish(world, say(world, "fees.exam_route", "5000"))
    assert (done.looked_at, done.changed) == (2, 0)


def test_a_pack_that_nobody_holds_is_through_at_once(world: World) -> None:
    done = finish(world, say(world, "weekend", "next_day"))
    assert (done.state, done.total, done.looked_at) == ("done", 0, 0)


def test_the_end_is_in_the_audit_in_the_name_of_who_confirmed(world: World) -> None:
    certify(world, 2)
    recount = finish(world, say(world, "weekend", "next_day"))
    query = select(AuditEvent, AuditValue.details).join(AuditValue, AuditValue.event_id == AuditEvent.id)
    with world.database.reading() as session:
        ((event, details),) = session.execute(query.where(AuditEvent.action == "rule.recounted")).all()
    assert (event.actor, event.subject_id) == (world.actor.key, recount.confirmation_id)
    assert details == {"pack": CPS, "version": 1, "looked_at": 2, "changed": 2}


def test_a_newer_confirmation_begins_at_the_first_certification_again(world: World) -> None:
    certify(world, 4)
    first = say(world, "weekend", "next_day")
    batch(world, first, 2)
    second = say(world, "earn_until", "late")
    assert [(one.no, one.state) for one in list_recounts(world)] == [(1, "overtaken"), (2, "open")]
    assert batch(world, first, 2) == 0
    assert finish(world, second).looked_at == 4
    assert is_as_computed(world, world.rulebook)


def test_taken_back_all_stand_as_before(world: World) -> None:
    certify(world, 3)
    finish(world, say(world, "weekend", "next_day"))
    assert finish(world, say(world, "weekend", "unknown")).changed == 3
    assert is_as_computed(world, world.rulebook)


def test_another_certification_that_shares_a_credit_is_made_anew_with_it(world: World) -> None:
    carol = world.person()
    cps, cpps = world.certify(carol, DUE)[0], world.certify(carol, DUE, pack="us-wi-cpps")[0]
    log(world, carol, make_new(2), cps, cpps)
    with world.database.writing() as session:
        wrong = update(StandingSpan).where(StandingSpan.certification_id == cpps)
        session.execute(wrong.values(hours="complete"))
    done = finish(world, say(world, "weekend", "next_day"))
    assert done.looked_at == 1
    assert is_as_computed(world, world.rulebook)


@on_both
def test_whoever_has_a_lower_one_that_shares_a_credit_never_waits_in_a_ring(world: World) -> None:
    carol = world.person()
    cpps, cps = world.certify(carol, DUE, pack="us-wi-cpps")[0], world.certify(carol, DUE)[0]
    log(world, carol, make_new(2), cps, cpps)
    recount, faults = say(world, "weekend", "next_day"), list[BaseException]()

    def work() -> None:
        try:
            batch(world, recount, 2)
        except BaseException as error:  # noqa: BLE001  # told by the test
            faults.append(error)

    with world.database.writing() as session:
        lock_certifications(session, [cpps])
        other = threading.Thread(target=work)
        other.start()
        other.join(0.5)
        assert other.is_alive()
        lock_certifications(session, [cps])
    other.join(30)
    assert faults == []
    assert finish(world, recount).looked_at == 1


def test_two_processes_at_once_do_each_certification_once(world: World) -> None:
    numbers = certify(world, 30)
    before = count_projected(world)
    recount = say(world, "weekend", "next_day")
    ready, faults = threading.Barrier(3), list[BaseException]()

    def work() -> None:
        try:
            ready.wait(30)
            while batch(world, recount, 2):
                pass
        except BaseException as error:  # noqa: BLE001  # told by the test
            faults.append(error)

    others = [threading.Thread(target=work) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join(60)
    assert faults == []
    (done,) = list_recounts(world)
    assert (done.state, done.looked_at, done.changed, done.after_id) == ("done", 30, 30, numbers[-1])
    assert {number: count - before[number] for number, count in count_projected(world).items()} == dict.fromkeys(
        numbers, 1
    )
    assert is_as_computed(world, world.rulebook)


def count_projected(world: World) -> dict[int, int]:
    with world.database.reading() as session:
        rows = session.execute(select(Certification.id, Certification.projected_no))
        return {row.id: row.projected_no for row in rows}


def test_a_confirmation_waits_for_the_batch_at_work_and_begins_after_it(world: World) -> None:
    certify(world, 3)
    recount = say(world, "weekend", "next_day")
    with world.database.writing() as session:
        assert recount_batch(session, world.rulebook, recount.id, at=world.at, limit=2) == 2
        other = threading.Thread(target=say, args=(world, "earn_until", "late"))
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(30)
    first, second = list_recounts(world)
    assert (first.state, first.looked_at, second.state) == ("overtaken", 2, "open")
    assert finish(world, second).looked_at == 3
    assert is_as_computed(world, world.rulebook)


@on_both
def test_a_certification_that_is_put_on_record_while_a_value_is_confirmed_is_counted_by_it(world: World) -> None:
    certify(world, 3)

    def confirm_and_recount() -> None:
        finish(world, say(world, "weekend", "next_day"))

    other = threading.Thread(target=confirm_and_recount)
    with world.database.writing() as session:
        world.add_certification(session, world.add_person(session), DUE)
        other.start()
        other.join(1)  # long enough to be through, if it didn't wait
    other.join(30)
    (done,) = list_recounts(world)
    assert (done.state, done.looked_at) == ("done", 4)
    assert is_as_computed(world, world.rulebook)


def test_a_batch_that_breaks_off_leaves_nothing_of_itself(world: World) -> None:
    certify(world, 4)
    recount = say(world, "weekend", "next_day")
    with pytest.raises(RuntimeError):
        break_off(world, recount)
    assert [(one.after_id, one.looked_at) for one in list_recounts(world)] == [(0, 0)]
    assert finish(world, recount).changed == 4


def break_off(world: World, recount: RuleRecount) -> None:
    with world.database.writing() as session:
        assert recount_batch(session, world.rulebook, recount.id, at=world.at, limit=2) == 2
        raise RuntimeError


def begin_new(world: World, rulebook: Rulebook) -> int:
    with world.database.writing() as session:
        return begin_for_new_versions(session, rulebook, by="job:recount_rules", at=world.at)


def test_where_nobody_holds_anything_versions_are_put_on_record_and_nothing_is_to_do(world: World) -> None:
    assert begin_new(world, world.rulebook) == len({pack.key for pack in world.rulebook.packs.list()})
    assert begin_new(world, world.rulebook) == 0
    with world.database.reading() as session:
        assert list_open_recounts(session, world.rulebook) == []
        assert find_outdated(session, world.rulebook) == []


def test_a_new_version_of_a_pack_makes_anew_what_rests_on_it(world: World) -> None:
    begin_new(world, world.rulebook)
    certify(world, 3)
    newer = make_newer(world, ("[grace]\nmonths = 1", "[grace]\nmonths = 3"))
    assert not is_as_computed(world, newer)
    assert begin_new(world, newer) == 1
    recount = list_recounts(world)[-1]
    assert (recount.version, recount.confirmation_id, recount.total) == (2, None, 3)
    done = finish(world, recount, newer)
    assert (done.state, done.changed) == ("done", 3)
    assert is_as_computed(world, newer)
    assert begin_new(world, newer) == 0


def test_a_process_of_before_the_new_version_neither_works_at_it_nor_begins_another(world: World) -> None:
    begin_new(world, world.rulebook)
    certify(world, 2)
    newer = make_newer(world)
    begin_new(world, newer)
    recount = list_recounts(world)[-1]
    assert batch(world, recount, 2) == 0
    with world.database.reading() as session:
        assert list_open_recounts(session, world.rulebook) == []
        assert find_outdated(session, world.rulebook) == []
        assert list_open_recounts(session, newer) == [recount.id]
    # what a page of such a process confirms is done by whoever knows the new one
    confirmed = say(world, "weekend", "next_day")
    assert finish(world, confirmed, newer).state == "done"
    assert is_as_computed(world, newer)


def test_two_that_begin_at_once_have_one_after_the_other(world: World) -> None:
    certify(world, 1)
    with world.database.writing() as session:
        begin_recount(session, world.rulebook, CPS, confirmation_id=None, by="one", at=world.at)
        other = threading.Thread(target=say, args=(world, "weekend", "next_day"))
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(30)
    assert [(one.no, one.state) for one in list_recounts(world)] == [(1, "overtaken"), (2, "open")]
