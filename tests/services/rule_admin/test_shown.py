"""What a pack says, rule by rule: nothing is left out, what isn't known comes first, and all of it has words."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from kit.rules import CPS, every_shipped_pack, shipped_packs

from certtrack.language import LOCALES, say_by
from certtrack.packs import read_service_pack
from certtrack.packs.confirming import AnyPack, Confirmed, list_keys
from certtrack.packs.files import list_shipped
from certtrack.packs.survey import list_conflicting, list_unknown
from certtrack.packs.table import read_toml
from certtrack.resources import get_resource
from certtrack.services.rule_admin.asked import check_fits, find_asked, read_typed
from certtrack.services.rule_admin.shown import (
    ShownRule,
    count_rules,
    find_from_on,
    list_rules,
    read_value,
    with_value,
)

PACK = shipped_packs().get(CPS)
WORDS = "rules/words.jinja"
SAMPLES = {"money": "24.50", "minutes": "60", "several_minutes": "2880, 3120", "number": "2"}


def every_pack() -> Iterator[AnyPack]:
    yield from every_shipped_pack()
    for path in list_shipped(get_resource("config") / "packs"):
        if read_toml(path).top.says("kind", "service"):
            yield read_service_pack(path)


def confirmed(key: str, value: str, pack_key: str = CPS) -> Confirmed:
    return Confirmed(pack_key, key, value, "Letter of October 3", date(2026, 10, 3))


@pytest.mark.parametrize("pack", list(every_pack()), ids=lambda pack: pack.ref)
def test_every_rule_is_shown_and_has_words_in_both_languages(pack: AnyPack) -> None:
    rules = list_rules(pack)
    assert {key for rule in rules for key in rule.unknown} == set(list_unknown(pack.raw))
    assert {rule.key for rule in rules if rule.sure == "conflicting"} == set(list_conflicting(pack.raw))
    assert len({rule.key for rule in rules}) == len(rules) == pack.raw.count("\nsure = ")
    for rule in rules:
        for macro, *values in (("rule_title", rule, pack), ("rule_says", rule, pack), ("not_known", rule)):
            said = {say_by(WORDS, locale, macro, *values) for locale in LOCALES}
            assert len(said) == 2 or macro == "rule_says", (rule.key, said)
            assert all(one and "  " not in one and "{" not in one and ".." not in one for one in said), (rule.key, said)
    by, _ = find_from_on(pack)
    assert say_by(WORDS, "en", "speaks_from", by, date(2026, 1, 1)).endswith("January\xa01,\xa02026 or later")


def test_titles_tell_rules_of_one_pack_apart() -> None:
    for pack in every_pack():
        titles = [say_by(WORDS, "en", "rule_title", rule, pack) for rule in list_rules(pack)]
        twice = {title for title in titles if titles.count(title) > 1}
        assert not twice, (pack.ref, twice)


def test_what_is_not_known_comes_first_and_then_what_is_not_sure() -> None:
    rules = list_rules(PACK)
    order = [("open" if rule.is_open else rule.sure) for rule in rules]
    assert order == sorted(order, key=["open", "unverified", "conflicting", "inferred", "verified"].index)
    assert order[0] == "open"
    counts = count_rules(rules)
    assert (counts.unknown, counts.unverified, counts.conflicting, counts.inferred, counts.confirmed) == (
        len(list_unknown(PACK.raw)),
        order.count("unverified"),
        2 + 1,
        order.count("inferred"),
        0,
    )


def test_what_only_follows_from_what_is_published_is_counted_as_not_sure() -> None:
    counts = count_rules([replace(rule, sure="inferred") for rule in list_rules(PACK) if not rule.is_open][:2])
    assert counts.unsure == 2
    assert say_by(WORDS, "en", "counts_words", counts) == "2 that follow from what is published"
    assert say_by(WORDS, "es", "counts_words", counts) == "2 que se deducen de lo publicado"


def test_what_was_confirmed_stands_in_its_place_with_who_said_it() -> None:
    rule = find(list_rules(PACK, [confirmed("weekend.rule", "next_day")]), "weekend")
    assert (rule.sure, rule.is_open, rule.values) == ("confirmed", False, {"rule": "next_day"})
    assert (rule.source.title, rule.source.link, rule.source.as_of) == ("Letter of October 3", "", date(2026, 10, 3))
    assert rule.to_confirm == ("weekend.rule",)
    assert say_by(WORDS, "en", "rule_says", rule, PACK) == "The next working day counts."


def test_an_address_as_source_leads_there() -> None:
    said = Confirmed(CPS, "weekend.rule", "none", "https://program.example.org/faq", date(2026, 10, 3))
    assert find(list_rules(PACK, [said]), "weekend").source.link == "https://program.example.org/faq"


def test_what_is_confirmed_of_another_pack_or_published_is_left_alone() -> None:
    others = [confirmed("weekend.rule", "none", "us-wi-cpps"), confirmed("grace.months", "9")]
    assert list_rules(PACK, others) == list_rules(PACK)


def test_every_value_that_can_be_put_on_record_is_asked_for_in_a_way_that_fits() -> None:
    for pack in every_pack():
        rules = list_rules(pack)
        assert {key for rule in rules for key in rule.to_confirm} == set(list_keys(pack))
        for rule in rules:
            for key in rule.to_confirm:
                asked = find_asked(key)
                for typed in asked.choices or (SAMPLES[asked.kind],):
                    value = read_typed(asked, typed)
                    if key != "hours.total.minutes":
                        check_fits([pack], confirmed(key, value, pack.key))
                    then = with_value(rule, key, value)
                    assert not then.unknown, key
                    for locale in LOCALES:
                        assert say_by(WORDS, locale, "rule_says", then, pack)
                        if asked.choices:
                            assert say_by(WORDS, locale, "choice_word", rule.kind, typed)
                assert with_value(rule, key, None).unknown == (key,)


def test_a_value_is_read_as_the_file_would_have_it() -> None:
    assert [read_value(text) for text in ("180", "[2880, 3120]", "next_day", "true")] == [
        180,
        [2880, 3120],
        "next_day",
        True,
    ]
    assert tomllib.loads("value = 180")["value"] == 180


def find(rules: tuple[ShownRule, ...], key: str) -> ShownRule:
    return next(rule for rule in rules if rule.key == key)
