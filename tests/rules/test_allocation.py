"""Allocation against a linear programme's optimum, whatever is offered, wanted and capped."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from certtrack.rules.allocation import Cap, Offer, Want, allocate

KEYS = ("ethics", "culture", "trauma", "skills", "any")
minutes = st.integers(0, 300)


@st.composite
def offers(draw: st.DrawFn, most: int = 6) -> list[Offer]:
    fits = st.frozensets(st.sampled_from(KEYS), max_size=4)
    return [Offer(number, draw(minutes), draw(fits)) for number in range(draw(st.integers(0, most)))]


@st.composite
def nested_caps(draw: st.DrawFn, given_offers: Sequence[Offer]) -> list[Cap]:
    """Up to three caps, each within the one before it."""
    within = [offer.id for offer in given_offers]
    caps: list[Cap] = []
    for _ in range(draw(st.integers(0, 3)) if within else 0):
        within = sorted(draw(st.sets(st.sampled_from(within), min_size=1)))
        caps.append(Cap(draw(st.integers(0, 600)), frozenset(within)))
    return caps


wants = st.tuples(*(minutes for _ in KEYS)).map(
    lambda amounts: [Want(key, amount) for key, amount in zip(KEYS, amounts, strict=True)]
)


def find_optimum(given_offers: Sequence[Offer], wanted: Sequence[Want], caps: Sequence[Cap]) -> tuple[list[int], int]:
    """By linear programming: minutes by want, the first filled first; and the most minutes that can count at all."""
    pairs = [(offer, want) for offer in given_offers for want in wanted if want.key in offer.fits]
    if not pairs:
        return [0] * len(wanted), 0
    limits: list[tuple[list[int], int]] = []
    limits += [([int(o.id == offer.id) for o, _ in pairs], offer.minutes) for offer in given_offers]
    limits += [([int(w.key == want.key) for _, w in pairs], want.minutes) for want in wanted]
    limits += [([int(o.id in cap.offers) for o, _ in pairs], cap.minutes) for cap in caps]
    found: list[int] = []
    fixed: list[list[int]] = []
    for want in wanted:
        gains = [int(w.key == want.key) for _, w in pairs]
        best = linprog(
            [-gain for gain in gains],
            A_ub=[row for row, _ in limits],
            b_ub=[limit for _, limit in limits],
            A_eq=fixed or None,
            b_eq=found or None,
        )
        found.append(round(-best.fun))
        fixed.append(gains)
    most = linprog([-1] * len(pairs), A_ub=[row for row, _ in limits], b_ub=[limit for _, limit in limits])
    return found, round(-most.fun)


@given(st.data())
def test_the_answer_is_the_optimum(data: st.DataObject) -> None:
    given_offers, wanted = data.draw(offers()), data.draw(wants)
    caps = data.draw(nested_caps(given_offers))
    answer = allocate(given_offers, wanted, caps)
    by_want, most = find_optimum(given_offers, wanted, caps)
    assert [answer.counted[key] for key in KEYS] == by_want
    assert sum(answer.shares.values()) == sum(by_want) == most
    assert all(answer.counted_of(offer.id) <= offer.minutes for offer in given_offers)


@given(offers(), wants)
def test_the_order_of_offers_changes_nothing(given_offers: list[Offer], wanted: list[Want]) -> None:
    assert allocate(given_offers[::-1], wanted) == allocate(given_offers, wanted)


@given(offers(), wants, minutes, st.frozensets(st.sampled_from(KEYS)))
def test_one_more_offer_lowers_nothing(
    given_offers: list[Offer], wanted: list[Want], more: int, fits: frozenset[str]
) -> None:
    before = allocate(given_offers, wanted).counted
    after = allocate([*given_offers, Offer(99, more, fits)], wanted).counted
    assert all(after[key] >= before[key] for key in KEYS)


def test_greedy_filling_would_leave_somebody_short() -> None:
    given_offers = [Offer(1, 120, frozenset({"ethics", "culture"})), Offer(2, 120, frozenset({"ethics"}))]
    answer = allocate(given_offers, [Want("ethics", 120), Want("culture", 120)])
    assert answer.counted == {"ethics": 120, "culture": 120}
    assert answer.shares == {(1, "culture"): 120, (2, "ethics"): 120}


def test_a_cap_within_a_cap_binds_both() -> None:
    given_offers = [Offer(number, 100, frozenset({"any"})) for number in (1, 2, 3)]
    caps = [Cap(150, frozenset({1, 2, 3})), Cap(40, frozenset({1, 2}))]
    answer = allocate(given_offers, [Want("any", 1000)], caps)
    assert answer.counted == {"any": 140}
    assert answer.counted_of(3) == 100


def test_caps_that_cross_are_refused() -> None:
    given_offers = [Offer(number, 100, frozenset({"any"})) for number in (1, 2, 3)]
    with pytest.raises(ValueError, match="cross"):
        allocate(given_offers, [Want("any", 100)], [Cap(10, frozenset({1, 2})), Cap(10, frozenset({2, 3}))])
