"""What an authority's letter gives, and to whom: read from a form whole, or every field that is wrong at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from certtrack.errors import BadInput
from certtrack.rules.calendar import add_days, add_months
from certtrack.rules.facts import CertificationFacts, CycleFact
from certtrack.rules.hours import TOTAL
from certtrack.rules.pack import Pack
from certtrack.services.applications.typed import Reader
from certtrack.services.waivers.typed import NewWaiver

MOST_LATER = {"days": 1_000, "months": 60}
_LONGEST_LIST = 20_000


@dataclass(frozen=True, slots=True)
class GroupWish:
    """What is to be given to whoever of `pack_key` was due on one of these days, both included.

    `waives` are requirements that needn't be met, `takes_off` minutes by requirement; the later day is `due_on` for
    everybody, or each one's own day and so many days or months. `people` are the numbers of certifications or people
    that were picked by hand, as typed; empty for everybody. `organization_id` None: every office that the actor may
    act for. `letter_on` is the letter's day, None where nobody said it.
    """

    pack_key: str
    due_from_on: date
    due_until_on: date
    from_on: date
    given_by: str
    words: str
    letter_on: date | None = None
    waives: tuple[str, ...] = ()
    takes_off: tuple[tuple[str, int], ...] = ()
    due_on: date | None = None
    days_later: int = 0
    months_later: int = 0
    organization_id: int | None = None
    people: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        """True where it gives a later day."""
        return self.due_on is not None or bool(self.days_later or self.months_later)

    def move(self, due_on: date) -> date:
        """The day that whoever is due on `due_on` gets; a month's end is kept."""
        return self.due_on or add_days(add_months(due_on, self.months_later), self.days_later)

    def covers(self, due_on: date) -> bool:
        """True for a day of the span."""
        return self.due_from_on <= due_on <= self.due_until_on

    def tell(self) -> dict[str, Any]:
        """What was given, as it is stored."""
        return {
            "waives": list(self.waives),
            "takes_off": dict(self.takes_off),
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "days_later": self.days_later,
            "months_later": self.months_later,
            "people": list(self.people),
        }

    def tell_whole(self) -> dict[str, Any]:
        """All of it, for a file."""
        days = {name: getattr(self, name).isoformat() for name in ("due_from_on", "due_until_on", "from_on")}
        letter_on = self.letter_on.isoformat() if self.letter_on else None
        named = {"pack_key": self.pack_key, "organization_id": self.organization_id, "letter_on": letter_on}
        return self.tell() | days | named | {"given_by": self.given_by, "words": self.words}


def read_wish_told(told: Mapping[str, Any]) -> GroupWish:
    """What `tell_whole` has told. Raises KeyError, TypeError, ValueError for anything else."""
    days: dict[str, Any] = {name: date.fromisoformat(told[name]) for name in ("due_from_on", "due_until_on", "from_on")}
    letter_on, due_on = (date.fromisoformat(told[name]) if told[name] else None for name in ("letter_on", "due_on"))
    texts: dict[str, Any] = {name: str(told[name]) for name in ("pack_key", "given_by", "words")}
    return GroupWish(
        **days,
        letter_on=letter_on,
        due_on=due_on,
        **texts,
        waives=tuple(str(key) for key in told["waives"]),
        takes_off=tuple((str(key), int(minutes)) for key, minutes in told["takes_off"].items()),
        days_later=int(told["days_later"]),
        months_later=int(told["months_later"]),
        organization_id=told["organization_id"],
        people=tuple(str(text) for text in told["people"]),
    )


def read_told(told: Mapping[str, Any]) -> dict[str, Any]:
    """What was stored of it, of a group or of one in it, with its day as a day."""
    due_on = told.get("due_on")
    return {**told, "due_on": date.fromisoformat(due_on) if due_on else None}


def check_wish(wish: GroupWish, pack: Pack, today: date) -> None:
    """Raise BadInput for what no group can be given: nothing at all, days in the wrong order, an unknown area."""
    known = {TOTAL, *(area.key for area in pack.hours.areas)} if pack.hours else set()
    asked = {*wish.waives, *(key for key, _ in wish.takes_off)}
    if not (asked or wish.moves):
        raise BadInput("Say what is given: hours that are waived or taken off, or a later day.")
    if unknown := asked - known:
        raise BadInput(f"The rules of {pack.key} don't know {min(unknown)!r} but: {', '.join(sorted(known))}.")
    if wish.due_until_on < wish.due_from_on:
        raise BadInput(f"The last due day, {wish.due_until_on}, lies before the first, {wish.due_from_on}.")
    if wish.from_on > today or (wish.letter_on or today) > today:
        raise BadInput("The letter's day and the day from which it holds can't be still to come.")
    if wish.due_on is not None and (wish.due_on <= wish.due_from_on or wish.days_later or wish.months_later):
        raise BadInput(f"Give one later day, after {wish.due_from_on}, or so many days or months.")


def choose_gives(wish: GroupWish, cycle: CycleFact, facts: CertificationFacts) -> tuple[list[NewWaiver], list[str]]:
    """What of it this cycle gets, and why it doesn't get the rest: codes, see `certtrack.services.group_acts.plan`."""
    gives: list[NewWaiver] = []
    lacks: list[str] = []
    on_record = {(one.kind, one.requirement) for one in facts.waivers if one.cycle_id == cycle.id}
    said: dict[str, Any] = {"from_on": wish.from_on, "given_by": wish.given_by, "words": wish.words}
    hours = [NewWaiver("waiver", requirement=key, **said) for key in wish.waives]
    hours += [NewWaiver("reduction", requirement=key, minutes=minutes, **said) for key, minutes in wish.takes_off]
    for new in hours:
        if (new.kind, new.requirement) in on_record:
            lacks.append("already")
        else:
            gives.append(new)
    if wish.moves:
        due_on = wish.move(cycle.due_on)
        why = _find_why_no_day(wish, cycle, facts, due_on)
        if why is None:
            gives.append(NewWaiver("extension", due_on=due_on, **said))
        else:
            lacks.append(why)
    return gives, lacks


def _find_why_no_day(wish: GroupWish, cycle: CycleFact, facts: CertificationFacts, due_on: date) -> str | None:
    if due_on <= cycle.start_on:
        return "before_start"
    is_extended = cycle.due_source == "extended"
    if due_on <= cycle.due_on:
        return "extended_already" if is_extended else "not_later"
    if wish.due_on is None and not wish.covers(cycle.due_on):
        return "extended_already"  # so many months are meant from the day of the span, which is no longer theirs
    return "day_taken" if any(other.due_on == due_on for other in facts.cycles if other != cycle) else None


def read_wish(
    typed: Mapping[str, str],
    waives: Sequence[str],
    *,
    pack_key: str,
    requirements: Collection[str],
    organization_id: int | None,
    today: date,
) -> GroupWish:
    """What was typed, and ticked in `waives`. Raises BadApplication with all that is wrong.

    Fields `due_from_on`, `due_until_on`, `off_requirement`, `off_amount`, `later` (`no`, `to`, `by`), `due_on`,
    `later_by`, `later_unit`, `from_on`, `given_by`, `letter_on`, `words`, `people`; of the days the last due day and
    the letter's may be blank.
    """
    reader = Reader(typed, today)
    first = reader.day("due_from_on")
    last = reader.day("due_until_on") if reader.has("due_until_on") else first
    if last < first:
        reader.refuse("due_until_on", "before_first")
    if not set(waives) <= set(requirements):
        reader.refuse("waives", "not_a_choice")
    takes_off: tuple[tuple[str, int], ...] = ()
    if reader.has("off_amount"):
        takes_off = ((reader.choice("off_requirement", tuple(requirements)), reader.minutes("off_amount")),)
    later = _read_later(reader, typed, first)
    wish = GroupWish(
        pack_key=pack_key,
        due_from_on=first,
        due_until_on=last,
        from_on=reader.past_day("from_on"),
        given_by=reader.words("given_by"),
        words=reader.words("words"),
        letter_on=reader.past_day("letter_on") if reader.has("letter_on") else None,
        waives=tuple(waives),
        takes_off=takes_off,
        organization_id=organization_id,
        people=tuple(dict.fromkeys(typed.get("people", "")[:_LONGEST_LIST].split())),
        **later,
    )
    if not (wish.waives or wish.takes_off or wish.moves):
        reader.refuse("later", "nothing_given")
    reader.finish()
    return wish


def _read_later(reader: Reader, typed: Mapping[str, str], first: date) -> dict[str, Any]:
    later = typed.get("later", "no")
    if later == "to":
        return {"due_on": reader.later_day("due_on", first)}
    if later == "by":
        unit = reader.choice("later_unit", tuple(MOST_LATER))
        return {f"{unit or 'days'}_later": reader.whole("later_by", MOST_LATER.get(unit, 0))}
    return {}
