"""What a letter gives to a whole group: seen before, done as it was seen, gone on with after a kill, and taken back."""

from datetime import date, timedelta

import pytest
from kit.applications import give, list_terms, make_granter, stand, undo
from kit.counting import counting_statements
from kit.credits import DUE, Cast, act_as, list_events, log, make_new
from kit.group_acts import (
    LATER,
    add_crowd,
    add_people,
    begin,
    give_all,
    give_some,
    list_given,
    load_act,
    make_wish,
    plan,
    start_taking_back,
    take_back_all,
    work,
)
from kit.planning import Planner
from kit.rules import CPPS, CPS
from kit.world import World

from certtrack.db.models import GroupAct
from certtrack.errors import BadInput, NotAllowed, Refused, StaleRecord
from certtrack.security import Role
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import NewCycle, get_cycle, move_due_day, open_cycle
from certtrack.services.group_acts.acts import begin_group_act
from certtrack.services.group_acts.plan import compare


def list_names(found: object) -> list[str]:
    return [one.member.name.split()[0] for one in found]  # type: ignore[attr-defined]  # members or those left out


def test_before_anything_is_written_each_is_seen_before_and_after(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(5), cast.cps)
    world.move_to(date(2026, 11, 20))
    planned = plan(world, make_wish(due_on=LATER, waives=("ethics_boundaries",), takes_off=(("total", 240),)))
    [one] = planned.members
    assert (one.before.due_on, one.before.validity, one.before.open_minutes) == (DUE, "grace", 15 * 60)
    assert (one.after.due_on, one.after.validity, one.after.open_minutes) == (LATER, "current", 11 * 60)
    assert [new.kind for new in one.gives] == ["waiver", "reduction", "extension"]
    assert (list_terms(world, cast.cps)[0].due_on, list_events(world, "group_act")) == (DUE, [])


def test_who_is_left_out_is_listed_with_the_reason(world: World, cast: Cast, planner: Planner) -> None:
    people = add_people(world, 4)
    extended, revoked, waived, later = people
    give(world, extended[1], due_on=date(2027, 3, 31))
    planner.act(revoked[1], "revoked", date(2026, 4, 1))
    give(world, waived[1], "waiver")
    own = act_as(world, world.account("carol2", Role.AGENCY_ADMINISTRATOR, person_id=cast.carol))
    with world.database.writing() as session:
        move_due_day(
            session, world.rulebook, get_cycle(session, later[2]), LATER, due_source="stated", computed_due_on=None,
            armed_on=world.today, reason=None, actor=world.actor, at=world.at,
        )  # fmt: skip
    planned = plan(world, make_wish(due_until_on=LATER), actor=own)
    assert {one.member.person_id: one.why for one in planned.left_out} == {
        cast.carol: "own_record", extended[0]: "extended_already", revoked[0]: "revoked", later[0]: "not_later",
    }  # fmt: skip
    assert list_names(planned.members) == ["Person2"]
    hours = plan(world, make_wish(waives=("total",)))
    assert [one.why for one in hours.left_out] == ["revoked", "already"]
    assert extended[0] in {one.member.person_id for one in hours.members}, "the hours are waived for them all the same"


def test_a_month_more_is_from_the_day_that_was_theirs_and_never_twice(world: World, cast: Cast) -> None:
    give_all(world, make_wish(months_later=3))
    assert list_terms(world, cast.cps)[0].due_on == date(2027, 1, 31)
    again = plan(world, make_wish(months_later=3))
    assert [one.why for one in again.left_out] == ["extended_already"]


def test_a_cycle_isnt_due_before_it_starts_nor_on_anothers_day(world: World, cast: Cast) -> None:
    [ahead] = add_people(world, 1, date(2028, 10, 31))
    [two] = add_people(world, 1, start_on=date(2024, 1, 1))
    with world.database.writing() as session:
        certification = get_certification(session, two[1])
        newer = NewCycle(date(2024, 1, 1) - timedelta(days=9), date(2026, 11, 1), "stated", world.today)
        open_cycle(session, world.rulebook, certification, newer, actor=world.actor, at=world.at)
    planned = plan(world, make_wish(due_until_on=date(2028, 10, 31), due_on=date(2026, 11, 1)))
    assert {one.member.person_id: one.why for one in planned.left_out if one.why != "newer_cycle"} == {
        two[0]: "day_taken", ahead[0]: "before_start",
    }  # fmt: skip


def test_a_letter_reaching_back_over_a_gap_makes_somebody_late_current_again(world: World, cast: Cast) -> None:
    world.move_to(date(2026, 12, 20))
    asked, before = date(2026, 12, 10), world.at
    assert stand(world, cast.cps, asked).validity == "late"
    world.at += timedelta(hours=1)
    act_id = give_all(world, make_wish(from_on=date(2026, 10, 15)))
    known = world.at
    assert stand(world, cast.cps, asked).validity == "current"
    world.at += timedelta(hours=1)
    take_back_all(world, act_id)
    assert [stand(world, cast.cps, asked, at).validity for at in (before, known, None)] == ["late", "current", "late"]
    [cycle] = list_terms(world, cast.cps)
    assert (cycle.due_on, cycle.due_source) == (DUE, "stated")
    act = load_act(world, act_id)
    assert (act.state, act.skipped, act.kept) == ("undone", [], [])


def test_those_past_an_earlier_extended_day_are_reached_by_the_next_letter(world: World, cast: Cast) -> None:
    first = give_all(world, make_wish(due_on=date(2027, 2, 28)))
    world.move_to(date(2027, 5, 18))
    assert stand(world, cast.cps, date(2027, 5, 1)).validity == "late"
    second = give_all(
        world,
        make_wish(
            due_from_on=date(2027, 2, 28), due_until_on=date(2027, 2, 28), due_on=date(2029, 8, 30), waives=("total",)
        ),
    )
    now = stand(world, cast.cps, date(2027, 5, 1))
    assert (now.validity, now.hours, now.days and now.days.due_on) == ("current", "complete", date(2029, 8, 30))
    take_back_all(world, first)
    assert [one["why"] for one in load_act(world, first).kept] == ["moved"], "the second rests on it"
    take_back_all(world, second)
    assert list_terms(world, cast.cps)[0].due_on == date(2027, 2, 28)


def test_killed_between_batches_it_goes_on_and_gives_nothing_twice(world: World, cast: Cast) -> None:
    people = add_people(world, 5)
    planned = plan(world)
    act_id = begin(world, planned)
    assert give_some(world, act_id, 2) == 2
    assert (load_act(world, act_id).done, len(list_given(world, act_id))) == (2, 2)
    world.at += timedelta(days=1)
    assert begin(world, planned) == act_id, "the same again is the same act"
    work(world, act_id)
    act = load_act(world, act_id)
    assert (act.state, act.done, act.finished_at) == ("given", 6, world.at)
    assert len(list_given(world, act_id)) == 6
    assert {list_terms(world, one)[0].due_on for one in (cast.cps, *(one[1] for one in people))} == {LATER}
    work(world, act_id)
    assert len(list_given(world, act_id)) == 6
    start_taking_back(world, act_id)
    work(world, act_id, batches=1)
    assert 0 < sum(one.is_withdrawn for one in list_given(world, act_id)) < 6
    work(world, act_id)
    assert all(one.is_withdrawn for one in list_given(world, act_id))


def test_one_event_names_everybody_and_each_change_has_its_own(world: World, cast: Cast) -> None:
    [other] = add_people(world, 1)
    act_id = give_all(world)
    everybody = sorted([cast.carol, other[0]])
    assert list_events(world, "group_act") == [("group_act.begun", everybody)]
    assert sorted(list_events(world, "waiver")) == [("waiver.given", [number]) for number in everybody]
    take_back_all(world, act_id)
    assert list_events(world, "group_act")[-1] == ("group_act.undone", everybody)


def test_what_has_changed_since_it_was_looked_at_is_told_and_nothing_written(world: World, planner: Planner) -> None:
    gone, moved = add_people(world, 2)
    seen = plan(world)
    give(world, moved[1], due_on=date(2026, 11, 30))
    [new] = add_people(world, 1)
    planner.close(gone[2])
    now = plan(world)
    with world.database.writing() as session, pytest.raises(StaleRecord, match="has changed since you looked"):
        begin_group_act(session, now, seen.digest, actor=world.actor, at=world.at)
    with world.database.reading() as session:
        found = compare(session, now, seen.seen, actor=world.actor, at=world.at)
        assert not compare(session, now, now.seen, actor=world.actor, at=world.at)
        assert session.query(GroupAct).count() == 0
    people = [[one.person_id for one in which] for which in (found.added, found.changed, found.gone)]
    assert people == [[new[0]], [moved[0]], [gone[0]]]
    assert found.gone_unseen == 0


def test_of_two_letters_at_once_the_second_leaves_what_the_first_changed(world: World, cast: Cast) -> None:
    add_people(world, 2)
    one, other = plan(world, make_wish(months_later=3)), plan(world, make_wish(months_later=2))
    first, second = begin(world, one), begin(world, other)
    assert (give_some(world, first, 1), give_some(world, second, 2)) == (1, 2)
    work(world, first)
    work(world, second)
    assert [skip["why"] for skip in load_act(world, second).skipped] == ["changed", "changed"]
    assert [skip["why"] for skip in load_act(world, first).skipped] == ["changed"]
    given = {list_given(world, first)[0].cycle_id, *(row.cycle_id for row in list_given(world, first))}
    assert given.isdisjoint(row.cycle_id for row in list_given(world, second))
    assert len(list_given(world, first)) + len(list_given(world, second)) == 3


def test_what_was_changed_by_hand_since_is_kept_and_listed_when_it_is_taken_back(
    world: World, planner: Planner
) -> None:
    people = add_people(world, 3)
    act_id = give_all(world, make_wish(due_on=LATER, waives=("total",)))
    by_cycle = {(row.cycle_id, row.kind): row.id for row in list_given(world, act_id)}
    undo(world, by_cycle[people[0][2], "waiver"])
    give(world, people[1][1], due_on=date(2027, 2, 28))
    planner.close(people[2][2])
    take_back_all(world, act_id)
    kept = {one["waiver"]: one["why"] for one in load_act(world, act_id).kept}
    assert kept == {
        by_cycle[people[0][2], "waiver"]: "taken_back",
        by_cycle[people[1][2], "extension"]: "moved",
        by_cycle[people[2][2], "waiver"]: "over",
        by_cycle[people[2][2], "extension"]: "over",
    }
    assert list_terms(world, people[0][1])[0].due_on == DUE
    with pytest.raises(Refused, match="taken back already"):
        start_taking_back(world, act_id)


def test_one_under_way_can_be_taken_back_and_gives_no_more(world: World, cast: Cast) -> None:
    add_people(world, 3)
    act_id = begin(world, plan(world))
    give_some(world, act_id, 2)
    take_back_all(world, act_id)
    assert [row.is_withdrawn for row in list_given(world, act_id)] == [True, True]
    assert give_some(world, act_id, 2) == 0


def test_the_office_gives_it_for_its_own_and_a_programme_where_it_grants(world: World, cast: Cast) -> None:
    for actor in (cast.holder, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            plan(world, actor=actor)
    programme = act_as(world, world.account("grace", Role.PROGRAMME_ADMINISTRATOR))
    assert [len(plan(world, actor=actor).members) for actor in (cast.office, programme)] == [1, 0]
    make_granter(world)
    assert [len(plan(world, actor=actor).members) for actor in (cast.office, programme)] == [0, 1]


def test_only_those_who_were_picked_are_in_it_and_an_unknown_number_is_named(world: World, cast: Cast) -> None:
    one, other, _ = add_people(world, 3)
    picked = plan(world, make_wish(people=(str(one[0]), "cps-0", str(other[0]))))
    assert {each.member.person_id for each in picked.members} == {one[0], other[0]}
    assert picked.unknown == ("cps-0",)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due_on": None}, "Say what is given"),
        ({"waives": ("yoga",)}, "don't know 'yoga'"),
        ({"due_until_on": date(2026, 10, 30)}, "lies before the first"),
        ({"from_on": date(2026, 5, 16)}, "still to come"),
        ({"due_on": DUE}, "one later day"),
    ],
)
def test_what_no_group_can_be_given_is_refused_by_its_place(
    world: World, values: dict[str, object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        plan(world, make_wish(**values))


def test_nobody_in_it_is_nothing_to_put_on_record(world: World, cast: Cast) -> None:
    with pytest.raises(Refused, match="Nobody would get anything"):
        begin(
            world, plan(world, make_wish(pack_key=CPPS, due_from_on=date(2020, 1, 31), due_until_on=date(2020, 1, 31)))
        )
    assert plan(world, make_wish(pack_key=CPS)).members


def test_two_thousand_people_are_seen_in_few_queries(world: World) -> None:
    add_crowd(world, 2_000)
    with counting_statements(world.database) as asked:
        planned = plan(world)
    assert len(planned.members) == 2_000
    assert len(asked) < 100


def test_more_than_one_act_is_for_are_refused_with_what_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certtrack.services.group_acts.plan.MOST_MEMBERS", 2)
    add_people(world, 3)
    with pytest.raises(Refused, match="3 are in it; one act is for 2 at most"):
        plan(world)
