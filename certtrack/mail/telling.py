"""What a reminder says of one certification on one day: which sentences are true, each in the reader's words.

The phase comes from the day and not from the stage, so that a mail that was delayed never says "will end" afterwards.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.lists import format_list
from babel.numbers import format_currency

from certtrack.language import environment
from certtrack.mail.content import DAY_MOVED, ReminderItem
from certtrack.rules.cycles import CycleDays, PhaseDays, phases_of
from certtrack.rules.pack import Need, Phase

_ON_PAPER: frozenset[Need] = frozenset({"application", "ce_form", "certificates"})
_REGIONS = {"en": "en_US", "es": "es_US"}
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `lead` are its first words, which stand out, "" where it has none."""

    text: str
    lead: str = ""

    @property
    def whole(self) -> str:
        """The lead and the text in one line."""
        return f"{self.lead} {self.text}" if self.lead else self.text


@dataclass(frozen=True, slots=True)
class Part:
    """What is said of one certification: its first sentence, which names the day, what follows, and whom to ask."""

    first: str
    paragraphs: tuple[Paragraph, ...]
    asking: tuple[Paragraph, ...] = ()


def words(locale: str, macro: str, *values: object) -> str:
    """One sentence of `email/words.txt` in that language, as plain text.

    Raises AttributeError for a macro that isn't there, jinja2's UndefinedError for a code without words.
    """
    said = getattr(environment(locale).get_template("email/words.txt").module, macro)
    return str(said(*values)).strip()


def tell(item: ReminderItem, *, today: date, office: str, locale: str) -> Part:
    """Everything that is said of `item` on `today`, by an office of that name."""
    return _Teller(item, today, office, locale).tell()


def format_money(cents: int, currency: str, locale: str) -> str:
    """An amount as it is written where the rules come from: $55, $55.50."""
    whole = cents % 100 == 0
    pattern = "\u00a4#,##0" if whole else "\u00a4#,##0.00"
    return format_currency(cents / 100, currency, pattern, locale=_REGIONS[locale], currency_digits=False)


def last_workday(day: date) -> date:
    """`day` itself, or the Friday before a Saturday or Sunday."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))


@dataclass(frozen=True, slots=True)
class _Teller:
    item: ReminderItem
    today: date
    office: str
    locale: str

    def tell(self) -> Part:
        paragraphs = [self.about(), *self.to_do(), *self.by_post(), *self.afterwards()]
        return Part(self.first(), tuple(paragraphs), tuple(self.asking()))

    def say(self, macro: str, *values: object) -> str:
        return words(self.locale, macro, *values)

    @property
    def days(self) -> CycleDays:
        return self.item.days

    @property
    def now(self) -> PhaseDays:
        return next(phase for phase in phases_of(self.days) if self.today <= phase.until_on)

    @property
    def is_between(self) -> bool:
        """By one reading the phase is over, by another it isn't."""
        return self.now.act_by < self.today

    @property
    def whom(self) -> str:
        return self.item.pack.whom_to_ask.of(self.locale)

    def first(self) -> str:
        if self.item.stage == DAY_MOVED:
            return self.say("moved", self.days.due_on)
        return self.phase_sentence()

    def phase_sentence(self) -> str:
        now = self.now
        if now.phase == "full_route":
            return self.say("first", now.phase, self.days.due_on)
        if self.is_between:
            return self.say("first_between", now.phase, now.act_by, now.until_on)
        return self.say("first", now.phase, now.act_by)

    def about(self) -> Paragraph:
        """How far it is, for which credential, and what else can be read of the day."""
        name = self.item.pack.name_at_first_use.of(self.locale)
        said = [self.say("credential", name, self.item.number)]
        if self.item.stage == DAY_MOVED:
            said += [
                self.say("check_moved"),
                *([] if self.now.phase == "on_time" and not self.is_between else [self.phase_sentence()]),
            ]
        if self.now.phase != "full_route" and not self.is_between:
            said.insert(0, self.say("distance", (self.now.act_by - self.today).days))
        return Paragraph(" ".join([*said, *self.due_before(), *self.readings()]))

    def due_before(self) -> list[str]:
        """When it was due, once that day has passed by every reading."""
        if self.now.phase == "on_time":
            return []
        if self.days.due_on != self.days.due_on_latest:
            return [self.say("was_due_by_readings", self.days.due_on, self.days.due_on_latest)]
        return [] if self.now.phase == "full_route" else [self.say("was_due", self.days.due_on)]

    def readings(self) -> list[str]:
        now = self.now
        if now.phase == "full_route":
            return [self.say("no_last_day")]
        if self.is_between:
            return [self.say("act_now", self.whom)]
        if now.act_by == now.until_on:
            return []
        if now.phase == "on_time":
            return [self.say("two_due_days", now.act_by, now.until_on)]
        return [self.say("rules_differ" if now.phase != "grace" else "other_reading", now.until_on)]

    def to_do(self) -> list[Paragraph]:
        """What to send in or to do now, in the order of the pack, and its advice."""
        pack, phase = self.item.pack, self.now.phase
        advice = [pack.advice[phase].of(self.locale)] if phase in pack.advice else []
        said = [*self.needs(phase), *advice]
        return [Paragraph(" ".join(said), self.say("to_do"))] if said else []

    def needs(self, phase: Phase) -> list[str]:
        value = self.item.pack.needs.get(phase)
        if value is None or not value.value:
            return []
        things = self.things(phase)
        paper = _ON_PAPER & set(value.value)
        said = [self.say("send_in" if paper else "it_takes", format_list(things, locale=self.locale))]
        sure = value.sure
        if sure != "verified":
            said.append(self.say("how_sure", sure))
        return said

    def things(self, phase: Phase) -> list[str]:
        needed = self.item.pack.needs[phase].value
        fee = self.item.pack.fees.get(phase)
        total = self.money(fee.value.total_cents) if fee and fee.value else ""
        late = self.money(fee.value.late_cents) if fee and fee.value and fee.value.late_cents else ""
        is_in_total = bool(total and late and "fee" in needed)
        return [self.say("need", code, total, late) for code in needed if not (code == "late_fee" and is_in_total)]

    def money(self, cents: int) -> str:
        return format_money(cents, self.item.pack.currency, self.locale)

    def by_post(self) -> list[Paragraph]:
        now, pack = self.now, self.item.pack
        if now.phase == "full_route":
            return []
        value = pack.needs.get(now.phase)
        if value is None or not _ON_PAPER & set(value.value):
            return self.before_weekend()
        if pack.counts_by.value == "received_or_postmarked":
            return [Paragraph(" ".join(self.counter()), self.say("by_post"))]
        return [Paragraph(" ".join(self.arriving()), self.say("by_post"))] if self.today <= self.friday else []

    @property
    def friday(self) -> date:
        return last_workday(self.now.act_by)

    def weekend_day(self) -> list[str]:
        return [self.say("is_weekend", self.now.act_by)] if self.friday != self.now.act_by else []

    def counter(self) -> list[str]:
        if self.is_between:
            return [self.say("counter_now")]
        if self.friday < self.today:
            return [*self.weekend_day(), self.say("counter_if_open"), self.say("ask_about_weekend", self.whom)]
        return [*self.weekend_day(), self.say("counter_by", self.friday)]

    def arriving(self) -> list[str]:
        return [*self.weekend_day(), self.say("arrive_by", self.friday)]

    def before_weekend(self) -> list[Paragraph]:
        if self.is_between or self.friday == self.now.act_by:
            return []
        if self.friday < self.today:
            text = [*self.weekend_day(), self.say("ask_about_weekend", self.whom)]
        else:
            text = [*self.weekend_day(), self.say("done_by", self.friday)]
        return [Paragraph(" ".join(text), self.say("weekend"))]

    def afterwards(self) -> list[Paragraph]:
        """What happens then, and whether the certification holds; nothing is promised that isn't published."""
        following = [phase for phase in phases_of(self.days) if phase.from_on > self.now.until_on]
        here = [] if self.now.phase == "on_time" else [Paragraph(self.holding(self.now.phase, is_now=True))]
        if not following or self.is_between:
            return here
        coming = following[0]
        said = [self.say("next_phase", coming.phase, coming.act_by)]
        if self.now.phase == "on_time":
            said.append(self.holding(coming.phase, is_now=False))
        return [*here, Paragraph(" ".join([*said, *self.next_fee(coming.phase)]), self.say("then"))]

    def next_fee(self, phase: Phase) -> list[str]:
        fee = self.item.pack.fees.get(phase)
        return [self.say("next_fee", self.money(fee.value.total_cents))] if fee and fee.value else []

    def holding(self, phase: Phase, *, is_now: bool) -> str:
        value = self.item.pack.holds.get(phase)
        return self.say("holding", value.value if value else None, is_now, value.sure if value else "unknown")

    def asking(self) -> list[Paragraph]:
        said = [Paragraph(self.say("ask", self.whom), self.say("to_ask"))]
        if not self.item.is_granter:
            said.append(Paragraph(self.say("keeper", self.office, self.item.pack.authority.name.of(self.locale))))
        return said
