"""Words: every code of standing, reasons and mail has a sentence in both languages, and days never part."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from jinja2 import UndefinedError
from kit.rules import CPS, certification_facts, days, make_cycle, make_facts, shipped_packs

from certtrack.language import LOCALES, format_clock, format_month_day, keep_together, make_environment, say, say_by
from certtrack.resources import get_resource
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Sure
from certtrack.rules.standing import Validity, stand
from certtrack.services.ledger.reading import LedgerAttempt, LedgerEntry, LedgerState
from certtrack.services.record_sources import RecordSource
from certtrack.services.reminders.obstacles import OBSTACLES
from certtrack.services.reminders.rulings import BEFORE_RECORD, OVERTAKEN

PACK = shipped_packs().get(CPS)
DUE = date(2026, 10, 31)
OUT_OF_PLACE = ("complian", "lapse", "fail", "client", "patient", "escalat", "deficit", "delinquen")


def _entry(state: LedgerState, **values: object) -> LedgerEntry:
    made = LedgerEntry(
        day=DUE, stage="before_30", state=state, reason=None, certification_id=1, credential="cps", anchor_on=DUE,
        send_after=datetime(2026, 10, 1, 14, tzinfo=UTC), sent_at=None, attempts=(), cause_key=None, reminder_id=1,
        subject_id=1,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]  # whatever fields a test names


@pytest.mark.parametrize("locale", LOCALES)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=certification_facts(), as_of=days)
def test_every_standing_and_every_reason_that_the_rules_give_has_a_sentence(
    locale: str, facts: CertificationFacts, as_of: date
) -> None:
    standing = stand(PACK, facts, as_of)

    sentences = [say(locale, "because", reason) for reason in standing.because]

    assert all(sentence.endswith(".") for sentence in (*sentences, say(locale, "standing_sentence", standing)))


@pytest.mark.parametrize("code", list(get_args(Validity)))
def test_every_validity_has_a_word_of_its_own_language(code: str) -> None:
    assert say("en", "validity_word", code) != say("es", "validity_word", code)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("state", get_args(LedgerState))
def test_every_state_of_a_reminder_has_a_word(locale: str, state: str) -> None:
    assert say(locale, "reminder_word", state).endswith(".")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", [*OBSTACLES, BEFORE_RECORD, OVERTAKEN])
def test_whatever_keeps_a_mail_back_is_said(locale: str, code: str) -> None:
    assert say(locale, "obstacle_sentence", code).endswith(".")


@pytest.mark.parametrize("reason", ["cause", "moved", "by_name"])
def test_a_held_mail_says_why_it_is_held(reason: str) -> None:
    assert "release" in say("en", "reminder_why", _entry("held", reason=reason), "America/Chicago")


def test_sent_always_means_handed_to_the_mail_server() -> None:
    sent = _entry("sent", sent_at=datetime(2026, 10, 1, 14, 5, tzinfo=UTC))

    assert "Handed to the mail server" in say("en", "reminder_why", sent, "America/Chicago")
    assert "9:05" in say("en", "reminder_why", sent, "America/Chicago")


def test_an_address_that_the_mail_server_refuses_is_told_with_its_code() -> None:
    attempt = LedgerAttempt(1, datetime(2026, 10, 1, tzinfo=UTC), "recipient", 550, 1, None)

    assert "550" in say("en", "reminder_why", _entry("failed", attempts=(attempt,)), "America/Chicago")


@pytest.mark.parametrize("stage", ["before_180", "before_1", "grace", "late", "exam_route", "full_route", "day_moved"])
def test_every_stage_has_a_name_in_both_languages(stage: str) -> None:
    assert say("en", "stage_name", stage) != say("es", "stage_name", stage)


@pytest.mark.parametrize("sure", get_args(Sure))
def test_how_sure_a_value_is_has_words(sure: str) -> None:
    assert say("en", "sure_word", sure) != say("es", "sure_word", sure)


@pytest.mark.parametrize("as_of", [date(2026, 11, 15), date(2027, 1, 15)])
def test_nothing_says_that_a_certification_holds_where_that_is_not_published(as_of: date) -> None:
    standing = stand(PACK, make_facts(make_cycle(DUE)), as_of)
    words = " ".join([say("en", "because", reason) for reason in standing.because])

    assert "isn't published" in words
    assert "certification holds in grace." not in words


def test_an_imported_record_names_its_file_as_it_is() -> None:
    assert "a & b.xlsx" in say("en", "record_source", RecordSource(DUE, "a & b.xlsx"))


def test_a_code_without_words_is_an_error_and_no_empty_sentence() -> None:
    with pytest.raises(UndefinedError):
        say("en", "validity_word", "somewhere")


def test_a_day_of_any_year_never_parts() -> None:
    assert format_month_day(10, 31, "en") == "October\N{NO-BREAK SPACE}31"
    assert format_month_day(2, 29, "es") == "29\N{NO-BREAK SPACE}de\N{NO-BREAK SPACE}febrero"


def test_no_sentence_uses_a_word_that_is_not_for_people() -> None:
    text = (get_resource("templates") / "sentences.jinja").read_text(encoding="utf-8")
    said = " ".join(re.findall(r'_\("([^"]*)"', text)).lower()

    assert said
    assert not [word for word in OUT_OF_PLACE if word in said]


@pytest.mark.parametrize(
    ("minute", "english", "spanish"),
    [(0, "12:00 AM", "0:00"), (540, "9:00 AM", "9:00"), (780, "1:00 PM", "13:00")],
)
def test_a_time_of_day_is_as_the_languages_clock_has_it_and_never_parts(
    minute: int, english: str, spanish: str
) -> None:
    assert [format_clock(minute, locale) for locale in ("en", "es")] == [
        english.replace(" ", "\N{NO-BREAK SPACE}"),
        spanish,
    ]


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("1 hour", "1\xa0hour"),
        ("%(num)d days later", "%(num)d\xa0days later"),
        ("Faltan 1.5 horas más.", "Faltan 1.5\xa0horas más."),
        ("At least %(number)s more hours", "At least %(number)s\xa0more\xa0hours"),
        ("2 %(what)s, %(name)s and 48-hour", "2 %(what)s, %(name)s and 48-hour"),
    ],
)
def test_a_number_is_bound_to_the_word_after_it(sentence: str, shown: str) -> None:
    assert keep_together(sentence) == shown


@pytest.mark.parametrize("locale", LOCALES)
def test_pages_alone_bind_an_amount_and_neither_mails_nor_files_nor_commands_do(locale: str) -> None:
    page = make_environment(locale, keep_together).get_template("hours.jinja").module
    hours_text = vars(page)["hours_text"]
    for minutes in (60, 90, 100, 180):
        words = say_by("hours.jinja", locale, "hours_text", minutes)
        assert "\xa0" not in words
        shown = str(hours_text(minutes))
        assert (shown.replace("\xa0", " "), re.search(r"\d ", shown)) == (words, None)
