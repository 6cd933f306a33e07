"""Every kind of mail by its name, each on a fixed day: functions of the reader's language."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from kit.hours import DUE, ETHICS, TRAUMA, earn, make_pack, tell_with
from kit.mails import (
    BASE,
    Read,
    link_mail,
    make_check,
    make_exam,
    make_item,
    make_requirement,
    make_term,
    notice_mail,
    remind,
    team_mail,
)
from kit.rules import CPPS, CPS, shipped_packs

from certtrack.mail.content import About, DayItem, ReminderItem, TeamCounts
from certtrack.mail.links import MailLink, list_verbs, make_link_url
from certtrack.rules.calendar import add_days
from certtrack.rules.reminders import CopyTo
from certtrack.rules.requirements import Line
from certtrack.signing import make_signer

AFTER = {
    CPS: {
        "grace": date(2026, 11, 1),
        "late": date(2026, 12, 1),
        "exam_route": date(2027, 6, 1),
        "full_route": date(2029, 5, 31),
    },
    CPPS: {
        "grace": date(2027, 2, 1),
        "late": date(2027, 3, 1),
        "exam_route": date(2027, 9, 1),
        "full_route": date(2029, 8, 31),
    },
}
SHORT = {CPS: "cps", CPPS: "cpps"}
SENT = date(2026, 9, 14)
ANSWERED_ON = date(2026, 10, 1)
STATED, COMPUTED = date(2027, 1, 30), date(2027, 1, 31)
HOURS_ON = add_days(DUE, -60)
_AREAS = (ETHICS, TRAUMA)
_AREAS_ASKED = make_pack(1200, ethics_boundaries=60, trauma_informed_care=120)


def before(key: str, far: int) -> Callable[[str], Read]:
    item = make_item(key, stage=f"before_{far}")
    return lambda locale: remind(item, today=add_days(item.days.due_on, -far), locale=locale)


def after(key: str, stage: str) -> Callable[[str], Read]:
    return lambda locale: remind(make_item(key, stage=stage), today=AFTER[key][stage], locale=locale)


def two_days(today: date) -> Callable[[str], Read]:
    return lambda locale: remind(make_item(CPPS, STATED, computed=COMPUTED), today=today, locale=locale)


def copy_of(
    stage: str, today: date, *, told_on: date | None, audience: CopyTo = "supervisor", name: str = "Carol Example"
) -> ReminderItem:
    """A copy about somebody's certification, as it goes out on `today`."""
    return replace(make_item(CPS, stage=stage, subject=None), today=today, about=About(name, audience, told_on=told_on))


def copy_of_day(item: DayItem, today: date, *, told_on: date | None, audience: CopyTo = "supervisor") -> DayItem:
    """The same about a day beside those of cycles."""
    return replace(item, today=today, subject=None, about=About("Carol Example", audience, told_on=told_on))


def copies(*items: ReminderItem | DayItem) -> Callable[[str], Read]:
    return lambda locale: remind(*items, today=items[0].today, locale=locale, called="Bob")


def told_of_copies(*to: CopyTo) -> Callable[[str], Read]:
    item = replace(make_item(CPS, stage="before_30"), copies=to, copy_on=date(2026, 10, 4))
    return lambda locale: remind(item, today=date(2026, 10, 1), locale=locale)


def answered(*items: ReminderItem) -> Callable[[str], Read]:
    """With the links that each may be answered by."""
    signer = make_signer("the tests' key", "links")
    linked = []
    for number, item in enumerate(items, start=7):
        verbs = list_verbs(item.stage, is_moved=item.stage == "day_moved", is_sent=item.sent_on is not None)
        links = [MailLink(verb, make_link_url(BASE, signer, number, verb, "carol@example.org")) for verb in verbs]
        linked.append(replace(item, links=tuple(links)))
    return lambda locale: remind(*linked, today=ANSWERED_ON, locale=locale)


def hours_of(minutes: int, *areas: str) -> ReminderItem:
    """With so many minutes on record, those of one credit, and two areas that ask for some."""
    return tell_with(_AREAS_ASKED, *([earn(minutes, *areas)] if minutes else []), today=HOURS_ON)


MAILS: dict[str, Callable[[str], Read]] = {
    **{f"{SHORT[key]}-before_{far}": before(key, far) for key in SHORT for far in (180, 90, 60, 30, 14, 7, 1)},
    **{f"{SHORT[key]}-{stage}": after(key, stage) for key in SHORT for stage in AFTER[key]},
    "cps-on_the_day": before(CPS, 0),
    "cps-between_late_ends": lambda locale: remind(make_item(CPS, stage="late"), today=date(2027, 5, 5), locale=locale),
    "cps-day_moved": lambda locale: remind(make_item(CPS, stage="day_moved"), today=date(2026, 6, 1), locale=locale),
    "cps-day_moved_in_grace": lambda locale: remind(
        make_item(CPS, stage="day_moved"), today=date(2026, 11, 9), locale=locale
    ),
    "cps-sent_grace": lambda locale: remind(
        make_item(CPS, stage="grace", sent_on=SENT), today=AFTER[CPS]["grace"], locale=locale
    ),
    "cps-sent_late": lambda locale: remind(
        make_item(CPS, stage="late", sent_on=SENT), today=AFTER[CPS]["late"], locale=locale
    ),
    "cps-sent_full_route": lambda locale: remind(
        make_item(CPS, stage="full_route", sent_on=SENT), today=AFTER[CPS]["full_route"], locale=locale
    ),
    "cps-sent_moved": lambda locale: remind(
        make_item(CPS, stage="day_moved", sent_on=SENT), today=date(2026, 9, 21), locale=locale
    ),
    "cps-granter": lambda locale: remind(make_item(CPS, is_granter=True), today=date(2026, 9, 1), locale=locale),
    "cpps-two_days": two_days(date(2027, 1, 5)),
    "cpps-two_days_between": two_days(COMPUTED),
    "cpps-two_days_grace": two_days(date(2027, 2, 3)),
    "digest": lambda locale: remind(
        make_item(CPPS, subject="cycle:8"), make_item(CPS), today=date(2027, 1, 4), locale=locale
    ),
    "all_set": lambda locale: remind(
        make_item(CPS, date(2028, 10, 31), stage="all_set"), today=date(2026, 10, 12), locale=locale
    ),
    "all_set_granter": lambda locale: remind(
        make_item(CPS, date(2028, 10, 31), stage="all_set", is_granter=True), today=date(2026, 10, 12), locale=locale
    ),
    "all_set_two_days": lambda locale: remind(
        make_item(CPPS, STATED, computed=COMPUTED, stage="all_set"), today=date(2026, 10, 12), locale=locale
    ),
    "first_of_import": lambda locale: remind(
        replace(make_item(CPS, stage="before_90"), is_first=True), today=date(2026, 8, 2), locale=locale
    ),
    "copies_to_come": told_of_copies("supervisor"),
    "copies_to_come_both": told_of_copies("supervisor", "organization"),
    "copy-before_30": copies(copy_of("before_30", date(2026, 10, 4), told_on=date(2026, 10, 1))),
    "copy-untold": copies(copy_of("before_7", date(2026, 10, 26), told_on=None)),
    "copy-grace": copies(copy_of("grace", date(2026, 11, 4), told_on=date(2026, 11, 1), audience="organization")),
    "copy-late_sent": copies(
        replace(copy_of("late", date(2026, 12, 4), told_on=date(2026, 12, 1), audience="organization"), sent_on=SENT)
    ),
    "copy-full_route": copies(copy_of("full_route", date(2029, 6, 3), told_on=date(2029, 5, 31))),
    "copies": copies(
        copy_of("before_30", date(2026, 10, 4), told_on=date(2026, 10, 1)),
        copy_of("before_30", date(2026, 10, 4), told_on=None, name="Erin Example", audience="organization"),
    ),
    "hours": lambda locale: remind(hours_of(1020, ETHICS), today=HOURS_ON, locale=locale),
    "hours-none_yet": lambda locale: remind(hours_of(0), today=HOURS_ON, locale=locale),
    "hours-there": lambda locale: remind(hours_of(1200, *_AREAS), today=HOURS_ON, locale=locale),
    "hours-area_open": lambda locale: remind(hours_of(1200), today=HOURS_ON, locale=locale),
    "hours-not_published": lambda locale: remind(
        tell_with(shipped_packs().get(CPS), earn(1020, decision="waiting"), today=HOURS_ON),
        today=HOURS_ON,
        locale=locale,
    ),
    "hours-in_grace": lambda locale: remind(
        tell_with(_AREAS_ASKED, earn(1020, ETHICS), today=AFTER[CPS]["grace"], stage="grace"),
        today=AFTER[CPS]["grace"],
        locale=locale,
    ),
    "hours-digest": lambda locale: remind(
        hours_of(1020, ETHICS), make_item(CPPS, subject="cycle:8"), today=HOURS_ON, locale=locale
    ),
    "answers": answered(make_item(CPS, stage="before_30")),
    "answers_sent": answered(make_item(CPS, stage="before_30", sent_on=date(2026, 9, 20))),
    "answers_digest": answered(make_item(CPPS, subject="cycle:8"), make_item(CPS)),
    "exam": lambda locale: remind(make_exam(), today=date(2026, 6, 5), locale=locale),
    "exam-tomorrow": lambda locale: remind(
        make_exam(place=None, begins_at=None, to_bring=None), today=date(2026, 6, 19), locale=locale
    ),
    "exam-day_moved": lambda locale: remind(make_exam(stage="day_moved"), today=date(2026, 6, 8), locale=locale),
    "exam-called_off": lambda locale: remind(make_exam(stage="called_off"), today=date(2026, 6, 8), locale=locale),
    "digest-exam-called_off": lambda locale: remind(
        make_exam(stage="called_off"), make_item(CPS), today=date(2026, 6, 8), locale=locale
    ),
    "check": lambda locale: remind(make_check(), today=date(2026, 10, 2), locale=locale),
    "check-over": lambda locale: remind(make_check(stage="after_1"), today=date(2026, 11, 2), locale=locale),
    "check-day_moved": lambda locale: remind(make_check(stage="day_moved"), today=date(2026, 9, 1), locale=locale),
    "requirement": lambda locale: remind(make_requirement(), today=date(2026, 10, 2), locale=locale),
    "requirement-unsure": lambda locale: remind(
        make_requirement(latest_on=date(2028, 3, 4)), today=date(2026, 10, 2), locale=locale
    ),
    "requirement-over": lambda locale: remind(
        make_requirement(stage="after_1"), today=date(2026, 11, 2), locale=locale
    ),
    "requirement-day_moved": lambda locale: remind(
        make_requirement(stage="day_moved"), today=date(2026, 9, 1), locale=locale
    ),
    "term": lambda locale: remind(make_term(), today=date(2026, 10, 2), locale=locale),
    "term-not_published": lambda locale: remind(
        make_term(asked=(Line("supervision", None, 60, 60),)), today=date(2026, 10, 2), locale=locale
    ),
    "term-copies_to_come": lambda locale: remind(
        replace(make_term(), copies=("supervisor",), copy_on=date(2026, 10, 5)), today=date(2026, 10, 2), locale=locale
    ),
    "term-copy": copies(copy_of_day(make_term(), date(2026, 10, 5), told_on=date(2026, 10, 2))),
    "term-copy_over": copies(
        copy_of_day(make_term(stage="after_1"), date(2026, 11, 5), told_on=None, audience="organization")
    ),
    "requirement-copy": copies(copy_of_day(make_requirement(), date(2026, 10, 5), told_on=date(2026, 10, 2))),
    "requirement-copy_over": copies(copy_of_day(make_requirement(stage="after_1"), date(2026, 11, 5), told_on=None)),
    "term-over": lambda locale: remind(make_term(stage="after_1"), today=date(2026, 11, 2), locale=locale),
    "term-day_moved": lambda locale: remind(
        make_term(stage="day_moved", may_be_longer=False), today=date(2026, 9, 1), locale=locale
    ),
    "digest-exam": lambda locale: remind(make_exam(), make_item(CPS), today=date(2026, 6, 5), locale=locale),
    "team": lambda locale: team_mail(TeamCounts(9, 4, 3, 2, 1, 5, 1), locale),
    "team_named": lambda locale: team_mail(
        TeamCounts(3, 1, 2, 2, 0, 0, 0, names=("Carol Example", "Erin Example")), locale
    ),
    "account_link": lambda locale: link_mail("account_link", locale),
    "password_reset": lambda locale: link_mail("password_reset", locale),
    "notice-second_step_set": lambda locale: notice_mail("second_step_set", locale),
    "notice-second_step_dropped": lambda locale: notice_mail("second_step_dropped", locale),
    "notice-second_step_reset": lambda locale: notice_mail("second_step_reset", locale),
    "notice-recovery_codes_made": lambda locale: notice_mail("recovery_codes_made", locale),
    "notice-recovery_code_used": lambda locale: notice_mail("recovery_code_used", locale),
    "notice-password_changed": lambda locale: notice_mail("password_changed", locale),
    "notice-addresses_changed": lambda locale: notice_mail("addresses_changed", locale),
    "notice-record_downloaded": lambda locale: notice_mail("record_downloaded", locale),
    "notice-calendar_made": lambda locale: notice_mail("calendar_made", locale),
    "notice-team_calendar_made": lambda locale: notice_mail("team_calendar_made", locale),
}
