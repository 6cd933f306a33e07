"""`certtrack findings`: the sentences of the page in a terminal, codes for programs."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from kit.databases import on_both
from kit.finding_kinds import KINDS
from kit.typed import Typed
from kit.world import World

from certtrack.services.findings import open_finding

DUE = date(2027, 10, 30)


def note(world: World, kind: str, details: Mapping[str, Any], **values: Any) -> None:
    fields: dict[str, Any] = {"organization_id": world.organization_id, "actor": world.actor, "at": world.at} | values
    with world.database.writing() as session:
        open_finding(session, kind, "x", details=details, **fields)


@pytest.mark.parametrize(("kind", "details", "says"), KINDS, ids=[kind for kind, _, _ in KINDS])
def test_each_kind_says_what_its_page_says(
    typed: Typed, world: World, kind: str, details: dict[str, Any], says: tuple[str, str, str]
) -> None:
    note(world, kind, details, person_id=world.person("Carol", address=None))
    done = typed("findings")
    assert done.exit_code == 0, done.stderr
    head, question, *_ = done.stdout.splitlines()
    assert head.startswith("1  ")
    assert head.endswith(": Carol Example")
    assert says[0] in question
    assert all(part.replace("\N{NO-BREAK SPACE}", " ") in done.stdout for part in says)


def test_two_days_are_shown_with_their_sources_in_either_language(typed: Typed, world: World) -> None:
    carol = world.person("Carol")
    number, _ = world.certify(carol, DUE, number="CPS-7", computed_due_on=date(2027, 10, 31))
    details = {"credential": "cps", "stated": "2027-10-30", "computed": "2027-10-31"}
    note(world, "stated_day_differs", details, person_id=carol, certification_id=number)
    said = typed("findings").stdout
    assert "1  Two due days: Carol Example, CPS-7\n" in said
    assert "- In the file: October 30, 2027\n" in said
    assert "- By the rule: October 31, 2027 (" in said
    assert "and each names both." in said
    spanish = typed("findings", "--language", "es").stdout
    assert "¿Cuál es el día de vencimiento?" in spanish
    assert "30 de octubre de 2027" in spanish


def test_programs_get_codes_and_values(typed: Typed, world: World) -> None:
    details = {"credential": "cps", "stated": "2027-10-30", "computed": "2027-10-31"}
    note(world, "stated_day_differs", details)
    (row,) = json.loads(typed("findings", "--format", "json").stdout)
    assert (row["kind"], row["details"], row["person"]) == ("stated_day_differs", details, None)
    (line,) = csv.DictReader(io.StringIO(typed("findings", "--format", "csv").stdout))
    assert (line["kind"], line["says"]) == (
        "stated_day_differs",
        "credential cps, stated 2027-10-30, computed 2027-10-31",
    )


def test_what_a_file_has_put_into_a_name_stays_on_its_line(typed: Typed, world: World) -> None:
    note(world, "name_unlikely", {"name": "Lee\n9  All is well\x1b[2J"})
    lines = typed("findings").stdout.splitlines()
    assert "    - In the file: Lee 9 All is well [2J" in lines


@on_both
def test_only_what_is_asked_for_is_listed(typed: Typed, world: World) -> None:
    typed("organization", "create", "hill", "--name", "Hill House", "--zone", "America/Chicago")
    note(world, "name_unlikely", {"name": "=1"})
    done = typed("findings", "--organization", "hill")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "Nothing waits for a decision.\n"
    assert "=1" in typed("findings", "--organization", "lakeside").stdout
