"""What another version of a pack says otherwise, and for whom: asked without changing anything."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta

from kit.credits import log, make_new
from kit.world import World

from certtrack.packs.reading import read_content
from certtrack.rules.pack import Pack
from certtrack.services.rule_changes import StandingChange, ValueChange, compare_values, find_changes, make_rulebooks

KEY = "us-wi-cps"
DUE = date(2026, 10, 31)


def make_version(old: Pack, version: int, **replaced: str) -> Pack:
    """The pack with another number; `from_on` is the day from which it speaks, the rest is replaced in its text."""
    text = old.raw.replace("version = 1\n", f"version = {version}\n", 1)
    for before, after in (("2022-01-01", replaced.get("from_on", "2026-01-01")), ("minutes = 1200", "minutes = 1260")):
        assert before in text
        text = text.replace(before, after, 1)
    return read_content("next.toml", tomllib.loads(text), "2" * 64, text)


def look(world: World, old: Pack, new: Pack, as_of: date) -> list[StandingChange]:
    """What would be otherwise, two certifications at a time."""
    rulebooks, found, last = make_rulebooks(world.rulebook, old, new), list[StandingChange](), 0
    while True:
        with world.database.reading() as session:
            changes, numbers = find_changes(session, rulebooks, KEY, as_of, after=last, limit=2)
        if not numbers:
            return found
        found, last = [*found, *changes], numbers[-1]


def test_values_that_differ_are_told_by_their_keys_with_those_that_one_side_lacks(world: World) -> None:
    old = world.rulebook.packs.get(KEY)
    new = make_version(old, 2)
    shorter = replace(old, raw=old.raw.partition("[advice.grace]")[0])
    assert compare_values(old, new) == [
        ValueChange("version", 1, 2),
        ValueChange("applies_to.due_on_or_after", date(2022, 1, 1), date(2026, 1, 1)),
        ValueChange("hours.total.minutes", 1200, 1260),
    ]
    assert compare_values(old, old) == []
    gone = compare_values(old, shorter)
    assert [(change.key, change.new) for change in gone[:2]] == [("advice.grace.en", None), ("advice.grace.es", None)]
    assert compare_values(shorter, old)[0].old is None


def test_certifications_whose_open_hours_would_change_are_found_in_batches_and_none_of_another_version(
    world: World,
) -> None:
    old = world.rulebook.packs.get(KEY)
    people = [world.person(name) for name in ("Carol", "Dora", "Erin")]
    held = [world.certify(person, DUE, number=f"CPS-{person}")[0] for person in people]
    world.certify(world.person("Grace"), date(2025, 10, 31), number="CPS-earlier")
    world.certify(world.person("Heidi"), DUE, number="CPPS-1", pack="us-wi-cpps")
    log(world, people[0], make_new(2), held[0])

    changes = look(world, old, make_version(old, 2), DUE - timedelta(days=60))

    assert [(change.certification_id, change.what) for change in changes] == [(number, "open") for number in held]
    first = changes[0]
    assert (first.person_id, first.name, first.number) == (people[0], "Carol Example", f"CPS-{people[0]}")
    assert isinstance(first.before, dict)
    assert isinstance(first.after, dict)
    assert (first.before["total"], first.after["total"]) == (1080, 1140)


def test_a_new_text_under_the_same_number_takes_the_place_of_the_old_one(world: World) -> None:
    old = world.rulebook.packs.get(KEY)
    world.certify(world.person("Carol"), DUE, number="CPS-1")
    assert len(look(world, old, make_version(old, 1), DUE - timedelta(days=60))) == 1
    assert look(world, old, old, DUE) == []


def test_a_later_end_of_grace_changes_phase_validity_and_the_next_day(world: World) -> None:
    old = world.rulebook.packs.get(KEY)
    text = old.raw.replace("[grace]\nmonths = 1", "[grace]\nmonths = 3").replace("version = 1\n", "version = 2\n", 1)
    text = text.replace("2022-01-01", "2026-01-01", 1)
    new = read_content("next.toml", tomllib.loads(text), "2" * 64, text)
    world.certify(world.person("Carol"), DUE, number="CPS-1")

    changes = {change.what: (change.before, change.after) for change in look(world, old, new, date(2026, 12, 24))}

    assert changes["phase"] == changes["validity"] == ("late", "grace")
    assert changes["next_on"] == (date(2027, 4, 30), date(2027, 1, 31))
    assert "due_on" not in changes
