"""What is said of late reminders and two addresses: in the ledger, on the page of wishes, and where mail fails."""

from dataclasses import replace

import pytest
from kit.both_addresses import LATE_DAY, WORK, Late
from kit.delivery import make_terms
from kit.reports import postfix
from sqlalchemy import update

from certtrack.db.models import Affiliation, Organization
from certtrack.language import say_by
from certtrack.packs import Policies, parse_policy
from certtrack.services.delivery.bounces import take_report
from certtrack.services.ledger.mail_why import MailWhy, explain_mail, pick_stage
from certtrack.services.ledger.reading import list_ledger
from certtrack.services.people import get_person
from certtrack.services.preferences import BothAddresses, find_both_addresses
from certtrack.services.undeliverable import list_undeliverable


def explain(late: Late) -> MailWhy:
    world = late.world
    with world.database.reading() as session:
        entries = list_ledger(session, world.rulebook, late.person_id, world.today)
        [why] = pick_stage(explain_mail(session, get_person(session, late.person_id), entries), "before_14")
    return why


def tell(late: Late, locale: str = "en") -> str:
    """The ledger's sentences about the late reminder, without the first."""
    said = say_by("reminders/words.jinja", locale, "why_sentence", explain(late))
    return said.replace("\N{NO-BREAK SPACE}", " ").partition(". ")[2]


@pytest.mark.parametrize(
    ("private", "work", "says"),
    [
        ("accept", "accept", "It went to the other address, too, as mail 2 (250)."),
        ("accept", "450", "The other address hasn't taken it (450)."),
        ("accept", "550", "At the other address it was refused (550)."),
        ("550", "accept", "At the other address it was refused (550)."),
        ("450", "accept", "The other address hasn't taken it (450)."),
    ],
)
def test_the_ledger_says_what_became_of_it_at_the_other_address(late: Late, private: str, work: str, says: str) -> None:
    late.ripen()
    late.behave_so(private, work)
    late.deliverer.deliver()
    assert tell(late) == says
    assert tell(late, "es") not in ("", says)
    short = say_by("sentences.jinja", "en", "reminder_why", explain(late).entry, "America/Chicago")
    assert short.endswith(", for both addresses.") == (says.startswith("It went"))


def test_what_was_not_taken_anywhere_is_said_to_be_tried_again_and_what_was_refused_to_be_known(late: Late) -> None:
    late.ripen()
    late.behave_so("450", "550")
    late.deliverer.deliver()
    sentence = say_by("reminders/words.jinja", "en", "why_sentence", explain(late))
    assert " is tried again until " in sentence
    assert "didn't take mail 1 (450)" in sentence
    late.behave_so("550", "550")
    late.go_on()
    assert explain(late).entry.state == "failed"
    assert "The office knows since" in say_by("reminders/words.jinja", "en", "why_sentence", explain(late))


@pytest.mark.parametrize(
    ("private", "work", "says"),
    [
        (
            "accept",
            "450",
            "The other address hasn't taken it (450). Its mail to the other address can't go out as things are.",
        ),
        ("450", "550", "waits: its mail can't be written, or nothing can be asked about it, as things are."),
    ],
)
def test_what_can_not_be_written_for_one_address_is_said_while_it_can_not(
    late: Late, private: str, work: str, says: str
) -> None:
    late.ripen()
    late.behave_so(private, work)
    late.deliverer.deliver()
    answer_to(late, "office@example.org\nBcc: dave@example.org")
    assert late.go_on() == {}
    sentence = say_by("reminders/words.jinja", "en", "why_sentence", explain(late)).replace("\N{NO-BREAK SPACE}", " ")
    assert says in sentence
    assert "en su registro" in say_by("reminders/words.jinja", "es", "why_sentence", explain(late))
    answer_to(late, None)
    late.behave_so()
    late.go_on()
    assert "as things are" not in say_by("reminders/words.jinja", "en", "why_sentence", explain(late))


def answer_to(late: Late, address: str | None) -> None:
    """Let the office be answered there, past all checks: mail that names a broken address can't be written."""
    with late.world.database.writing() as session:
        session.execute(update(Organization).values(reply_to=address))


def test_a_mail_that_came_back_told_nobody_and_the_other_did(late: Late) -> None:
    late.deliverer.terms = make_terms("bounces@office.example")
    late.ripen()
    late.deliverer.deliver()
    report = postfix(late.deliverer.smtp.list_taken()[0].sender)
    with late.world.database.writing() as session:
        take_report(session, late.deliverer.terms.bounces, report, actor=late.world.actor, at=late.world.at)
    why = explain(late)
    assert why.sent_by is not None
    assert (why.sent_by.mail, why.entry.is_at_both) == (2, False)
    assert tell(late) == "It came back from the other address."


def test_a_mail_to_one_address_says_nothing_of_another(late: Late) -> None:
    late.ripen(work_address=None)
    late.deliverer.deliver()
    assert tell(late) == ""


def find(late: Late) -> BothAddresses | None:
    world = late.world
    with world.database.reading() as session:
        return find_both_addresses(session, world.rulebook, get_person(session, late.person_id), world.at)


def test_the_page_of_wishes_says_from_when_on_both_addresses_are_told(late: Late) -> None:
    late.ripen()
    assert find(late) == BothAddresses(14, is_left_out=False)
    text = late.world.policy.raw.replace("days_before = 30\n", "days_before = 30\nboth_addresses = true\n")
    known = late.world.rulebook
    late.world.rulebook = replace(known, policies=Policies([parse_policy(text)]))
    assert find(late) == BothAddresses(30, is_left_out=False)
    late.world.rulebook = replace(known, policies=Policies([]))
    assert find(late) is None, "no policy, no reminders"
    late.world.rulebook = known
    with late.world.database.writing() as session:
        session.execute(update(Affiliation).values(until_on=LATE_DAY.replace(day=1)))
    assert find(late) == BothAddresses(14, is_left_out=True)
    late.planner.change(late.person_id, work_address=None)
    assert find(late) is None


def test_an_address_that_refused_mail_is_said_to_be_left_out(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "550")
    late.deliverer.deliver()
    assert find(late) == BothAddresses(14, is_left_out=True)


def test_whom_mail_reaches_at_the_second_address_alone_is_listed_with_that(late: Late) -> None:
    late.ripen()
    late.behave_so("550", "accept")
    late.deliverer.deliver()
    assert listed(late) == [True]
    late.planner.change(late.person_id, work_address=None)
    assert listed(late) == [False]


def test_whom_mail_reaches_at_the_first_address_is_not_listed_for_the_second(late: Late) -> None:
    late.ripen()
    late.behave_so("accept", "550")
    late.deliverer.deliver()
    assert listed(late) == []
    assert late.refused() == [WORK], "the office hears of it among the findings"


def listed(late: Late) -> list[bool]:
    """Of each whom mail doesn't reach: whether late reminders may at the second address."""
    world = late.world
    with world.database.reading() as session:
        page = list_undeliverable(session, world.actor, today=world.today, at=world.at)
    return [item.has_second for item in page.items]
