"""Credits are logged, amended by versions and withdrawn; every answer before and after stays what it was."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from kit.credits import DUE, Cast, amend, claim_of, count_minutes, decide, find_claim, list_events, log, make_new
from kit.databases import on_both
from kit.rules import CPS
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Claim, ClaimVersion, Credit, CreditVersion, Person, StandingSpan
from certtrack.errors import NotAllowed, NotFound, Refused, StaleRecord
from certtrack.rules.facts import CreditPart
from certtrack.rules.pack import SameBy, Value
from certtrack.services.credits.duplicates import USUAL, list_duplicates, list_keys
from certtrack.services.credits.records import get_credit, log_credit, withdraw_credit
from certtrack.services.cycles import close_cycle, get_cycle
from certtrack.services.locking import lock_people
from certtrack.services.standing import load_standings

AS_OF = date(2026, 5, 15)


def withdraw(world: World, credit_id: int, expected_no: int = 1) -> None:
    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit_id), expected_no=expected_no, reason="twice",
            actor=world.actor, at=world.at,
        )  # fmt: skip


def test_a_logged_credit_is_claimed_and_counts_at_once(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps, cast.cpps, cast.cps)

    assert count_minutes(world, cast.cps, AS_OF) == ("short", 1020)
    assert count_minutes(world, cast.cpps, AS_OF) == (
        "short",
        0,
    )  # due later: whether an hour counts twice is not published
    assert find_claim(world, credit, cast.cps)[1:] == find_claim(world, credit, cast.cpps)[1:] == (1, "waiting")
    with world.database.reading() as session:
        versions = session.execute(select(CreditVersion.no, CreditVersion.minutes, CreditVersion.parts)).all()
        assert versions == [(1, 1020, [{"minutes": 1020, "areas": []}])]
        assert session.scalar(select(func.count()).select_from(ClaimVersion)) == 2
    assert list_events(world, "credit") == [("credit.logged", [cast.carol])]


def test_without_a_certification_a_credit_counts_nowhere(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(17))
    assert count_minutes(world, cast.cps, AS_OF) == ("short", 0)


def test_nobody_claims_for_somebody_elses_certification(world: World, cast: Cast) -> None:
    other, _ = world.certify(world.person("Erin"), DUE)
    for number in (other, 9999):
        with pytest.raises(NotFound, match=f"number {number} on this person's record"):
            log(world, cast.carol, make_new(), cast.cps, number)
    with pytest.raises(NotFound):
        log(world, 9999, make_new())
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Credit)) == 0


def test_a_credit_is_claimed_for_certifications_from_before_a_merge(world: World, cast: Cast) -> None:
    earlier = world.person("Carrie")
    held, _ = world.certify(earlier, DUE)
    with world.database.writing() as session:
        session.get_one(Person, earlier).merged_into_id = cast.carol
    credit = log(world, earlier, make_new(20), held)
    assert count_minutes(world, held, AS_OF)[1] == 1200
    with world.database.reading() as session:
        assert get_credit(session, credit).person_id == cast.carol


def test_whoever_may_not_log_here_logs_amends_and_withdraws_nothing(world: World, cast: Cast) -> None:
    for actor in (cast.holder, cast.supervisor, cast.office):
        credit = log(world, cast.carol, make_new(1), cast.cps, actor=actor)
        assert amend(world, credit, make_new(2), actor=actor)
    with pytest.raises(NotAllowed):
        log(world, cast.carol, make_new(), actor=cast.stranger)
    with pytest.raises(NotAllowed):
        amend(world, credit, make_new(3), 2, actor=cast.stranger)
    with pytest.raises(NotAllowed), world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit), expected_no=2, reason=None,
            actor=cast.stranger, at=world.at,
        )  # fmt: skip


def test_who_has_seen_the_paper_is_on_record(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(proof="none"), actor=cast.holder)
    seen = []
    for no, (proof, actor) in enumerate(
        [
            *(("on_paper", cast.supervisor), ("none", cast.holder), ("on_paper", world.actor)),
            *(("none", cast.holder), ("on_paper", cast.holder)),
        ],
        1,
    ):
        amend(world, credit, make_new(proof=proof), no, actor=actor)
        amend(world, credit, make_new(proof=proof), no + 1, actor=cast.office)  # says the same: nothing is written
        with world.database.reading() as session:
            seen.append(get_credit(session, credit).proof_seen_by)
    assert seen == ["Bob Example", None, "test", None, None], "one's own paper nobody else has seen"


def test_an_amended_credit_counts_as_it_was_known_at_each_moment(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    first = world.at
    world.at += timedelta(days=1)
    assert amend(world, credit, make_new(21))
    second = world.at
    world.at += timedelta(days=1)
    withdraw(world, credit, 2)

    assert [count_minutes(world, cast.cps, AS_OF, at)[1] for at in (first, second - timedelta(seconds=1))] == [1020] * 2
    assert count_minutes(world, cast.cps, AS_OF, second) == ("unconfirmed", 1200)
    assert count_minutes(world, cast.cps, AS_OF, world.at) == count_minutes(world, cast.cps, AS_OF) == ("short", 0)
    assert count_minutes(world, cast.cps, date(2026, 3, 1), second) == ("short", 0)  # not earned yet on that day
    assert list_events(world, "credit") == [
        (f"credit.{what}", [cast.carol]) for what in ("logged", "amended", "withdrawn")
    ]


def test_the_spans_follow_each_change(world: World, cast: Cast) -> None:
    def list_hours() -> list[str]:
        with world.database.reading() as session:
            at = (StandingSpan.from_on <= AS_OF, StandingSpan.until_on >= AS_OF)
            query = select(StandingSpan.hours).where(StandingSpan.certification_id == cast.cps, *at)
            return list(session.scalars(query))

    credit = log(world, cast.carol, make_new(20), cast.cps)
    seen = list_hours()
    amend(world, credit, make_new(19))
    seen += list_hours()
    amend(world, credit, make_new(20), 2)
    seen += list_hours()
    withdraw(world, credit, 3)
    assert seen + list_hours() == ["unconfirmed", "short", "unconfirmed", "short"]


def test_what_says_the_same_is_no_version(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(areas=("area_4", "area_5")), cast.cps)
    assert not amend(world, credit, make_new(areas=("area_5", "area_4")))
    with world.database.reading() as session:
        assert session.scalars(select(CreditVersion.no)).all() == [1]
    assert list_events(world, "credit") == [("credit.logged", [cast.carol])]


@pytest.mark.parametrize(
    "values",
    [
        {"parts": (CreditPart(1021),)},
        {"parts": (CreditPart(1020, ("area_4",)),)},
        {"first_on": date(2026, 3, 1)},
        {"first_on": date(2026, 3, 1), "last_on": date(2026, 3, 1)},
        {"activity": "webinar"},
        {"form": None},
        {"role": "presenter"},
        {"proof": "none"},
    ],
)
@pytest.mark.parametrize("decided", [True, False])
def test_a_change_of_what_was_looked_at_has_it_looked_at_again(
    world: World, cast: Cast, values: dict[str, object], decided: bool
) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    claim, no, _ = find_claim(world, credit, cast.cps)
    if decided:
        decide(world, claim, "checked")
        no += 1
    amend(world, credit, replace(make_new(17), **values))  # type: ignore[arg-type]  # fields of one call

    assert find_claim(world, credit, cast.cps) == (claim, no + 1, "waiting")
    with pytest.raises(StaleRecord):  # whoever has the page still open saw the credit as it was
        decide(world, claim, "checked", no)


@pytest.mark.parametrize("values", [{"title": "Ethics"}, {"provider": None}, {"amount": "17.0"}])
def test_a_change_of_words_leaves_what_was_decided(world: World, cast: Cast, values: dict[str, object]) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "checked")
    assert amend(world, credit, replace(make_new(17), **values))  # type: ignore[arg-type]  # fields of one call
    assert find_claim(world, credit, cast.cps) == (claim, 2, "checked")


def test_what_was_returned_stays_so_until_it_is_answered(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "returned", reason_code="hours_differ")
    amend(world, credit, make_new(16))
    assert find_claim(world, credit, cast.cps) == (claim, 2, "returned")


def test_whoever_comes_second_writes_nothing(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    amend(world, credit, make_new(18))
    with pytest.raises(StaleRecord, match="nothing was written"):
        amend(world, credit, make_new(19))
    with pytest.raises(StaleRecord):
        withdraw(world, credit)
    assert count_minutes(world, cast.cps, AS_OF)[1] == 1080


def test_a_withdrawn_credit_is_changed_no_more(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    withdraw(world, credit)
    with pytest.raises(Refused, match="was withdrawn"):
        amend(world, credit, make_new(18), 2)
    with pytest.raises(Refused, match="was withdrawn"):
        withdraw(world, credit, 2)
    with pytest.raises(NotFound), world.database.reading() as session:
        get_credit(session, 9999)


def test_a_late_posted_credit_counts_in_the_closed_cycle_on_its_days_alone(world: World, cast: Cast) -> None:
    world.move_to(date(2026, 11, 20))
    with world.database.writing() as session:
        cycle = get_cycle(session, cast.cycle)
        close_cycle(session, world.rulebook, cycle, world.today, reason=None, actor=world.actor, at=world.at)
    before = world.at
    world.move_to(date(2026, 12, 1))
    log(world, cast.carol, make_new(20), cast.cps)

    assert count_minutes(world, cast.cps, DUE, before) == ("short", 0)
    assert count_minutes(world, cast.cps, DUE) == ("unconfirmed", 1200)
    with world.database.reading() as session:  # since it was closed no cycle speaks
        standing = load_standings(session, world.rulebook, [cast.cps], world.today)[cast.cps]
        assert (standing.hours, standing.counted.credits) == ("unconfirmed", ())


def test_duplicates_are_pointed_out(world: World, cast: Cast) -> None:
    same = log(world, cast.carol, make_new(2, title="Ética  para pares", provider="LAKESIDE"), cast.cps)
    named: dict[str, Any] = {"hours": 2, "title": "Ética para pares"}
    others: list[dict[str, Any]] = [{"title": "Ethics"}, {"provider": None}, {"last_on": DUE}, {"hours": 3}]
    for values in others:
        log(world, cast.carol, make_new(**(named | values)))
    gone = log(world, cast.carol, make_new(2, title="Ética para pares"))
    withdraw(world, gone)
    log(world, world.person("Erin"), make_new(2, title="Ética para pares"))
    with world.database.reading() as session:
        found = list_duplicates(session, cast.carol, make_new(2, title="etica PARA pares"))
        assert [credit.id for credit in found] == [same]


@pytest.mark.parametrize(("first", "last"), [(2, 2), (3, 3), (2, 3)])
def test_of_a_course_of_two_days_either_day_points_out_the_double(
    world: World, cast: Cast, first: int, last: int
) -> None:
    course = log(world, cast.carol, make_new(12, first_on=date(2026, 3, 2), last_on=date(2026, 3, 3)), cast.cps)
    new = make_new(12, first_on=date(2026, 3, first), last_on=date(2026, 3, last))
    with world.database.reading() as session:
        assert [credit.id for credit in list_duplicates(session, cast.carol, new)] == [course]


def test_what_may_be_the_same_is_pointed_out_by_what_the_rules_know_a_credit_by(world: World, cast: Cast) -> None:
    cps = world.rulebook.packs.get(CPS, on=DUE)
    assert cps.hours
    said: Value[tuple[SameBy, ...]] = Value(("title",), cps.hours.total.source, "verified")
    once_a_cycle = replace(cps, hours=replace(cps.hours, same_by=said))
    assert list_keys([cps]) == {USUAL}
    assert list_keys([cps, once_a_cycle]) == {USUAL, ("title",)}
    same = log(world, cast.carol, make_new(2, title="Ethics", provider="Somebody"), cast.cps)
    new = make_new(3, title="ethics", first_on=date(2026, 3, 1), last_on=date(2026, 3, 1))
    with world.database.reading() as session:
        assert list_duplicates(session, cast.carol, new, list_keys([cps])) == []
        assert [one.id for one in list_duplicates(session, cast.carol, new, list_keys([once_a_cycle]))] == [same]


@on_both
def test_of_two_who_send_the_same_at_once_the_second_one_finds_it_on_record(world: World, cast: Cast) -> None:
    gate, found = threading.Barrier(2), list[int]()

    def send() -> None:
        new = make_new(2, title="Ethics")
        gate.wait()
        with world.database.writing() as session:
            lock_people(session, [cast.carol])
            doubles = list_duplicates(session, cast.carol, new)
            found.append(len(doubles))
            if not doubles:
                log_credit(session, world.rulebook, cast.carol, new, [cast.cps], actor=world.actor, at=world.at)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 1]


def test_a_dropped_claim_is_not_looked_at_again(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(17), cast.cps)
    with world.database.writing() as session:
        claim_of(session, credit, cast.cps).is_dropped = True
    amend(world, credit, make_new(18))
    with world.database.reading() as session:
        assert session.scalars(select(Claim.no)).all() == [1]
