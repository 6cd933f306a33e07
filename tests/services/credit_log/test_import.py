"""A log goes in: whose each credit is, what it counts for, what comes of the same file, a mended and a newer one."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from kit.credit_log import HEADS, SHARED, WORDS, LogOffice, row
from kit.credits import act_as, amend, count_minutes, list_events, log, make_new
from kit.roster import SHARED as ROSTER
from kit.roster import Office, make_csv
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import func, select

from certtrack.db.audit import seal_events, verify
from certtrack.db.models import Claim, ClaimVersion, ConfirmedWord, Credit, CreditVersion, ImportedRow, StandingSpan
from certtrack.errors import BadInput, NotAllowed
from certtrack.security import Role
from certtrack.services.credit_log.mapping import read_mapping
from certtrack.services.credits.bulk import log_credits
from certtrack.services.credits.records import get_credit, withdraw_credit
from certtrack.services.cycles import close_cycle, get_cycle
from certtrack.services.sheets.returned import make_returned
from certtrack.services.standing import load_standings, project_spans

AS_OF = date(2026, 5, 15)


def tell(credit: Credit) -> tuple[Any, ...]:
    return credit.title, credit.minutes, credit.parts, credit.activity, credit.form, credit.proof


def test_a_credit_goes_in_claimed_waiting_with_its_version_and_event(world: World, office: LogOffice) -> None:
    work = office.rows(row(), row(title="Harm Reduction", hours="0.3 CEU", format="webinar", proof=""))

    first, second = office.credits()
    assert tell(first) == ("Ethics", 180, [{"minutes": 180, "areas": []}], "course", None, "on_paper")
    assert tell(second)[1:] == (180, [{"minutes": 180, "areas": []}], "webinar", None, "none")
    assert (first.proof_seen_by, second.proof_seen_by) == (world.actor.key, None)
    with world.database.reading() as session:
        assert session.scalars(select(Claim.decision)).all() == ["waiting", "waiting"]
        assert session.scalars(select(ClaimVersion.no)).all() == [1, 1]
        assert session.execute(select(CreditVersion.no, CreditVersion.minutes)).all() == [(1, 180), (1, 180)]
    assert list_events(world, "credit") == [("credit.logged", [office.carol])] * 2
    assert (work.count()["rows_new"], work.count()["credits_without_certificate"]) == (2, 1)


def test_what_has_no_certificate_is_not_counted_and_says_so(world: World, office: LogOffice) -> None:
    office.rows(row(), row(title="Of no paper", proof="n"))
    assert count_minutes(world, office.cps, AS_OF)[1] == 180
    with world.database.reading() as session:
        standing = load_standings(session, world.rulebook, [office.cps], AS_OF)[office.cps]
        assert [credit.code for credit in standing.counted.credits] == ["counts", "no_certificate"]


def test_videos_and_college_courses_are_on_record_and_do_not_count(world: World, office: LogOffice) -> None:
    office.rows(row(title="A film", category="video"), row(title="Psychology", category="college", hours="45"))
    assert count_minutes(world, office.cps, AS_OF)[1] == 0
    assert [credit.activity for credit in office.credits()] == ["video", "college_course"]


def test_spans_are_what_they_would_be_one_by_one(world: World, office: LogOffice) -> None:
    office.rows(row(hours="15"), row(title="Another", hours="5"))
    query = select(StandingSpan.from_on, StandingSpan.until_on, StandingSpan.hours).order_by(StandingSpan.from_on)
    with world.database.writing() as session:
        written = session.execute(query).all()
        project_spans(session, world.rulebook, [office.cps], at=world.at)
        assert session.execute(query).all() == written
    assert "unconfirmed" in {span.hours for span in written}


def test_what_an_import_writes_holds_in_the_sealed_audit(world: World, office: LogOffice) -> None:
    office.rows(row(), row(title="Crianza y niñez"))
    with world.database.writing() as session:
        seal_events(session, world.at)
        assert verify(session) == []


def test_the_same_file_again_changes_nothing(office: LogOffice) -> None:
    data = make_csv(row(), row(title="Crianza y niñez"), heads=HEADS)
    office.take(data)
    again = office.take(data)
    assert (again.count()["rows_same"], len(office.credits())) == (2, 2)
    assert (again.list_changes(), office.missing(again)) == ([], [])


def test_a_run_that_broke_off_is_taken_up_by_the_same_file(world: World, office: LogOffice) -> None:
    data = make_csv(*(row(title=f"Course {number}") for number in range(25)), heads=HEADS)
    broken = office.take(data, batches=1)
    assert len(office.credits()) == 10
    again = office.take(data)
    assert (again.run_id, len(office.credits())) == (broken.run_id, 25)
    assert (again.count()["rows_same"], again.count()["rows_new"]) == (10, 15)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ImportedRow)) == 25


def test_twice_in_one_file_the_first_stands_and_differences_are_told(office: LogOffice) -> None:
    work = office.rows(row(), row(proof="n", title="ÉTHICS"), row(day="2026-04-02"))
    assert [credit.proof for credit in office.credits()] == ["on_paper", "on_paper"]
    assert [(item["field"], item["first"], item["second"]) for item in work.list_twice()] == [
        ("title", "Ethics", "ÉTHICS"),
        ("proof", "yes", "no"),
    ]


def test_a_monthly_gathering_counts_each_month(world: World, office: LogOffice) -> None:
    office.rows(*(row(title="Community of Practice (monthly)", day=f"2026-0{month}-02") for month in (2, 3, 4)))
    assert count_minutes(world, office.cps, AS_OF)[1] == 540


def test_a_category_counts_in_an_area_once_somebody_has_confirmed_it_by_name(world: World, office: LogOffice) -> None:
    first = office.rows(row())
    assert first.list_unmapped() == [{"word": "ethics", "rows": 1}]
    second = office.rows(row(), row(title="Another", category="Ethics"), words=WORDS)
    assert [(item["field"], item["old"], item["new"]) for item in second.list_changes()] == [
        ("areas", None, "ethics_boundaries"),
        ("form", None, "in_person"),
    ]
    third = office.rows(row(), row(title="Another", category="Ethics"), row(title="Third"))
    assert (third.list_unmapped(), third.list_changes()) == ([], [])
    assert [credit.parts[0]["areas"] for credit in office.credits()] == [["ethics_boundaries"]] * 3
    with world.database.reading() as session:
        words = session.execute(select(ConfirmedWord.word, ConfirmedWord.meaning, ConfirmedWord.confirmed_by)).all()
    assert words == [
        ("ethics", "ethics_boundaries", "Alice Example"),
        ("live", "in_person", "Alice Example"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[categories]\nethics = 'ethics_boundaries'", "doesn't say who has confirmed"),
        ("confirmed_by = 'A'\n[categories]\nethics = 'ethics'", "categories.ethics: no rules have the area 'ethics'"),
        ("confirmed_by = 'A'\n[formats]\nlive = 'here'", "formats.live: 'here' isn't one of in_person"),
    ],
)
def test_a_mapping_that_says_too_little_is_refused(world: World, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_mapping("m.toml", text.encode(), world.rulebook.packs)


def test_an_updated_file_amends_what_it_says_differently(world: World, office: LogOffice) -> None:
    office.rows(row(proof=""), row(title="Left out", day="2026-04-02"))
    newer = make_csv(row(hours="4", format="recorded"), heads=HEADS)
    dry, work = office.look(newer), office.take(newer)
    told = [("minutes", "180", "240"), ("form", None, "recorded"), ("proof", "none", "on_paper")]
    for run in (dry, work):
        assert [(item["field"], item["old"], item["new"]) for item in run.list_changes()] == told
    assert [(credit.title, credit.minutes, credit.amount, credit.no) for credit in office.credits()] == [
        ("Ethics", 240, "4", 2),
        ("Left out", 180, "3", 1),
    ]
    assert office.missing(work) == ["Left out"]
    assert office.take(newer).count()["rows_same"] == 1


def test_a_blank_cell_takes_nothing_away(office: LogOffice) -> None:
    office.rows(row(format="recorded"))
    assert office.rows(row(format="", category="", proof="")).list_changes() == []


def test_other_hours_are_another_credit_where_it_is_not_clear_which_is_meant(office: LogOffice) -> None:
    office.rows(row())
    office.rows(row(hours="1"), row(hours="2"))
    assert [credit.minutes for credit in office.credits()] == [180, 60, 120]


def test_what_was_mended_by_hand_is_kept_and_told(world: World, office: LogOffice) -> None:
    office.rows(row())
    amend(world, office.credits()[0].id, make_new(3, title="Ethics", provider="Online", form="recorded"))
    work = office.rows(row(format="in person"))
    assert [(item["field"], item["record"], item["file"]) for item in work.list_kept()] == [
        ("form", "recorded", "in_person")
    ]
    assert (office.credits()[0].form, work.count()["rows_kept"]) == ("recorded", 1)


def test_a_file_that_backs_a_credit_since_is_more_than_the_paper_of_the_log(world: World, office: LogOffice) -> None:
    office.rows(row())
    with world.database.writing() as session:
        get_credit(session, office.credits()[0].id).proof = "file"
    work = office.rows(row(proof="n"))
    assert (work.list_kept(), work.list_changes(), office.credits()[0].proof) == ([], [], "file")


def test_what_was_withdrawn_does_not_come_again(world: World, office: LogOffice) -> None:
    office.rows(row())
    with world.database.writing() as session:
        credit = get_credit(session, office.credits()[0].id)
        withdraw_credit(session, world.rulebook, credit, expected_no=1, reason="twice", actor=world.actor, at=world.at)
    work = office.rows(row())
    assert [credit.state for credit in office.credits()] == ["withdrawn"]
    assert work.list_kept()[0]["record"] == "withdrawn"


def test_a_credit_that_somebody_logged_is_no_second_one_and_stays_as_it_is(world: World, office: LogOffice) -> None:
    log(world, office.carol, make_new(3, title="ethics", provider="online"), office.cps)
    for _ in range(2):
        work = office.rows(row(format="recorded"))
        assert [(item["field"], item["file"]) for item in work.list_kept()] == [
            ("title", "Ethics"),
            ("provider", "Online"),
            ("form", "recorded"),
        ]
    assert [(credit.title, credit.no) for credit in office.credits()] == [("ethics", 1)]


def test_a_row_of_nobody_comes_back_and_goes_in_once_it_is_mended(office: LogOffice) -> None:
    work = office.rows(row(), row(address="carrol@example.org", title="Second"), row(title="Third", hours="-3"))
    text = make_returned(work.file.heads, work.returned, "en")
    mended = text.replace("carrol@", "carol@").replace(",'-3,", ",2,")
    again = office.take(mended.encode("utf-8-sig"))
    assert (again.is_in_part, again.returned, office.missing(again)) == (False, (), [])
    assert sorted(credit.title for credit in office.credits()) == ["Ethics", "Second", "Third"]
    reasons = [line["What is wrong"] for line in csv.DictReader(io.StringIO(text))]
    assert ["Nobody on record" in reasons[0], "less than nothing" in reasons[1]] == [True, True]


def test_a_row_with_several_things_to_mend_comes_back_once(office: LogOffice) -> None:
    work = office.rows(row(address="carrol@example.org", proof="perhaps"))
    (item,) = work.returned
    assert [fault.problem for fault in item.faults] == ["not_yes_or_no", "nobody_here"]


def test_whoever_shares_an_address_is_told_apart_by_a_number_in_what_comes_back(
    world: World, office: LogOffice
) -> None:
    world.person("Dave", address="carol@example.org")
    work = office.rows(row())
    (line,) = csv.DictReader(io.StringIO(make_returned(work.file.heads, work.returned, "en")))
    assert (line["Cert #"], "Several people" in line["What is wrong"]) == ("", True)
    line["Cert #"] = "CPS-1"
    office.take(make_csv(tuple(line.values()), heads=tuple(line)))
    assert [credit.person_id for credit in office.credits()] == [office.carol]


def test_ceu_is_never_turned_into_hours_by_a_guess(world: World, office: LogOffice) -> None:
    world.person("Dave", address="dave@example.org")
    work = office.rows(row(address="dave@example.org", hours="0.3 CEU"), row(address="dave@example.org"))
    assert [fault.problem for item in work.returned for fault in item.faults] == ["ceu_not_published"]
    assert work.count()["credits_not_claimed"] == 1


def test_of_several_certifications_those_claim_it_whose_term_has_the_day(world: World, office: LogOffice) -> None:
    cpps, _ = world.certify(office.carol, date(2027, 1, 31), pack=CPPS)
    office.rows(row(day="2026-03-02"), row(title="Earlier", day="2024-12-01"), row(title="Long ago", day="2020-01-01"))
    with world.database.reading() as session:
        query = select(Credit.title, Claim.certification_id).join(Claim, Claim.credit_id == Credit.id)
        claimed = {(title, number) for title, number in session.execute(query)}
    assert claimed == {("Ethics", office.cps), ("Ethics", cpps), ("Earlier", office.cps)}


def test_a_closed_certification_claims_nothing(world: World, office: LogOffice) -> None:
    with world.database.writing() as session:
        cycle = get_cycle(session, office.cycle)
        close_cycle(session, world.rulebook, cycle, AS_OF, reason="moved away", actor=world.actor, at=world.at)
    assert office.rows(row()).count()["credits_not_claimed"] == 1


def test_many_credits_at_once_are_for_commands_alone(world: World, office: LogOffice) -> None:
    alice = act_as(world, world.account("alice", Role.AGENCY_ADMINISTRATOR))
    with world.database.writing() as session, pytest.raises(NotAllowed):
        log_credits(session, world.rulebook, [], actor=alice, at=world.at)


def test_many_amendments_are_shared_out_over_transactions(office: LogOffice) -> None:
    titles = [f"Course {number}" for number in range(9)]
    office.rows(*(row(title=title) for title in titles))
    work = office.read(make_csv(*(row(title=title, format="recorded") for title in titles), heads=HEADS))
    with office.world.database.reading() as session:
        work.prepare(session)
    with office.world.database.writing() as session:
        work.start(session)
    done = []
    for rows in work.batches():
        with office.world.database.writing() as session:
            done.append(work.write(session, rows))
    assert done == [4, 4, 1]
    assert {credit.form for credit in office.credits()} == {"recorded"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_the_shared_log_goes_in_as_it_is_whatever_it_is_saved_as(world: World, encoding: str) -> None:
    world.at = world.at.replace(month=11, day=26)
    Office(world).take(ROSTER.read_bytes(), ROSTER.name)
    office = LogOffice(world)
    data = SHARED.read_bytes() if encoding == "cp1252" else SHARED.read_text("cp1252").encode("utf-16")
    work = office.take(data)
    counts = work.count()
    assert (counts["rows"], counts["rows_new"], counts["rows_twice"], counts["rows_refused"]) == (922, 861, 5, 56)
    problems = {fault.problem for item in work.returned for fault in item.faults}
    assert problems == {
        *("not_an_address", "says_nobody", "nobody_here", "several_here", "below_zero", "not_come_yet", "too_much")
    }
    found = office.credits()
    assert len({credit.title for credit in found}) == 14
    assert {credit.minutes for credit in found if credit.title.startswith("Community of Practice")} == {90}
    excluded = {credit.activity for credit in found if credit.title.startswith(("YouTube", "Intro to Psychology"))}
    assert excluded == {"video", "college_course"}


@pytest.mark.parametrize(
    ("took_s", "worked_s", "rows"),
    [
        (0.01, 0.01, 20),  # twice as many, at most
        (0.1, 0.05, 10),
        (0.1, 0.02, 10),  # a machine that has other things to do
        (0.2, 0.1, 5),
        (9, 0.01, 5),
    ],
)
def test_the_next_batch_is_as_large_as_the_last_one_was_quick(
    world: World, office: LogOffice, took_s: float, worked_s: float, rows: int
) -> None:
    work = office.read(make_csv(*(row(title=f"Course {number}") for number in range(40)), heads=HEADS))
    with world.database.reading() as session:
        work.prepare(session)
    batches = work.batches()
    assert len(next(batches)) == 10
    work.pace(took_s, worked_s)
    assert len(next(batches)) == rows
