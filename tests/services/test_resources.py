"""Links that help: kept by administrators of their organization, shown to everybody in their order."""

from dataclasses import replace
from typing import Any

import pytest
from kit.credits import Cast, list_events
from kit.offerings import make_resource, show
from kit.world import World

from certtrack.errors import NotAllowed, NotFound, StaleRecord
from certtrack.security import Actor
from certtrack.services.resources import (
    NewResource,
    TypedResource,
    amend_resource,
    get_kept_resource,
    list_resources,
    list_taken_down,
    read_resource,
    take_down_resource,
)
from certtrack.services.typed_fields import BadFields

TYPED = TypedResource(
    kind="employment", reach="state", title_en="Example jobs", title_es="Empleos de ejemplo",
    link="https://example.org/jobs", phone="", place_no="2",
)  # fmt: skip


def amend(world: World, number: int, new: NewResource, expected_no: int, actor: Actor) -> bool:
    with world.database.writing() as session:
        resource = get_kept_resource(session, actor, number)
        return amend_resource(session, resource, new, expected_no=expected_no, actor=actor, at=world.at)


def take_down(world: World, number: int, expected_no: int, actor: Actor) -> None:
    with world.database.writing() as session:
        resource = get_kept_resource(session, actor, number)
        take_down_resource(session, resource, expected_no=expected_no, actor=actor, at=world.at)


def list_shown(world: World) -> list[str]:
    with world.database.reading() as session:
        return [one.title_en for one in list_resources(session)]


def test_they_stand_in_the_order_of_their_kinds_and_places(world: World) -> None:
    show(world, title_en="Work", kind="employment")
    show(world, title_en="Second", place_no=2)
    show(world, title_en="First", place_no=1)
    assert list_shown(world) == ["First", "Second", "Work"]


def test_one_is_amended_by_versions_taken_down_and_shown_again(world: World, cast: Cast) -> None:
    number = show(world, actor=cast.office)
    assert not amend(world, number, make_resource(), 1, cast.office)
    with pytest.raises(StaleRecord):
        take_down(world, number, 2, cast.office)
    take_down(world, number, 1, cast.office)
    assert list_shown(world) == []
    with world.database.reading() as session:
        assert [one.id for one in list_taken_down(session, cast.office)] == [number]
        for who in (cast.holder, cast.supervisor, cast.stranger):
            assert list_taken_down(session, who) == ()
    assert amend(world, number, make_resource(title_en="Again"), 2, cast.office)
    assert list_shown(world) == ["Again"]
    assert [action for action, _ in list_events(world, "resource")] == [
        "resource.added", "resource.taken_down", "resource.amended",
    ]  # fmt: skip


def test_only_administrators_keep_them(world: World, cast: Cast) -> None:
    number = show(world)
    for who in (cast.holder, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            show(world, actor=who)
        with world.database.reading() as session, pytest.raises(NotFound):
            get_kept_resource(session, who, number)


def test_what_was_typed_is_read() -> None:
    assert read_resource(TYPED) == NewResource(
        "employment", "state", "Example jobs", "Empleos de ejemplo", "https://example.org/jobs", None, 2
    )
    assert read_resource(replace(TYPED, link="", phone=" 988 ", place_no="")).phone == "988"


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"kind": "", "reach": "world"}, {"kind": "missing", "reach": "not_a_choice"}),
        ({"title_es": " "}, {"title_es": "missing"}),
        ({"link": " "}, {"link": "no_way"}),
        ({"link": "example.org"}, {"link": "not_a_link"}),
        ({"phone": "call us"}, {"phone": "not_a_phone"}),
        ({"place_no": "0"}, {"place_no": "not_a_number"}),
    ],
)
def test_what_cannot_be_read_is_named(changes: dict[str, Any], problems: dict[str, str]) -> None:
    with pytest.raises(BadFields) as caught:
        read_resource(replace(TYPED, **changes))
    assert caught.value.problems == problems
