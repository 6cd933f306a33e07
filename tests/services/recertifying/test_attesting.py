"""Words that are agreed to: which were in force, who agreed to them, and that a text never changes under its number."""

from datetime import timedelta

import pytest
from kit.applications import send
from kit.credits import Cast, list_events
from kit.recertifying import agree, disagree, list_states, prepare, put_words
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.models import Attestation, Wording
from certtrack.errors import BadPack, NotAllowed, NotFound, Refused, StaleRecord
from certtrack.services.recertifying.attesting import attest
from certtrack.services.recertifying.wordings import (
    digest_words,
    get_words,
    list_wordings,
    load_example,
    store_example,
)


def state(world: World, cast: Cast) -> str:
    return list_states(prepare(world, cast.holder, cast.carol, cast.cps))["statement"]


def test_what_was_agreed_to_is_kept_by_its_number_and_its_digest(world: World, cast: Cast) -> None:
    number = put_words(world, "Words of the office.", "Palabras de la oficina.")
    agree(world, cast.holder, cast.carol, cast.cps, language="es")
    found = prepare(world, cast.supervisor, cast.carol, cast.cps).agreed
    assert found is not None
    assert (found.attestation.wording_id, found.attestation.language, found.attestation.typed_name) == (
        number, "es", "Carol Example",
    )  # fmt: skip
    assert found.words.sha256 == digest_words("Words of the office.", "Palabras de la oficina.")
    assert (found.words.no, found.is_current, state(world, cast)) == (1, True, "saved")
    assert list_events(world, "attestation") == [("attestation.said", [cast.carol])]
    assert list_events(world, "wording") == [("wording.added", [])]


def test_other_words_are_to_be_agreed_to_anew_and_those_before_stay(world: World, cast: Cast) -> None:
    put_words(world, "First words.")
    agree(world, cast.holder, cast.carol, cast.cps)
    put_words(world, "Second words.", from_on=world.today + timedelta(days=3), after=1)
    assert state(world, cast) == "saved", "they aren't in force yet"
    world.at += timedelta(days=3)
    assert state(world, cast) == "changed"
    with pytest.raises(StaleRecord):
        agree(world, cast.holder, cast.carol, cast.cps, sha256=digest_words("First words.", None))
    agree(world, cast.holder, cast.carol, cast.cps)
    assert state(world, cast) == "saved"
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Attestation.id)).where(Attestation.withdrawn_at.is_(None))) == 1
        assert [one.no for one in list_wordings(session, [world.organization_id])] == [2, 1]


def test_agreed_to_in_two_windows_it_stands_once(world: World, cast: Cast) -> None:
    put_words(world)
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    for _ in range(2):
        with world.database.writing() as session:
            words = get_words(session, found.wording_id)
            attest(session, found, "Carol", sha256=words.sha256, language="en", actor=cast.holder, at=world.at)
    with world.database.reading() as session:
        assert session.scalar(select(func.count(Attestation.id)).where(Attestation.withdrawn_at.is_(None))) == 1


def test_nobody_agrees_in_somebody_elses_place(world: World, cast: Cast) -> None:
    put_words(world)
    for who in (cast.supervisor, cast.office):
        with pytest.raises(NotAllowed):
            agree(world, who, cast.carol, cast.cps)
    number = agree(world, cast.holder, cast.carol, cast.cps)
    with pytest.raises(NotAllowed):
        disagree(world, cast.office, cast.carol, cast.cps, number)


def test_it_is_taken_back_until_the_application_is_sent(world: World, cast: Cast) -> None:
    put_words(world)
    number = agree(world, cast.holder, cast.carol, cast.cps)
    with pytest.raises(StaleRecord):
        disagree(world, cast.holder, cast.carol, cast.cps, number + 1)
    disagree(world, cast.holder, cast.carol, cast.cps, number)
    assert state(world, cast) == "open"
    assert [action for action, _ in list_events(world, "attestation")] == ["attestation.said", "attestation.taken_back"]
    number = agree(world, cast.holder, cast.carol, cast.cps)
    send(world, cast.cps)
    with pytest.raises(Refused, match="already"):
        disagree(world, cast.holder, cast.carol, cast.cps, number)
    with pytest.raises(Refused, match="already"):
        agree(world, cast.holder, cast.carol, cast.cps)


def test_words_that_are_not_asked_for_are_not_agreed_to(world: World, cast: Cast) -> None:
    with pytest.raises(NotFound):
        agree(world, cast.holder, cast.carol, cast.cps)


def test_the_shipped_example_is_stored_once_and_never_under_another_text(world: World) -> None:
    with world.database.writing() as session:
        first, again = (store_example(session, world.at) for _ in range(2))
        assert first.id == again.id
        assert (first.organization_id, first.sha256) == (None, load_example().sha256)
        session.get_one(Wording, first.id).sha256 = "0" * 64
        session.flush()
        with pytest.raises(BadPack, match="give it the next number"):
            store_example(session, world.at)


def test_only_an_administrator_puts_words_on_record_and_two_do_not_write_over_each_other(
    world: World, cast: Cast
) -> None:
    for who in (cast.supervisor, cast.holder, cast.stranger):
        with pytest.raises(NotAllowed):
            put_words(world, actor=who)
    put_words(world, actor=cast.office)
    with pytest.raises(StaleRecord):
        put_words(world, "Mine.", actor=cast.office)
    put_words(world, "Mine.", after=1, actor=cast.office)
