"""Fictional people of all kinds, drawn by chance, with all that keeps their mail back or sends it elsewhere."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from kit.applications import ask, send
from kit.background_checks import keep_check
from kit.copies import assign, make_text, name_contact, stand_in, use_policy
from kit.credits import log, make_new
from kit.exams import hold, seat
from kit.forecast import Days
from kit.own_days import certify_first, load_states
from kit.planning import Planner
from kit.rules import CLOCKS, CPPS, CPS, TWO_STEPS
from kit.world import World

from certtrack.resources import get_resource
from certtrack.rules.calendar import add_years
from certtrack.services.applications.intentions import Seen
from certtrack.services.background_checks.records import NewCheck
from certtrack.services.certifications import get_certification
from certtrack.services.cycles import NewCycle, close_cycle, get_cycle, open_cycle
from certtrack.services.organizations import get_organization, set_role

ZONES = ("America/Chicago", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu")
WISHES: tuple[list[str], ...] = ([], [], ["early"], ["all_set"], ["early", "all_set"])
_SECOND = (get_resource("config") / "policies" / "us-wi@2.toml").read_text(encoding="utf-8")
_OTHER_DAYS = _SECOND[_SECOND.index("[[subjects]]") :]
_WIDE = (get_resource("config") / "policies" / "us@2.toml").read_text(encoding="utf-8")
_OWN_DAYS = _WIDE[_WIDE.index('[[subjects]]\nkind = "requirement"') :]
_TERM = timedelta(days=184)  # about the six months of a provisional term


@dataclass
class Crowd:
    """The people of one seed: what `dice` say, on the world's day and on the days around it."""

    world: World
    planner: Planner
    dice: random.Random
    bob: int = 0
    sitting: int = 0

    def gather(self, size: int, past_days: int = 25) -> None:
        """As many people, reminded for so long until the world's day; what happens then is on record on that day."""
        world, from_on = self.world, self.world.today
        self._make_policy()
        world.move_to(from_on - timedelta(days=past_days))
        self._name_others(from_on)
        held = [each for _ in range(size) for each in self._enter(from_on)]
        self._enter_own_days(from_on)
        Days(world, self.planner).run(from_on - timedelta(days=1))
        world.move_to(from_on)
        deck: list[Callable[[int, int], None]] = []
        for certification, cycle in held:
            deck = deck or self._shuffle()
            deck.pop()(certification, cycle)
        if self.dice.random() < 0.5:
            self.planner.look()  # what it has planned waits for its hour

    def _make_policy(self) -> None:
        guard = self.dice.choice((1, 3, 25))
        text = make_text(
            top="all_set = true",
            before_14="repeat_every_days = 3\nrepeats = 2",
            before_7="repeat_every_days = 2\nrepeats = 1",
        ).replace("guard_above = 25", f"guard_above = {guard}")
        text = text.replace('"us-wi-cpps"]', f'"us-wi-cpps", "{TWO_STEPS}", "{CLOCKS}"]')
        self.world.rulebook = load_states()
        use_policy(self.world, f"{text}\n{_OTHER_DAYS}\n{_OWN_DAYS}")

    def _name_others(self, from_on: date) -> None:
        """A supervisor, who is away for a while, and the organization's contact person."""
        world, dice = self.world, self.dice
        self.bob, erin = world.person("Bob"), world.person("Erin", zone="America/New_York")
        name_contact(world, erin)
        with world.database.writing() as session:
            office = get_organization(session, None)
            set_role(session, office, "cps", "keeper", actor=world.actor, at=world.at)  # whose policy checks go by
        away_on = from_on + timedelta(days=dice.randint(-5, 40))
        stand_in(world, self.bob, world.person("Dave"), away_on, away_on + timedelta(days=dice.randint(3, 20)))
        self.sitting = hold(world, 99, held_on=from_on + timedelta(days=dice.randint(2, 40)))

    def _enter(self, from_on: date) -> list[tuple[int, int]]:
        world, dice = self.world, self.dice
        person = world.person(zone=dice.choice(ZONES), address=dice.choice(["-"] * 5 + [None]))
        self.planner.change(person, switched_off=dice.choice(WISHES))
        if dice.random() < 0.6:
            assign(world, person, self.bob, from_on=from_on + timedelta(days=dice.choice([-99, 20])))
        if dice.random() < 0.3:
            seat(world, self.sitting, person)
        if dice.random() < 0.3:
            until_on = from_on + timedelta(days=dice.randint(-3, 90))
            keep_check(world, person, NewCheck(world.today - timedelta(days=1), until_on, "A letter"))
        return [self._certify(person, from_on) for _ in range(dice.choice([1, 1, 2]))]

    def _certify(self, person: int, from_on: date) -> tuple[int, int]:
        dice, due_on = self.dice, from_on + timedelta(days=self.dice.choice([-60, -1, 0, 20, 35, 60, 120, 210]))
        cause = dice.choice([None, None, "import:1", "import:2"])
        due_on += timedelta(days=dice.randint(-5, 5))
        return self.world.certify(
            person, due_on, pack=dice.choice([CPS, CPPS]), cause_key=cause,
            armed_on=from_on - timedelta(days=dice.choice([0, 40, 300])),
            release_by_name=due_on < self.world.today and cause is not None,
        )  # fmt: skip

    def _enter_own_days(self, from_on: date) -> None:
        """Somebody in a provisional term, and somebody with a requirement on its own clock: with dice of their own."""
        world, dice = self.world, random.Random(self.dice.getstate()[1][0])  # noqa: S311  # the same each time
        term, clock = (world.person(zone=dice.choice(ZONES)) for _ in range(2))
        for person in (term, clock):
            assign(world, person, self.bob, from_on=from_on + timedelta(days=dice.choice([-99, -99, 20])))
        certify_first(world, term, from_on + timedelta(days=dice.randint(-4, 35)) - _TERM)
        certification, _ = world.certify(clock, from_on + timedelta(days=300), pack=CLOCKS)
        earned_on = add_years(from_on + timedelta(days=dice.randint(-4, 35)), -6)
        log(world, clock, make_new(3, areas=["suicide_prevention"], last_on=earned_on), certification)

    def _shuffle(self) -> list[Callable[[int, int], None]]:
        """All that may happen to a certification, each once, and to some of them nothing."""
        said = [self._plan, self._see, self._see, self._ask, self._send]
        done = [self._suspend, self._renew, self._renew, self._move, self._close]
        deck = [*said, *done, self._nothing, self._nothing]
        self.dice.shuffle(deck)
        return deck

    def _nothing(self, certification: int, cycle: int) -> None:
        """As is most often so."""

    def _plan(self, certification: int, _cycle: int) -> None:
        ask(self.world, certification, "plan", self._some_day(1, 50))

    def _see(self, certification: int, cycle: int) -> None:
        """They have seen the last reminder that they got, if any."""
        told = [row for row in self.planner.rows(cycle) if (row.state, row.subject_kind) == ("sent", "cycle")]
        if told:
            ask(self.world, certification, "seen", seen=Seen(told[-1].stage, told[-1].anchor_on))

    def _ask(self, certification: int, _cycle: int) -> None:
        ask(self.world, certification, until_on=self._some_day(5, 60))

    def _send(self, certification: int, _cycle: int) -> None:
        send(self.world, certification)

    def _suspend(self, certification: int, _cycle: int) -> None:
        self.planner.act(certification, "suspended", self._some_day(-10, 30))
        self.planner.act(certification, "restored", self._some_day(31, 80))

    def _renew(self, certification: int, cycle: int) -> None:
        """The next term is on record, by a person's own act or by an import."""
        world = self.world
        with world.database.writing() as session:
            rules, who, at, old = world.rulebook, world.actor, world.at, get_cycle(session, cycle)
            start_on = max(old.due_on, world.today) + timedelta(days=self.dice.choice([-5, 1]))
            new_on = max(old.due_on, world.today) + timedelta(days=self.dice.choice([150, 730]))
            close_cycle(session, rules, old, max(start_on, world.today), reason=None, actor=who, at=at)
            new = NewCycle(
                start_on, new_on, "stated", world.today, cause_key=self.dice.choice([None, None, "import:3"])
            )
            open_cycle(session, rules, get_certification(session, certification), new, actor=who, at=at)

    def _move(self, _certification: int, cycle: int) -> None:
        self.planner.move_day(cycle, self._some_day(-20, 150), cause_key=self.dice.choice([None, None, "waiver:1"]))

    def _close(self, _certification: int, cycle: int) -> None:
        self.planner.close(cycle)

    def _some_day(self, first: int, last: int) -> date:
        return self.world.today + timedelta(days=self.dice.randint(first, last))
