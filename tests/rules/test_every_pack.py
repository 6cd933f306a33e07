"""What holds by the rules of every pack that is shipped, whatever the credits are."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from kit.rules import every_shipped_pack, make_cycle, make_facts

from certtrack.rules.facts import CertificationFacts, CreditFact, CreditPart
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import HoursCount
from certtrack.rules.standing import stand

DUE = date(2027, 9, 1)
RANK = {"short": 0, "unconfirmed": 1, "complete": 2}


@cache
def packs() -> list[Pack]:
    return [pack for pack in every_shipped_pack() if pack.hours is not None]


@st.composite
def credits_of(draw: st.DrawFn, pack: Pack, no: int) -> CreditFact:
    """A credit that fits some of the pack's areas, by anybody, of any kind, in the cycle or before it."""
    assert pack.hours
    areas = [area.key for area in pack.hours.areas]
    some = st.lists(st.sampled_from(areas), max_size=3, unique=True) if areas else st.just([])
    parts = draw(st.lists(st.builds(CreditPart, st.integers(1, 900), some.map(tuple)), min_size=1, max_size=2))
    on = DUE - timedelta(days=draw(st.integers(0, 2500)))
    return CreditFact(
        no,
        on,
        on,
        tuple(parts),
        draw(st.sampled_from(("course", "webinar", "college_course", "supervision"))),
        draw(st.sampled_from(("in_person", "recorded", None))),
        draw(st.sampled_from(("participant", "presenter"))),
        "file",
        "waiting",
        draw(st.sampled_from(("", "Listening"))),
        draw(st.sampled_from(("", "GMHCN"))),
    )


def count(pack: Pack, facts: CertificationFacts, *claimed: CreditFact) -> HoursCount:
    return stand(pack, replace(facts, credits=claimed), DUE).counted


@settings(max_examples=150)
@given(data=st.data())
def test_one_more_credit_never_makes_it_worse_and_the_order_changes_nothing(data: st.DataObject) -> None:
    pack = data.draw(st.sampled_from(packs()))
    roles = data.draw(st.sampled_from((frozenset[str](), frozenset({"supervisor"}))))
    facts = replace(make_facts(make_cycle(DUE)), roles=roles)
    claimed = [data.draw(credits_of(pack, no)) for no in range(data.draw(st.integers(0, 5)))]
    more = data.draw(credits_of(pack, 9))
    before, after = count(pack, facts, *claimed), count(pack, facts, *claimed, more)
    assert RANK[before.hours] <= RANK[after.hours]
    for one, other in zip(before.requirements, after.requirements, strict=True):
        assert one.counted + one.unsure <= other.counted + other.unsure
    turned = count(pack, facts, *reversed([*claimed, more]))
    assert (turned.hours, turned.requirements) == (after.hours, after.requirements)
    assert sorted(turned.credits, key=lambda one: one.id) == sorted(after.credits, key=lambda one: one.id)


@settings(max_examples=100)
@given(data=st.data())
def test_no_number_is_below_zero_above_what_is_needed_or_more_than_its_credits_make(data: st.DataObject) -> None:
    pack = data.draw(st.sampled_from(packs()))
    claimed = [data.draw(credits_of(pack, no)) for no in range(data.draw(st.integers(0, 6)))]
    found = count(pack, make_facts(make_cycle(DUE)), *claimed)
    made = dict.fromkeys((one.key for one in found.requirements), 0)
    for credit in found.credits:
        made["total"] += credit.minutes
        for key, amount in (*credit.shares, *credit.others):
            made[key] = made.get(key, 0) + amount
    for one in found.requirements:
        assert min(one.counted, one.unsure, one.open or 0) >= 0
        assert one.needed is None or one.counted <= (one.needed_most or one.needed)
        assert one.counted + one.unsure <= made[one.key]
