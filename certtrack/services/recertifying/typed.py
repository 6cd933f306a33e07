"""Reading what was typed of the steps before the last: all of it, or every field that is wrong at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, get_args

from certtrack.rules.pack import Need
from certtrack.services.applications.typed import Reader
from certtrack.services.credits.texts import clean

FeeWay = Literal["enclosed", "paid", "by_office", "later"]
FEE_WAYS: tuple[FeeWay, ...] = get_args(FeeWay)
SEND_FIELDS = ("sent_on", "way", "enclosed", "receipt")
LONGEST_WORDING = 20_000
_LONGEST = 1_500


def read_papers(chosen: Sequence[str], papers: Sequence[Need]) -> list[Need]:
    """Which of these papers are at hand; what isn't one of them says nothing."""
    return [paper for paper in papers if paper in chosen]


def read_fee(typed: Mapping[str, str], today: date) -> dict[str, str]:
    """Fields `fee_way`, `paid_on`, `fee_words`; the day of what the office pays may be left empty.

    Raises BadApplication, of a day also `not_paid` where by the way it isn't paid yet.
    """
    reader = Reader(typed, today)
    way = reader.choice("fee_way", FEE_WAYS)
    has_day = way == "paid" or (way == "by_office" and reader.has("paid_on"))
    paid_on = reader.past_day("paid_on").isoformat() if has_day else ""
    if not has_day and reader.has("paid_on"):
        reader.refuse("paid_on", "not_paid")
    words = reader.text("fee_words") or ""
    reader.finish()
    return {"fee_way": way, "paid_on": paid_on, "fee_words": words}


def read_name(typed: Mapping[str, str], today: date) -> str:
    """Fields `agree`, ticked, and `typed_name`. Raises BadApplication."""
    reader = Reader(typed, today)
    if typed.get("agree") != "y":
        reader.refuse("agree", "missing")
    name = reader.text("typed_name") or ""
    if not name:
        reader.refuse("typed_name", "missing")
    reader.finish()
    return name


def keep_sending(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed of the last step, as it came: it is read when it is sent."""
    return {name: typed.get(name, "")[:_LONGEST] for name in SEND_FIELDS}


def read_wording(typed: Mapping[str, str], today: date) -> tuple[str, str | None, date]:
    """Fields `text_en`, `text_es`, which may be blank, and `from_on`, today or later. Raises BadApplication."""
    reader = Reader(typed, today)
    texts = {name: clean_text(typed.get(name, "")) for name in ("text_en", "text_es")}
    if not texts["text_en"]:
        reader.refuse("text_en", "missing")
    for name, text in texts.items():
        if len(text) > LONGEST_WORDING:
            reader.refuse(name, "too_long")
    from_on = reader.day("from_on")
    if from_on < today:
        reader.refuse("from_on", "past")
    reader.finish()
    return texts["text_en"], texts["text_es"] or None, from_on


def clean_text(typed: str) -> str:
    """What was typed on several lines: each line clean, and no more than one empty line between two."""
    lines = [clean(line) for line in typed.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip()
