"""Names and addresses that people change themselves, and what is kept of names before."""

from dataclasses import replace

import pytest
from kit.credits import Cast
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, FormerName, Person
from certtrack.errors import NotFound, StaleRecord
from certtrack.security import Actor
from certtrack.services.own_names import (
    BadDetails,
    Field,
    OwnDetails,
    OwnNames,
    change_details,
    get_own_names,
    read_details,
)
from certtrack.services.people import change_person

TYPED: dict[Field, str] = {"chosen_name": "", "private_address": "", "work_address": ""}


def get(world: World, by: Actor, person_id: int) -> OwnNames:
    with world.database.reading() as session:
        return get_own_names(session, by, person_id, world.today)


def change(world: World, by: Actor, person_id: int, new: OwnDetails, seen: str | None = None) -> bool:
    seen = get(world, by, person_id).details.mark if seen is None else seen
    with world.database.writing() as session:
        return change_details(session, person_id, new, seen=seen, today=world.today, actor=by, at=world.at)


def rename(world: World, person_id: int, **names: str | None) -> None:
    with world.database.writing() as session:
        change_person(session, session.get_one(Person, person_id), names, actor=world.actor, at=world.at)


def list_former(world: World, person_id: int) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        query = select(FormerName.kind, FormerName.name).where(FormerName.person_id == person_id)
        return [(kind, name) for kind, name in session.execute(query.order_by(FormerName.id))]


def test_the_holder_goes_by_another_name_and_gets_mail_elsewhere_and_the_certificates_name_stays(
    world: World, cast: Cast
) -> None:
    new = OwnDetails("Charlie", "charlie@example.org", None)
    assert change(world, cast.holder, cast.carol, new)
    assert not change(world, cast.holder, cast.carol, new), "nothing is different"
    person = get(world, cast.holder, cast.carol).person
    assert (person.shown_name, person.certificate_name, person.address) == (
        "Charlie",
        "Carol Example",
        "charlie@example.org",
    )
    with world.database.reading() as session:
        changed = session.scalars(select(AuditEvent.actor).where(AuditEvent.action == "person.changed")).all()
    assert changed == [cast.holder.key]


def test_a_name_that_another_takes_the_place_of_is_kept_whoever_changes_it(world: World, cast: Cast) -> None:
    rename(world, cast.carol, chosen_name="Charlie")
    assert list_former(world, cast.carol) == [], "no name was left behind"
    rename(world, cast.carol, chosen_name="Robin")
    rename(world, cast.carol, given_name="Robin", family_name="Sample")
    rename(world, cast.carol, chosen_name=None)
    assert list_former(world, cast.carol) == [
        ("chosen", "Charlie"),
        ("certificate", "Carol Example"),
        ("chosen", "Robin"),
    ]


def test_names_before_are_for_the_office_alone(world: World, cast: Cast) -> None:
    rename(world, cast.carol, given_name="Robin")
    assert [one.name for one in get(world, cast.office, cast.carol).former] == ["Carol Example"]
    assert get(world, cast.holder, cast.carol).former == ()
    assert not get(world, cast.office, cast.carol).can_change
    for who in (cast.supervisor, cast.stranger):
        with pytest.raises(NotFound):
            get(world, who, cast.carol)


@pytest.mark.parametrize("who", ["supervisor", "office", "stranger"])
def test_nobody_else_changes_them_here(world: World, cast: Cast, who: str) -> None:
    mark = get(world, cast.holder, cast.carol).details.mark
    with pytest.raises(NotFound):
        change(world, getattr(cast, who), cast.carol, OwnDetails("X", None, None), mark)
    assert get(world, cast.holder, cast.carol).person.chosen_name is None


def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(world: World, cast: Cast) -> None:
    before = get(world, cast.holder, cast.carol).details
    rename(world, cast.carol, work_address="work@example.org")
    with pytest.raises(StaleRecord):
        change(world, cast.holder, cast.carol, replace(before, chosen_name="Charlie"), before.mark)
    person = get(world, cast.holder, cast.carol).person
    assert (person.chosen_name, person.work_address) == (None, "work@example.org")


def test_a_name_is_one_line_and_an_address_in_lower_case_and_a_blank_is_none() -> None:
    typed: dict[Field, str] = {
        "chosen_name": " Char\u202elie\n Example ",
        "private_address": " C@Example.ORG ",
        "work_address": "  ",
    }
    assert read_details({**TYPED, **typed}) == OwnDetails("Charlie Example", "c@example.org", None)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadDetails) as told:
        read_details({"chosen_name": "x" * 101, "private_address": "nowhere", "work_address": "@"})
    assert told.value.fields == ("chosen_name", "private_address", "work_address")
    with pytest.raises(BadDetails) as told:
        read_details({**TYPED, "chosen_name": "x" * 101})
    assert told.value.fields == ("chosen_name",)
