"""Whoever an office's list brought in is told once who writes to them, and what they can do about the record."""

from datetime import date

import pytest
from kit.copies import assign, use_policy
from kit.counting import counting_statements
from kit.delivery import DUE, Deliverer
from kit.planning import Planner
from kit.world import World

from certtrack.mail.words import words

DAYS = (date(2026, 8, 3), date(2026, 9, 2))
"""After the stages of 90 and of 60 days before the world's due day."""


def bring(world: World, person_id: int, **values: str) -> None:
    """Put a certification on record as an office's list does, with no cause that may hold mail."""
    world.certify(person_id, DUE, evidence="import:1", **values)


def list_told(deliverer: Deliverer) -> list[bool]:
    """Of each mail that was taken, whether it says who writes."""
    lead = words("en", "who_writes").encode()
    return [lead in taken.data for taken in deliverer.smtp.list_taken()]


def test_the_first_mail_to_somebody_imported_says_who_writes_and_no_later_one(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    planner.roster(1, DUE)
    for day in DAYS:
        planner.look(day)
        assert deliverer.deliver() == {"accepted": 1}
    assert list_told(deliverer) == [True, False]


def test_a_first_mail_that_was_not_taken_says_it_again(world: World, planner: Planner, deliverer: Deliverer) -> None:
    planner.roster(1, DUE)
    planner.look(DAYS[0])
    deliverer.smtp.set_behaviour("450")
    assert deliverer.deliver() == {"not_taken": 1}
    deliverer.smtp.behave()
    planner.look(DAYS[1])
    deliverer.deliver()
    assert list_told(deliverer) == [True]


def test_whoever_was_put_on_record_by_hand_is_not_told_of_a_list(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person())
    deliverer.deliver()
    assert list_told(deliverer) == [False]


def test_whoever_was_refused_once_has_had_no_mail(world: World, planner: Planner, deliverer: Deliverer) -> None:
    person_id = world.person()
    bring(world, person_id)
    planner.look(DAYS[0])
    deliverer.smtp.set_behaviour("550")
    assert deliverer.deliver() == {"recipient": 1}
    deliverer.smtp.behave()
    planner.change(person_id, private_address="carol.new@example.org")
    planner.look(DAYS[1])
    deliverer.deliver()
    assert list_told(deliverer) == [True]


def test_a_copy_about_somebody_imported_does_not_say_it_to_the_supervisor(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    use_policy(world)
    world.move_to(date(2026, 5, 1))
    carol, bob = world.person("Carol"), world.person("Bob")
    bring(world, carol)
    assign(world, carol, bob, from_on=world.today)
    for day in (date(2026, 10, 1), date(2026, 10, 4)):
        planner.look(day)
        deliverer.deliver()
    assert [taken.partition("@")[0].rstrip("0123456789") for taken in deliverer.recipients()] == ["carol", "bob"]
    assert list_told(deliverer) == [True, False]


def test_all_the_recipients_of_a_transaction_are_asked_about_at_once(
    world: World, planner: Planner, deliverer: Deliverer
) -> None:
    planner.roster(3, DUE)
    deliverer.ripen(world.person())
    planner.look(DAYS[0])
    with counting_statements(world.database) as statements:
        deliverer.deliver()
    asked = [statement for statement in statements if "evidence LIKE" in statement]
    assert (len(asked), sum(list_told(deliverer)), len(list_told(deliverer))) == (1, 3, 4)


@pytest.mark.parametrize("locale", ["en", "es"])
def test_it_says_who_keeps_the_record_and_how_to_see_mend_and_close_it(locale: str) -> None:
    said = words(locale, "first_mail", "Lakeside Peers")
    assert said.count("Lakeside Peers") == 3
