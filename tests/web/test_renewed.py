"""Pages about somebody whose next cycle is on record already."""

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.roster import Office, carol
from kit.world import World
from sqlalchemy import select

from certtrack.clock import WallClock
from certtrack.db.models import Certification
from certtrack.language import LOCALES
from certtrack.security import Role


@pytest.fixture
def renewed(world: World) -> int:
    office = Office(world)
    office.rows(carol(exam=""))
    office.rows(carol(exam="", expires="10/31/2028"))
    world.at = WallClock().now()
    with world.database.reading() as session:
        return session.scalars(select(Certification.person_id)).one()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_shows_the_next_cycle_with_its_file_and_nothing_to_do_for_the_old_one(
    app: Flask, client: CheckingClient, world: World, renewed: int, locale: str
) -> None:
    sign_up(client, world, world.account("carol", Role.SPECIALIST, person_id=renewed))
    page = client.get(f"/people/{renewed}?as_of=2026-10-01&lang={locale}").text
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    told, day = {
        "en": ("The next cycle is on record already: from November 1, 2026, due on October 31, 2028.", "to act by"),
        "es": ("El ciclo siguiente ya consta: desde el 1 de noviembre de 2026", "actuar"),
    }[locale]
    assert page.count(told) == 2  # among the reasons, and beside the cycle
    assert page.count("roster.csv") >= 3
    assert day not in page
    assert "$" not in page


def test_the_list_shows_the_day_of_the_next_cycle(
    app: Flask, client: CheckingClient, world: World, renewed: int
) -> None:
    sign_up(client, world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    page = client.get("/people?as_of=2026-10-01").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "2028" in page
    assert "October 31, 2026" not in page
    assert "Oct 31, 2026" not in page
