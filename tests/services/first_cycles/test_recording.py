"""Somebody comes with a certificate in hand: its cycle is on record as it states it, and reminders go by its day."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from kit.databases import on_both
from kit.exams import Office, grant, open_office
from kit.files import keep, picture
from kit.planning import Planner
from kit.rules import CPS
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import AuditEvent, Certification, Cycle, Evidence, Finding
from certtrack.errors import NotAllowed, NotFound, StaleRecord
from certtrack.security import Actor
from certtrack.services.applications.typed import BadApplication
from certtrack.services.evidence.records import are_open, list_attached
from certtrack.services.first_cycles.mending import mend_day, read_mended_day
from certtrack.services.first_cycles.offer import get_first_offer
from certtrack.services.first_cycles.recording import record_first
from certtrack.services.first_cycles.typed import WorkedOut, read_first
from certtrack.services.person_page import get_person_page
from certtrack.services.reminders.causes import list_held, release_person

START, DUE = date(2024, 11, 1), date(2026, 10, 31)
TYPED = {"pack": CPS, "number": "CPS-31", "start_on": START.isoformat(), "due_on": DUE.isoformat(), "seen": "seen"}


@pytest.fixture
def office(world: World) -> Office:
    return open_office(world)


def bring(world: World, office: Office, *, files: tuple[int, ...] = (), **typed: str) -> int:
    """The number of the cycle."""
    with world.database.writing() as session:
        offer = get_first_offer(session, world.rulebook, office.agency, office.carol, world.today)
        first = read_first(TYPED | typed, offer, world.today, files)
        assert not isinstance(first, WorkedOut), first
        return record_first(session, world.rulebook, offer.person, first, actor=office.agency, at=world.at).id


def propose(world: World, office: Office, **typed: str) -> WorkedOut:
    with world.database.reading() as session:
        offer = get_first_offer(session, world.rulebook, office.agency, office.carol, world.today)
        found = read_first(TYPED | {"due_on": ""} | typed, offer, world.today)
    assert isinstance(found, WorkedOut)
    return found


def find_problems(world: World, office: Office, **typed: str) -> dict[str, str]:
    with pytest.raises(BadApplication) as caught:
        bring(world, office, files=(), **typed)
    return dict(caught.value.problems)


def get_cycle(world: World, number: int) -> Cycle:
    with world.database.reading() as session:
        return session.get_one(Cycle, number)


@on_both
def test_it_is_on_record_as_the_certificate_states_it_with_its_file_and_who_has_seen_it(
    world: World, office: Office, tmp_path: Path
) -> None:
    file = keep(world, tmp_path, office.carol, picture(), actor=office.agency)
    number = bring(world, office, files=(file,))
    cycle = get_cycle(world, number)
    assert (cycle.start_on, cycle.due_on, cycle.due_source, cycle.cause_id) == (START, DUE, "stated", None)
    with world.database.reading() as session:
        certification = session.scalars(select(Certification)).one()
        assert (certification.number, certification.pack_key, certification.issued_on) == ("CPS-31", CPS, None)
        assert list_attached(session, ("cycle", number)) == [file]
        [shown] = get_person_page(session, world.rulebook, office.agency, office.carol, world.clock).certifications
        assert shown.standing.validity == "current"
        [record] = {why.record for why in shown.because if why.record}
        assert (record.seen_by, record.is_holder_s, record.file_name) == ("alice@example.org", False, None)
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.actor == office.agency.key)).all()
        assert {"certification.recorded", "cycle.opened"} <= set(actions)
        assert session.scalars(select(Finding.id)).all() == []


@on_both
def test_whoever_may_see_the_evidence_opens_the_file_and_nobody_else(
    world: World, office: Office, tmp_path: Path
) -> None:
    file = keep(world, tmp_path, office.carol, picture(), actor=office.agency)
    bring(world, office, files=(file,))
    stranger = Actor("account:999", 999)
    with world.database.reading() as session:
        for actor, expected in ((office.agency, [file]), (office.holder, [file]), (stranger, [])):
            assert session.scalars(select(Evidence.id).where(are_open(actor, world.today))).all() == expected


@on_both
def test_reminders_are_planned_from_its_day_and_nothing_is_mailed_about_stages_long_past(
    world: World, office: Office, planner: Planner
) -> None:
    cycle = bring(world, office)
    planner.look()
    assert planner.says(cycle) == {"before_180": "superseded:before_record"}
    planner.look(DUE - timedelta(days=90))
    assert planner.waiting(cycle) == ["before_90"]


@on_both
def test_one_that_is_past_its_day_waits_until_somebody_releases_it_by_name(
    world: World, office: Office, planner: Planner
) -> None:
    due = date(2025, 10, 31)
    cycle = bring(world, office, start_on="2023-11-01", due_on=due.isoformat())
    planner.look()
    assert set(planner.says(cycle).values()) <= {"held:by_name", "superseded:before_record", "superseded:overtaken"}
    assert "held:by_name" in planner.says(cycle).values()
    with world.database.writing() as session:
        [held] = list_held(session, world.organization_id)
        assert [person.person_id for person in held.by_name] == [office.carol]
        assert release_person(session, office.carol, actor=world.actor, at=world.at) == 1


def test_a_day_that_is_not_printed_is_worked_out_by_the_rule_and_confirmed_first(world: World, office: Office) -> None:
    assert propose(world, office).due_on == DUE
    assert propose(world, office, start_on="2025-05-10").due_on == date(2027, 10, 31)
    changed = propose(world, office, start_on="2025-05-10", due_on=DUE.isoformat(), worked_out=DUE.isoformat())
    assert changed.due_on == date(2027, 10, 31)
    cycle = get_cycle(world, bring(world, office, worked_out=DUE.isoformat()))
    assert (cycle.due_on, cycle.due_source, cycle.computed_due_on) == (DUE, "computed", DUE)


def test_a_stated_day_that_the_rule_does_not_give_is_a_finding_and_both_stand(world: World, office: Office) -> None:
    cycle = get_cycle(world, bring(world, office, due_on="2026-10-20"))
    assert (cycle.due_on, cycle.computed_due_on) == (date(2026, 10, 20), DUE)
    with world.database.reading() as session:
        finding = session.scalars(select(Finding)).one()
        assert (finding.kind, finding.details["computed"]) == ("stated_day_differs", DUE.isoformat())


def test_without_a_first_day_the_cycle_begins_where_an_import_would_begin_it(world: World, office: Office) -> None:
    assert get_cycle(world, bring(world, office, start_on="")).start_on == START


def test_what_its_holder_told_says_so(world: World, office: Office) -> None:
    bring(world, office, seen="told")
    with world.database.reading() as session:
        [shown] = get_person_page(session, world.rulebook, office.agency, office.carol, world.clock).certifications
    [record] = {why.record for why in shown.because if why.record}
    assert (record.seen_by, record.is_holder_s) == (None, True)


def test_a_certification_on_record_without_a_day_gets_its_first_cycle(world: World, office: Office) -> None:
    with world.database.writing() as session:
        world.actor, command = office.agency, world.actor
        made, opened = world.add_certification(session, office.carol, DUE, number=None)
        session.get_one(Cycle, opened).is_withdrawn = True
        world.actor = command
    cycle = get_cycle(world, bring(world, office))
    assert cycle.certification_id == made
    with world.database.reading() as session:
        assert session.scalars(select(Certification.number)).all() == ["CPS-31"]


def test_what_cannot_be_is_said_at_its_field(world: World, office: Office) -> None:
    nothing = find_problems(world, office, pack="", start_on="", due_on="", seen="")
    assert nothing == {"pack": "missing", "due_on": "missing", "seen": "missing"}
    to_come = world.today + timedelta(days=1)
    assert find_problems(world, office, start_on=to_come.isoformat()) == {"start_on": "lies_ahead"}
    assert find_problems(world, office, due_on=START.isoformat()) == {"due_on": "not_later"}
    assert find_problems(world, office, start_on="", due_on="2001-10-31") == {"due_on": "too_long_ago"}
    assert find_problems(world, office, number="9" * 61) == {"number": "too_long"}
    assert find_problems(world, office, pack="us-wi-prc", due_on="") == {"due_on": "no_rule"}
    other = world.person("Erin")
    world.certify(other, DUE, number="CPS-31")
    assert find_problems(world, office) == {"number": "taken"}
    bring(world, office, number="CPS-32")
    assert find_problems(world, office, number="CPS-33")["pack"] == "not_a_choice"


def test_it_is_the_office_s_to_put_on_record_and_never_a_granter_s_by_this(world: World, office: Office) -> None:
    for actor in (office.holder, office.supervisor, office.programme):
        with world.database.reading() as session, pytest.raises(NotFound):
            get_first_offer(session, world.rulebook, actor, office.carol, world.today)
    grant(world)
    assert find_problems(world, office) == {"pack": "not_a_choice"}


@on_both
def test_a_day_that_was_typed_wrongly_is_mended_once_told_and_armed_anew(
    world: World, office: Office, planner: Planner, tmp_path: Path
) -> None:
    cycle = bring(world, office, due_on="2027-10-31")
    file = keep(world, tmp_path, office.carol, picture(), actor=office.agency)
    typed = {"due_on": DUE.isoformat(), "words": "a slip", "seen": "seen"}
    with world.database.writing() as session:
        kept = session.get_one(Cycle, cycle)
        for wrong, problem in ((START, "before_cycle"), (date(2027, 10, 31), "same_day")):
            with pytest.raises(BadApplication) as caught:
                read_mended_day(session, typed | {"due_on": wrong.isoformat()}, kept, world.today)
            assert caught.value.problems == {"due_on": problem}
        said = read_mended_day(session, typed, kept, world.today, (file,))
        mend: dict[str, Any] = {"actor": office.agency, "at": world.at}
        with pytest.raises(StaleRecord):
            mend_day(session, world.rulebook, kept.certification, said, expected_no=9, **mend)
        for actor in (office.holder, office.supervisor, office.programme):
            with pytest.raises(NotAllowed):
                mend_day(session, world.rulebook, kept.certification, said, expected_no=1, actor=actor, at=world.at)
        mend_day(session, world.rulebook, kept.certification, said, expected_no=1, **mend)
        assert list_attached(session, ("cycle", cycle)) == [file]
    mended = get_cycle(world, cycle)
    assert (mended.due_on, mended.due_source, mended.evidence) == (DUE, "stated", "certificate:seen")
    planner.look()
    assert planner.waiting(cycle) == ["day_moved"]
    assert planner.says(cycle)["before_180"] == "superseded:before_record"
