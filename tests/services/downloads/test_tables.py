"""Everything that is held about somebody is in the download, or named with a reason: held by the tables themselves."""

import json
import re
from collections.abc import Iterable
from typing import Any

import pytest
from kit.credits import Cast, log, make_new
from kit.exams import hold, seat, sit
from kit.supervision import hold as hold_supervision
from kit.supervision import make_session, serve
from kit.trainings import plan, put_in
from kit.world import World
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from certtrack.auth.sessions import open_session
from certtrack.db.audit import record_event
from certtrack.db.base import Base
from certtrack.db.models import Account, Person
from certtrack.errors import NotFound
from certtrack.security import Actor
from certtrack.services.downloads.gathering import Holdings, gather, get_own
from certtrack.services.downloads.tables import LEFT_OUT, list_told, plan_tables
from certtrack.services.feeds import make_feed
from certtrack.services.findings import open_finding
from certtrack.services.merges import merge_people

TABLES = Base.metadata.tables
NOBODYS = {
    # where a person is named, and whose row it isn't all the same
    "organization.contact_id": "an office's rows are told as far as a record points to them, without their contact",
    "person.merged_into_id": "a merged person's row is found by its own number",
}
HARMLESS = {"imported_row.key", "organization.key"}
SECRETIVE = re.compile("password|secret|token|digest|uniquifier|salt|^key$")


def gather_of(world: World, person_id: int) -> Holdings:
    with world.database.reading() as session:
        return gather(session, session.get_one(Person, person_id))


def list_named(names: Iterable[str]) -> list[str]:
    """Columns that name a person or an account, in tables that the download could hold."""
    return [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if any(key.column.table.name in names for key in column.foreign_keys)
    ]


def test_every_table_that_names_a_person_or_an_account_is_in_the_plan() -> None:
    planned = plan_tables(Base.metadata, [1])
    missing = [name for name in list_named({"person", "account"}) if name.split(".")[0] not in planned]
    assert missing == []


def test_a_row_is_found_by_each_of_its_columns_that_name_a_person() -> None:
    planned = plan_tables(Base.metadata, [1])
    for name in list_named({"person"}):
        if name in NOBODYS:
            continue
        table, column = name.split(".")
        if table.endswith("_version"):
            continue  # found with the record that it is a version of
        assert column in str(planned[table].whereclause), name


def test_every_table_that_hangs_on_a_told_one_is_told_too() -> None:
    planned = plan_tables(Base.metadata, [1])
    pointed_to = {"organization", "training", "training_session", "exam_sitting", "person"}
    hanging = {
        table.name
        for table in TABLES.values()
        for key in table.foreign_keys
        if key.column.table.name in planned.keys() - pointed_to
    }
    assert hanging - planned.keys() == set()


def test_what_hangs_on_a_record_is_its_holders_and_not_of_whose_account_wrote_it() -> None:
    metadata = MetaData()
    for table in Base.metadata.sorted_tables:
        table.to_metadata(metadata)
    names = ("cycle", "account")
    keys = [Column(f"{name}_id", BigInteger, ForeignKey(f"{name}.id")) for name in names]
    Table("scribble", metadata, Column("id", BigInteger, primary_key=True), *keys)
    Table(
        "view_of_one",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("account_id", BigInteger, ForeignKey("account.id")),
    )
    planned = {name: str(query.whereclause) for name, query in plan_tables(metadata, [1]).items()}
    assert "scribble.cycle_id IN" in planned["scribble"]
    assert "account_id" not in planned["scribble"]
    assert "view_of_one.account_id IN" in planned["view_of_one"]


def test_what_is_left_out_is_there_and_no_secret_is_told() -> None:
    planned = plan_tables(Base.metadata, [1])
    for name in LEFT_OUT:
        table, column = name.split(".")
        assert table in planned
        assert column in TABLES[table].columns
    for table in planned:
        for told in list_told(TABLES[table]):
            name = f"{table}.{told.name}"
            assert not SECRETIVE.search(told.name) or name in HARMLESS, f"{name}: is it a secret?"
            assert not isinstance(told.type, LargeBinary), name


def fill(session: Session, world: World, cast: Cast, person_id: int, account: Account) -> None:
    """What is on record of her beside what the others put there."""
    open_session(session, account.id, user_agent="Firefox", address="203.0.113.7", at=world.at)
    make_feed(session, account, actor=world.actor, at=world.at)
    open_finding(
        session, "shared_address", str(person_id), organization_id=world.organization_id, person_id=person_id,
        details={"other": "Dave Example"}, actor=world.actor, at=world.at,
    )  # fmt: skip
    event: dict[str, Any] = {"at": world.at, "actor": cast.office.key, "subject": ("person", None)}
    record_event(session, action="people.listed", people=[cast.carol, 3], details={"words": "both"}, **event)
    record_event(session, action="person.viewed", people=[cast.carol], details={"words": "one"}, **event)


@pytest.fixture
def held(world: World, cast: Cast) -> Holdings:
    """What is held about Carol once something of most kinds is on record, of her and of Dave alike."""
    training, _ = plan(world)
    dave = cast.stranger.person_id or 0
    for person in (cast.carol, dave):
        log(world, person, make_new(3, title=f"Course of {person}"), *([cast.cps] if person == cast.carol else []))
        put_in(world, training, person)
        sit(world, person, credential="cps", outcome="passed")
        serve(world, person, world.today, world.today, 6)
        hold_supervision(world, make_session(cast.supervisor.person_id or 0, person))
    sitting = hold(world)
    for person in (cast.carol, dave):
        seat(world, sitting, person)
    with world.database.writing() as session:
        fill(session, world, cast, cast.carol, session.get_one(Account, cast.holder.account_id))
    return gather_of(world, cast.carol)


def test_what_was_put_on_record_of_her_is_told_with_its_versions(held: Holdings, cast: Cast) -> None:
    told = held.tables.keys()
    assert {"person", "account", "account_role", "affiliation", "assignment", "certification", "cycle"} <= told
    assert {"credit", "credit_version", "claim", "claim_version", "enrollment", "exam_registration"} <= told
    assert {"exam_result", "service_span", "supervision_session", "attendance", "finding", "standing_span"} <= told
    assert {"web_session", "calendar_feed", "audit_event", "audit_person", "audit_value", "other_day"} <= told
    assert {"organization", "training", "exam_sitting"} <= told, "what her records point to"
    assert [row["title"] for row in held.tables["credit"]] == [f"Course of {cast.carol}"]


def test_nothing_of_anybody_else_is_told(held: Holdings, cast: Cast) -> None:
    written = json.dumps(dict(held.tables), ensure_ascii=False)
    for other in ("Dave", "dave", "Bob", "bob@", "alice", f"Course of {cast.stranger.person_id}"):
        assert other not in written, other
    for name, rows in held.tables.items():
        for row in rows:
            if "person_id" in row:
                assert row["person_id"] == cast.carol, name


def test_no_secret_is_told(held: Holdings, world: World) -> None:
    with world.database.reading() as session:
        account = session.scalars(select(Account).where(Account.sign_in_name == "carol@example.org")).one()
        mark = account.fs_uniquifier
    written = json.dumps(dict(held.tables))
    assert mark not in written
    assert "digest" not in written


def test_values_of_a_list_that_others_stood_in_stay_out(held: Holdings) -> None:
    details = [row["details"] for row in held.tables["audit_value"]]
    assert {"words": "one"} in details
    assert {"words": "both"} not in details
    actions = {row["action"] for row in held.tables["audit_event"]}
    assert {"people.listed", "person.viewed", "finding.opened"} <= actions, "that it was is told all the same"


def test_rows_of_a_record_that_was_merged_into_hers_are_told(world: World, cast: Cast) -> None:
    twin = world.person("Carolina")
    log(world, twin, make_new(2, title="Of the twin"))
    with world.database.writing() as session:
        merge_people(session, world.rulebook, twin, cast.carol, reason="one", actor=world.actor, at=world.at)
    held = gather_of(world, cast.carol)
    assert [row["title"] for row in held.tables["credit"]] == ["Of the twin"]
    assert {row["id"] for row in held.tables["person"]} == {cast.carol, twin}


@pytest.mark.parametrize("who", ["supervisor", "office", "stranger"])
def test_nobody_else_is_handed_anything(world: World, cast: Cast, who: str) -> None:
    by: Actor = getattr(cast, who)
    with world.database.reading() as session, pytest.raises(NotFound):
        get_own(session, by, cast.carol, world.today)
    with world.database.reading() as session:
        assert get_own(session, cast.holder, cast.carol, world.today).id == cast.carol


def add(session: Session, table: Any, values: dict[str, Any]) -> int:
    number: int = session.scalars(insert(table).values(**values).returning(table.c.id)).one()
    return number


def test_mails_to_her_are_told_and_none_that_tells_of_others(world: World, cast: Cast) -> None:
    email, reminder = TABLES["email"], TABLES["reminder"]
    mail = {
        "mail_class": "planned", "recipient_id": cast.carol, "address": "c@example.org", "message_id": "<1@x>",
        "data": b"Subject: A date", "state": "sent", "attempts": 1, "valid_until": world.at, "created_at": world.at,
        "is_paired": False,
    }  # fmt: skip
    told = {
        "subject_kind": "cycle", "subject_id": cast.cycle, "anchor_on": world.today, "occurrence": 0,
        "recipient_id": cast.carol, "state": "sent", "stage_on": world.today, "send_after": world.at, "tries": 0,
        "valid_until": world.at, "policy_ref": "x@1", "planned_at": world.at,
    }  # fmt: skip
    with world.database.writing() as session:
        numbers = [add(session, email, mail) for _ in range(4)]
        for place, audience in enumerate(("holder", "supervisor")):
            values = told | {"stage": f"s{place}", "audience": audience}
            made = add(session, reminder, values)
            session.execute(insert(TABLES["reminder_email"]).values(reminder_id=made, email_id=numbers[place]))
        week = {"week_on": world.today, "recipient_id": cast.carol, "email_id": numbers[2]}
        session.execute(insert(TABLES["team_mail"]).values(**week))
        session.execute(email.update().where(email.c.id == numbers[3]).values(data=None))
    assert gather_of(world, cast.carol).mails == (numbers[0],)
