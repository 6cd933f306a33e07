"""An administrator who gives files on a page, and the job that works at them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.base import Numbered
from certtrack.db.models import Account, Certification, ImportRun, ImportUpload, Person
from certtrack.security import Actor, Role
from certtrack.services.accounts import give_role
from certtrack.services.actors import find_actor
from certtrack.services.imports.running import work_at_upload
from certtrack.services.imports.uploads import ask_to_write, get_upload, take_file

M = TypeVar("M", bound=Numbered)


@dataclass
class Desk:
    """An administrator who gives files, and the job that works at them."""

    world: World
    actor: Actor
    told: list[tuple[int, str]] = field(default_factory=list)
    """Who was told of an address that isn't theirs any more, and at which."""

    def give(self, data: bytes, name: str = "roster.csv", kind: str = "roster", actor: Actor | None = None) -> int:
        with self.world.database.writing() as session:
            by, office = actor or self.actor, self.world.organization_id
            return take_file(session, office, kind, name, data, language="en", actor=by, at=self.world.at).id

    def work(self, upload_id: int, stop: Callable[[], bool] = lambda: False) -> bool:
        database = self.world.database
        return work_at_upload(
            database.reading,
            database.writing,
            self.world.rulebook,
            upload_id,
            tell_former=lambda _session, person_id, address: self.told.append((person_id, address)),
            now=self.world.clock.now,
            stop=stop,
        )

    def look(self, upload_id: int) -> ImportUpload:
        with self.world.database.reading() as session:
            return get_upload(session, self.actor, upload_id)

    def do(self, act: Callable[..., None], upload_id: int, *given: Any, **values: Any) -> None:
        with self.world.database.writing() as session:
            upload = get_upload(session, self.actor, upload_id)
            act(session, upload, *given, **({"expected_no": upload.no, "actor": self.actor} | values))

    def write(self, upload_id: int) -> bool:
        self.do(ask_to_write, upload_id, at=self.world.at)
        return self.work(upload_id)

    def bring_in(self, data: bytes, kind: str = "roster") -> None:
        """Give it, look at it and have it written."""
        number = self.give(data, f"{kind}.csv", kind)
        self.work(number)
        self.write(number)
        assert self.look(number).state == "done"

    def list_all(self, model: type[M]) -> list[M]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def problems(self, data: bytes, kind: str) -> list[tuple[int, str]]:
        """Of a file that was looked at: the lines that come back, and why."""
        number = self.give(data, f"{kind}.csv", kind)
        assert self.work(number)
        return [(one["line"], one["problem"]) for one in self.look(number).told["refused"]]

    def count(self, model: type[Person | Certification | ImportRun]) -> int:
        with self.world.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


def make_desk(world: World, name: str = "alice", *, person_id: int | None = None, enters_results: bool = False) -> Desk:
    """Of an administrator of the office, who may have a record there, and may be one of its program's too."""
    account = world.account(name, Role.AGENCY_ADMINISTRATOR, person_id=person_id)
    with world.database.writing() as session:
        if enters_results:
            role, owner = Role.PROGRAMME_ADMINISTRATOR, world.organization_id
            give_role(session, session.get_one(Account, account), role, owner, actor=world.actor, at=world.at)
        actor = find_actor(session, account, world.today)
    assert actor is not None
    return Desk(world, actor)


@pytest.fixture
def desk(world: World) -> Desk:
    return make_desk(world)
