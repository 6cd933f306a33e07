"""Findings: opened once, settled once, each with its event."""

from typing import Any

import pytest
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditPerson
from certtrack.errors import NotFound, Refused
from certtrack.language import environment
from certtrack.services.findings import get_finding, list_open, open_finding, settle_by_file, settle_finding


def find(world: World, person_id: int) -> bool:
    with world.database.writing() as session:
        return open_finding(
            session, "no_address", "row:1", organization_id=world.organization_id, person_id=person_id,
            details={"value": ""}, actor=world.actor, at=world.at,
        )  # fmt: skip


def actions(world: World, person_id: int) -> list[str]:
    query = select(AuditEvent.action).join(AuditPerson, AuditPerson.event_id == AuditEvent.id)
    query = query.where(AuditPerson.person_id == person_id, AuditEvent.subject_kind == "finding")
    with world.database.reading() as session:
        return list(session.scalars(query.order_by(AuditEvent.id)))


def test_a_finding_is_opened_and_settled_once_and_both_are_in_the_audit(world: World) -> None:
    carol = world.person()
    assert [find(world, carol) for _ in range(2)] == [True, False]
    with world.database.writing() as session:
        (finding,) = list_open(session, world.organization_id)
        settle_finding(session, finding, "written to", actor=world.actor, at=world.at)
        with pytest.raises(Refused, match="meanwhile"):
            settle_finding(session, finding, "again", actor=world.actor, at=world.at)
    assert not find(world, carol)
    with world.database.reading() as session:
        assert list_open(session) == []
    assert actions(world, carol) == ["finding.opened", "finding.settled"]


def test_a_finding_that_is_not_there_is_not_found(world: World) -> None:
    with world.database.reading() as session, pytest.raises(NotFound):
        get_finding(session, 7)


def test_what_a_file_settled_opens_again_when_it_is_found_again_and_what_a_person_settled_does_not(
    world: World,
) -> None:
    carol = world.person()
    find(world, carol)
    with world.database.writing() as session:
        (finding,) = list_open(session)
        assert settle_by_file(session, finding.id, 7, actor=world.actor, at=world.at)
        assert not settle_by_file(session, finding.id, 8, actor=world.actor, at=world.at)
        assert (finding.settled_by, finding.decision) == ("import:7", "import:7")
    assert [find(world, carol) for _ in range(2)] == [True, False]
    with world.database.writing() as session:
        (finding,) = list_open(session)
        settle_finding(session, finding, "import:7", actor=world.actor, at=world.at)
    assert not find(world, carol)
    assert actions(world, carol) == ["finding.opened", "finding.settled", "finding.reopened", "finding.settled"]


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "the file of import 7 brought the value"),
        ("es", "el archivo de la importación 7 trajo el valor"),
    ],
)
def test_what_a_file_settled_states_its_cause_in_words(locale: str, words: str) -> None:
    module: Any = environment(locale).get_template("findings/words.jinja").module
    assert str(module.decision_word("import:7")).strip() == words
    assert str(module.decision_word("asked her")).strip() == "asked her"
