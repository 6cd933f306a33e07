"""Drafts: one account's own, for one person, counting nowhere, and forgotten after a while."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kit.credits import Cast, count_minutes, list_events, log, make_new
from kit.files import keep as keep_file
from kit.world import World

from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.credits.drafts import (
    KEPT_DAYS,
    FormState,
    ShownDraft,
    drop_draft,
    get_draft,
    list_draft_files,
    list_drafts,
    purge_drafts,
    save_draft,
)
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.evidence.purge import forget_unused


def save(
    world: World, cast: Cast, title: str = "Ethics", *files: int, actor: Actor | None = None, draft: int | None = None,
    credit: int | None = None, seen_at: datetime | None = None,
) -> int:  # fmt: skip
    with world.database.writing() as session:
        number = save_draft(
            session, actor or cast.holder, cast.carol, {"title": title, "amount": "3"}, files,
            form=FormState(draft, seen_at), credit_id=credit, at=world.at,
        )  # fmt: skip
        assert number is not None
        return number


def keep(world: World, cast: Cast, title: str, form: FormState) -> int | None:
    """As it is typed, a minute later."""
    world.at += timedelta(minutes=1)
    quiet = replace(form, is_quiet=True)
    with world.database.writing() as session:
        return save_draft(session, cast.holder, cast.carol, {"title": title}, (), form=quiet, at=world.at)


def list_titles(world: World, cast: Cast, actor: Actor) -> list[str]:
    with world.database.reading() as session:
        return [draft.title for draft in list_drafts(session, actor, cast.carol)]


def test_a_draft_is_its_accounts_own_and_counts_nowhere(world: World, cast: Cast) -> None:
    number = save(world, cast)
    save(world, cast, " ", actor=cast.supervisor)

    assert (list_titles(world, cast, cast.holder), list_titles(world, cast, cast.supervisor)) == (["Ethics"], [""])
    assert count_minutes(world, cast.cps, world.today) == ("short", 0)
    with world.database.reading() as session:
        assert get_draft(session, cast.holder, cast.carol, number).typed == {"title": "Ethics", "amount": "3"}
        for who, whose in ((cast.supervisor, cast.carol), (cast.holder, cast.carol + 1)):
            with pytest.raises(NotFound):
                get_draft(session, who, whose, number)
    assert list_events(world, "credit_draft") == [("draft.saved", [cast.carol])] * 2


def test_saved_again_it_is_the_same_one_and_another_accounts_is_never_written_over(world: World, cast: Cast) -> None:
    first = save(world, cast)
    world.at += timedelta(hours=1)
    assert save(world, cast, "Ethics and more", draft=first) == first
    other = save(world, cast, "Mine", actor=cast.supervisor, draft=first)

    assert other != first
    assert list_titles(world, cast, cast.holder) == ["Ethics and more"]
    assert save(world, cast, "Another", draft=9999) > other


def test_what_another_window_has_saved_meanwhile_is_not_written_over(world: World, cast: Cast) -> None:
    first, seen_at = save(world, cast), world.at
    world.at += timedelta(minutes=1)
    assert save(world, cast, "Here", draft=first, seen_at=seen_at) == first
    world.at += timedelta(minutes=1)
    assert save(world, cast, "There", draft=first, seen_at=seen_at) != first
    assert list_titles(world, cast, cast.holder) == ["There", "Here"]


def test_as_it_is_typed_one_form_has_one_draft_and_the_audit_one_event(world: World, cast: Cast) -> None:
    form = FormState(None, world.at, "a form")
    first = keep(world, cast, "Eth", form)
    assert keep(world, cast, "Ethics", form) == first
    assert keep(world, cast, "Ethics for", replace(form, draft_id=first)) == first
    other = keep(world, cast, "Another window", FormState(first, form.seen_at, "another form"))

    assert other != first
    assert list_titles(world, cast, cast.holder) == ["Another window", "Ethics for"]
    assert list_events(world, "credit_draft") == [("draft.saved", [cast.carol])] * 2


def test_what_is_typed_last_does_not_bring_back_a_draft_that_has_become_a_credit(world: World, cast: Cast) -> None:
    number = save(world, cast)
    with world.database.writing() as session:
        drop_draft(
            session, get_draft(session, cast.holder, cast.carol, number), "used", actor=cast.holder, at=world.at
        )  # fmt: skip
    assert keep(world, cast, "Ethics", FormState(number, world.at, "a form")) is None
    assert list_titles(world, cast, cast.holder) == []


def test_drafts_are_listed_the_last_saved_first_and_none_of_what_was_withdrawn(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    save(world, cast, "A change", credit=credit)
    world.at += timedelta(hours=1)
    number = save(world, cast, "New")
    with world.database.reading() as session:
        shown = list_drafts(session, cast.holder, cast.carol)
    assert [(draft.title, draft.credit_id) for draft in shown] == [("New", None), ("A change", credit)]
    assert shown[0] == ShownDraft(number, "New", None, world.at)

    with world.database.writing() as session:
        withdraw_credit(
            session, world.rulebook, get_credit(session, credit), expected_no=1, reason=None,
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert list_titles(world, cast, cast.holder) == ["New"]


def test_a_command_has_no_drafts(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        assert save_draft(session, world.actor, cast.carol, {}, (), form=FormState(), at=world.at) is None


def test_a_file_is_kept_as_long_as_its_draft(world: World, cast: Cast, tmp_path: Path) -> None:
    number = save(world, cast, "Ethics", keep_file(world, tmp_path, cast.carol))
    soon = world.at + timedelta(days=KEPT_DAYS)
    with world.database.writing() as session:
        draft = get_draft(session, cast.holder, cast.carol, number)
        assert list_draft_files(session, draft) == [1]
        assert forget_unused(session, soon, actor=world.actor, at=soon) == []
        drop_draft(session, draft, "discarded", actor=cast.holder, at=world.at)
        assert len(forget_unused(session, soon, actor=world.actor, at=soon)) == 1
    assert list_events(world, "credit_draft")[-1] == ("draft.discarded", [cast.carol])


def test_what_nobody_has_saved_for_a_while_is_forgotten(world: World, cast: Cast, tmp_path: Path) -> None:
    old = save(world, cast, "Old", keep_file(world, tmp_path, cast.carol))
    world.at += timedelta(days=1)
    save(world, cast, "Newer")
    with world.database.writing() as session:
        assert purge_drafts(session, world.at) == 1
        assert purge_drafts(session, world.at) == 0
        with pytest.raises(NotFound):
            get_draft(session, cast.holder, cast.carol, old)
    assert list_titles(world, cast, cast.holder) == ["Newer"]
