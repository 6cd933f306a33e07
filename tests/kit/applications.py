"""Applications for tests of services: said with few words, and what the standing and the ledger make of them."""

from datetime import date, datetime
from typing import Any

from kit.world import World
from sqlalchemy import select

from certtrack.db.models import ApplicationStep, Certification, Cycle, Intention, Waiver
from certtrack.rules.facts import IntentionKind, WaiverKind
from certtrack.rules.standing import Standing
from certtrack.services.applications import deciding, intentions, sending
from certtrack.services.applications.receipts import Receipt, add_receipt
from certtrack.services.applications.typed import NewCertificate, Sent, Verdict, VerdictKind
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import list_cycles
from certtrack.services.organizations import get_organization, set_role
from certtrack.services.standing import load_standings
from certtrack.services.waivers.records import record_waiver, take_back_waiver
from certtrack.services.waivers.typed import NewWaiver

LATER = date(2026, 12, 31)


def send(world: World, certification_id: int, sent_on: date | None = None, **values: Any) -> int:
    """Say that it was sent, by post today unless told otherwise; the step's number."""
    with world.database.writing() as session:
        sent = Sent(sent_on or world.today, "post")
        found = get_certification(session, certification_id)
        return sending.record_sent(session, world.rulebook, found, sent, **_who(world, values)).id


def take_back(world: World, step_id: int, *, expected_no: int = 1, **values: Any) -> None:
    """Take back what was sent, a certificate, or a decision."""
    with world.database.writing() as session:
        step = session.get_one(ApplicationStep, step_id)
        by_kind = {"sent": sending.take_back_sent, "certificate": sending.take_back_certificate}
        act = by_kind.get(step.kind, deciding.take_back_decision)
        act(session, world.rulebook, step, expected_no=expected_no, reason="a slip", **_who(world, values))


def give_receipt(world: World, step_id: int, words: str | None, *, expected_no: int = 1, **values: Any) -> None:
    """Say what was given for it afterwards."""
    with world.database.writing() as session:
        step, receipt = session.get_one(ApplicationStep, step_id), Receipt(words)
        add_receipt(session, world.rulebook, step, receipt, expected_no=expected_no, **_who(world, values))


def submit(world: World, certification_id: int, sent_on: date | None = None, *, after: int = 0, **values: Any) -> int:
    """Submit it to the office that decides, by post today unless told otherwise; the step's number."""
    with world.database.writing() as session:
        sent = Sent(sent_on or world.today, "post")
        found = get_certification(session, certification_id)
        return deciding.submit(session, world.rulebook, found, sent, after=after, **_who(world, values)).id


def decide(
    world: World, certification_id: int, kind: VerdictKind, on: date | None = None, *, after: int, **values: Any
) -> int:
    """Say what the programme did, today unless told otherwise; the step's number. `values`: a Verdict's, an actor."""
    who = _who(world, {"actor": values.pop("actor")} if "actor" in values else {})
    with world.database.writing() as session:
        verdict = Verdict(kind, on or world.today, **values)
        found = get_certification(session, certification_id)
        return deciding.decide(session, world.rulebook, found, verdict, after=after, **who).id


def make_granter(world: World, credential: str = "cps") -> None:
    """From now on the office gives the certification itself."""
    with world.database.writing() as session:
        set_role(session, get_organization(session, None), credential, "granter", actor=world.actor, at=world.at)


def bring_certificate(
    world: World, certification_id: int, due_on: date, number: str | None = None, **values: Any
) -> int:
    """Say that a certificate came today; the step's number."""
    with world.database.writing() as session:
        found, came = get_certification(session, certification_id), NewCertificate(world.today, due_on, number)
        opened = sending.record_certificate(session, world.rulebook, found, came, **_who(world, values))
        return session.scalars(select(ApplicationStep.id).where(ApplicationStep.opened_cycle_id == opened.id)).one()


def ask(
    world: World,
    certification_id: int,
    kind: IntentionKind = "more_time",
    until_on: date | None = None,
    *,
    seen: intentions.Seen | None = None,
    expected_no: int = 0,
    **values: Any,
) -> int:
    """Say something of going on; its number."""
    with world.database.writing() as session:
        found = get_certification(session, certification_id)
        said: dict[str, Any] = {"until_on": until_on, "words": "a course in spring", "expected_no": expected_no}
        said |= {"seen": seen, "words": None} if kind in ("seen", "plan") else {}
        return intentions.say(session, world.rulebook, found, kind, **said, **_who(world, values)).id


def unsay(world: World, intention_id: int, *, expected_no: int = 1, words: str | None = None, **values: Any) -> None:
    """Take back what was said; with words answer it."""
    with world.database.writing() as session:
        said = session.get_one(Intention, intention_id)
        common = {"expected_no": expected_no, **_who(world, values)}
        if words is None:
            intentions.take_back(session, world.rulebook, said, **common)
        else:
            intentions.answer(session, world.rulebook, said, words, **common)


def give(world: World, certification_id: int, kind: WaiverKind = "extension", **values: Any) -> int:
    """Until the end of the year, by the program, from today on, unless told otherwise; its number."""
    who: dict[str, Any] = {"actor": values.pop("actor", world.actor), "at": world.at}
    own: dict[str, Any] = {"due_on": LATER} if kind == "extension" else {"requirement": "total"}
    own |= {"minutes": 300} if kind == "reduction" else {}
    fields: dict[str, Any] = {"from_on": world.today, "given_by": "The program", "words": "A letter"} | own | values
    with world.database.writing() as session:
        found = get_certification(session, certification_id)
        return record_waiver(session, world.rulebook, found, NewWaiver(kind, **fields), **who).id


def undo(world: World, waiver_id: int, *, expected_no: int = 1, **values: Any) -> None:
    who: dict[str, Any] = {"actor": world.actor, "at": world.at} | values
    with world.database.writing() as session:
        waiver = session.get_one(Waiver, waiver_id)
        take_back_waiver(session, world.rulebook, waiver, expected_no=expected_no, reason="a slip", **who)


def stand(world: World, certification_id: int, as_of: date | None = None, known_at: datetime | None = None) -> Standing:
    """Where the certification stands, today by what is on record now unless told otherwise."""
    with world.database.reading() as session:
        found = load_standings(session, world.rulebook, [certification_id], as_of or world.today, known_at)
        return found[certification_id]


def list_terms(world: World, certification_id: int) -> list[Cycle]:
    """The certification's cycles, oldest first."""
    with world.database.reading() as session:
        return list_cycles(session, certification_id)


def find_number(world: World, certification_id: int) -> str | None:
    """The number that the certification bears."""
    with world.database.reading() as session:
        return session.get_one(Certification, certification_id).number


def _who(world: World, values: dict[str, Any]) -> dict[str, Any]:
    return {"actor": world.actor, "at": world.at} | values
