"""Why somebody was told, or wasn't: every state and every reason has a true sentence in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from kit.applications import send
from kit.copies import assign, stand_in, use_policy
from kit.delivery import STAGE_DAY, Deliverer
from kit.planning import Planner
from kit.tellings import copy_row
from kit.world import World
from sqlalchemy import update

from certtrack.db.models import Email, Person, Reminder
from certtrack.errors import NotFound
from certtrack.language import LOCALES, say_by
from certtrack.rules.reminders import Audience
from certtrack.services.findings import open_finding
from certtrack.services.ledger.coming_copies import add_coming_copies
from certtrack.services.ledger.mail_why import HeldBy, MailWhy, Told, explain_mail, pick_newest, pick_stage
from certtrack.services.ledger.reading import LedgerAttempt, LedgerEntry, LedgerState, list_ledger
from certtrack.services.ledger.tellings import TAKEN_BACK, TOLD, How
from certtrack.services.ledger.whole import load_whole_ledger
from certtrack.services.people import get_person
from certtrack.services.reminders.obstacles import FOR_GOOD, OBSTACLES
from certtrack.services.reminders.rulings import BEFORE_RECORD, OVERTAKEN

DUE = date(2026, 10, 31)
WORDS = "reminders/words.jinja"


def explain(world: World, person_id: int, *, copies: bool = False) -> tuple[MailWhy, ...]:
    with world.database.reading() as session:
        person = get_person(session, person_id)
        entries = list_ledger(session, world.rulebook, person.id, world.today)
        if copies:
            whole = load_whole_ledger(session, world.rulebook, world.actor, person.id, world.at)
            entries = add_coming_copies(session, whole)
        return explain_mail(session, person, entries)


def tell(why: MailWhy, locale: str = "en") -> str:
    return say_by(WORDS, locale, "why_sentence", why).replace("\N{NO-BREAK SPACE}", " ")


def tell_next(why: MailWhy, locale: str = "en") -> str:
    return say_by(WORDS, locale, "next_sentence", why).replace("\N{NO-BREAK SPACE}", " ")


def tell_stage(world: World, person_id: int, stage: str = "before_180") -> str:
    [why] = pick_stage(explain(world, person_id), stage)
    return tell(why)


def test_what_was_mailed_is_told_with_its_day_its_mail_and_the_servers_answer(
    world: World, deliverer: Deliverer
) -> None:
    person = world.person()
    deliverer.ripen(person)
    deliverer.deliver()
    newest = pick_newest(explain(world, person))
    assert newest is not None
    assert tell(newest) == (
        "Carol Example was told on Monday, May 4, 2026, by the reminder 180 days before October 31, 2026: "
        "the mail server took mail 1 at 12:00 PM (250)."
    )
    assert tell_next(newest) == "Next is the reminder 90 days before October 31, 2026, on Friday, July 31, 2026."


def test_the_answers_of_several_mails_stay_linked_to_the_reminder_that_they_carried(
    world: World, deliverer: Deliverer
) -> None:
    person = world.person()
    deliverer.ripen(person)
    deliverer.deliver()
    with world.database.writing() as session:
        session.execute(update(Reminder).values(state="planned", settled_at=None, tries=1))
    deliverer.deliver()
    [why] = [one for one in explain(world, person) if one.entry.state == "sent"]
    assert [(attempt.number, attempt.mail) for attempt in why.entry.attempts] == [(1, 1), (2, 2)]
    assert all(attempt.answer for attempt in why.entry.attempts)


def test_without_an_address_it_says_so_with_the_day_and_since_when_the_office_knows(
    world: World, planner: Planner
) -> None:
    person = world.person(address=None)
    world.certify(person, DUE)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        open_finding(
            session, "no_address", "1", organization_id=world.organization_id, person_id=person, details={"value": ""},
            actor=world.actor, at=world.at,
        )  # fmt: skip
    assert tell_stage(world, person) == (
        "Nothing was sent for the reminder 180 days before October 31, 2026, as was decided on May 4, 2026: "
        "there is no address. One entered now puts this mail back. The office knows since May 4, 2026."
    )


def test_a_look_back_says_nothing_that_the_office_was_told_later(world: World, planner: Planner) -> None:
    person = world.person(address=None)
    world.certify(person, DUE)
    planner.look(STAGE_DAY)
    before = world.at - timedelta(hours=1)
    with world.database.writing() as session:
        open_finding(
            session, "no_address", "1", organization_id=world.organization_id, person_id=person, details={"value": ""},
            actor=world.actor, at=world.at,
        )  # fmt: skip
        holder, entries = get_person(session, person), list_ledger(session, world.rulebook, person, world.today)
        days = [explain_mail(session, holder, entries, until=until)[0].office_on for until in (before, world.at)]
    assert days == [None, STAGE_DAY]


def test_what_may_have_gone_before_it_fell_away_is_not_told_as_if_nothing_was_sent(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = world.person()
    [cycle] = deliverer.ripen(person)
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.behave()
    planner.close(cycle)
    world.at += timedelta(days=2)
    deliverer.end_waits()
    assert deliverer.deliver() == {}
    said = tell_stage(world, person)
    assert said.startswith(
        "The reminder 180 days before October 31, 2026 isn't sent again, as was decided on May 6, 2026: the cycle is "
        "over; a newer record speaks. On "
    )
    assert said.endswith(" it stayed open whether the mail server took mail 1.")


def test_what_falls_away_long_after_it_was_planned_names_the_day_on_which_it_did(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = world.person()
    deliverer.ripen(person)
    planner.change(person, private_address=None)
    world.at += timedelta(days=3)
    assert deliverer.deliver() == {}
    assert "as was decided on May 7, 2026: there is no address." in tell_stage(world, person)


def test_a_held_mail_says_with_how_many_others_since_when_and_by_what(world: World, planner: Planner) -> None:
    (person, _), *_ = planner.roster(26, DUE, armed_on=STAGE_DAY)
    planner.look(STAGE_DAY)
    said = tell_stage(world, person)
    assert "is held with 25 others since May 4, 2026" in said
    assert said.endswith("until somebody releases it.")


def test_an_overtaken_stage_names_the_one_that_was_told_in_its_place(world: World, planner: Planner) -> None:
    person = world.person()
    world.certify(person, DUE)
    planner.look(date(2026, 8, 3))
    assert tell_stage(world, person).endswith("on August 3, 2026 a later stage had been reached (90 days before).")


def test_an_overtaken_stage_names_one_that_had_been_reached_by_then_though_it_expired(
    world: World, planner: Planner
) -> None:
    person = world.person()
    world.certify(person, DUE)
    for day in (date(2026, 10, 23), date(2026, 10, 30), date(2026, 11, 2)):  # nothing goes out over the due day
        planner.look(day)
    said = tell_stage(world, person, "before_7")
    assert said.endswith("on October 30, 2026 a later stage had been reached (1 day before)."), said


def test_what_came_back_came_back_from_the_try_by_which_it_was_taken(
    world: World, deliverer: Deliverer, planner: Planner
) -> None:
    person = world.person()
    deliverer.ripen(person)
    deliverer.smtp.set_behaviour("close_after", at="DATA")
    deliverer.deliver()
    deliverer.smtp.set_behaviour("450", at="DATA")
    deliverer.end_waits()
    deliverer.deliver()
    deliverer.smtp.behave()
    deliverer.end_waits()
    assert deliverer.deliver() == {"accepted": 1}
    with world.database.writing() as session:
        session.execute(update(Email).values(state="bounced", bounced_at=world.at))
        session.execute(update(Reminder).values(state="failed", reason="bounced"))
    [why] = pick_stage(explain(world, person), "before_180")
    assert [(one.outcome, one.came_back) for one in why.entry.attempts] == [
        ("unknown", False), ("not_taken", False), ("accepted", True)
    ]  # fmt: skip


def test_what_is_still_to_come_says_its_day_and_what_stands_in_its_way_now(world: World, planner: Planner) -> None:
    person = world.person()
    world.certify(person, DUE)
    planner.look(STAGE_DAY)
    assert tell_stage(world, person, "before_90") == (
        "The reminder 90 days before October 31, 2026 comes on Friday, July 31, 2026, by what is on record then."
    )
    planner.change(person, private_address=None)
    assert "as things are now nothing is sent then: there is no address." in tell_stage(world, person, "before_90")


def test_a_record_joined_with_another_says_where_its_mail_went(world: World, planner: Planner) -> None:
    old, person = world.person("Carrie"), world.person()
    world.certify(old, DUE)
    planner.look(STAGE_DAY)
    with world.database.writing() as session:
        session.get_one(Person, old).merged_into_id = person
        session.execute(update(Reminder).values(state="superseded", reason="merged", settled_at=world.at))
    assert "the record was joined with another one" in tell_stage(world, person)


def test_a_stage_that_nobody_has_is_refused_with_those_that_there_are(world: World, planner: Planner) -> None:
    person = world.person()
    world.certify(person, DUE)
    planner.look(STAGE_DAY)
    with pytest.raises(NotFound, match=r"No stage is called 'before_31' here; there are before_180, before_90, "):
        pick_stage(explain(world, person), "before_31")
    with pytest.raises(NotFound, match="there is none, decided or to come"):
        pick_stage((), "before_30")


AT = datetime(2026, 5, 4, 14, tzinfo=UTC)
ENTRY = LedgerEntry(
    day=STAGE_DAY, stage="before_180", state="coming", reason=None, certification_id=1, credential="cps",
    anchor_on=DUE, send_after=AT, sent_at=None, attempts=(), cause_key=None, reminder_id=1, subject_id=1, decided_at=AT,
    settled_at=AT, true_until=AT,
)  # fmt: skip
TRIES = tuple(
    LedgerAttempt(number, AT, outcome, code, 7, None)
    for number, outcome in enumerate(("not_taken", "unknown", "relay", "recipient", "accepted"), 1)
    for code in (450, None)
)
CAME_BACK = LedgerAttempt(5, AT, "accepted", 250, 7, None, came_back=True)
KEPT_BACK = (*OBSTACLES, BEFORE_RECORD, OVERTAKEN, *FOR_GOOD, TOLD, TAKEN_BACK, "merged")
HELD = ("cause", "moved", "by_name")
REASONS: dict[str, tuple[str | None, ...]] = {
    "planned": ("not_composed", None),
    "held": HELD, "suppressed": KEPT_BACK, "superseded": (*KEPT_BACK, None), "coming": (*OBSTACLES, None),
    "failed": ("address_refused", "mail_refused", "bounced", None), "expired": (*HELD, "not_composed", None),
}  # fmt: skip
STAGES = ("before_1", "before_180", "due_day", "after_1", "after_30", "grace", "late", "exam_route", "full_route",
          "day_moved", "all_set")  # fmt: skip


def make_why(state: LedgerState, reason: str | None, attempts: tuple[LedgerAttempt, ...] = ()) -> MailWhy:
    entry = replace(ENTRY, state=state, reason=reason, attempts=attempts)
    held_by = HeldBy("import:1", "import", "roster.csv", DUE, 40) if state == "held" else None
    return MailWhy(entry, "Carol", "America/Chicago", held_by, DUE, None, None)


@pytest.mark.parametrize("state", get_args(LedgerState))
def test_every_state_with_every_reason_has_a_sentence_of_each_language(state: LedgerState) -> None:
    for reason in REASONS.get(state, (None,)):
        for attempts in ((), *((one,) for one in (*TRIES, CAME_BACK))):
            why = make_why(state, reason, attempts)
            said = [tell(why, locale) for locale in LOCALES]
            assert all(sentence.endswith(".") and "  " not in sentence for sentence in said), said
            assert said[0] != said[1]
            if any(one.outcome in ("unknown", "accepted") for one in attempts):
                assert "Nothing was sent" not in said[0], "it may have arrived, or did"


@pytest.mark.parametrize("how", get_args(How))
@pytest.mark.parametrize("by", ["Bob", None])
def test_whoever_was_told_otherwise_is_told_so_in_each_language(how: str, by: str | None) -> None:
    why = replace(make_why("told", None), told=Told(how, DUE, by, DUE, 1, 1))
    said = [tell(why, locale) for locale in LOCALES]
    assert "no mail is sent for the reminder" in said[0]
    assert said[0] != said[1]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_named_within_a_sentence(stage: str) -> None:
    why = replace(make_why("sent", None), entry=replace(ENTRY, stage=stage))
    said = [say_by(WORDS, locale, "reminder_of", why.entry) for locale in LOCALES]
    assert said[0] != said[1]
    assert said[0].startswith("the ")


@pytest.mark.parametrize("audience", ["supervisor", "organization"])
@pytest.mark.parametrize("state", ["sent", "suppressed", "planned"])
def test_a_copy_is_told_as_one_with_the_name_or_without_it(audience: Audience, state: LedgerState) -> None:
    own = make_why(state, "no_address" if state == "suppressed" else None)
    copy = replace(own, entry=replace(own.entry, audience=audience, occurrence=1))
    assert "Bob" in tell(replace(copy, called="Bob"))
    nameless = tell(replace(copy, called=None))
    assert "a copy" in nameless
    assert "(repeat 1)" in nameless
    assert "contact person" in nameless or "the supervisor" in nameless.lower()


def test_a_copy_goes_by_its_own_track_and_is_named_to_those_alone_who_may_see_the_name(
    world: World, planner: Planner
) -> None:
    person, bob = world.person(), world.person("Bob")
    world.certify(person, DUE)
    planner.look(STAGE_DAY)
    [row] = planner.rows()
    with world.database.writing() as session:
        copy_row(session, row, recipient_id=bob, audience="supervisor", state="sent", settled_at=world.at)
    [own, copy, *_] = explain(world, person)
    assert (own.called, copy.called, copy.following) == ("Carol Example", "Bob Example", None)
    assert pick_newest((own, copy)) is own
    with world.database.reading() as session:
        hidden = explain_mail(session, get_person(session, person), [copy.entry], names_of=())
    assert hidden[0].called is None


@pytest.mark.parametrize("state", ["coming", "held", "in_mail", "planned"])
def test_what_comes_next_is_said_by_its_state(state: LedgerState) -> None:
    why = replace(make_why("sent", None), following=replace(ENTRY, state=state))
    assert tell_next(why).startswith("Next is the reminder 180 days before October 31, 2026, ")
    assert tell_next(why, "es") != tell_next(why)
    assert tell_next(replace(why, following=None)) == "Nothing more is to come for it."


@pytest.mark.parametrize("kind", ["import", "group", "group_undone", "policy", "restored", "by_name"])
@pytest.mark.parametrize("others", [0, 1, 40])
def test_whatever_holds_a_mail_is_named(kind: str, others: int) -> None:
    for reason in HELD:
        why = replace(make_why("held", reason), held_by=HeldBy(f"{kind}:7", kind, None, DUE, others))
        assert "releases it" in tell(why)


def test_two_answers_are_told_apart_by_their_words() -> None:
    tries = (*TRIES, CAME_BACK)
    said = {say_by(WORDS, locale, "attempt_sentence", one, "America/Chicago") for one in tries for locale in LOCALES}
    assert len(said) == 2 * len(tries)


def test_a_copy_still_to_come_says_to_whom_and_when_at_the_earliest_until_it_is_decided(
    world: World, planner: Planner
) -> None:
    use_policy(world)
    person, bob = world.person(), world.person("Bob")
    assign(world, person, bob, from_on=world.today)
    world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    assert list_copies(world, person) == [("before_30", "coming"), ("before_14", "coming"), ("before_7", "coming")]
    [why, *_] = [one for one in explain(world, person, copies=True) if one.entry.audience != "holder"]
    assert tell(why) == (
        "The reminder 30 days before October 31, 2026 (a copy to Bob Example) comes on Sunday, October 4, 2026, "
        "by what is on record then."
    )
    planner.settle()
    planner.look(date(2026, 10, 4))
    assert list_copies(world, person)[0] == ("before_30", "planned")


def test_a_copy_still_to_come_names_whoever_stands_in_on_its_own_day(world: World, planner: Planner) -> None:
    use_policy(world)
    person, bob, erin = world.person(), world.person("Bob"), world.person("Erin")
    assign(world, person, bob, from_on=world.today)
    stand_in(world, bob, erin, date(2026, 10, 4), date(2026, 10, 4))
    world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    copies = [one for one in explain(world, person, copies=True) if one.entry.audience != "holder"]
    assert [one.entry.recipient_id for one in copies][:2] == [erin, bob]


def test_what_would_come_next_says_what_keeps_it_back_as_things_are(world: World, planner: Planner) -> None:
    use_policy(world)
    person, bob = world.person(), world.person("Bob")
    assign(world, person, bob, from_on=world.today)
    certification_id, _ = world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    send(world, certification_id)
    mail = explain(world, person, copies=True)
    [own] = [why for why in mail if (why.entry.stage, why.entry.audience) == ("before_14", "holder")]
    last = next(why for why in mail if why.following is own.entry)
    assert tell_next(last) == (
        "Next would be the reminder 14 days before October 31, 2026, on Friday, October 16, 2026; "
        "as things are now nothing is sent then: the application was sent."
    )
    copies = {why.entry.stage: why.entry.reason for why in mail if why.entry.audience == "supervisor"}
    before = dict.fromkeys(("before_30", "before_14", "before_7"), "application_sent")
    assert copies == {**before, "grace": None}, "whether it arrived isn't known by then"


@pytest.mark.parametrize("kind", ["failed", "no_address"])
def test_copies_come_of_what_no_mail_can_tell_the_holder(world: World, planner: Planner, kind: str) -> None:
    use_policy(world)
    person, bob = world.person(), world.person("Bob")
    assign(world, person, bob, from_on=world.today)
    world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    values = {"state": "failed"} if kind == "failed" else {"state": "suppressed", "reason": "no_address"}
    with world.database.writing() as session:
        session.execute(update(Reminder).values(settled_at=world.at, **values))
    assert ("before_30", "coming") in list_copies(world, person)


def test_no_copy_comes_once_nothing_is_to_come_at_all(world: World, planner: Planner) -> None:
    use_policy(world)
    person, bob = world.person(), world.person("Bob")
    assign(world, person, bob, from_on=world.today)
    world.certify(person, DUE)
    planner.look(date(2026, 10, 1))
    planner.change(person, died_on=world.today)
    assert list_copies(world, person) == []


def list_copies(world: World, person: int) -> list[tuple[str, LedgerState]]:
    mail = explain(world, person, copies=True)
    return [(one.entry.stage, one.entry.state) for one in mail if one.entry.audience == "supervisor"][:3]
