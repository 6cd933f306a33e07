"""Where one recertification is: its steps, what was saved of them, what has changed since, and whether it was sent."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from kit.applications import bring_certificate, make_granter, send, stand, submit, take_back
from kit.counting import counting_statements
from kit.credits import Cast, amend, claim_of, decide, list_events, log, make_new
from kit.files import keep, pdf
from kit.many import multiply
from kit.recertifying import list_states, prepare, put_words, review, save
from kit.world import World

from certtrack.db.models import ApplicationDraft
from certtrack.errors import NotFound, Refused
from certtrack.rules.facts import StatusKind
from certtrack.services.certifications import get_certification, record_status
from certtrack.services.cycles import close_cycle, get_cycle
from certtrack.services.recertifying.review import load_review
from certtrack.services.recertifying.saving import KEPT_DAYS, purge_application_drafts, save_step
from certtrack.services.recertifying.steps import NothingToRecertify

ON_TIME = ["hours", "evidence", "fee", "send"]


def test_the_steps_are_those_of_the_phase_and_nothing_is_saved_or_sent_at_first(world: World, cast: Cast) -> None:
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    assert list_states(found) == dict.fromkeys(ON_TIME, "open")
    assert (found.now.phase, found.is_open, found.is_granter, found.is_holder) == ("on_time", True, False, True)
    assert found.papers == ("application", "ce_form", "certificates")
    world.move_to(date(2027, 1, 15))
    late = prepare(world, cast.supervisor, cast.carol, cast.cps)
    assert (late.now.phase, late.is_holder) == ("late", False)
    world.move_to(date(2027, 7, 1))
    assert list_states(prepare(world, cast.office, cast.carol, cast.cps)) == {"exam": "open", "send": "open"}


def test_what_is_saved_is_this_accounts_alone_and_sends_nothing(world: World, cast: Cast) -> None:
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    save(world, found, "fee", cast.holder, fee_way="enclosed")
    save(world, found, "hours", cast.holder, seen=found.hours_mark)
    save(world, found, "fee", cast.holder, fee_way="by_office")
    mine, theirs = (prepare(world, who, cast.carol, cast.cps) for who in (cast.holder, cast.supervisor))
    assert list_states(mine) == {"hours": "saved", "evidence": "open", "fee": "saved", "send": "open"}
    assert mine.saved["fee"] == {"fee_way": "by_office"}
    assert list_states(theirs) == dict.fromkeys(ON_TIME, "open")
    assert stand(world, cast.cps).application == "none"
    assert list_events(world, "application_draft") == [("application_draft.saved", [cast.carol])] * 3
    assert list_events(world, "application_step") == []


def test_hours_that_were_looked_through_say_so_when_they_have_changed_since(world: World, cast: Cast) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    for change in ("amended", "decided", "another"):
        found = prepare(world, cast.holder, cast.carol, cast.cps)
        save(world, found, "hours", cast.holder, seen=found.hours_mark)
        assert list_states(prepare(world, cast.holder, cast.carol, cast.cps))["hours"] == "saved"
        if change == "amended":
            amend(world, credit, make_new(4))
        elif change == "decided":
            with world.database.reading() as session:
                claim = claim_of(session, credit, cast.cps)
            decide(world, claim.id, "checked", claim.no)
        else:
            log(world, cast.carol, make_new(1, title="Another"), cast.cps)
        assert list_states(prepare(world, cast.holder, cast.carol, cast.cps))["hours"] == "changed", change


def test_certificates_that_were_looked_through_say_so_when_a_file_has_come(
    world: World, cast: Cast, tmp_path: Path
) -> None:
    credit = log(world, cast.carol, make_new(3), cast.cps)
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    save(world, found, "evidence", cast.holder, seen=found.evidence_mark)
    assert list_states(prepare(world, cast.holder, cast.carol, cast.cps))["evidence"] == "saved"
    amend(world, credit, make_new(3, files=(keep(world, tmp_path, cast.carol, pdf()),)))
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    assert list_states(found)["evidence"] == "changed"
    assert [[file.kind for file in one.files] for one in found.credits] == [["pdf"]]


def test_once_sent_there_is_nothing_to_save_until_it_is_taken_back_and_then_all_is_there(
    world: World, cast: Cast
) -> None:
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    save(world, found, "fee", cast.holder, fee_way="enclosed")
    step = send(world, cast.cps)
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    assert ([one.kind for one in found.sent], found.is_open) == (["sent"], False)
    with pytest.raises(Refused, match="on record for this cycle already"):
        save(world, found, "fee", cast.holder, fee_way="paid")
    take_back(world, step)
    assert list_states(prepare(world, cast.holder, cast.carol, cast.cps))["fee"] == "saved"


def test_under_a_granter_it_is_open_again_once_it_came_back(world: World, cast: Cast) -> None:
    make_granter(world)
    assert prepare(world, cast.holder, cast.carol, cast.cps).is_granter
    submit(world, cast.cps)
    assert not prepare(world, cast.holder, cast.carol, cast.cps).is_open


def test_after_the_new_certificate_the_next_cycle_begins_with_nothing_saved(world: World, cast: Cast) -> None:
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    save(world, found, "fee", cast.holder, fee_way="enclosed")
    bring_certificate(world, cast.cps, date(2028, 10, 31))
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    assert (found.cycle.due_on, found.saved) == (date(2028, 10, 31), {})
    with world.database.writing() as session:
        assert purge_application_drafts(session, world.at - timedelta(days=1)) == 1, "its cycle is over"


def test_an_office_with_words_of_its_own_has_one_step_more(world: World, cast: Cast) -> None:
    put_words(world, from_on=world.today + timedelta(days=1))
    assert "statement" not in list_states(prepare(world, cast.holder, cast.carol, cast.cps))
    world.at += timedelta(days=1)
    assert list_states(prepare(world, cast.holder, cast.carol, cast.cps))["statement"] == "open"


def test_strangers_and_whoever_asks_for_what_is_not_there_read_the_same(world: World, cast: Cast) -> None:
    for who, person, certification in (
        (cast.stranger, cast.carol, cast.cps), (cast.holder, cast.carol, 99999), (cast.holder, 99999, cast.cps),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            prepare(world, who, person, certification)
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    with pytest.raises(NotFound, match="isn't asked for"):
        save(world, found, "statement", cast.holder)


def test_without_an_open_cycle_there_is_nothing_to_recertify(world: World, cast: Cast) -> None:
    with world.database.writing() as session:
        cycle = get_cycle(session, cast.cycle)
        close_cycle(session, world.rulebook, cycle, world.today, reason="", actor=world.actor, at=world.at)
    with pytest.raises(NothingToRecertify):
        prepare(world, cast.holder, cast.carol, cast.cps)


@pytest.mark.parametrize("kind", ["revoked", "retired"])
def test_where_the_record_has_ended_there_is_nothing_to_recertify(world: World, cast: Cast, kind: StatusKind) -> None:
    with world.database.writing() as session:
        found = get_certification(session, cast.cps)
        record_status(session, world.rulebook, found, kind, world.today, reason=None, actor=world.actor, at=world.at)
    with pytest.raises(NothingToRecertify):
        prepare(world, cast.holder, cast.carol, cast.cps)


def test_the_review_says_what_counts_what_does_not_and_what_has_no_certificate(world: World, cast: Cast) -> None:
    checked = log(world, cast.carol, make_new(3, areas=["ethics_boundaries"]), cast.cps)
    log(world, cast.carol, make_new(2, title="Waits", areas=["ethics_boundaries"]), cast.cps)
    log(world, cast.carol, make_new(1, title="A book", activity="book"), cast.cps)
    log(world, cast.carol, make_new(1, title="Recorded", form="recorded"), cast.cps)
    log(world, cast.carol, make_new(1, title="No paper", proof="none"), cast.cps)
    log(world, cast.carol, make_new(1, title="Before", last_on=date(2020, 1, 1)), cast.cps)
    with world.database.reading() as session:
        claim = claim_of(session, checked, cast.cps)
    decide(world, claim.id, "checked")
    found = review(world, prepare(world, cast.holder, cast.carol, cast.cps))
    assert [one.backed.credit.title for one in found.counted] == ["Ethics for peers", "Waits"]
    assert [one.backed.credit.title for one in found.unsure] == ["Recorded"]
    left_out = [(one.backed.credit.title, one.count.code) for one in found.left_out]
    assert left_out == [("A book", "activity_excluded"), ("No paper", "no_certificate")]
    assert ([one.backed.credit.title for one in found.in_want], found.unbacked) == (["No paper"], ())
    total = found.progress[0]
    assert (total.requirement.key, total.requirement.counted, total.checked) == ("total", 300, 180)


def test_it_takes_four_queries_and_with_the_hours_seven_however_many_credits_there_are(
    world: World, cast: Cast
) -> None:
    log(world, cast.carol, make_new(3), cast.cps)
    multiply(world.database, 39, {"credit": None})
    with counting_statements(world.database) as asked:
        found = prepare(world, cast.office, cast.carol, cast.cps)
    assert (len(asked), len(found.credits)) == (4, 40)
    with counting_statements(world.database) as asked, world.database.reading() as session:
        load_review(session, world.rulebook, found)
    assert len(asked) == 4, "one of them is asked once a page"


def test_what_nobody_has_gone_on_with_for_a_year_is_forgotten(world: World, cast: Cast) -> None:
    found = prepare(world, cast.holder, cast.carol, cast.cps)
    save(world, found, "fee", cast.holder)
    world.at += timedelta(days=10)
    save(world, found, "fee", cast.supervisor)
    with world.database.writing() as session:
        save_step(session, found, "fee", {}, actor=world.actor, at=world.at)
        assert purge_application_drafts(session, world.at - timedelta(days=5)) == 1
        assert [draft.account_id for draft in session.query(ApplicationDraft)] == [cast.supervisor.account_id]
    assert KEPT_DAYS == 365
