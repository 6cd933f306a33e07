"""Hours in words: halves and minutes, singular and plural, both languages; every code has its sentence."""

from collections.abc import Sequence
from typing import get_args

import pytest
from jinja2 import UndefinedError
from kit.rules import CPS, every_shipped_pack, shipped_packs

from certtrack.language import LOCALES, say_by
from certtrack.rules.facts import Decision
from certtrack.rules.hours import CountCode, Hours, HoursCount, Requirement
from certtrack.services.credits.claims import RETURN_REASONS
from certtrack.services.credits.shown import ShownArea, ShownClaim

PACK = shipped_packs().get(CPS)
AREA_4 = "Area 4 (its name isn't published)"


def say(macro: str, *values: object, locale: str = "en") -> str:
    return say_by("hours.jinja", locale, macro, *values)


def count(counted: int, unsure: int = 0, open_: int = 0, hours: Hours = "short", missing: int = 0) -> HoursCount:
    """A total, and an area of two hours of which so many minutes are still to do."""
    area = Requirement("ethics_boundaries", 120, 120 - missing, 0, missing)
    return HoursCount(hours, (Requirement("total", counted + unsure + open_, counted, unsure, open_), area), ())


@pytest.mark.parametrize(
    ("minutes", "english", "spanish"),
    [
        (0, "0 hours", "0 horas"),
        (1, "1 minute", "1 minuto"),
        (30, "half an hour", "media hora"),
        (45, "45 minutes", "45 minutos"),
        (60, "1 hour", "1 hora"),
        (90, "1.5 hours", "1.5 horas"),
        (61, "1 hour 1 minute", "1 hora y 1 minuto"),
        (100, "1 hour 40 minutes", "1 hora y 40 minutos"),
        (1020, "17 hours", "17 horas"),
        (6000, "100 hours", "100 horas"),
    ],
)
def test_minutes_are_said_as_hours(minutes: int, english: str, spanish: str) -> None:
    assert (say("hours_text", minutes), say("hours_text", minutes, locale="es")) == (english, spanish)


@pytest.mark.parametrize(
    ("counted", "english", "spanish"),
    [
        (
            count(1020, open_=180),
            "17 of 20 hours are on record; 3 are still to do.",
            "Están registradas 17 de 20 horas; quedan por hacer 3.",
        ),
        (
            count(60, open_=60),
            "1 of 2 hours is on record; 1 is still to do.",
            "Está registrada 1 de 2 horas; queda por hacer 1.",
        ),
        (
            count(1170, open_=30),
            "19.5 of 20 hours are on record; half an hour is still to do.",
            "Están registradas 19.5 de 20 horas; queda por hacer media hora.",
        ),
        (
            count(1000, open_=200),
            "16 hours 40 minutes of 20 hours are on record; 3 hours 20 minutes are still to do.",
            "Están registradas 16 horas y 40 minutos de 20 horas; quedan por hacer 3 horas y 20 minutos.",
        ),
        (
            count(1020, 120, 60),
            "17 of 20 hours are on record; 2 more may count; at least 1 is still to do.",
            "Están registradas 17 de 20 horas; quizá cuenten 2 más; queda por hacer al menos 1.",
        ),
        (
            count(1020, 180, hours="unconfirmed"),
            "17 of 20 hours are on record; 3 more may count.",
            "Están registradas 17 de 20 horas; quizá cuenten 3 más.",
        ),
        (
            count(1200, hours="complete"),
            "All 20 hours are on record, in every area.",
            "Ya están registradas las 20 horas, en todas las áreas.",
        ),
        (
            count(1200, hours="unconfirmed"),
            "All 20 hours are on record; whether each area has enough can't be said for sure.",
            "Ya están registradas las 20 horas; no se puede decir con certeza si cada área tiene suficientes.",
        ),
        (
            count(1200, missing=60),
            "All 20 hours are on record; something is still to do in an area.",
            "Ya están registradas las 20 horas; aún queda algo por hacer en un área.",
        ),
        (
            HoursCount("unconfirmed", (), ()),
            "No cycle is open, so no hours are counted.",
            "No hay ningún ciclo abierto, así que no se cuentan horas.",
        ),
    ],
)
def test_how_far_hours_are_is_one_sentence(counted: HoursCount, english: str, spanish: str) -> None:
    assert (say("hours_sentence", counted), say("hours_sentence", counted, locale="es")) == (english, spanish)


def test_where_nothing_can_be_done_nothing_is_still_to_do() -> None:
    for counted in (count(1020, open_=180), count(1020, 60, 120), count(1200, missing=60)):
        assert "to do" not in say("hours_sentence", counted, False)


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        (
            Requirement("ethics_boundaries", None, 0, 0, None),
            "Ethics and boundaries: nothing is on record yet. How many hours it needs isn't published.",
        ),
        (
            Requirement("ethics_boundaries", None, 0, 60, None),
            "Ethics and boundaries: 1 hour may count. How many hours it needs isn't published.",
        ),
        (
            Requirement("area_4", None, 60, 120, None),
            f"{AREA_4}: 1 hour is on record; 2 more may count. How many hours it needs isn't published.",
        ),
        (
            Requirement("ethics_boundaries", 360, 120, 0, 240),
            "Ethics and boundaries: 2 of 6 hours are on record; 4 are still to do.",
        ),
        (Requirement("ethics_boundaries", 360, 360, 0, 0), "Ethics and boundaries: 6 of 6 hours are on record."),
        (Requirement("total", 1200, 1020, 0, 180), "In all: 17 of 20 hours are on record; 3 are still to do."),
    ],
)
def test_each_area_says_how_far_it_is_and_promises_nothing(requirement: Requirement, said: str) -> None:
    assert say("requirement_sentence", requirement, PACK) == said
    spanish = say("requirement_sentence", requirement, PACK, locale="es")
    assert "publicado" in spanish or "registrad" in spanish


def test_an_area_without_a_name_says_so() -> None:
    assert say("area_name", ShownArea("area_4", None)) == AREA_4
    assert say("area_name", ShownArea("area_4", None), locale="es") == "Área 4 (su nombre no está publicado)"
    assert say("area_name", ShownArea("ethics", None)) == "An area whose name isn't published"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_code_has_words_of_its_own(locale: str) -> None:
    codes = [*get_args(CountCode), None]
    assert len({say("credit_why", code, "them", locale=locale) for code in codes}) == len(codes)
    assert len({say("return_reason", code, locale=locale) for code in RETURN_REASONS}) == len(RETURN_REASONS)
    claims = [ShownClaim(1, 1, 1, decision, "other", None, "Bob") for decision in get_args(Decision)]
    claims.append(ShownClaim(1, 1, 1, "waiting", None, None, None))
    assert len({say("claim_sentence", claim, locale=locale) for claim in claims}) == len(claims)


@pytest.mark.parametrize("code", [code for code in get_args(CountCode) if code.endswith("_not_published")])
def test_what_is_not_published_is_not_promised(code: str) -> None:
    said = say("credit_why", code, "the office")
    assert said.startswith("May count: whether ")
    assert said.endswith(" isn't published; ask the office.")


@pytest.mark.parametrize("macro", ["credit_why", "return_reason"])
def test_a_code_without_words_is_an_error(macro: str) -> None:
    with pytest.raises(UndefinedError):
        say(macro, "somehow", *(["them"] if macro == "credit_why" else []))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_requirement_of_every_shipped_pack_has_its_words(locale: str) -> None:
    for pack in every_shipped_pack():
        if pack.hours is None:
            continue
        keys = ["total", *(area.key for area in pack.hours.areas), *(one.key for one in pack.hours.minima)]
        assert all(say("requirement_name", key, pack, locale=locale) for key in keys), pack.ref
        units = {one.key: one.unit for one in pack.hours.minima}
        for key in keys:
            asked = Requirement(key, 2, 1, 0, 1, dimension="other", unit=units.get(key, "minutes"))
            assert say("requirement_sentence", asked, pack, locale=locale).count(":") == 1, pack.ref


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Requirement("total", None, 1020, 0, None), "In all: 17 hours are on record. How many hours are needed isn't"),
        (Requirement("total", 1200, 600, 0, 600, needed_most=1560), "10 of 20 hours, or 26 hours by another reading"),
    ],
)
def test_a_total_that_nobody_has_published_or_two_readings_are_said_as_such(asked: Requirement, said: str) -> None:
    assert say("hours_sentence", HoursCount("unconfirmed", (asked,), ())).startswith(said)


@pytest.mark.parametrize(
    ("hours", "rest", "said"),
    [
        ("complete", (), "All 20 hours are on record."),
        ("complete", (("yes", 1, 1, 0),), "All 20 hours are on record, with all that is asked for beside."),
        ("short", (("yes", 1, 0, 1),), "All 20 hours are on record; something else is still to do."),
        ("unconfirmed", (("yes", None, 0, None),), "All 20 hours are on record; whether that is enough can't be said"),
    ],
)
def test_what_is_asked_for_beside_hours_by_area_is_never_called_an_area(
    hours: Hours, rest: Sequence[tuple[str, int | None, int, int | None]], said: str
) -> None:
    lines = [Requirement(*one[:3], 0, one[3], dimension="count", unit="credits") for one in rest]
    found = HoursCount(hours, (Requirement("total", 1200, 1200, 0, 0), *lines), ())
    assert say("hours_sentence", found).startswith(said)


def test_credits_are_said_as_credits() -> None:
    asked = Requirement("yes", 2, 1, 0, 1, dimension="count", unit="credits")
    assert say("requirement_progress", asked) == "1 of 2 credits is on record; 1 is still to do"
