"""Mails for tests: envelopes, items of the shipped packs, and what a mail program makes of the bytes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from kit.rules import CLOCKS, CPPS, CPS, TWO_STEPS, make_cycle, shipped_packs

from certtrack.mail.compose import compose_link, compose_notice, compose_reminders, compose_team
from certtrack.mail.content import DayItem, Envelope, LinkKind, NoticeKind, ReminderItem, TeamCounts
from certtrack.rules.cycles import days_of
from certtrack.rules.own_clocks import ClockDay
from certtrack.rules.pack import Pack
from certtrack.rules.requirements import Line

BASE = "https://certtrack.example.org"
LINK = f"{BASE}/password/abc"
DUE = {CPS: date(2026, 10, 31), CPPS: date(2027, 1, 31)}
AT = datetime(2026, 5, 15, 17, tzinfo=UTC)

_TODAY = AT.date()
_PACKS = shipped_packs()
_STATES = shipped_packs(CLOCKS, TWO_STEPS)


def make_envelope(locale: str = "en", **values: Any) -> Envelope:
    """From Lakeside Peers to Carol."""
    fields: dict[str, Any] = {
        "message_id": "<7@example.org>",
        "sent_at": AT,
        "mail_from": "notes@example.org",
        "office_name": "Lakeside Peers",
        "reply_to": "office@example.org",
        "to_address": "carol@example.org",
        "to_name": "Carol Example",
        "locale": locale,
        "base_url": BASE,
    }
    return Envelope(**(fields | values))


def make_item(
    key: str = CPS,
    due_on: date | None = None,
    *,
    stage: str = "before_60",
    computed: date | None = None,
    pack: Pack | None = None,
    number: str | None = "4711",
    is_granter: bool = False,
    today: date = _TODAY,
    sent_on: date | None = None,
    subject: str | None = "cycle:7",
) -> ReminderItem:
    """Carol's certification by the shipped pack of that key, or by `pack`."""
    due_on = due_on or DUE[key]
    pack = pack or _PACKS.get(key, due_on)
    days = days_of(pack, make_cycle(due_on, computed=computed))
    return ReminderItem(stage, pack, days, due_on, number, is_granter, today, sent_on, subject)


def make_exam(**values: Any) -> DayItem:
    """Carol's exam, with all that may be known of it."""
    fields: dict[str, Any] = {
        "kind": "exam_sitting",
        "stage": "before_14",
        "due_on": date(2026, 6, 20),
        "today": _TODAY,
        "subject": "exam_sitting:3",
        "credential": _PACKS.get(CPS).name_at_first_use,
        "begins_at": time(9, 30),
        "place": "Lakeside Hall, room 1",
        "to_bring": "A photo ID and a pencil.",
    }
    return DayItem(**(fields | values))


def make_check(**values: Any) -> DayItem:
    """Carol's background check."""
    none = dict.fromkeys(("credential", "begins_at", "place", "to_bring"))
    given = {"kind": "background_check", "subject": "background_check:4", "due_on": date(2026, 11, 1)}
    return make_exam(**(none | given | values))


def make_requirement(*, latest_on: date | None = None, **values: Any) -> DayItem:
    """Carol's requirement with a clock of its own."""
    pack = _STATES.get(CLOCKS)
    [minimum, *_] = [one for one in pack.hours.minima if one.every_years] if pack.hours else []
    due_on = date(2026, 11, 1)
    given = {
        "kind": "requirement",
        "subject": "requirement:5",
        "due_on": due_on,
        "credential": pack.name_at_first_use,
        "pack": pack,
        "clock": ClockDay(minimum, 180, due_on, latest_on or due_on, (1,)),
    }
    return make_check(**(given | values))


def make_term(**values: Any) -> DayItem:
    """Carol's provisional term, with half of the hours of service."""
    pack = _STATES.get(TWO_STEPS)
    given = {
        "kind": "provisional_term",
        "subject": "provisional_term:6",
        "due_on": date(2026, 11, 1),
        "credential": pack.name_at_first_use,
        "pack": pack,
        "asked": (Line("service", 15000, 7500, 7500),),
        "may_be_longer": True,
    }
    return make_check(**(given | values))


@dataclass(frozen=True)
class Read:
    """A mail as it is read: its headers, the text, the HTML, the file for the calendar, None where it has none."""

    message: EmailMessage
    text: str
    html: str
    calendar: str | None = None

    @property
    def flat(self) -> str:
        """The text in one line, for looking for a sentence."""
        return " ".join(self.text.split())


def read(data: bytes) -> Read:
    message = message_from_bytes(data, policy=policy.default)
    whole, *files = message.iter_parts() if message.get_content_type() == "multipart/mixed" else [message]
    text, html = whole.iter_parts()
    shown = [part.get_content().replace("\r\n", "\n") for part in (text, html)]
    return Read(message, *shown, *(file.get_content() for file in files))


def remind(
    *items: ReminderItem | DayItem, today: date, locale: str = "en", called: str = "Carol", **values: Any
) -> Read:
    """The reminder of these items as of `today`, read again."""
    envelope = make_envelope(locale, **values)
    return read(compose_reminders(envelope, called=called, items=[replace(item, today=today) for item in items]))


def link_mail(kind: LinkKind, locale: str = "en", **values: Any) -> Read:
    """A mail with a one-time link, read again."""
    return read(
        compose_link(
            make_envelope(locale, **values), kind, called="Carol", link=LINK, valid_until=AT, zone="America/Chicago"
        )
    )


def notice_mail(kind: NoticeKind, locale: str = "en", **values: Any) -> Read:
    """A mail about what was done to an account, read again."""
    return read(compose_notice(make_envelope(locale, **values), kind, called="Carol", zone="America/Chicago"))


def team_mail(counts: TeamCounts, locale: str = "en", **values: Any) -> Read:
    """The week's mail about a team, read again."""
    return read(compose_team(make_envelope(locale, **values), called="Bob", counts=counts))


class Page(HTMLParser):
    """What an HTML mail shows, in order, and where its links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        is_preview = "preview" in (values.get("class") or "")
        if self._hidden or tag in ("style", "title") or is_preview:
            self._hidden.append(tag)
        if tag in ("p", "h1", "h2", "td"):
            self.shown.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)

    @property
    def flat(self) -> str:
        return " ".join("".join(self.shown).split())

    def values_of(self, tag: str, name: str) -> list[str]:
        """What every `tag` has under that name."""
        return [values[name] or "" for one, values in self.tags if one == tag and name in values]
