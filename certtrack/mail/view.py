"""One certification as a mail sees it: on one day, from one office, in one language."""

from dataclasses import dataclass
from datetime import date, timedelta

from certtrack.mail.content import DAY_MOVED, ReminderItem
from certtrack.mail.words import format_money, words
from certtrack.rules.cycles import PhaseDays, phases_of
from certtrack.rules.pack import Need, Phase

_BY_DATE: frozenset[Need] = frozenset({"exam", "training"})
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class View:
    """`item` on `today`, told by the office of that name. `now` is the phase that `today` is in by the latest reading.

    The phase comes from the day and not from the stage, so that a mail that was delayed never says "will end" too late.
    """

    item: ReminderItem
    today: date
    office: str
    locale: str
    now: PhaseDays

    @property
    def is_moved(self) -> bool:
        """The mail says that the day is another one now."""
        return self.item.stage == DAY_MOVED

    @property
    def is_endless(self) -> bool:
        """The phase has no last day."""
        return self.now.act_by == date.max

    @property
    def is_between(self) -> bool:
        """By one reading the phase is over, by another it isn't."""
        return self.now.is_between(self.today)

    @property
    def coming(self) -> PhaseDays | None:
        """The phase after this one; None in the last."""
        return next((phase for phase in phases_of(self.item.days) if phase.from_on > self.now.until_on), None)

    @property
    def friday(self) -> date:
        """The last workday to act on: the day itself, or the Friday before a weekend."""
        return last_workday(self.now.act_by)

    @property
    def whom(self) -> str:
        """Who answers questions about the rules."""
        return self.item.pack.whom_to_ask.of(self.locale)

    def needs(self) -> tuple[Need, ...]:
        """What the rules ask for now; nothing where nothing is published."""
        return self.needs_in(self.now.phase)

    def needs_in(self, phase: Phase) -> tuple[Need, ...]:
        """What the rules ask for in that phase; nothing where nothing is published."""
        value = self.item.pack.needs.get(phase)
        return value.value if value and value.value else ()

    def is_on_paper(self) -> bool:
        """Something is to be sent in."""
        return bool(self.sent_in())

    def sent_in(self) -> tuple[Need, ...]:
        """Of what the rules ask for now, what is sent in."""
        return tuple(code for code in self.needs() if code not in _BY_DATE)

    def on_dates(self) -> tuple[Need, ...]:
        """Of what the rules ask for now, what has a date that is to be asked for."""
        return tuple(code for code in self.needs() if code in _BY_DATE)

    def total_of(self, phase: Phase) -> str:
        """What is paid in all in that phase, "" where it isn't published."""
        fee = self.item.pack.fees.get(phase)
        return self.money(fee.value.total_cents) if fee and fee.value else ""

    def late_part_of(self, phase: Phase) -> str:
        """The late fee within the total, "" where there is none."""
        fee = self.item.pack.fees.get(phase)
        return self.money(fee.value.late_cents) if fee and fee.value and fee.value.late_cents else ""

    def money(self, cents: int) -> str:
        """An amount in the pack's currency."""
        return format_money(cents, self.item.pack.currency, self.locale)

    def say(self, macro: str, *values: object) -> str:
        """One sentence in the reader's language."""
        return words(self.locale, macro, *values)


def view(item: ReminderItem, *, today: date, office: str, locale: str) -> View:
    """How `item` stands on `today`."""
    now = next(phase for phase in phases_of(item.days) if today <= phase.until_on)
    return View(item, today, office, locale, now)


def last_workday(day: date) -> date:
    """`day` itself, or the Friday before a Saturday or Sunday."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))
