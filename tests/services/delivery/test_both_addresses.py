"""A late stage goes to both of its holder's addresses, and what becomes of one mail leaves the other be."""

from collections import Counter
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from kit.both_addresses import LATE_DAY, PRIVATE, WORK, Late
from kit.copies import assign, use_policy
from kit.counting import counting_statements
from kit.delivery import DUE, STAGE_DAY, Meddling, make_terms
from kit.exams import hold, seat
from kit.mails import read
from kit.reports import postfix
from kit.world import load_shipped
from sqlalchemy import update

from certtrack.db.models import Affiliation, Email
from certtrack.mail.links import is_genuine
from certtrack.services.delivery.bounces import take_report
from certtrack.services.finding_list import show_findings
from certtrack.services.reminders.restored import note_restored


def test_it_goes_to_both_and_an_early_stage_to_the_first_alone(late: Late) -> None:
    late.ripen(STAGE_DAY)
    assert late.deliverer.deliver() == {"accepted": 1}
    late.planner.look(LATE_DAY)
    assert late.deliverer.deliver() == {"accepted": 2}
    assert late.came() == ["private", "private", "work"]
    assert (late.says("before_180"), late.says()) == ("sent", "sent")
    _, private, work = late.deliverer.emails()
    assert late.told_by(private) == late.told_by(work)
    assert late.carried_by() == PRIVATE
    assert late.go_on() == {}


def test_both_say_the_same_with_links_and_a_message_id_of_their_own(late: Late) -> None:
    late.ripen()
    late.deliverer.deliver()
    private, work = (taken.data for taken in late.deliverer.smtp.list_taken())
    reminder_id, links = late.planner.row(late.cycle_id, "before_14").id, late.deliverer.terms.links
    tokens = {
        address: read(data).flat.partition(f"/mail/{reminder_id}/seen/")[2].split()[0]
        for address, data in ((PRIVATE, private), (WORK, work))
    }
    for address, token in tokens.items():
        assert is_genuine(links, token, reminder_id, "seen", [address])
    assert tokens[PRIVATE] != tokens[WORK]
    assert len(set(late.deliverer.message_ids())) == 2
    for data in (private, work):
        assert "October 31" in read(data).flat.replace("\xa0", " ")
        assert "this note goes to both of your addresses" in read(data).flat


def test_where_work_comes_first_the_private_address_is_the_second(late: Late) -> None:
    late.ripen(work_address=WORK)
    late.planner.change(late.person_id, work_first=True)
    late.deliverer.deliver()
    assert late.came() == ["work", "private"]
    assert late.carried_by() == WORK


@pytest.mark.parametrize("values", [{"work_address": None}, {"work_address": PRIVATE}])
def test_whoever_has_one_address_gets_one_mail(late: Late, values: dict[str, Any]) -> None:
    late.ripen(**values)
    with counting_statements(late.world.database) as asked:
        assert late.deliverer.deliver() == {"accepted": 1}
    assert not any("FROM affiliation" in statement for statement in asked), "nothing more is asked for them"
    [taken] = late.deliverer.smtp.list_taken()
    assert "both of your addresses" not in read(taken.data).flat


def test_an_address_at_work_is_used_only_while_the_person_belongs_somewhere(late: Late) -> None:
    late.ripen()
    with late.world.database.writing() as session:
        session.execute(update(Affiliation).values(until_on=date(2026, 9, 30)))
    assert late.deliverer.deliver() == {"accepted": 1}
    assert late.came() == ["private"]


def test_a_copy_about_somebody_else_goes_to_the_first_address_alone(late: Late) -> None:
    use_policy(late.world)
    late.world.move_to(date(2026, 5, 1))
    dave = late.world.person("Dave")
    late.world.certify(dave, DUE)
    late.planner.look(date(2026, 10, 16))
    late.deliverer.deliver()
    late.ripen(date(2026, 10, 19))
    assign(late.world, dave, late.person_id, from_on=date(2026, 5, 1))
    late.planner.look()
    late.deliverer.deliver()
    own, copy = late.planner.row(late.cycle_id, "before_14").id, late.planner.copies()[0].id
    told = {email.address: late.told_by(email) for email in late.deliverer.emails()[1:]}
    assert told == {PRIVATE: {own, copy}, WORK: {own}}


@pytest.mark.parametrize(
    ("private", "work", "says", "carried_by", "refused", "later"),
    [
        ("550", "accept", "sent", WORK, [PRIVATE], []),
        ("accept", "550", "sent", PRIVATE, [WORK], []),
        ("550", "550", "failed:address_refused", PRIVATE, [PRIVATE, WORK], []),
        ("450", "accept", "sent", WORK, [], ["private"]),
        ("accept", "450", "sent", PRIVATE, [], ["work"]),
        ("450", "450", "planned", WORK, [], ["private", "work"]),
        ("450", "550", "in_mail", PRIVATE, [WORK], ["private"]),
        ("550", "450", "planned", WORK, [PRIVATE], ["work"]),
    ],
)
def test_what_becomes_of_one_leaves_the_other_be_and_nobody_is_told_twice_at_one_address(
    late: Late, private: str, work: str, says: str, carried_by: str, refused: list[str], later: list[str]
) -> None:
    late.ripen()
    late.behave_so(private, work)
    late.deliverer.deliver()
    assert late.says() == says
    assert late.carried_by() == carried_by or says == "planned"
    assert late.refused() == refused
    before = late.came()
    assert late.deliverer.deliver() == {}, "what wasn't taken waits"
    late.deliverer.smtp.behave()
    late.go_on()
    assert late.came() == [*before, *later]
    assert max(Counter(late.came()).values(), default=0) <= 1
    assert late.says() == ("sent" if late.came() else says)
    late.go_on()
    assert late.came() == [*before, *later], "there is no more to come"


def test_a_new_first_address_puts_back_what_neither_took(late: Late) -> None:
    late.ripen()
    late.behave_so("550", "550")
    late.deliverer.deliver()
    late.deliverer.smtp.behave()
    late.planner.look()
    assert late.deliverer.deliver() == {}
    late.planner.change(late.person_id, private_address="caro@home.example")
    late.planner.look()
    assert late.deliverer.deliver() == {"accepted": 1}
    assert late.deliverer.recipients() == ["caro@home.example"], "the one at work refused mail just now"
    assert late.says() == "sent"


def test_a_new_second_address_puts_back_what_neither_took_and_is_told_alone(late: Late) -> None:
    late.ripen()
    late.behave_so("550", "550")
    late.deliverer.deliver()
    late.planner.change(late.person_id, work_address="carol@new.example")
    late.deliverer.smtp.set_behaviour("550", address="carol@new.example")
    late.planner.look()
    assert late.deliverer.deliver() == {"recipient": 1}, "the first refused it just now"
    late.deliverer.smtp.behave()
    late.planner.look()
    assert late.deliverer.deliver() == {}, "nothing has changed since"
    late.planner.change(late.person_id, work_address="caro@new.example")
    late.planner.look()
    assert late.deliverer.deliver() == {"accepted": 1}
    assert late.deliverer.recipients() == ["caro@new.example"]
    assert late.says() == "sent"


def test_waits_grow_and_each_try_says_what_is_true_then_until_a_later_stage_has_come(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    for minutes in (1, 5, 15):
        assert minutes * 60 - 10 < late.wait_s() <= minutes * 60
        assert late.go_on() == {"not_taken": 1}
    before = late.deliverer.emails()[1]
    late.world.move_to(date(2026, 10, 20))
    assert late.go_on() == {"not_taken": 1}
    after = late.deliverer.emails()[1]
    assert (before.id, len(late.deliverer.emails())) == (after.id, 2)
    assert before.message_id != after.message_id
    assert after.data is not None
    assert "11 days" in read(after.data).flat, "it is true on the day on which it goes"
    late.deliverer.smtp.behave()
    late.planner.look(date(2026, 10, 23))
    assert late.go_on() == {"accepted": 2}
    assert late.came() == ["private", "private", "work"], "at work they hear of the later stage alone"
    assert (late.says(), late.says("before_7")) == ("sent", "sent")


def test_what_is_over_is_not_tried_again_and_what_was_told_stays_told(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    late.planner.close(late.cycle_id)
    late.deliverer.smtp.behave()
    assert late.go_on() == {}
    assert (late.came(), late.says()) == (["private"], "sent")


def test_an_address_that_is_no_longer_theirs_is_not_tried_again(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    late.planner.change(late.person_id, work_address=None)
    late.deliverer.smtp.behave()
    assert late.go_on() == {}
    assert late.came() == ["private"]


def test_a_retry_to_the_other_address_keeps_to_quiet_hours(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    late.deliverer.smtp.behave()
    late.world.move_to(date(2026, 10, 17), hour_utc=3)
    assert late.go_on() == {}
    late.world.move_to(date(2026, 10, 17), hour_utc=14)
    assert late.go_on() == {"accepted": 1}


@pytest.mark.parametrize(("private", "work"), [("close_after", "accept"), ("accept", "close_after")])
def test_one_in_doubt_goes_again_with_the_same_bytes_and_the_other_does_not(
    late: Late, private: str, work: str
) -> None:
    late.ripen()
    late.behave_so(private, work, at="DATA")
    assert late.deliverer.deliver() == {"accepted": 1, "unknown": 1}
    assert late.says() == "sent", "one of them has it"
    late.deliverer.smtp.behave()
    assert late.go_on() == {"accepted": 1}
    by_address = dict(zip(late.deliverer.recipients(), late.deliverer.smtp.list_taken(), strict=True))
    twice = PRIVATE if private != "accept" else WORK
    assert Counter(late.deliverer.recipients())[twice] == 2
    assert len(set(late.deliverer.message_ids())) == len(by_address) == 2
    assert len({taken.data for taken in late.deliverer.smtp.list_taken()}) == 2


def test_one_in_doubt_while_the_other_is_not_taken_is_settled_by_itself(late: Late) -> None:
    late.ripen()
    late.deliverer.smtp.set_behaviour("close_after", at="DATA", address=PRIVATE)
    late.deliverer.smtp.set_behaviour("450", at="RCPT", address=WORK)
    late.deliverer.deliver()
    assert late.says() == "in_mail"
    late.deliverer.smtp.behave()
    late.go_on()
    assert late.came() == ["private", "private", "work"]
    assert late.says() == "sent"


@pytest.mark.parametrize("at", [1, 2])
def test_a_crash_costs_at_most_a_second_copy_with_the_same_message_id(late: Late, at: int) -> None:
    late.ripen()
    handed_over = count(1)

    def die() -> None:
        if next(handed_over) == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        late.deliverer.deliver(over=Meddling(late.deliverer.transport, after=die))
    late.deliverer.end_leases()
    late.deliverer.deliver()
    assert sorted(Counter(late.came()).values()) == [1, 2]
    assert len(set(late.deliverer.message_ids())) == 2
    assert late.says() == "sent"


@pytest.mark.parametrize("sent", [0, 1])
def test_a_process_that_is_to_stop_gives_back_what_it_has_not_sent(late: Late, sent: int) -> None:
    late.ripen()
    left = iter([False] * (2 + sent) + [True] * 9)
    late.deliverer.deliver(stop=lambda: next(left))
    assert late.came() == ["private"][:sent]
    assert late.says() == ("sent" if sent else "planned")
    late.deliverer.deliver()
    assert sorted(late.came()) == ["private", "work"]
    assert late.says() == "sent"


def test_a_server_that_is_down_costs_neither_address_its_mail(late: Late) -> None:
    late.ripen()
    late.deliverer.smtp.stop()
    late.deliverer.deliver()
    assert late.says() == "planned"
    late.deliverer.smtp.start()
    late.deliverer.end_minute()
    late.deliverer.deliver()
    assert (late.came(), late.says()) == (["private", "work"], "sent")


def test_a_server_that_refuses_everybody_is_at_fault_and_both_addresses_are_tried_again(late: Late) -> None:
    late.ripen()
    for name in ("Dave", "Erin"):
        person = late.world.person(name, work_address=f"{name.lower()}@work.example")
        late.world.certify(person, DUE)
    late.planner.look()
    late.deliverer.smtp.set_behaviour("550")
    late.deliverer.deliver()
    assert late.deliverer.is_stopped()
    late.deliverer.smtp.behave()
    late.deliverer.end_minute()
    late.go_on()
    late.go_on()
    assert Counter(late.deliverer.recipients()).most_common(1)[0][1] == 1
    assert len(late.deliverer.recipients()) == 6
    assert late.refused() == []


def test_a_mail_that_came_back_from_one_address_was_told_at_the_other_until_that_comes_back_too(late: Late) -> None:
    late.deliverer.terms = make_terms("bounces@office.example")
    late.ripen()
    late.deliverer.deliver()
    private, work = (taken.sender for taken in late.deliverer.smtp.list_taken())
    come_back(late, private)
    assert (late.says(), late.carried_by(), late.refused()) == ("sent", WORK, [PRIVATE])
    come_back(late, work)
    assert (late.says(), late.carried_by(), late.refused()) == ("failed:bounced", PRIVATE, [PRIVATE, WORK])


def test_what_came_back_before_the_other_was_taken_is_on_its_way_until_it_is(late: Late) -> None:
    late.deliverer.terms = make_terms("bounces@office.example")
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    come_back(late, late.deliverer.smtp.list_taken()[0].sender)
    assert (late.says(), late.carried_by()) == ("in_mail", WORK)
    late.deliverer.smtp.behave()
    late.go_on()
    assert late.says() == "sent"


def come_back(late: Late, path: str) -> None:
    """A report about the mail of that path."""
    world = late.world
    with world.database.writing() as session:
        signer = late.deliverer.terms.bounces
        assert take_report(session, signer, postfix(path), actor=world.actor, at=world.at) == "bounced"


def test_an_address_that_refused_mail_is_left_out_for_a_while_and_the_first_never(late: Late) -> None:
    late.ripen()
    late.behave_so("550", "550")
    late.deliverer.deliver()
    late.deliverer.smtp.behave()
    late.planner.look(date(2026, 10, 23))
    assert late.deliverer.deliver() == {"accepted": 1}
    assert late.came() == ["private"]
    with late.world.database.writing() as session:
        session.execute(
            update(Email).where(Email.address == WORK).values(settled_at=late.world.at - timedelta(days=91))
        )
    late.planner.look(date(2026, 10, 30))
    assert late.deliverer.deliver() == {"accepted": 2}
    assert late.came() == ["private", "private", "work"]


def test_the_late_reminder_of_an_exam_goes_to_both_as_well(late: Late) -> None:
    late.world.rulebook = load_shipped()
    person_id = late.world.person("Carol", address=PRIVATE, work_address=WORK)
    seat(late.world, hold(late.world, 5, held_on=date(2026, 6, 20)), person_id)
    late.planner.look(date(2026, 6, 5))
    late.behave_so("450", "accept")
    assert late.deliverer.deliver() == {"not_taken": 1, "accepted": 1}
    late.deliverer.smtp.behave()
    assert late.go_on() == {"accepted": 1}
    assert late.came() == ["work", "private"]
    assert [row.state for row in late.planner.rows()] == ["sent"]


def test_the_office_reads_which_of_the_two_addresses_a_finding_is_about(late: Late) -> None:
    late.ripen()
    late.behave_so("550", "550")
    late.deliverer.deliver()
    with late.world.database.reading() as session:
        shown = show_findings(session, late.world.rulebook, late.deliverer.findings())
    assert [(one.address, one.other_address) for one in shown] == [(PRIVATE, None), (PRIVATE, WORK)]


def test_a_database_that_was_put_back_sends_nothing_to_either_unasked(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "450")
    late.deliverer.deliver()
    late.deliverer.smtp.behave()
    with late.world.database.writing() as session:
        note_restored(session, actor=late.world.actor, at=late.world.at)
    assert late.go_on() == {}
    assert (late.came(), late.says()) == (["private"], "sent")
