"""What a copy says: how somebody else stands, that they were told first, and what a colleague can do about it."""

from datetime import date

from certtrack.mail.content import About, ReminderItem
from certtrack.mail.names import clean_name
from certtrack.mail.telling import Part, list_readings, when_due
from certtrack.mail.view import View, view
from certtrack.mail.words import Paragraph, paragraphs, words


def tell_copy(item: ReminderItem, about: About, *, today: date, office: str, locale: str) -> Part:
    """Everything that is said on `today` about another person's certification, by an office of that name."""
    seen = view(item, today=today, office=office, locale=locale)
    name = seen.item.pack.name_at_first_use.of(locale)
    said = [*list_readings(seen), seen.say("copy_credential", name, item.number), when_due(seen)]
    known = [
        say_told(about, locale),
        seen.say("copy_sent", item.sent_on) if item.sent_on else seen.say("copy_open"),
    ]
    to_do = seen.say("copy_help") if about.told_on else seen.say("copy_tell")
    return Part(
        first=_first(seen, clean_name(about.name)),
        act_by=seen.now.act_by,
        paragraphs=(*paragraphs(said), *paragraphs(known), *paragraphs([to_do], seen.say("copy_to_do"))),
        asking=tuple(_whom_to_ask(seen)),
    )


def say_told(about: About, locale: str) -> str:
    """When the holder was told, or that no mail reaches them."""
    return words(locale, "copy_told", about.told_on) if about.told_on else words(locale, "copy_untold")


def _first(seen: View, name: str) -> str:
    now = seen.now
    if seen.is_endless:
        return seen.say("copy_first_endless", name, seen.item.days.due_on)
    if seen.is_between:
        return seen.say("copy_first_between", name, now.phase, now.act_by, now.until_on)
    return seen.say("copy_first", name, now.phase, now.act_by)


def _whom_to_ask(seen: View) -> list[Paragraph]:
    said = paragraphs([seen.say("ask", seen.whom)], seen.say("to_ask"))
    if not seen.item.is_granter:
        program = seen.item.pack.authority.name.of(seen.locale)
        said.append(Paragraph(seen.say("copy_keeper", seen.office, program)))
    return said
