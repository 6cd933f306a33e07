"""What every command keeps to: streams, exit codes, formats, and refusals in one line."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import click
import pytest
from kit.commands import get_example, list_commands, list_leaves
from kit.databases import on_both
from kit.typed import Typed
from kit.world import World
from sqlalchemy import select, update

from certtrack.db.engine import Database
from certtrack.db.models import Account, AuditEvent, AuditValue, Organization
from certtrack.security import Role

DUE = date(2026, 10, 31)
LEAVES = list_leaves()
LISTS = (("standing",), ("credits", "waiting"), ("findings",), ("reminders", "ledger"), ("reminders", "held"))
NEED_RECORDS = (
    *(("db", "check"), ("watch",), ("audit", "verify"), ("why", "x"), ("account", "link", "x")),
    *(("reminders", "release", "--all"), ("certtrack-jobs", "run", "heartbeat"), *LISTS),
    ("organization", "create", "hill", "--name", "Hill", "--zone", "America/Chicago"),
)


@pytest.mark.parametrize("path", [path for path, _ in LEAVES], ids=" ".join)
def test_help_needs_no_database_and_shows_an_example(typed: Typed, tmp_path: Path, path: tuple[str, ...]) -> None:
    words = path[1:] if path[0] == "certtrack" else path
    done = typed(*words, "--help")
    assert done.exit_code == 0
    assert get_example(dict(LEAVES)[path]) in " ".join(done.stdout.split())
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    "path", [path for path, command in list_commands() if isinstance(command, click.Group)], ids=" ".join
)
def test_a_group_says_what_each_of_its_commands_is_for(typed: Typed, path: tuple[str, ...]) -> None:
    words = path[1:] if path[0] == "certtrack" else path
    listed = typed(*words, "--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert listed
    assert all(line.endswith((".", "?")) and not line.endswith("..") for line in listed)


@pytest.mark.parametrize("words", NEED_RECORDS, ids=" ".join)
def test_without_a_database_each_command_says_how_to_make_one(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", f"sqlite:///{tmp_path / 'nowhere.db'}")
    done = typed(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "run `certtrack db upgrade` to make it" in done.stderr
    assert not (tmp_path / "nowhere.db").exists()


@on_both
def test_an_old_database_is_refused_and_one_from_the_future_too(typed: Typed, database: Database) -> None:
    for revision, words in (("0000", "newer CertTrack"), (None, "is empty")):
        with database.engine.begin() as connection:
            connection.exec_driver_sql(
                "DELETE FROM alembic_version" if revision is None else "UPDATE alembic_version SET version_num = '0000'"
            )
        done = typed("standing")
        assert (done.exit_code, done.stdout) == (1, "")
        assert words in done.stderr


@on_both
def test_making_the_database_twice_says_that_it_was_there(
    typed: Typed, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERTTRACK_DATABASE_URL", empty_url)
    assert "it came from nothing" in typed("db", "upgrade").stderr
    again = typed("db", "upgrade")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "was there already" in again.stderr
    assert typed("db", "check").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        *(("nothing-of-the-kind",), ("standing", "--as-of", "2026-02-30"), ("standing", "--known-at", "2026-01-01")),
        *(("why",), ("findings", "--format", "xml"), ("account", "create", "x"), ("organization", "create", "x")),
        *(("import", "roster", "nowhere.csv"), ("reminders", "release", "a", "--all"), ("certtrack-jobs", "run")),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_nothing_on_standard_output(typed: Typed, words: tuple[str, ...]) -> None:
    done = typed(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr


@pytest.mark.parametrize("words", [("findings", "--organization", "hill"), ("import", "roster", "r.csv")], ids=" ".join)
def test_an_organization_that_isnt_there_is_refused(
    typed: Typed, world: World, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "r.csv").write_text("Name,Type,Expires\n")
    done = typed(*words, *(() if "--organization" in words else ("--organization", "hill")))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "hill" in done.stderr


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_of_nothing_is_empty_in_each_format_and_says_so_beside_it(
    typed: Typed, world: World, words: tuple[str, ...]
) -> None:
    assert typed(*words).stdout == ""
    done = typed(*words, "--format", "json")
    assert json.loads(done.stdout) == []
    assert done.stderr
    assert len(list(csv.reader(io.StringIO(typed(*words, "--format", "csv").stdout)))) == 1


@on_both
def test_the_same_standing_comes_as_table_json_and_csv(typed: Typed, world: World) -> None:
    world.certify(world.person("Carol"), DUE, number="CPS-77")
    table = typed("standing", "CPS-77", "--as-of", "2026-05-15")
    assert table.stdout.splitlines()[0].split()[:3] == ["PERSON", "NAME", "CREDENTIAL"]
    (row,) = json.loads(typed("standing", "CPS-77", "--as-of", "2026-05-15", "--format", "json").stdout)
    assert (row["validity"], row["due_on"], row["name"]) == ("current", "2026-10-31", "Carol Example")
    assert row["because"]
    text = typed("standing", "CPS-77", "--as-of", "2026-05-15", "--format", "csv").stdout
    (line,) = csv.DictReader(io.StringIO(text))
    assert {key: line[key] for key in ("validity", "due_on", "as_of")} == {
        "validity": "current",
        "due_on": "2026-10-31",
        "as_of": "2026-05-15",
    }


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_name_that_a_spreadsheet_would_run_is_harmless(typed: Typed, world: World, name: str) -> None:
    person = world.person("Carol", chosen_name=name)
    world.certify(person, DUE)
    text = typed("standing", "--format", "csv").stdout
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["name"] == f"'{name}"
    assert json.loads(typed("standing", "--format", "json").stdout)[0]["name"] == name


def test_names_of_which_some_are_unknown_end_with_3(typed: Typed, world: World) -> None:
    world.certify(world.person(), DUE, number="CPS-77")
    done = typed("standing", "CPS-77", "CPS-78")
    assert done.exit_code == 3
    assert "CPS-77" in done.stdout
    assert "CPS-78" in done.stderr
    assert (typed("standing", "CPS-78").exit_code, typed("standing", "CPS-78").stdout) == (1, "")


def test_who_looks_is_in_the_audit(typed: Typed, world: World) -> None:
    person = world.person()
    world.certify(person, DUE)
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    typed("standing", "--as", "alice@example.org")
    with world.database.reading() as session:
        looks = session.scalars(select(AuditEvent).where(AuditEvent.action == "people.listed")).all()
    assert [look.actor for look in looks] == ["alice@example.org"]


def test_an_organization_is_made_once_with_what_it_grants(typed: Typed, database: Database) -> None:
    words = ("organization", "create", "hill", "--name", "Hill House", "--zone", "America/Chicago")
    done = typed(*words, "--keeps", "cps")
    assert (done.exit_code, done.stdout) == (0, "hill\n")
    assert typed(*words).exit_code == 1
    with database.reading() as session:
        assert session.scalars(select(Organization.name)).all() == ["Hill House"]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--zone", "Mars/Olympus"), "Mars/Olympus"),
        (("--zone", "America/Chicago", "--grants", "rn"), "No rule pack is for 'rn'"),
        (("--zone", "America/Chicago", "--grants", "cps", "--keeps", "cps"), "can't do both"),
        (("--zone", "America/Chicago", "--reply-to", "office"), "'office' isn't an address"),
        (("--zone", "America/Chicago", "--name", " "), "needs a name"),
    ],
)
def test_an_organization_that_cant_be_is_refused(
    typed: Typed, database: Database, more: tuple[str, ...], says: str
) -> None:
    done = typed("organization", "create", "hill", "--name", "Hill", *more)
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr


@pytest.mark.parametrize("key", ["Hill House", "hill_house", "-hill", "", "h" * 41])
def test_a_key_that_is_hard_to_type_is_refused_with_what_a_key_is(typed: Typed, database: Database, key: str) -> None:
    done = typed("organization", "create", "--name", "Hill", "--zone", "America/Chicago", "--", key)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "small letters, digits and hyphens" in done.stderr


def test_links_name_the_address_that_these_settings_listen_on(
    typed: Typed, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    monkeypatch.setenv("CERTTRACK_PORT", "8123")
    assert typed("account", "link", "alice@example.org").stdout.startswith("http://127.0.0.1:8123/password/")
    monkeypatch.setenv("CERTTRACK_BASE_URL", "https://records.example.org")
    assert typed("account", "link", "alice@example.org").stdout.startswith("https://records.example.org/password/")


def test_each_programme_says_its_own_name_and_its_exit_codes(typed: Typed, world: World) -> None:
    assert typed("why", "nobody").stderr.startswith("certtrack: ")
    assert typed("certtrack-jobs", "run", "nothing").stderr.startswith("certtrack-jobs: ")
    said = " ".join(typed("--help").stdout.split())
    assert "Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 done in part" in said


def test_an_account_gets_a_link_and_no_password(typed: Typed, world: World) -> None:
    person = world.person("Carol", address="carol@example.org")
    done = typed(
        *("account", "create", "carol@example.org", "--role", "specialist", "--organization", "lakeside"),
        *("--person", "carol@example.org"),
    )
    assert done.exit_code == 0
    assert done.stdout.startswith("http://127.0.0.1:8000/password/")
    assert typed("account", "link", "carol@example.org").stdout.startswith("http://127.0.0.1:8000/password/")
    with world.database.reading() as session:
        account = session.scalars(select(Account)).one()
    assert (account.person_id, account.password) == (person, None)
    assert typed("account", "create", "carol@example.org", "--role", "specialist").exit_code == 1
    assert typed("account", "link", "dave@example.org").exit_code == 1


@on_both
def test_a_changed_audit_is_found_with_the_events_to_look_at_and_ends_with_1(typed: Typed, world: World) -> None:
    assert typed("certtrack-jobs", "run", "seal_audit").exit_code == 0
    before = list_events(world)
    world.person()
    assert typed("certtrack-jobs", "run", "seal_audit").exit_code == 0
    good = typed("audit", "verify")
    assert (good.exit_code, good.stdout) == (0, "")
    *_, first, last = list_events(world)
    with world.database.writing() as session:
        session.execute(update(AuditEvent).where(AuditEvent.id == last).values(action="nothing.happened"))
        session.execute(update(AuditValue).where(AuditValue.event_id == first).values(details={"given_name": "Dave"}))
    bad = typed("audit", "verify")
    assert bad.exit_code == 1
    head, sealed, valued = (line.split() for line in bad.stdout.splitlines())
    assert head == ["FAULT", "EVENTS", "SEAL", "SAYS"]
    assert sealed[:3] == ["edited_seal", f"{before[-1] + 1}..{last}", "2"]
    assert valued[:2] == ["edited_values", str(first)]
    assert "Keep a copy" in bad.stderr


def list_events(world: World) -> list[int]:
    with world.database.reading() as session:
        return list(session.scalars(select(AuditEvent.id).order_by(AuditEvent.id)))


def test_watch_says_by_its_exit_code_whether_the_scheduler_is_alive(typed: Typed, world: World) -> None:
    silent = typed("watch")
    assert (silent.exit_code, silent.stdout) == (1, "")
    assert "Alarm: " in silent.stderr
    assert typed("certtrack-jobs", "run", "heartbeat").exit_code == 0
    assert typed("watch").exit_code == 0


def test_settings_that_cant_be_used_are_named(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTTRACK_PORT", "many")
    done = typed("standing")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "CERTTRACK_PORT" in done.stderr
