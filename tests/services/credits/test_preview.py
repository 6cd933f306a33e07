"""What a credit would change is what it does change once it is saved; nothing is written for it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pytest
from kit.credits import DUE, Cast, amend, decide, find_claim, log, make_new
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import AuditEvent, Credit
from certtrack.language import make_environment
from certtrack.rules.facts import BasisFact
from certtrack.services.credits.claims import claim_again, drop_claim, get_claim
from certtrack.services.credits.page import CreditOffer, get_credit_offer
from certtrack.services.credits.preview import Converted, Preview, convert, list_areas_now, look_ahead
from certtrack.services.credits.typed import TypedCredit
from certtrack.services.standing import load_standings
from certtrack.web.credit_form import CreditForm

TYPED = TypedCredit(
    title="Ethics for peers", provider="Lakeside", first_on="", last_on="2026-03-02", amount="3", unit="hours",
    areas=("ethics_boundaries",), activity="course", form="in_person", role="participant", proof="",
)  # fmt: skip


def look(
    world: World,
    cast: Cast,
    typed: TypedCredit,
    *chosen: int,
    credit_id: int | None = None,
    files: Collection[int] = (),
) -> tuple[CreditOffer, Preview]:
    with world.database.reading() as session:
        offer = get_credit_offer(session, world.rulebook, cast.holder, cast.carol, today=world.today, at=world.at)
        return offer, look_ahead(session, offer, typed, chosen, files=files, credit_id=credit_id, at=world.at)


def look_alone(world: World, cast: Cast, credit_id: int, *bases: BasisFact) -> Preview:
    """Where the credit can be claimed for one certification alone, so that the form doesn't ask for which."""
    with world.database.reading() as session:
        offer = get_credit_offer(session, world.rulebook, cast.holder, cast.carol, today=world.today, at=world.at)
        its = next(one for one in offer.claimable if one.certification.id == cast.cps)
        alone = replace(offer, claimable=(replace(its, facts=replace(its.facts, bases=bases)),))
        return look_ahead(session, alone, TYPED, None, credit_id=credit_id, at=world.at)


def drop(world: World, cast: Cast, claim_id: int, expected_no: int) -> None:
    with world.database.writing() as session:
        claim = get_claim(session, claim_id)
        drop_claim(session, world.rulebook, claim, expected_no=expected_no, actor=cast.holder, at=world.at)


def count_then(world: World, cast: Cast, numbers: Collection[int], on: date = DUE) -> dict[int, list[int]]:
    """Minutes of each requirement, by certification, on its due day."""
    with world.database.reading() as session:
        standings = load_standings(session, world.rulebook, [*numbers], on)
    return {number: [line.counted for line in one.counted.requirements] for number, one in standings.items()}


def foresee(found: Preview) -> dict[int, list[int]]:
    return {
        one.claimable.certification.id: [line.requirement.counted for line in one.forecast.progress]
        for one in found.ahead
    }


@pytest.mark.parametrize("both", [False, True])
def test_what_is_foreseen_is_what_counts_once_it_is_saved(world: World, cast: Cast, both: bool) -> None:
    log(world, cast.carol, make_new(16, title="Before"), cast.cps)
    chosen = (cast.cps, cast.cpps) if both else (cast.cps,)
    _, found = look(world, cast, TYPED, *chosen)
    assert found.converted == Converted("3", "hours", 180)
    log(world, cast.carol, make_new(3, areas=("ethics_boundaries",)), *chosen)
    assert foresee(found) == count_then(world, cast, chosen)


def test_an_amendment_takes_the_place_of_what_is_on_record(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    _, found = look(world, cast, replace(TYPED, amount="1.5"), cast.cps, credit_id=credit)
    assert found.doubles == ()
    assert found.ahead[0].forecast.progress[0].requirement.counted == 90


@pytest.mark.parametrize("is_dropped", [False, True])
def test_an_amendment_of_what_was_returned_counts_for_nothing_there_and_elsewhere_as_before(
    world: World, cast: Cast, is_dropped: bool
) -> None:
    both = (cast.cps, cast.cpps)
    credit = log(world, cast.carol, make_new(3), *both)
    claim = find_claim(world, credit, cast.cps)[0]
    decide(world, claim, "returned", actor=cast.supervisor, reason_code="hours_differ")
    if is_dropped:
        drop(world, cast, claim, 2)
    _, found = look(world, cast, replace(TYPED, amount="2"), *both, credit_id=credit)
    assert [one.is_returned for one in found.ahead] == [True, False]
    count = found.ahead[0].count
    assert (count.count.code if count else None, foresee(found)[cast.cps][0]) == ("returned", 0)

    if is_dropped:
        with world.database.writing() as session:
            claim_again(
                session, world.rulebook, get_claim(session, claim), expected_no=3, actor=cast.holder, at=world.at
            )
    amend(world, credit, make_new(2, areas=("ethics_boundaries",)))
    assert foresee(found) == count_then(world, cast, both)


def test_an_amendment_of_what_an_earlier_cycle_rested_on_counts_no_second_time(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    earlier = BasisFact(cast.cycle + 1_000, frozenset({credit}))
    counts = [one.count.count.code for one in look_alone(world, cast, credit, earlier).ahead if one.count]
    assert counts == ["taken_before"]


def test_where_nobody_chooses_an_amendment_counts_only_where_it_is_still_claimed(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    assert [one.claimable.certification.id for one in look_alone(world, cast, credit).ahead] == [cast.cps]
    drop(world, cast, *find_claim(world, credit, cast.cps)[:2])
    assert look_alone(world, cast, credit).ahead == ()


def test_without_a_certificate_nothing_counts_where_the_rules_ask_for_one(world: World, cast: Cast) -> None:
    def code(proof: str, *files: int) -> str:
        found = look(world, cast, replace(TYPED, proof=proof), cast.cps, files=files)[1].ahead[0]
        assert found.count is not None
        return found.count.count.code

    assert code("none") == "no_certificate"
    assert [code(""), code("on_paper"), code("none", 1), code("file")] == ["counts"] * 4
    log(world, cast.carol, make_new(3, areas=("ethics_boundaries",), proof="none"), cast.cps)
    assert count_then(world, cast, [cast.cps])[cast.cps][0] == 0


def show(offer: CreditOffer, found: Preview, *, is_own: bool = True) -> str:
    pages = make_environment("en")
    pages.globals["asset"] = str
    part = pages.get_template("credits/ahead.jinja").module
    return str(part.ahead_parts(found, offer, CreditForm(TYPED), None, None, offer.person, is_own))  # type: ignore[attr-defined]  # a template's macro


def test_before_it_is_saved_nothing_is_said_to_be_on_record(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(17, areas=("ethics_boundaries",), title="Before"), cast.cps)
    assert "With this credit, all that is published would be met" in show(*look(world, cast, TYPED, cast.cps))
    log(world, cast.carol, make_new(3, title="More"), cast.cps)
    assert "All that is published is met" in show(*look(world, cast, TYPED, cast.cps))


def test_that_an_amendment_is_no_answer_is_said_to_its_holder_and_to_others(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    decide(world, find_claim(world, credit, cast.cps)[0], "returned", actor=cast.supervisor, reason_code="duplicate")
    offer, found = look(world, cast, TYPED, cast.cps, credit_id=credit)
    assert "answer it as well" in show(offer, found)
    assert "until Carol Example answers it as well" in show(offer, found, is_own=False)


def test_what_may_be_on_record_already_is_named(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    assert [one.id for one in look(world, cast, TYPED, cast.cps)[1].doubles] == [credit]
    assert look(world, cast, replace(TYPED, title=""), cast.cps)[1].doubles == ()


def test_nothing_is_written(world: World, cast: Cast) -> None:
    def count() -> list[int | None]:
        with world.database.reading() as session:
            return [session.scalar(select(func.count()).select_from(model)) for model in (AuditEvent, Credit)]

    before = count()
    look(world, cast, TYPED, cast.cps, cast.cpps)
    assert count() == before


@pytest.mark.parametrize(
    "typed",
    [
        replace(TYPED, last_on=""),
        replace(TYPED, last_on="2026-05-16"),
        replace(TYPED, activity=""),
        replace(TYPED, areas=("made_up",)),
    ],
)
def test_while_what_hours_rest_on_is_missing_or_wrong_only_the_amount_is_told(
    world: World, cast: Cast, typed: TypedCredit
) -> None:
    assert look(world, cast, typed, cast.cps)[1] == Preview(Converted("3", "hours", 180))


@pytest.mark.parametrize(
    ("amount", "unit", "found"),
    [
        ("0.3", "ceu", Converted("0.3", "ceu", 180)),
        ("90 min", "hours", Converted("90", "minutes", 90)),
        ("1:30", "", Converted("1:30", "hours", 90)),
        ("3", "", None),
        ("3", "days", None),
        ("much", "hours", None),
        ("", "hours", None),
    ],
)
def test_an_amount_is_turned_into_minutes_by_the_unit_that_stands_in_it_or_is_chosen(
    amount: str, unit: str, found: Converted | None
) -> None:
    assert convert(replace(TYPED, amount=amount, unit=unit), 600) == found


def test_ceu_without_a_published_worth_come_to_nothing() -> None:
    assert convert(replace(TYPED, amount="0.3", unit="ceu"), None) is None


def test_how_far_each_area_is_now_is_told_where_one_certification_alone_can_be_meant(world: World, cast: Cast) -> None:
    log(world, cast.carol, make_new(3, areas=("ethics_boundaries",)), cast.cps)
    offer, _ = look(world, cast, TYPED)
    assert list_areas_now(offer, world.at) == {}
    alone = replace(offer, claimable=tuple(one for one in offer.claimable if one.certification.id == cast.cps))
    assert list_areas_now(alone, world.at)["ethics_boundaries"].counted == 180
