"""Recertifying for tests of services: what stands of it for one reader, saved, agreed to, and an office's own words."""

from datetime import date
from typing import Any

from kit.world import World

from certtrack.db.models import Organization
from certtrack.rules.recertifying import StepKey
from certtrack.security import Actor
from certtrack.services.recertifying.attesting import attest, take_back_attestation
from certtrack.services.recertifying.review import Review, load_review
from certtrack.services.recertifying.saving import save_step
from certtrack.services.recertifying.steps import Recertification, load_recertification
from certtrack.services.recertifying.wordings import add_wording, get_words


def prepare(world: World, actor: Actor, person_id: int, certification_id: int) -> Recertification:
    """What stands of it for this actor."""
    with world.database.reading() as session:
        return load_recertification(session, world.rulebook, actor, person_id, certification_id, world.clock)


def list_states(found: Recertification) -> dict[str, str]:
    """How far each step is."""
    return {step.key: step.state for step in found.steps}


def save(world: World, found: Recertification, key: StepKey, actor: Actor, **values: Any) -> None:
    with world.database.writing() as session:
        save_step(session, found, key, values, actor=actor, at=world.at)


def review(world: World, found: Recertification) -> Review:
    with world.database.reading() as session:
        return load_review(session, world.rulebook, found)


def put_words(
    world: World,
    en: str = "I keep to the code.",
    es: str | None = None,
    from_on: date | None = None,
    *,
    after: int = 0,
    actor: Actor | None = None,
) -> int:
    """The number in the database of the office's wording, which holds from today on unless told otherwise."""
    with world.database.writing() as session:
        office = session.get_one(Organization, world.organization_id)
        who: dict[str, Any] = {"actor": actor or world.actor, "at": world.at}
        return add_wording(session, office, en, es, from_on or world.today, expected_no=after, **who).id


def agree(world: World, actor: Actor, person_id: int, certification_id: int, **values: Any) -> int:
    """Agree to the words in force, by the name of Carol Example, unless told otherwise; the attestation's number."""
    with world.database.writing() as session:
        found = load_recertification(session, world.rulebook, actor, person_id, certification_id, world.clock)
        said = {"sha256": get_words(session, found.wording_id).sha256, "language": "en"} | values
        return attest(session, found, "Carol Example", actor=actor, at=world.at, **said).id


def disagree(world: World, actor: Actor, person_id: int, certification_id: int, attestation_id: int) -> None:
    """Take it back."""
    with world.database.writing() as session:
        found = load_recertification(session, world.rulebook, actor, person_id, certification_id, world.clock)
        take_back_attestation(session, found, attestation_id, actor=actor, at=world.at)
