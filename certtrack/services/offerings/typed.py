"""Reading what was typed of an offering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast, get_args

from certtrack.rules.facts import Activity, CreditPart, Form
from certtrack.services.credits.amounts import MOST_MINUTES, read_amount, to_minutes
from certtrack.services.credits.problems import Unreadable
from certtrack.services.offerings.records import NewOffering
from certtrack.services.typed_fields import FieldReader, Unfit, choose, read_day, read_link, read_words

MOST_PARTS = 6
LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class TypedPart:
    """One line of the form: how long, and about what. A line with a blank amount isn't one of the offering's."""

    amount: str = ""
    areas: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        """True where nothing was typed or chosen."""
        return not self.amount.strip() and not self.areas


@dataclass(frozen=True, slots=True)
class TypedOffering:
    """The texts of the form, as they came. Two blank days: at any time; one of them blank: one day."""

    title: str = ""
    provider: str = ""
    first_on: str = ""
    last_on: str = ""
    parts: tuple[TypedPart, ...] = ()
    activity: str = ""
    form: str = ""
    place: str = ""
    link: str = ""
    words: str = ""


def read_offering(typed: TypedOffering, areas: Sequence[str], today: date) -> NewOffering:
    """The offering that was typed. Raises BadFields; a part's field is called `amount-0` by its line, from 0."""
    reader = FieldReader()
    title = reader.read("title", lambda: read_words(typed.title, is_needed=True))
    provider = reader.read("provider", lambda: read_words(typed.provider))
    first_on, last_on = _read_days(reader, typed, today)
    parts = _read_parts(reader, typed.parts, areas)
    activity = reader.read("activity", lambda: choose(typed.activity, get_args(Activity)))
    form = reader.read("form", lambda: choose(typed.form, get_args(Form))) if typed.form else None
    place = reader.read("place", lambda: read_words(typed.place))
    link = reader.read("link", lambda: read_link(typed.link))
    words = reader.read("words", lambda: read_words(typed.words, longest=LONGEST_WORDS))
    reader.finish()
    return NewOffering(
        title=cast("str", title),
        provider=provider,
        first_on=first_on,
        last_on=last_on,
        parts=parts,
        activity=cast("Activity", activity),
        form=cast("Form | None", form),
        place=place,
        link=link,
        words=words,
    )


def _read_days(reader: FieldReader, typed: TypedOffering, today: date) -> tuple[date | None, date | None]:
    first_on = reader.read("first_on", lambda: read_day(typed.first_on, today))
    last_on = reader.read("last_on", lambda: read_day(typed.last_on, today))
    if first_on and last_on and first_on > last_on:
        reader.problems.setdefault("first_on", "first_after_last")
    return first_on or last_on, last_on or first_on


def _read_parts(reader: FieldReader, typed: Sequence[TypedPart], areas: Sequence[str]) -> tuple[CreditPart, ...]:
    lines = [(line, one) for line, one in enumerate(typed[:MOST_PARTS]) if not one.is_blank]
    found = []
    for line, one in lines:
        minutes = reader.read(f"amount-{line}", lambda one=one: _read_minutes(one.amount))  # type: ignore[misc]  # its line's own
        if not {*one.areas} <= {*areas}:
            reader.problems.setdefault(f"areas-{line}", "not_a_choice")
        if minutes:
            found.append(CreditPart(minutes, tuple(dict.fromkeys(one.areas))))
    if not lines:
        reader.problems["amount-0"] = "no_part"
    elif sum(part.minutes for part in found) > MOST_MINUTES:
        reader.problems.setdefault(f"amount-{lines[0][0]}", "too_much")
    return tuple(found)


def _read_minutes(typed: str) -> int:
    if not typed.strip():
        raise Unfit("missing")
    try:
        return to_minutes(read_amount(typed), "hours", None)
    except Unreadable as error:
        raise Unfit("too_much" if error.problem == "too_much" else "not_an_amount") from error
