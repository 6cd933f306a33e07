"""Views of lists under a name: one of each name, whoever presses twice."""

from datetime import timedelta

import pytest
from kit.databases import on_both
from kit.waiting import do_meanwhile
from kit.world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import SavedView
from certtrack.errors import NotFound
from certtrack.security import Role
from certtrack.services.saved_views import LONGEST_NAME, LONGEST_QUERY, MOST, BadView, delete_view, save_view


class Views:
    """Alice's, of the list of people."""

    def __init__(self, world: World) -> None:
        self.world, self.account = world, world.account("alice", Role.AGENCY_ADMINISTRATOR)

    def add(self, session: Session, name: str, query: str = "") -> int:
        world = self.world
        return save_view(session, self.account, "people", name, query, actor=world.actor, at=world.at).id

    def save(self, name: str, query: str = "") -> int:
        with self.world.database.writing() as session:
            return self.add(session, name, query)

    def load(self) -> list[tuple[str, str]]:
        with self.world.database.reading() as session:
            views = session.scalars(select(SavedView).order_by(SavedView.id))
            return [(view.name, view.query) for view in views]


@pytest.fixture
def views(world: World) -> Views:
    return Views(world)


@on_both
def test_of_two_who_save_one_name_at_once_there_is_one_view_and_the_later_filters(views: Views) -> None:
    def save_later() -> int:
        return views.save("Due", "open=hours")

    made = list[int]()
    second = do_meanwhile(views.world, lambda session: made.append(views.add(session, "Due", "open=plan")), save_later)
    assert made == [second]
    assert views.load() == [("Due", "open=hours")]


def test_the_same_name_again_stands_for_the_new_filters(views: Views) -> None:
    first = views.save("  Due   soon ", "open=hours")
    views.world.at += timedelta(days=1)
    assert views.save("Due soon", "open=plan") == first
    with views.world.database.reading() as session:
        assert session.scalars(select(SavedView.saved_at)).one() == views.world.at
    assert views.load() == [("Due soon", "open=plan")]


def test_a_name_is_asked_for_and_there_are_no_more_views_than_may_be(views: Views) -> None:
    for name, query, problem in (
        (" ", "", "missing"), ("x" * (LONGEST_NAME + 1), "", "too_long"), ("x", "x" * (LONGEST_QUERY + 1), "too_long"),
    ):  # fmt: skip
        with pytest.raises(BadView) as refused:
            views.save(name, query)
        assert refused.value.problem == problem
    for number in range(MOST):
        views.save(f"View {number}")
    with pytest.raises(BadView) as refused:
        views.save("One more")
    assert refused.value.problem == "too_many"
    assert views.save("View 0", "open=hours"), "one that is there can be saved anew"


def test_nobody_elses_view_is_deleted(views: Views) -> None:
    number, bob = views.save("Due"), views.world.account("bob", Role.SUPERVISOR)
    with views.world.database.writing() as session, pytest.raises(NotFound):
        delete_view(session, bob, number, actor=views.world.actor, at=views.world.at)
    with views.world.database.writing() as session:
        delete_view(session, views.account, number, actor=views.world.actor, at=views.world.at)
    assert views.load() == []
