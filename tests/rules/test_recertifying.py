"""What recertifying takes, step by step: by what every shipped pack asks for in each of its phases."""

from dataclasses import replace

import pytest
from kit.rules import every_shipped_pack

from certtrack.rules.pack import PHASES, Need, Pack, Phase
from certtrack.rules.recertifying import PAPERS, STEPS, list_asked, list_papers, plan_steps

_BY_NEED: dict[Need, str] = dict.fromkeys(PAPERS, "evidence")
_BY_NEED |= {"fee": "fee", "late_fee": "fee", "exam": "exam", "training": "exam", "attestation": "statement"}
CASES = [(pack, phase) for pack in every_shipped_pack() for phase in PHASES]


def find(key: str) -> Pack:
    return next(pack for pack in every_shipped_pack() if pack.key == key)


@pytest.mark.parametrize(("pack", "phase"), CASES, ids=lambda one: getattr(one, "ref", one))
def test_whatever_a_shipped_pack_asks_for_has_its_step_in_order_and_sending_comes_last(
    pack: Pack, phase: Phase
) -> None:
    steps = plan_steps(pack, phase, has_own_wording=False)
    assert steps[-1] == "send"
    assert [step for step in STEPS if step in steps] == list(steps)
    assert {_BY_NEED[need] for need in list_asked(pack, phase) or ()} <= set(steps)


def test_every_need_that_a_pack_may_name_is_thought_of() -> None:
    named = {need for pack in every_shipped_pack() for asked in pack.needs.values() for need in asked.value}
    assert named <= _BY_NEED.keys()


def test_on_time_there_are_hours_certificates_a_fee_and_sending_and_on_the_way_back_only_the_exam_and_sending() -> None:
    pack = find("us-wi-cps")
    assert plan_steps(pack, "on_time", has_own_wording=False) == ("hours", "evidence", "fee", "send")
    assert plan_steps(pack, "exam_route", has_own_wording=True) == ("exam", "send")
    assert plan_steps(pack, "full_route", has_own_wording=True) == ("exam", "send")
    assert list_papers(pack, "late") == ("application", "ce_form", "certificates")


def test_an_offices_own_words_are_a_step_also_where_the_rules_ask_for_none() -> None:
    assert "statement" in plan_steps(find("us-wi-cps"), "grace", has_own_wording=True)
    assert "statement" in plan_steps(find("us-oh-prs"), "on_time", has_own_wording=False)


def test_where_nothing_is_published_hours_are_looked_through_and_nothing_is_made_up() -> None:
    pack = find("us-wa-cpss")
    assert list_asked(pack, "on_time") is None
    assert list_papers(pack, "on_time") == ()
    assert plan_steps(pack, "on_time", has_own_wording=False) == ("hours", "evidence", "send")
    assert plan_steps(replace(pack, hours=None), "on_time", has_own_wording=False) == ("send",)
