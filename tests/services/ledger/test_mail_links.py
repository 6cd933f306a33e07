"""Links in mails: what each one does, for whom, and when there is nothing to do any more."""

from dataclasses import dataclass
from datetime import date

import pytest
from kit.applications import ask, bring_certificate, make_granter, send, stand, unsay
from kit.databases import on_both
from kit.delivery import DUE, STAGE_DAY, Deliverer
from kit.mails import Page, read
from kit.planning import Planner
from kit.rules import CPPS
from kit.world import World
from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import AuditEvent, Certification, Person, Reminder
from certtrack.mail.links import STOP, VERBS, Verb, list_verbs, make_link_url
from certtrack.security import Act
from certtrack.services.actors import link_actor, open_certifications
from certtrack.services.applications.typed import BadApplication
from certtrack.services.ledger.mail_links import Matter, act, find_matter, find_stopper

TYPED = {"until_on": "2026-09-01", "sent_on": "2026-05-04", "way": "post"}


@dataclass
class Reader:
    """Carol, with the mail of a stage in her hands."""

    world: World
    planner: Planner
    deliverer: Deliverer
    person: int
    certification: int
    cycle: int

    @property
    def address(self) -> str:
        with self.world.database.reading() as session:
            return session.get_one(Person, self.person).address or ""

    @property
    def reminder(self) -> int:
        """The number of the stage that was told last."""
        return max(row.id for row in self.planner.rows(self.cycle) if row.state in ("sent", "in_mail"))

    def token(self, verb: Verb, *, reminder: int | None = None, address: str | None = None) -> str:
        number, to = reminder or self.reminder, address or self.address
        return make_link_url("", self.deliverer.terms.links, number, verb, to).rpartition("/")[2]

    def find(self, verb: Verb, token: str | None = None, *, reminder: int | None = None) -> str | None:
        """How the link stands; None where it isn't one."""
        number = reminder or self.reminder
        with self.world.database.reading() as session:
            found = self._find(session, number, verb, token or self.token(verb, reminder=number))
        return found.state if found else None

    def press(self, verb: Verb, **typed: str) -> None:
        """Press the button."""
        number = self.reminder
        token = self.token(verb, reminder=number)
        with self.world.database.writing() as session:
            found = self._find(session, number, verb, token)
            assert found is not None
            act(session, self.world.rulebook, found, TYPED | typed, self.world.at)

    def change(self, **values: object) -> None:
        with self.world.database.writing() as session:
            for name, value in values.items():
                setattr(session.get_one(Person, self.person), name, value)

    def list_acts(self) -> list[tuple[str, str]]:
        """What links have put on record, and as whom."""
        with self.world.database.reading() as session:
            query = select(AuditEvent.actor, AuditEvent.action).where(AuditEvent.actor.like("mail:%"))
            return [(row.actor, row.action) for row in session.execute(query.order_by(AuditEvent.id))]

    def _find(self, session: Session, number: int, verb: Verb, token: str) -> Matter | None:
        signer = self.deliverer.terms.links
        return find_matter(session, self.world.rulebook, signer, number, verb, token, self.world.at)


@pytest.fixture
def reader(world: World, planner: Planner, deliverer: Deliverer) -> Reader:
    person = world.person("Carol")
    certification, cycle = world.certify(person, DUE)
    planner.look(STAGE_DAY)
    assert deliverer.deliver() == {"accepted": 1}
    return Reader(world, planner, deliverer, person, certification, cycle)


@on_both
@pytest.mark.parametrize(
    ("verb", "action", "after"),
    [
        ("seen", "intention.seen", "done"),
        ("plan", "intention.plan", "done"),
        ("more-time", "intention.more_time", "done"),
        ("not-going-on", "intention.not_going_on", "done"),
        ("sent", "application.sent", "sent"),
    ],
)
def test_each_answer_is_put_on_record_once_by_whose_link_it_is(
    reader: Reader, verb: Verb, action: str, after: str
) -> None:
    assert reader.find(verb) == "open"
    assert reader.list_acts() == [], "looking changes nothing"
    reader.press(verb)
    assert reader.find(verb) == after
    reader.press(verb)
    assert reader.list_acts() == [(f"mail:{reader.person}", action)]
    assert reader.planner.next_on(reader.cycle) == reader.world.today, "the planner looks again at once"


def test_the_mail_carries_a_link_for_each_answer_and_each_works(reader: Reader) -> None:
    mail = read(reader.deliverer.smtp.list_taken()[-1].data)
    links = [link.rsplit("/", 3)[1:] for link in Page(mail.html).values_of("a", "href") if "/mail/" in link]
    assert [(int(number), verb) for number, verb, _ in links] == [(reader.reminder, verb) for verb in VERBS]
    assert {reader.find(verb, token) for (_, _, token), verb in zip(links, VERBS, strict=True)} == {"open"}


def test_one_click_is_offered_where_something_may_be_switched_off_and_is_put_on_record_as_theirs(
    reader: Reader,
) -> None:
    header = reader.deliverer.smtp.list_taken()[-1].header("List-Unsubscribe")
    *_, number, verb, token = header.strip("<>").split("/")
    assert (int(number), verb) == (reader.reminder, STOP)
    signer = reader.deliverer.terms.links
    with reader.world.database.reading() as session:
        found = find_stopper(session, signer, reader.reminder, token)
        assert found is not None
        assert found.id == reader.person
        assert find_stopper(session, signer, reader.reminder, reader.token("seen")) is None
        assert find_stopper(session, signer, 99, token) is None
    reader.planner.look(date(2026, 10, 1))
    assert reader.deliverer.deliver() == {"accepted": 1}
    assert reader.deliverer.smtp.list_taken()[-1].header("List-Unsubscribe") == "", "30 days before it can't be"


@pytest.mark.parametrize(
    ("stage", "is_moved", "is_sent", "verbs"),
    [
        ("before_30", False, False, VERBS),
        ("before_30", False, True, ("seen", "not-going-on")),
        ("day_moved", True, False, VERBS[1:]),
        ("day_moved", True, True, ("not-going-on",)),
        ("all_set", False, False, ()),
    ],
)
def test_only_what_makes_sense_can_be_answered(
    stage: str, is_moved: bool, is_sent: bool, verbs: tuple[Verb, ...]
) -> None:
    assert list_verbs(stage, is_moved=is_moved, is_sent=is_sent) == verbs


def test_a_link_is_good_for_one_reminder_one_verb_and_the_address_that_it_went_to(reader: Reader) -> None:
    assert reader.find("seen", reader.token("seen", address=reader.address.upper())) == "open"
    for token in (
        *("", "aaaaaaaaaaaaaaaa", reader.token("plan"), reader.token("seen", reminder=9)),
        reader.token("seen", address="dave@example.org"),
    ):
        assert reader.find("seen", token or "x") is None
    assert reader.find("seen", reminder=99) is None, "there is no such reminder"
    token = reader.token("seen")
    reader.change(private_address="new@example.org")
    assert reader.find("seen", token) is None, "the old address may be somebody else's by now"
    reader.change(work_address=None, private_address=None)
    assert reader.find("seen", token) is None


def test_a_link_follows_a_merge_and_is_over_for_somebody_who_died_or_holds_it_no_more(reader: Reader) -> None:
    token, stranger = reader.token("plan"), reader.world.person("Dave")
    other = reader.world.person("Carol", address=reader.address)
    reader.change(merged_into_id=other)
    assert reader.find("plan", token) == "open", "the same person under another number"
    with reader.world.database.writing() as session:
        session.get_one(Certification, reader.certification).person_id = stranger
    assert reader.find("plan", token) == "over"


def test_nothing_is_done_for_somebody_who_died(reader: Reader) -> None:
    token = reader.token("plan")
    reader.change(died_on=reader.world.today)
    assert reader.find("plan", token) == "over"
    reader.press("plan")
    assert reader.list_acts() == []


def test_a_copy_has_no_answers(reader: Reader) -> None:
    number, token = reader.reminder, reader.token("seen")
    with reader.world.database.writing() as session:
        session.get_one(Reminder, number).audience = "supervisor"
    assert reader.find("seen", token, reminder=number) is None


def test_a_matter_that_is_over_says_so_and_stays_as_it_is(reader: Reader) -> None:
    step = send(reader.world, reader.certification)
    assert {verb: reader.find(verb) for verb in VERBS} == {
        "seen": "open",
        "plan": "sent",
        "sent": "sent",
        "more-time": "sent",
        "not-going-on": "open",
    }
    word = ask(reader.world, reader.certification, "not_going_on")
    assert {verb: reader.find(verb) for verb in ("seen", "plan")} == {"seen": "stopped", "plan": "stopped"}
    unsay(reader.world, word)
    bring_certificate(reader.world, reader.certification, date(2028, 10, 31))
    assert {reader.find(verb) for verb in VERBS} == {"over"}
    reader.press("plan")
    assert reader.list_acts() == []
    assert step


def test_an_older_mail_is_not_seen_any_more_but_the_rest_of_it_can_still_be_said(reader: Reader) -> None:
    older = reader.reminder
    reader.planner.look(date(2026, 7, 31))
    assert reader.deliverer.deliver() == {"accepted": 1}
    assert reader.reminder != older
    assert (reader.find("seen", reminder=older), reader.find("plan", reminder=older)) == ("newer", "open")
    reader.press("seen")
    assert reader.find("seen") == "done"
    assert [(said.stage, said.anchor_on) for said in stand(reader.world, reader.certification).intentions] == [
        ("before_90", DUE),
    ]


@pytest.mark.parametrize(
    ("verb", "typed", "problems"),
    [
        ("plan", {"until_on": "2027-01-01"}, {"until_on": "after_last"}),
        ("plan", {"until_on": ""}, {"until_on": "missing"}),
        ("more-time", {"until_on": "2026-05-01"}, {"until_on": "past"}),
        ("sent", {"sent_on": "2026-05-05", "way": ""}, {"sent_on": "lies_ahead", "way": "missing"}),
    ],
)
def test_what_was_typed_wrong_is_said_and_nothing_is_written(
    reader: Reader, verb: Verb, typed: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(BadApplication) as error:
        reader.press(verb, **typed)
    assert error.value.problems == problems
    assert reader.list_acts() == []


def test_time_may_be_asked_for_without_a_day(reader: Reader) -> None:
    reader.press("more-time", until_on="")
    assert [said.until_on for said in stand(reader.world, reader.certification).intentions] == [None]


def test_where_the_office_gives_the_certification_itself_it_is_submitted_and_nothing_is_granted(
    reader: Reader,
) -> None:
    make_granter(reader.world)
    reader.press("sent")
    assert stand(reader.world, reader.certification).application == "submitted"
    assert reader.find("sent") == "sent"


def test_a_link_opens_one_certification_for_one_act_and_nothing_else(reader: Reader) -> None:
    other, _ = reader.world.certify(reader.person, DUE, pack=CPPS)
    with reader.world.database.reading() as session:
        actor = link_actor(session.get_one(Certification, reader.certification))
        acts = {
            act: set(session.scalars(select(Certification.id).where(open_certifications(actor, DUE, act))))
            for act in Act
        }
    assert acts.pop(Act.REPORT_APPLICATION) == {reader.certification}
    assert not any(acts.values())
    assert other
