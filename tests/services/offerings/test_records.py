"""Offerings: kept by their organization by versions, found by everybody."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from kit.credits import Cast, list_events
from kit.offerings import ETHICS, TRAUMA, list_planned, make_offering, offer, plan_it
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import OfferingVersion
from certtrack.errors import NotAllowed, NotFound, StaleRecord
from certtrack.rules.facts import CreditPart
from certtrack.security import Actor
from certtrack.services.offerings.finding import PAGE, FoundOfferings, Wanted, find_offerings
from certtrack.services.offerings.records import (
    CalledOff,
    NewOffering,
    amend_offering,
    call_off_offering,
    count_minutes,
    get_kept_offering,
    get_offering,
)
from certtrack.services.offerings.typed import TypedOffering, TypedPart, read_offering
from certtrack.services.typed_fields import BadFields

TODAY = date(2026, 5, 15)
TYPED = TypedOffering(
    title="Boundaries in practice", provider="Example Institute", first_on="2026-06-01", last_on="2026-06-02",
    parts=(TypedPart("1:30", (ETHICS,)), TypedPart(), TypedPart("90 min", (TRAUMA, ETHICS))), activity="course",
    form="live_online", place="Lakeside Hall", link="https://example.org/boundaries?day=1", words="Write  to\nthem.",
)  # fmt: skip


def amend(world: World, number: int, new: NewOffering, expected_no: int = 1, actor: Actor | None = None) -> bool:
    with world.database.writing() as session:
        offering = get_offering(session, number)
        who = actor or world.actor
        return amend_offering(session, offering, new, expected_no=expected_no, actor=who, at=world.at)


def call_off(world: World, number: int, expected_no: int = 1) -> None:
    with world.database.writing() as session:
        offering = get_offering(session, number)
        call_off_offering(session, offering, "Too few", expected_no=expected_no, actor=world.actor, at=world.at)


def find(world: World, **values: Any) -> list[str]:
    return [row.offering.title for row in find_page(world, **values).rows]


def find_page(world: World, **values: Any) -> FoundOfferings:
    with world.database.reading() as session:
        return find_offerings(session, Wanted(**values), world.today)


def test_an_offering_is_amended_by_versions_and_whoever_came_second_writes_nothing(world: World, cast: Cast) -> None:
    number = offer(world, actor=cast.office)
    day = world.today + timedelta(days=12)
    assert not amend(world, number, make_offering(day), actor=cast.office)
    assert amend(world, number, make_offering(day, title="Boundaries at work"), actor=cast.office)
    with pytest.raises(StaleRecord):
        amend(world, number, make_offering(day, title="Another"))
    call_off(world, number, 2)
    with pytest.raises(CalledOff):
        amend(world, number, make_offering(day), 3)
    with world.database.reading() as session:
        said = session.execute(
            select(OfferingVersion.title, OfferingVersion.state, OfferingVersion.reason).order_by(OfferingVersion.no)
        )
        assert [tuple(row) for row in said] == [
            ("Boundaries in practice", "offered", None),
            ("Boundaries at work", "offered", None),
            ("Boundaries at work", "called_off", "Too few"),
        ]
    assert [action for action, _ in list_events(world, "offering")] == [
        "offering.added", "offering.amended", "offering.called_off",
    ]  # fmt: skip


def test_only_administrators_of_its_organization_keep_an_offering(world: World, cast: Cast) -> None:
    number = offer(world)
    for who in (cast.holder, cast.supervisor, cast.stranger):
        with pytest.raises(NotAllowed):
            offer(world, actor=who)
        with pytest.raises(NotAllowed):
            amend(world, number, make_offering(None), actor=who)
        with world.database.reading() as session, pytest.raises(NotFound):
            get_kept_offering(session, who, number)
    elsewhere = replace(
        cast.office, grants=frozenset(replace(one, organization_id=999) for one in cast.office.grants)
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        amend(world, number, make_offering(None), actor=elsewhere)


def test_offerings_are_found_by_area_form_days_and_words_and_those_for_any_time_always(world: World) -> None:
    day = world.today + timedelta(days=12)
    offer(world, day, title="Ética y límites", parts=(CreditPart(60, (ETHICS,)),))
    offer(world, day + timedelta(days=30), title="Trauma", form="recorded", parts=(CreditPart(60, (TRAUMA,)),))
    offer(world, title="Whenever", any_time=True, parts=(CreditPart(30, ("ethics",)),))
    offer(world, world.today - timedelta(days=1), title="Over")
    call_off(world, offer(world, day, title="Called off"))

    assert find(world) == ["Ética y límites", "Trauma", "Whenever"]
    assert find(world, area=ETHICS) == ["Ética y límites"]  # and not what merely begins alike
    assert find(world, form="recorded") == ["Trauma"]
    assert find(world, until_on=day) == ["Ética y límites", "Whenever"]
    assert find(world, from_on=day + timedelta(days=1)) == ["Trauma", "Whenever"]
    assert find(world, words="LIMITES institute etica") == ["Ética y límites"]
    assert find(world, words="100%") == []


def test_a_course_of_several_days_is_found_until_its_last_one(world: World) -> None:
    offer(world, title="Running", first_on=world.today - timedelta(days=2), last_on=world.today)
    assert find(world) == find(world, until_on=world.today) == ["Running"]


def test_more_than_a_page_holds_are_on_the_next_one(world: World) -> None:
    for number in range(PAGE + 1):
        offer(world, title=f"Course {number}")
    assert (len(find_page(world).rows), find_page(world).has_more) == (PAGE, True)
    assert ([row.offering.title for row in find_page(world, page=2).rows], find_page(world, page=2).has_more) == (
        [f"Course {PAGE}"],
        False,
    )


def test_what_was_typed_is_read_with_its_minutes_by_area() -> None:
    new = read_offering(TYPED, (ETHICS, TRAUMA), TODAY)
    assert new.parts == (CreditPart(90, (ETHICS,)), CreditPart(90, (TRAUMA, ETHICS)))
    assert (new.first_on, new.last_on, new.words) == (date(2026, 6, 1), date(2026, 6, 2), "Write to them.")
    one_day = read_offering(replace(TYPED, first_on=""), (ETHICS, TRAUMA), TODAY)
    assert (one_day.first_on, one_day.last_on) == (date(2026, 6, 2),) * 2
    any_time = read_offering(replace(TYPED, first_on="", last_on=" "), (ETHICS, TRAUMA), TODAY)
    assert (any_time.first_on, any_time.last_on) == (None, None)


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"title": " \u200b "}, {"title": "missing"}),
        ({"title": "x" * 201}, {"title": "too_long"}),
        ({"first_on": "2026-06-03"}, {"first_on": "first_after_last"}),
        ({"last_on": "2026-02-30"}, {"last_on": "not_a_day"}),
        ({"last_on": "2126-06-02"}, {"last_on": "too_far"}),
        ({"activity": ""}, {"activity": "missing"}),
        ({"form": "by post"}, {"form": "not_a_choice"}),
        ({"parts": ()}, {"amount-0": "no_part"}),
        ({"parts": (TypedPart("", (ETHICS,)),)}, {"amount-0": "missing"}),
        ({"parts": (TypedPart("three"), TypedPart("1", ("cooking",)))}, {
            "amount-0": "not_an_amount", "areas-1": "not_a_choice"}),
        ({"parts": (TypedPart("60"), TypedPart("60"))}, {"amount-0": "too_much"}),
        *[({"link": link}, {"link": "not_a_link"}) for link in (
            "javascript:alert(1)", "example.org", "https://", "https://me@example.org", "https://a b.org", "ftp://a.org",
            'https://example.org/"onclick', "https://localhost", "https://[example.org",
        )],
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_field_by_field(changes: dict[str, Any], problems: dict[str, str]) -> None:
    with pytest.raises(BadFields) as caught:
        read_offering(replace(TYPED, **changes), (ETHICS, TRAUMA), TODAY)
    assert caught.value.problems == problems


def test_an_offering_that_changes_changes_in_the_plans_of_it_and_the_holder_can_see_who_did_it(
    world: World, cast: Cast
) -> None:
    number = offer(world)
    plan_it(world, cast.carol, number, actor=cast.holder)
    later = world.today + timedelta(days=20)
    amend(world, number, make_offering(later, parts=(CreditPart(90, ()),)))
    [plan] = list_planned(world, cast.carol)
    assert (plan.last_on, plan.minutes, plan.is_called_off) == (later, 90, False)
    call_off(world, number, 2)
    assert [one.is_called_off for one in list_planned(world, cast.carol)] == [True]
    assert list_events(world, "offering")[1:] == [
        ("offering.amended", [cast.carol]), ("offering.called_off", [cast.carol]),
    ]  # fmt: skip
    with world.database.reading() as session:
        assert count_minutes(get_offering(session, number)) == 90
