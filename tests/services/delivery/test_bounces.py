"""Mails that came back: on record for the mail that the signed path names, once, and never the end of later stages."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit.delivery import FROM, STAGE_DAY, Deliverer, Meddling, make_terms
from kit.planning import Planner
from kit.reports import FAILED, delayed, delivered, holiday, postfix
from kit.world import World
from sqlalchemy import func, select, update

from certtrack.db.models import AuditEvent, Email, ReminderEmail
from certtrack.mail.boxes import MaildirBox
from certtrack.services.delivery.bounces import ReportOutcome, take_report
from certtrack.services.delivery.reading_reports import read_box
from certtrack.services.ledger.reading import list_ledger

AT = "bounces@office.example"


@pytest.fixture
def deliverer(deliverer: Deliverer) -> Deliverer:
    deliverer.terms = make_terms(AT)
    return deliverer


def take(deliverer: Deliverer, data: bytes) -> ReportOutcome:
    world = deliverer.world
    with world.database.writing() as session:
        return take_report(session, deliverer.terms.bounces, data, actor=world.actor, at=world.at)


def path_of(deliverer: Deliverer, number: int = -1) -> str:
    """The sender of a mail that the server took, the last one unless told otherwise."""
    return deliverer.smtp.list_taken()[number].sender


def test_each_mail_has_a_return_path_of_its_own(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"), world.person("Dave", address="dave@example.org"))
    deliverer.deliver()
    paths = [taken.sender for taken in deliverer.smtp.list_taken()]
    numbers = [email.id for email in deliverer.emails()]
    assert [path.partition(".")[0] for path in paths] == [f"bounces+{number}" for number in numbers]
    assert all(path.endswith("@office.example") for path in paths)
    assert len({path.partition(".")[2] for path in paths}) == 2


def test_without_a_mailbox_for_reports_the_sender_is_who_the_mails_come_from(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.terms = make_terms()
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    assert path_of(deliverer) == FROM


def test_a_server_that_refuses_the_path_as_a_sender_stops_mail_and_is_asked_with_such_a_path(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.smtp.set_behaviour("550", at="MAIL")
    deliverer.deliver()
    assert deliverer.is_stopped()
    deliverer.end_minute()
    assert deliverer.deliver() == {"relay": 1, "given_back": 1} or deliverer.is_stopped()
    deliverer.smtp.behave()
    deliverer.end_minute()
    assert deliverer.deliver() == {"accepted": 1}


@pytest.mark.parametrize("name", FAILED)
def test_a_mail_that_came_back_was_not_told_and_the_office_knows(
    world: World, deliverer: Deliverer, planner: Planner, name: str
) -> None:
    person_id = world.person("Carol")
    [cycle] = deliverer.ripen(person_id)
    deliverer.deliver()
    assert take(deliverer, FAILED[name](path_of(deliverer))) == "bounced"
    email, row = deliverer.email(), planner.row(cycle, "before_180")
    assert (email.state, email.bounced_at) == ("bounced", world.at)
    assert (row.state, row.reason) == ("failed", "bounced")
    [finding] = deliverer.findings("mail_bounced")
    assert (finding.person_id, finding.details) == (person_id, {"status": email.bounce_status})
    assert finding.certification_id is not None


def test_the_same_report_again_changes_nothing(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    report = postfix(path_of(deliverer))
    assert [take(deliverer, report) for _ in range(3)] == ["bounced", "known", "known"]
    assert len(deliverer.findings("mail_bounced")) == 1
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).where(AuditEvent.action == "mail.bounced")) == 1


def test_what_is_tried_again_arrived_or_is_an_automatic_answer_changes_nothing(
    world: World, deliverer: Deliverer
) -> None:
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    path = path_of(deliverer)
    assert [take(deliverer, make(path)) for make in (delayed, delivered, holiday)] == [
        *("delayed", "passed_over", "passed_over"),
    ]
    assert deliverer.states() == ["sent"]


def test_a_report_without_our_signature_is_passed_over(world: World, deliverer: Deliverer) -> None:
    deliverer.ripen(world.person("Carol"), world.person("Dave", address="dave@example.org"))
    deliverer.deliver()
    first, second = (taken.sender for taken in deliverer.smtp.list_taken())
    swapped = f"{first.partition('.')[0]}.{second.partition('.')[2]}"
    unknown = make_terms(AT).name_sender(9_999, "carol@example.org")
    for path in (swapped, unknown, FROM, "bounces@office.example"):
        assert take(deliverer, postfix(path)) == "passed_over"
    assert deliverer.states() == ["sent", "sent"]


def test_later_stages_go_on_and_a_new_address_puts_back_what_came_back(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person_id = world.person("Carol")
    [cycle] = deliverer.ripen(person_id)
    deliverer.deliver()
    take(deliverer, postfix(path_of(deliverer)))
    planner.look(date(2026, 6, 1))
    assert planner.says(cycle)["before_180"] == "failed:bounced"
    planner.change(person_id, private_address="carol.new@example.org")
    planner.look()
    deliverer.deliver()
    assert planner.says(cycle)["before_180"] == "sent"
    assert deliverer.recipients()[-1] == "carol.new@example.org"
    planner.look(date(2026, 8, 3))
    deliverer.deliver()
    assert planner.says(cycle)["before_90"] == "sent"


def test_the_next_stage_goes_to_the_same_address_and_the_office_is_told_once(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    for day in (STAGE_DAY, date(2026, 8, 3)):
        planner.look(day)
        deliverer.deliver()
        take(deliverer, postfix(path_of(deliverer)))
    assert [planner.says(cycle)[stage] for stage in ("before_180", "before_90")] == ["failed:bounced"] * 2
    assert len(deliverer.findings("mail_bounced")) == 1


def test_a_report_that_is_quicker_than_the_worker_stands(world: World, deliverer: Deliverer, planner: Planner) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))

    def report() -> None:
        assert take(deliverer, postfix(path_of(deliverer))) == "bounced"

    over = Meddling(deliverer.transport, after=report)
    assert deliverer.deliver(over=over) == {"lease_lost": 1}
    assert deliverer.states() == ["bounced"]
    assert planner.says(cycle)["before_180"] == "failed:bounced"
    deliverer.end_leases()
    assert deliverer.deliver() == {}, "nothing is sent again"


def test_a_reminder_that_another_mail_carries_was_told_until_that_comes_back_too(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    [cycle] = deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    number = deliverer.queue("carol@work.example", valid_until=world.at + timedelta(days=9))
    with world.database.writing() as session:
        second = session.get_one(Email, number)
        second.mail_class, second.state, second.settled_at = "planned", "sent", world.at
        session.execute(update(Email).values(is_paired=True))
        session.add(ReminderEmail(reminder_id=planner.row(cycle, "before_180").id, email_id=number))
    assert take(deliverer, postfix(path_of(deliverer))) == "bounced"
    assert planner.says(cycle)["before_180"] == "sent"
    assert take(deliverer, postfix(deliverer.terms.name_sender(number, "carol@work.example"))) == "bounced"
    assert planner.says(cycle)["before_180"] == "failed:bounced"


def test_a_link_that_came_back_is_forgotten(deliverer: Deliverer) -> None:
    number = deliverer.queue()
    deliverer.deliver_now()
    assert take(deliverer, postfix(path_of(deliverer))) == "bounced"
    email = deliverer.email()
    assert (email.id, email.state, email.data) == (number, "bounced", None)
    assert deliverer.findings("mail_bounced") == [], "nobody's record is known to be meant"


def test_the_ledger_says_that_it_came_back(world: World, deliverer: Deliverer) -> None:
    person_id = world.person("Carol")
    deliverer.ripen(person_id)
    deliverer.deliver()
    take(deliverer, postfix(path_of(deliverer)))
    with world.database.reading() as session:
        entry = list_ledger(session, world.rulebook, person_id, world.today)[0]
    assert (entry.state, entry.reason, entry.attempts[0].outcome) == ("failed", "bounced", "accepted")


def test_a_box_is_read_message_by_message(world: World, deliverer: Deliverer, tmp_path: Path) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    deliverer.ripen(world.person("Carol"))
    deliverer.deliver()
    path = path_of(deliverer)
    for number, data in enumerate((postfix(path), postfix(path), delayed(path), holiday(path))):
        (tmp_path / "new" / f"{number}.host").write_bytes(data)
    counts = read_box(
        world.database, deliverer.terms.bounces, MaildirBox(tmp_path), actor=world.actor, clock=world.clock
    )
    assert counts == {"bounced": 1, "known": 1, "delayed": 1, "passed_over": 1}
    assert [file.name for file in sorted((tmp_path / "cur").iterdir())] == [
        *("0.host:2,S", "1.host:2,S", "2.host:2,S", "3.host:2,F"),
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.binary(max_size=300))
def test_no_message_is_an_error(deliverer: Deliverer, data: bytes) -> None:
    assert take(deliverer, data) in ("passed_over", "unreadable")
