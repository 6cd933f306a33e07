"""Carol's hours on pages: what her form is sent with, and what a reader sees."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from kit.client import CheckingClient, sign_up
from kit.credits import log, make_new
from kit.world import World
from sqlalchemy import select

from certtrack.clock import FixedClock
from certtrack.db.models import Credit
from certtrack.security import Role
from certtrack.services.organizations import assign_supervisor
from certtrack.web.parts import EXTENSION

TYPED: dict[str, Any] = {
    "title": "Ethics for peers",
    "provider": "Lakeside",
    "first_on": "",
    "last_on": "2026-03-02",
    "amount": "3",
    "unit": "hours",
    "areas": ["ethics_boundaries"],
    "activity": "course",
    "form": "in_person",
    "role": "participant",
    "proof": "on_paper",
}


def read(page: str) -> str:
    """What a reader sees of a page: no markup, one space between words."""
    main = page.partition("<main")[2].partition("</main>")[0]
    shown = re.sub(r"(?s)<svg.*?</svg>|<[^>]*>", " ", re.sub("</?bdi>", "", main))
    return " ".join(html.unescape(shown).replace("\xa0", " ").split())


@dataclass
class Office:
    """Carol's record on May 15, 2026, where Bob supervises; the application's clock stands there too."""

    world: World
    carol: int
    bob: int
    cps: int

    @property
    def page(self) -> str:
        return f"/people/{self.carol}"

    @property
    def credits(self) -> str:
        """Where all of it stands; `page` is where her record begins."""
        return f"{self.page}/credits"

    @property
    def new(self) -> str:
        return f"/people/{self.carol}/credits/new"

    def saved(self, number: int = 1) -> str:
        """Where the holder is led who has saved that credit."""
        return f"/home?saved={number}"

    def log(self, hours: int = 2, **values: Any) -> int:
        return log(self.world, self.carol, make_new(hours, **values), self.cps)

    def load(self) -> list[Credit]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(Credit).order_by(Credit.id)))


@pytest.fixture
def office(app: Flask, world: World) -> Office:
    app.extensions[EXTENSION].clock = FixedClock(world.at)
    carol, bob = world.person("Carol"), world.person("Bob")
    cps, _ = world.certify(carol, world.today.replace(month=10, day=31), number="CPS-77")
    with world.database.writing() as session:
        assign_supervisor(
            session, person_id=carol, supervisor_id=bob, organization_id=world.organization_id,
            from_on=world.today - timedelta(days=9), actor=world.actor, at=world.at,
        )  # fmt: skip
    return Office(world, carol, bob, cps)


@pytest.fixture
def carol(client: CheckingClient, office: Office) -> CheckingClient:
    sign_up(client, office.world, office.world.account("carol", Role.SPECIALIST, person_id=office.carol))
    return client
