"""Each event that the code writes into the audit has its words, in both languages."""

from functools import cache
from typing import Any, get_args

import pytest
from kit.audit_actions import find_actions

from certtrack.language import LOCALES, make_environment
from certtrack.rules.facts import IntentionKind, StepKind
from certtrack.services.looks import LOOKS

# what the code writes by a variable: where, and what that may be
UNREAD = {
    "credits.py _add: claim.one.decision": {"claim.checked", "claim.accepted", "claim.returned"},
    "checking.py _decide: claim.word": {"claim.checked", "claim.accepted", "claim.returned"},
    "records.py _have_looked_at_again: claim.what": {"claim.reopened"},
    "deciding.py _grant: application.step.kind": {f"application.{kind}" for kind in get_args(StepKind)},
    "steps.py add_step: application.step.kind": {f"application.{kind}" for kind in get_args(StepKind)},
    "mail_links.py _say: intention.kind": {f"intention.{kind}" for kind in get_args(IntentionKind)},
}
FOUND = find_actions()
ACTIONS = sorted(FOUND.actions.union(*UNREAD.values()))


@cache
def load_words(locale: str) -> Any:
    return make_environment(locale).get_template("admin/event_words.jinja").module


def say(locale: str, action: str) -> str:
    return str(load_words(locale).event_title(action)).strip()


def test_every_action_is_read_off_the_code_and_a_way_that_is_new_is_looked_at() -> None:
    assert FOUND.unread == set(UNREAD)
    assert {"credit.withdrawn", "people.exported", "enrollment.completed", "account.closed"} <= set(ACTIONS)
    assert len(ACTIONS) > 150


@pytest.mark.parametrize("locale", LOCALES)
def test_each_event_of_the_audit_is_said_in_words(locale: str) -> None:
    words = {action: say(locale, action) for action in ACTIONS}
    assert {action for action, said in words.items() if said == action or "{" in said or "%" in said} == set()
    assert say(locale, "gone.for_good") == "gone.for_good", "what an earlier version wrote stays as it was written"


def test_each_event_has_words_of_its_own_in_each_language() -> None:
    alike = {action for action in ACTIONS if say("en", action) == say("es", action)}
    assert alike == set()


def test_a_look_is_among_the_looks() -> None:
    ends = (".listed", ".viewed", ".foreseen", ".previewed", ".printed", ".exported", ".downloaded", ".read", "_listed")
    assert set(LOOKS) == {action for action in ACTIONS if action.endswith(ends)} | {"import.returned"}


@pytest.mark.parametrize(("locale", "said"), [("en", "Last day"), ("es", "Último día")])
def test_what_a_value_is_is_said_in_words_and_one_that_nobody_knows_is_marked_as_written(
    locale: str, said: str
) -> None:
    words = load_words(locale)
    assert str(words.field_word("until_on")).strip() == said
    assert str(words.field_word("gone")).strip() == '<span lang="en">gone</span>'
