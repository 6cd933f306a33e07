"""The table of acts on one person's record: what it doesn't say is not allowed."""

import pytest

from certtrack.security import RECORD_ACTS, Act, Relation, can_act

TEAM = {Act.LOG_CREDITS, Act.CHECK_CREDITS, Act.LOG_SUPERVISION, Act.LOG_SERVICE, Act.REPORT_APPLICATION, Act.TELL}
ALLOWED = {
    Relation.HOLDER: {Act.CHOOSE_MAIL, Act.LOG_CREDITS, Act.LOG_SERVICE, Act.REPORT_APPLICATION}
    | {Act.PLAN_CREDITS, Act.APPLY_FOR_TRAINING, Act.CHANGE_NAME, Act.ATTEST},
    Relation.SUPERVISOR: TEAM,
    Relation.AGENCY_ADMINISTRATOR: TEAM
    | {Act.RECORD_TRAINING, Act.RECORD_CERTIFICATE, Act.RECORD_WAIVER}
    | {Act.KEEP_CHECKS, Act.MEND_ADDRESS, Act.CHOOSE_MAIL},
    Relation.PROGRAMME_ADMINISTRATOR: {Act.CHECK_CREDITS, Act.RECORD_TRAINING, Act.DECIDE_APPLICATION},
}


@pytest.mark.parametrize("relation", Relation)
@pytest.mark.parametrize("act", Act)
def test_each_relation_allows_its_own_acts_and_no_other(relation: Relation, act: Act) -> None:
    assert can_act(frozenset({relation}), act) is (act in ALLOWED.get(relation, set()))


def test_every_relation_has_its_row() -> None:
    assert RECORD_ACTS.keys() == set(Relation)


def test_one_of_several_relations_is_enough_and_without_any_nothing_is_allowed() -> None:
    assert can_act(frozenset({Relation.HOLDER, Relation.PROGRAMME_ADMINISTRATOR}), Act.CHECK_CREDITS)
    assert not can_act(frozenset(), Act.LOG_CREDITS)
