"""The queue, a page at a time: narrowed and placed by the database, in as few statements for 200 as for one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from kit.counting import counting_statements
from kit.credits import DUE, Cast, act_as, decide, find_claim, log, make_new
from kit.many import multiply
from kit.world import World

from certtrack.db.models import Person
from certtrack.security import Actor, Role
from certtrack.services.credits.claims import answer_claim, get_claim
from certtrack.services.credits.likely import LikelyDouble
from certtrack.services.credits.queue import QueuePage, list_queue
from certtrack.services.credits.waiting import MOST_NAMED, PAGE, Narrowing, select_waiting

AT_MOST = 6


def ask(world: World, actor: Actor, **asked: object) -> QueuePage:
    with world.database.reading() as session:
        narrowing = replace(Narrowing(), **asked)  # type: ignore[arg-type]  # as its fields are
        return list_queue(session, world.rulebook, actor, world.today, narrowing)


def log_many(world: World, cast: Cast, count: int) -> list[int]:
    """So many credits, an hour apart: their claims."""
    claims = []
    for place in range(count):
        world.at += timedelta(hours=1)
        credit = log(world, cast.carol, make_new(1 + place % 5, title=f"Course {place}"), cast.cps)
        claims.append(find_claim(world, credit, cast.cps)[0])
    return claims


def titles(page: QueuePage) -> list[str]:
    return [item.credit.title for item in page.items]


def test_a_page_has_its_part_and_the_claim_that_is_asked_for_has_its_neighbours_on_other_pages_too(
    world: World, cast: Cast
) -> None:
    claims = log_many(world, cast, PAGE + 2)
    first, second = ask(world, cast.supervisor), ask(world, cast.supervisor, number=2)
    assert (titles(first)[0], len(first.items), first.has_more, first.previous_id) == ("Course 0", PAGE, True, None)
    assert (titles(second), second.first, second.has_more) == ([f"Course {PAGE}", f"Course {PAGE + 1}"], 26, False)
    assert (ask(world, cast.supervisor, number=99).number, first.waiting.total) == (2, PAGE + 2)

    for place in (0, 7, PAGE - 1, PAGE, PAGE + 1):
        page = ask(world, cast.supervisor, claim_id=claims[place])
        assert page.desk is not None
        beside = (claims[place - 1] if place else None, claims[place + 1] if place <= PAGE else None)
        assert (page.desk.credit.claim.id, page.previous_id, page.next_id) == (claims[place], *beside)
        assert (page.number, page.is_missed) == (1 + place // PAGE, False)


def test_after_an_answer_the_next_one_lies_there_and_after_the_last_those_that_were_passed_over(
    world: World, cast: Cast
) -> None:
    claims = log_many(world, cast, 3)
    decide(world, claims[1], "checked", actor=cast.supervisor)
    found = [ask(world, cast.supervisor, after_id=number) for number in claims]
    assert [page.desk and page.desk.credit.claim.id for page in found] == [claims[2], claims[2], claims[0]]
    assert not any(page.is_missed for page in found)
    missed = ask(world, cast.supervisor, claim_id=claims[1])
    assert (missed.is_missed, missed.desk and missed.desk.credit.claim.id) == (True, claims[2])
    assert ask(world, cast.supervisor, claim_id=99_999).is_missed


def test_it_is_narrowed_to_a_person_or_a_name_and_counts_all(world: World, cast: Cast) -> None:
    erin = world.person("Érin", chosen_name="Ree Lee")
    earlier = world.person("Erna")
    for number, hours in ((erin, 2), (earlier, 3)):
        log(world, number, make_new(hours, title=f"Of {number}"), world.certify(number, DUE)[0])
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = erin
    log_many(world, cast, 2)

    page = ask(world, cast.office, person_id=erin)
    assert titles(page) == [f"Of {erin}", f"Of {earlier}"]
    assert (page.waiting.waiting, page.waiting.everybody, page.waiting.total) == (4, 2, 2)
    assert [(one.name, one.count) for one in page.waiting.people] == [("Carol Example", 2), ("Ree Lee", 2)]
    for words, total in (("example, erin", 2), ("REE", 2), ("carol", 2), ("erin carol", 0), ("%", 0)):
        assert ask(world, cast.office, words=words).waiting.total == total, words
    nothing = ask(world, cast.office, person_id=cast.carol + 999)
    assert (nothing.items, nothing.desk, nothing.waiting.waiting) == ((), None, 4)
    empty = ask(world, cast.stranger)
    assert (empty.waiting.waiting, empty.waiting.oldest_at, empty.waiting.people) == (0, None, ())


def test_two_hundred_ask_as_much_as_one_and_very_many_people_are_not_named(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(2), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "returned", reason_code="duplicate", actor=cast.supervisor)
    with world.database.writing() as session:
        found = get_claim(session, claim)
        answer_claim(session, world.rulebook, found, "It isn't", expected_no=2, actor=cast.holder, at=world.at)

    def count(actor: Actor) -> tuple[int, int]:
        with counting_statements(world.database) as asked:
            page = ask(world, actor)
        return page.waiting.total, len(asked)

    programme = act_as(world, world.account("programme", Role.PROGRAMME_ADMINISTRATOR, everywhere=True))
    one = count(cast.supervisor)
    assert (one[0], one[1] <= AT_MOST) == (1, True)
    multiply(world.database, 200, {"person": [cast.carol]})
    many = count(cast.supervisor)
    assert (many, count(programme)[1] <= AT_MOST) == ((201, one[1]), True)
    waiting = ask(world, cast.office).waiting
    assert (waiting.people, waiting.everybody > MOST_NAMED) == ((), True)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_waits_is_found_by_its_index_in_its_order(world: World, cast: Cast) -> None:
    with world.database.reading() as session:
        query = select_waiting(cast.office, world.today, Narrowing()).limit(PAGE)
        compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert "SCAN claim USING INDEX ix_claim_waiting" in plan
    assert not [step for step in plan if "ORDER BY" in step]


def show_doubles(world: World, cast: Cast, credit: int) -> list[LikelyDouble]:
    page = ask(world, cast.supervisor, claim_id=find_claim(world, credit, cast.cps)[0])
    assert page.desk is not None
    return list(page.desk.doubles)


def test_what_may_be_the_same_once_more_stands_beside_it_the_likeliest_first(world: World, cast: Cast) -> None:
    day = date(2026, 3, 2)
    shown: dict[str, Any] = {"title": "Boundaries and Social Media", "provider": "Example Cooperative", "last_on": day}
    near = log(
        world, cast.carol, make_new(3, **(shown | {"title": "Boundaries Online", "last_on": day - timedelta(days=1)}))
    )
    again = log(world, cast.carol, make_new(3, **shown), cast.cps)
    log(world, cast.carol, make_new(3, **(shown | {"title": "Other", "provider": "X", "last_on": day})), cast.cps)
    log(world, cast.carol, make_new(2, **(shown | {"last_on": day - timedelta(days=40)})), cast.cps)
    late = log(
        world, cast.carol, make_new(2, **(shown | {"provider": "X", "last_on": day + timedelta(days=20)})), cast.cps
    )
    decide(world, find_claim(world, again, cast.cps)[0], "checked", actor=cast.supervisor)
    asked = log(world, cast.carol, make_new(3, **shown), cast.cps)

    found = show_doubles(world, cast, asked)

    assert [one.credit_id for one in found] == [again, near, late]
    assert [(one.is_same, one.decision, one.days_apart) for one in found] == [
        (True, "checked", 0), (False, None, 1), (False, "waiting", 20),
    ]  # fmt: skip
    assert [one.alike for one in found] == [
        ("title", "provider", "minutes"), ("words", "provider", "minutes"), ("title",),
    ]  # fmt: skip


@pytest.mark.parametrize("provider", [None, ""])
def test_two_of_nobody_have_no_provider_alike(world: World, cast: Cast, provider: str | None) -> None:
    log(world, cast.carol, make_new(3, title="Alpha", provider=provider), cast.cps)
    asked = log(world, cast.carol, make_new(3, title="Omega", provider=provider), cast.cps)
    assert show_doubles(world, cast, asked) == []
