"""What would still be needed, in words: for the rules of every shipped pack, in both languages."""

from dataclasses import replace
from datetime import date

import pytest
from kit.rules import every_shipped_pack, make_cycle, make_facts

from certtrack.language import LOCALES, make_environment, say_by
from certtrack.rules.facts import CreditFact, CreditPart
from certtrack.rules.pack import Pack
from certtrack.rules.what_if import least_needed, what_if
from certtrack.services.credits.page import Piece, Progress, ShownHours
from certtrack.services.credits.shown import ShownClaim, ShownCredit
from certtrack.services.credits.what_if import Forecast

DUE, TODAY = date(2027, 10, 31), date(2027, 5, 15)
FACTS = make_facts(make_cycle(DUE))
PACKS = [pack for pack in every_shipped_pack() if pack.hours is not None]


def say(macro: str, *values: object, locale: str = "en") -> str:
    return say_by("what_if.jinja", locale, macro, *values).replace("\N{NO-BREAK SPACE}", " ")


def look_ahead(pack: Pack) -> Forecast:
    """An hour that fits each area, and one that ends after the due day."""
    areas = tuple(area.key for area in pack.hours.areas) if pack.hours else ()
    planned = [
        CreditFact(-no, on, on, (CreditPart(60, areas),), "course", "in_person", "participant", "on_paper", "waiting")
        for no, on in enumerate((TODAY, date(2029, 1, 1)), start=1)
    ]
    found = what_if(pack, FACTS, planned, TODAY)
    before, after = least_needed(pack, found.before), least_needed(pack, found.after)
    lines = tuple(Progress(line, 0) for line in found.after.requirements)
    return Forecast(found, lines, before, after, least_needed(pack, found.after, surely=True))


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.ref)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_needed_and_what_a_plan_changes_has_words_under_the_rules_of_every_pack(
    pack: Pack, locale: str
) -> None:
    ahead = look_ahead(pack)
    found = ahead.found
    said = [say("answer_sentence", ahead, True, locale=locale)]
    said += [say("line_sentence", line, pack, locale=locale) for line in (*ahead.least.lines, *ahead.least.beside)]
    said += [say("planned_sentence", one, pack, found.by, locale=locale) for one in found.planned]
    pairs = zip(found.before.requirements, found.after.requirements, strict=True)
    said += [say("change_sentence", *pair, locale=locale) for pair in pairs]
    assert all(said)
    assert "None" not in " ".join([*said, say("doubt_sentence", ahead, pack, locale=locale)])


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.ref)
def test_the_hours_on_a_page_are_drawn_under_the_rules_of_every_pack(pack: Pack) -> None:
    ahead = look_ahead(pack)
    counted = ahead.found.after
    claim = ShownClaim(1, 1, 1, "waiting", None, None, None)
    credit = ShownCredit(
        -1, 1, "A course", None, TODAY, TODAY, "hours", "1", 60, (), "course", "in_person", "participant", "file", None,
        claim, (), named_areas=(), count=counted.credits[0],
    )  # fmt: skip
    lines = tuple(replace(line, pieces=(Piece(credit, 1, is_sure=True),)) for line in ahead.progress)
    shown = ShownHours(1, is_open=True, has_to_do=True, progress=lines, credits=(credit,))
    pages = make_environment("en")
    pages.globals["asset"] = str
    section = pages.get_template("credits/section.html").module
    drawn = section.hours_section(shown, pack, counted, 1)  # type: ignore[attr-defined]  # a template's macro
    assert drawn.count("From 1 credit<") == 1, "the hours in all"
    assert drawn.count('<div class="areas__open">') == len(counted.requirements) - 1
    assert drawn.count("A course") >= len(counted.requirements), "each opens into the credit that makes it"


def test_hours_that_a_credit_would_make_whole_are_not_on_record_yet() -> None:
    ahead = look_ahead(PACKS[0])
    found = replace(ahead.found, after=replace(ahead.found.after, hours="complete"))
    assert say("credit_answer_sentence", replace(ahead, found=found)) == "With this credit, all hours would be there."
    already = replace(found, before=found.after)
    assert "all hours are on record" in say("credit_answer_sentence", replace(ahead, found=already))


def test_what_is_counted_as_credits_or_over_years_is_named_as_that() -> None:
    packs = {pack.ref: pack for pack in PACKS}
    georgia, washington = look_ahead(packs["us-ga-cps@2"]), look_ahead(packs["us-wa-cpss@1"])
    assert [(line.key, line.amount, line.unit) for line in georgia.least_now.lines] == [
        ("ethics", 1, "credits"),
        ("own", 360, "minutes"),
    ]
    assert georgia.least_now.minutes == 720
    assert [line.amount for line in washington.least_now.lines] == [840, 120, 180, 120]
    assert (washington.least_now.minutes, washington.least_now.anywhere) == (1800, 840)
