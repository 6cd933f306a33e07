"""`certtrack credits waiting`: the queue in a terminal, the longest on record first, and for programs."""

import csv
import io
import json
from datetime import date, timedelta

from kit.credits import decide, find_claim, log, make_new
from kit.databases import on_both
from kit.typed import Typed
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, AuditPerson
from certtrack.services.credits.claims import answer_claim, get_claim

DUE = date(2026, 10, 31)


def fill(world: World) -> tuple[int, int, int]:
    """Carol and Erin with a credit each that waits, Erin's the older one; a third is checked. People, and a claim."""
    carol, erin = world.person("Carol"), world.person("Erin")
    (cps, _), (other, _) = world.certify(carol, DUE, number="CPS-7"), world.certify(erin, DUE, number="CPS-8")
    log(world, erin, make_new(2, title="Of Erin", provider=None), other)
    world.at += timedelta(hours=1)
    credit = log(world, carol, make_new(3, title="Of Carol", areas=("ethics_boundaries",)), cps)
    done = log(world, carol, make_new(4, title="Done"), cps)
    decide(world, find_claim(world, done, cps)[0], "checked")
    return carol, erin, find_claim(world, credit, cps)[0]


@on_both
def test_what_waits_is_listed_the_longest_on_record_first(typed: Typed, world: World) -> None:
    fill(world)

    done = typed("credits", "waiting")

    assert (done.exit_code, done.stderr) == (0, "")
    head, first, second = done.stdout.splitlines()
    assert head.split()[:4] == ["CLAIM", "PERSON", "NAME", "CERTIFICATION"]
    assert ("Erin Example" in first, "CPS-8" in first, "Of Erin" in first) == (True, True, True)
    assert ("Carol Example" in second, "180" in second) == (True, True)
    assert "Done" not in done.stdout


def test_programs_get_every_value(typed: Typed, world: World) -> None:
    carol, erin, claim = fill(world)
    decide(world, claim, "returned", reason_code="hours_differ")
    with world.database.writing() as session:
        found = get_claim(session, claim)
        answer_claim(session, world.rulebook, found, "Look", expected_no=2, actor=world.actor, at=world.at)

    rows = {row["person"]: row for row in json.loads(typed("credits", "waiting", "--format", "json").stdout)}
    table = list(csv.DictReader(io.StringIO(typed("credits", "waiting", "--format", "csv").stdout)))

    assert (rows[erin]["title"], rows[erin]["provider"], rows[erin]["is_answered"]) == ("Of Erin", None, False)
    assert (rows[carol]["claim"], rows[carol]["areas"], rows[carol]["is_answered"]) == (
        claim, ["ethics_boundaries"], True,
    )  # fmt: skip
    assert {row["title"] for row in table} == {"Of Erin", "Of Carol"}


def test_one_organization_is_asked_for_by_its_key(typed: Typed, world: World) -> None:
    fill(world)
    typed("organization", "create", "hill", "--name", "Hill", "--zone", "America/Chicago")

    assert "Of Erin" in typed("credits", "waiting", "--organization", "lakeside").stdout
    elsewhere = typed("credits", "waiting", "--organization", "hill")
    assert (elsewhere.exit_code, elsewhere.stdout) == (0, "")
    assert "No credit waits to be checked." in elsewhere.stderr
    unknown = typed("credits", "waiting", "--organization", "nowhere")
    assert (unknown.exit_code, "nowhere" in unknown.stderr) == (1, True)


def test_a_look_is_one_event_with_its_people(typed: Typed, world: World) -> None:
    carol, erin, _ = fill(world)

    typed("credits", "waiting", "--as", "alice@example.org")

    with world.database.reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "credits.listed")).one()
        people = session.scalars(select(AuditPerson.person_id).where(AuditPerson.event_id == event.id)).all()
        assert (event.actor, sorted(people)) == ("alice@example.org", sorted([carol, erin]))
