"""Composing: from plain values to the bytes of one whole mail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from certtrack.language import LOCALES, environment, format_moment
from certtrack.mail.calendar_file import count_entries, make_calendar
from certtrack.mail.content import DayItem, Envelope, LinkKind, NoticeKind, ReminderItem, TeamCounts
from certtrack.mail.copied import tell_copy
from certtrack.mail.html import PADDING, inline_rules
from certtrack.mail.links import Answer
from certtrack.mail.message import build_message
from certtrack.mail.names import clean_name
from certtrack.mail.telling import Part, tell
from certtrack.mail.telling_subjects import tell_day, tell_day_copy
from certtrack.mail.words import Paragraph, format_things, paragraphs, words
from certtrack.mail.wrapping import wrap_text

_SETTINGS = "/mail-preferences"
_CHOSEN = ("reminders", "copies", "team")


@dataclass(frozen=True, slots=True)
class Body:
    """What differs from mail to mail. `shared` is said once for all parts; `why` says why somebody gets it.

    Answers to the one part follow the button; of several parts each has its own.
    """

    parts: tuple[Part, ...]
    shared: tuple[Paragraph, ...]
    link: str
    why: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in words, before it is text or HTML. `settings` lead to how mail comes; None: it can't be chosen."""

    subject: str
    preview: str
    office: str
    greeting: str
    body: Body
    button: str
    to_answer: str
    footer: str
    settings: Answer | None
    other_locale: str
    other_language: str


@dataclass(frozen=True, slots=True)
class Written:
    """A mail that is written and not packed yet: its subject, its text, the HTML twin, the file for the calendar."""

    subject: str
    text: str
    html: str
    calendar: bytes | None


def compose_reminders(envelope: Envelope, *, called: str, items: Sequence[ReminderItem | DayItem]) -> bytes:
    """The bytes of `write_reminders`."""
    return _pack(envelope, write_reminders(envelope, called=called, items=items))


def write_reminders(envelope: Envelope, *, called: str, items: Sequence[ReminderItem | DayItem]) -> Written:
    """One mail about all `items`, to somebody greeted as `called`, each true on its own `today`.

    The item whose day comes first is told first, be it a copy or the reader's own. Raises ValueError without an item.
    """
    if not items:
        raise ValueError("a reminder speaks of something")
    office, locale = clean_name(envelope.office_name), envelope.locale
    parts = [_tell(item, office, locale) for item in items]
    parts.sort(key=lambda part: part.act_by)
    why = " ".join(
        [*_list_reasons(items, office, locale), *([words(locale, "to_both")] if envelope.is_to_both else [])]
    )
    calendar = make_calendar(envelope, items)
    if calendar is not None:
        why = f"{words(locale, 'entries', *count_entries(calendar))} {why}"
    first = [words(locale, "first_mail", office)] if any(item.is_first for item in items) else []
    told, shared = _share_asking(parts)
    body = Body(told, (*paragraphs(first, words(locale, "who_writes")), *shared), envelope.base_url, why)
    kind = "copies" if all(item.about is not None for item in items) else "reminders"
    return _write(envelope, kind, called, body, calendar)


def compose_link(
    envelope: Envelope, kind: LinkKind, *, called: str, link: str, valid_until: datetime, zone: str
) -> bytes:
    """One mail with a one-time link that works until `valid_until`, said in `zone`."""
    office, locale = clean_name(envelope.office_name), envelope.locale
    works = words(locale, "link_works", format_moment(valid_until, locale, zone))
    said = (Paragraph(works), Paragraph(words(locale, "link_reason", kind, office)))
    part = Part(words(locale, "link_first", kind), date.max, said, ())
    body = Body((part,), (), link, words(locale, "link_why", kind, office))
    return _pack(envelope, _write(envelope, kind, called, body))


def compose_notice(envelope: Envelope, kind: NoticeKind, *, called: str, zone: str) -> bytes:
    """One mail that says what was done to the reader's account, at `sent_at` as it is said in `zone`."""
    office, locale = clean_name(envelope.office_name), envelope.locale
    said = (
        Paragraph(words(locale, "notice_at", format_moment(envelope.sent_at, locale, zone))),
        *((Paragraph(words(locale, "notice_reset")),) if kind == "second_step_reset" else ()),
        Paragraph(words(locale, "notice_not_you", office)),
    )
    part = Part(words(locale, "notice_first", kind), date.max, said, ())
    body = Body((part,), (), f"{envelope.base_url}/account", words(locale, "link_why", "account_link", office))
    return _pack(envelope, _write(envelope, "notice", called, body))


def compose_team(envelope: Envelope, *, called: str, counts: TeamCounts) -> bytes:
    """The week's mail to whoever supervises: counts, with a link to the list of their people."""
    office, locale = clean_name(envelope.office_name), envelope.locale
    said = [
        Paragraph(str(getattr(counts, code)), words(locale, "team_line", code))
        for code in ("all_set", "to_do", "due", "past", "waiting", "unreached")
    ]
    if counts.names:
        names = format_things([clean_name(name) for name in counts.names], locale)
        said.append(Paragraph(names, words(locale, "team_names")))
    part = Part(words(locale, "team_first", counts.people), date.max, tuple(said), ())
    why = f"{words(locale, 'why_team', office)} {words(locale, 'team_once')}"
    body = Body((part,), (), f"{envelope.base_url}/people", why)
    return _pack(envelope, _write(envelope, "team", called, body))


def _tell(item: ReminderItem | DayItem, office: str, locale: str) -> Part:
    if isinstance(item, DayItem) and item.about is not None:
        return tell_day_copy(item, item.about, office=office, locale=locale)
    if isinstance(item, DayItem):
        return tell_day(item, office=office, locale=locale)
    if item.about is not None:
        return tell_copy(item, item.about, today=item.today, office=office, locale=locale)
    part = tell(item, today=item.today, office=office, locale=locale)
    return replace(part, answers=tuple(Answer(words(locale, "answer", link.verb), link.url) for link in item.links))


def _list_reasons(items: Sequence[ReminderItem | DayItem], office: str, locale: str) -> list[str]:
    """Why somebody gets the mail: for what is their own, and for the copies, each said once."""
    own = ["why"] if any(item.about is None for item in items) else []
    audiences = {item.about.audience for item in items if item.about is not None}
    reasons = [*own, *(["why_both"] if len(audiences) > 1 else [f"why_{audience}" for audience in audiences])]
    once = [] if any(item.comes_again for item in items) else [words(locale, "once")]
    return [*(words(locale, reason, office) for reason in reasons), *once]


def _share_asking(parts: Sequence[Part]) -> tuple[tuple[Part, ...], tuple[Paragraph, ...]]:
    """Whom to ask is said once where it is the same for all, else in each part."""
    if all(part.asking == parts[0].asking for part in parts):
        return tuple(parts), parts[0].asking
    return tuple(replace(part, paragraphs=part.paragraphs + part.asking) for part in parts), ()


def _find_settings(kind: str, envelope: Envelope) -> Answer | None:
    """Where how mail comes is chosen; None for the mails of an account, which come in any case."""
    if kind not in _CHOSEN:
        return None
    return Answer(words(envelope.locale, "settings"), f"{envelope.base_url}{_SETTINGS}")


def _pack(envelope: Envelope, mail: Written) -> bytes:
    return build_message(envelope, mail.subject, mail.text, mail.html, mail.calendar)


def _write(envelope: Envelope, kind: str, called: str, body: Body, calendar: bytes | None = None) -> Written:
    office, locale = clean_name(envelope.office_name), envelope.locale
    other = next(name for name in LOCALES if name != locale)
    mail = Mail(
        subject=words(locale, "subject", kind),
        preview=words(locale, "preview", office),
        office=office,
        greeting=words(locale, "greeting", clean_name(called)),
        body=body,
        button=words(locale, "button", kind),
        to_answer=words(locale, "to_answer"),
        footer=f"{body.why} {words(locale, 'reach', office, envelope.reply_to is not None)}",
        settings=_find_settings(kind, envelope),
        other_locale=other,
        other_language=words(other, "other_language"),
    )
    jinja = environment(locale)
    text = wrap_text(jinja.get_template("email/mail.txt").render(mail=mail))
    html = inline_rules(jinja.get_template("email/mail.html").render(mail=mail, padding=PADDING))
    return Written(mail.subject, text, html, calendar)
