"""Who has looked at a record: what the audit holds of it, told to the person and to their office."""

import ast
from collections.abc import Iterator
from datetime import timedelta

import pytest
from kit.checkout import list_files
from kit.credits import Cast, act_as
from kit.world import World

from certtrack.db.audit import record_event
from certtrack.errors import NotFound
from certtrack.language import LOCALES, say_by
from certtrack.security import Actor, Role
from certtrack.services import looks as service
from certtrack.services.exporting import EXPORTED
from certtrack.services.looks import LOOKS, LooksPage, find_last_look, get_looks
from certtrack.services.merges import merge_people
from certtrack.services.organizations import create_organization


def look(world: World, by: Actor, *people: int, action: str = "person.viewed") -> None:
    with world.database.writing() as session:
        record_event(session, at=world.at, actor=by.key, action=action, subject=("person", people[0]), people=people)


def read(world: World, by: Actor, person_id: int, before: int | None = None) -> LooksPage:
    with world.database.reading() as session:
        return get_looks(session, by, person_id, world.today, before)


def tell(page: LooksPage) -> list[tuple[str | None, str, int]]:
    return [(one.looker.name if one.looker else "-", one.action, one.times) for one in page.looks]


def list_actions() -> Iterator[str]:
    """Every action that is noted as a look, by a page or by a command."""
    for path in (path for path in list_files("certtrack") if path.suffix == ".py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(call, "func", None), "id", None)
            if isinstance(call, ast.Call) and name == "note_look":
                yield from (
                    one.value
                    for one in call.args[:3]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and "." in one.value
                )


def test_every_look_that_is_noted_is_told_as_one_in_words() -> None:
    actions = {*list_actions(), *LOOKS, EXPORTED}
    assert len(actions) > 10
    for action in actions:
        assert action in LOOKS, action
        for locale in LOCALES:
            assert say_by("record/words.jinja", locale, "look_word", action)


def test_looks_of_others_are_told_the_latest_first_and_changes_and_the_own_ones_are_not(
    world: World, cast: Cast
) -> None:
    look(world, cast.supervisor, cast.carol, 2, action="people.listed")
    world.at += timedelta(hours=1)
    look(world, cast.office, cast.carol)
    look(world, cast.office, cast.carol, action="import.returned")
    look(world, cast.holder, cast.carol)
    look(world, cast.office, cast.carol, action="person.changed")
    look(world, cast.office, 2)
    told = tell(read(world, cast.holder, cast.carol))
    assert told[0] == ("alice@example.org", "import.returned", 1), "rows to mend were taken along in a file"
    assert told[1:] == [("alice@example.org", "person.viewed", 1), ("Bob Example", "people.listed", 1)]
    with world.database.reading() as session:
        last = find_last_look(session, cast.carol)
    assert last
    assert last.actor == cast.office.key


def test_what_one_sees_several_times_on_a_day_is_one_line_and_the_next_day_another(world: World, cast: Cast) -> None:
    first = world.at
    for _ in range(3):
        look(world, cast.supervisor, cast.carol)
        world.at += timedelta(minutes=10)
    world.at += timedelta(days=1)
    look(world, cast.supervisor, cast.carol)
    later, earlier = read(world, cast.holder, cast.carol).looks
    assert (later.times, later.first_at) == (1, later.last_at)
    assert (earlier.times, earlier.first_at, earlier.last_at) == (3, first, first + timedelta(minutes=20))


def test_a_command_is_the_computer_that_keeps_the_records(world: World, cast: Cast) -> None:
    look(world, world.actor, cast.carol)
    assert tell(read(world, cast.holder, cast.carol)) == [("-", "person.viewed", 1)]


def test_the_office_learns_no_name_of_another_offices_people_and_the_holder_does(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        other = create_organization(
            session, key="harbor", name="Harbor Peers", zone="UTC", reply_to=None, actor=world.actor, at=world.at
        )
        number = other.id
    here, world.organization_id = world.organization_id, number
    eve = act_as(world, world.account("eve", Role.AGENCY_ADMINISTRATOR))
    world.organization_id = here
    look(world, eve, cast.carol)
    look(world, cast.supervisor, cast.carol)
    by_office = read(world, cast.office, cast.carol)
    assert [one.looker.name for one in by_office.looks if one.looker] == ["Bob Example", None]
    assert {one.looker.office for one in by_office.looks if one.looker} == {"Lakeside Peers", None}
    by_holder = read(world, cast.holder, cast.carol)
    assert [one.looker.name for one in by_holder.looks if one.looker] == ["Bob Example", "eve@example.org"]


@pytest.mark.parametrize("who", ["supervisor", "stranger"])
def test_nobody_else_may_see_them(world: World, cast: Cast, who: str) -> None:
    with pytest.raises(NotFound):
        read(world, getattr(cast, who), cast.carol)
    with pytest.raises(NotFound):
        read(world, cast.holder, 99999)


def test_pages_follow_one_another_without_a_gap_or_a_double(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PAGE", 3)
    for _ in range(7):
        world.at += timedelta(days=1)
        look(world, cast.supervisor, cast.carol)
    seen, before = [], None
    while True:
        page = read(world, cast.holder, cast.carol, before)
        seen += [one.last_at for one in page.looks]
        before = page.before
        if before is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


def test_looks_at_a_record_that_was_merged_into_hers_are_told_too(world: World, cast: Cast) -> None:
    twin = world.person("Carolina")
    look(world, cast.supervisor, twin)
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twin, cast.carol, reason="one", actor=world.actor, at=world.at)
    assert tell(read(world, cast.holder, cast.carol)) == [("Bob Example", "person.viewed", 1)]
