"""The first page of a record: each certification with its hours, the one next thing, the next mail, what to sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy.orm import Session

from certtrack.clock import Clock
from certtrack.db.together import Together
from certtrack.rules.history import Attempt, Completed, History
from certtrack.rules.hours_rule import Area, Minimum
from certtrack.rules.next_step import NextStep, find_named, find_next_step
from certtrack.rules.so_far import SoFar, find_only_area, find_so_far
from certtrack.rules.what_if import LeastLine
from certtrack.security import Act, Actor, Fields, Relation, can_act
from certtrack.services.applications.of_person import ApplicationRows, make_applications
from certtrack.services.applications.page import ShownApplication
from certtrack.services.credits.drafts import ShownDraft, make_drafts
from certtrack.services.credits.page import HoursPage, ShownHours, make_hours
from certtrack.services.credits.shown import ShownCredit, list_deciders
from certtrack.services.finding_list import NamedFinding, name_findings
from certtrack.services.home.asking import HomeRows, ToSign, ask, list_to_sign
from certtrack.services.names import list_named, make_names, select_names
from certtrack.services.offerings.planning import Plan, make_plans
from certtrack.services.person_page import PersonPage, ShownCertification, list_speaking, load_record, make_page
from certtrack.services.person_page import with_sources as give_sources
from certtrack.services.record_head import load_head
from certtrack.services.record_sources import find_first, list_papers, list_witnesses, make_sources, select_papers
from certtrack.services.reminders.next_mail import NextMail, pick_next_mail
from certtrack.services.reminders.obstacles import is_silent
from certtrack.services.rulebook import Rulebook, confirmed_rules


@dataclass(frozen=True, slots=True)
class Card:
    """One certification. `hours` and `so_far` are None where there are none to be told, or they aren't the reader's.

    `next_step`, `application` and `mail` are of today: None on a page of another day, of somebody who has left, and
    where there is none; `mail` also where it isn't the reader's to see.
    """

    shown: ShownCertification
    hours: ShownHours | None
    so_far: SoFar | None
    next_step: NextStep | None
    application: ShownApplication | None
    mail: NextMail | None

    @property
    def tells_hours(self) -> bool:
        """True where the first to be said is how many hours are still to do: surely some, by a day that lies ahead."""
        standing, so_far = self.shown.standing, self.so_far
        if so_far is None or not (so_far.is_short and so_far.least.minutes) or standing.next_on is None:
            return False
        is_ahead = standing.validity == "current" and standing.application == "none"
        return is_ahead and standing.as_of <= standing.next_on and not self.shown.is_over

    @property
    def named(self) -> Area | Minimum | None:
        """What the next step asks for hours in: an area, or another requirement; None for the hours in all."""
        return find_named(self.shown.rules, self.next_step) if self.next_step is not None else None

    @property
    def only_area(self) -> LeastLine | None:
        """The one area that asks for some of the hours still to do, where it has a name."""
        return find_only_area(self.shown.rules, self.so_far) if self.so_far is not None else None


@dataclass(frozen=True, slots=True)
class Home:
    """All of it. `cards` are in the order in which their days come; what isn't the reader's is empty.

    `plans` are those that ask their holder for a word: the day has come, or it was called off.
    """

    page: PersonPage
    cards: tuple[Card, ...]
    hours: HoursPage
    findings: tuple[NamedFinding, ...]
    drafts: tuple[ShownDraft, ...]
    to_sign: tuple[ToSign, ...]
    plans: tuple[Plan, ...]
    can_leave: bool

    @property
    def enters_days(self) -> bool:
        """True where the reader is of the office that puts days of exams and certificates on this record."""
        return Relation.AGENCY_ADMINISTRATOR in self.page.relations

    def list_claims(self, credit_id: int) -> tuple[tuple[Card, ShownCredit], ...]:
        """Where that credit is claimed and its hours are told, with what it counts there; empty where nowhere."""
        found = ((card, one) for card in self.cards if card.hours for one in card.hours.credits)
        return tuple((card, one) for card, one in found if one.id == credit_id)

    def find(self, certification_id: int | None) -> Card | None:
        """The card of that certification; without a number the first; None where there is none."""
        if certification_id is None:
            return self.cards[0] if self.cards else None
        return next((card for card in self.cards if card.shown.certification.id == certification_id), None)


def load_home(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    clock: Clock,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Home:
    """The page as the actor may see it; seven queries for whoever sees the record as it is today.

    Raises NotFound, and takes its days, as `certtrack.services.record_head.load_head` does.
    """
    head = load_head(session, actor, person_id, clock, as_of=as_of, known_at=known_at)
    page = make_page(head, load_record(session, rulebook, head, clock, has_sources=False))
    rulebook = confirmed_rules(session, rulebook, page.known_at)
    rows, of_cycles = ask(session, page, actor)
    first = find_first(rows.versions)
    keys = list_deciders(rows.claimed).union(of_cycles.list_keys(), list_witnesses(first))
    *papers, accounts, people = _ask_last().ask(session, list_papers(first) | list_named(keys))
    names = make_names(accounts, people)
    zones = {number: one.pack.zone for one in page.certifications for number in list_speaking(one)}
    page = make_page(head, give_sources(page.certifications, make_sources(first, papers, zones, names)))
    return _make(rulebook, page, rows, of_cycles, names)


@cache
def _ask_last() -> Together:
    return Together(*select_papers(), *select_names())


def _make(
    rulebook: Rulebook, page: PersonPage, rows: HomeRows, of_cycles: ApplicationRows, names: Mapping[str, str]
) -> Home:
    hours = make_hours(rulebook, page, rows.claimed, names, {})
    held = [shown.certification for shown in page.certifications]
    applications = make_applications(rulebook, of_cycles, names, held, page.relations) if page.is_now else {}
    is_holder = Relation.HOLDER in page.relations
    return Home(
        page=page,
        cards=tuple(
            Card(
                shown=shown,
                hours=(its := hours.hours.get(shown.certification.id)),
                so_far=_find_so_far(shown) if its is not None else None,
                next_step=_find_next_step(page, shown, rows) if page.is_now else None,
                application=applications.get(shown.certification.id),
                mail=_find_mail(rulebook, page, shown, of_cycles),
            )
            for shown in page.certifications
        ),
        hours=hours,
        findings=name_findings(rows.findings) if page.last_day is None else (),
        drafts=make_drafts(rows.drafts) if page.is_now and can_act(page.relations, Act.LOG_CREDITS) else (),
        to_sign=list_to_sign(rows.to_sign) if page.is_now and is_holder else (),
        plans=_list_plans(rows, page.today) if page.is_now and is_holder else (),
        can_leave=page.is_now and bool(rows.to_leave),
    )


def _list_plans(rows: HomeRows, today: date) -> tuple[Plan, ...]:
    return tuple(plan for plan in make_plans(rows.plans) if plan.asks_for_word(today))


def _find_so_far(shown: ShownCertification) -> SoFar | None:
    standing = shown.standing
    if standing.cycle is None or shown.is_over:
        return None
    return find_so_far(shown.rules, shown.facts, standing, standing.cycle.id)


def _find_next_step(page: PersonPage, shown: ShownCertification, rows: HomeRows) -> NextStep:
    """For a reader who doesn't see attempts, those are left out that weren't passed."""
    facts, credential = shown.facts, shown.facts.credential
    sees_all = page.can_see(Fields.EXAM_SCORES)
    minutes = (shown.rules.training.minutes.value if shown.rules.training else None) or (0,)
    offered = [Completed(0, on, minutes[0]) for of, on in rows.offered if of == credential]
    elsewhere = [Completed(0, on, long) for of, on, long in rows.elsewhere if of == credential]
    history = History(
        credential=credential,
        issued_on=facts.issued_on,
        born_on=facts.born_on,
        died_on=facts.died_on,
        trainings=(*offered, *elsewhere),
        attempts=tuple(
            Attempt(exam.id, exam.taken_on, exam.route, is_passed=exam.outcome == "passed")
            for exam in facts.exams
            if sees_all or exam.outcome == "passed"
        ),
    )
    return find_next_step(shown.rules, history, facts, shown.standing)


def _find_mail(
    rulebook: Rulebook, page: PersonPage, shown: ShownCertification, of_cycles: ApplicationRows
) -> NextMail | None:
    cycle = of_cycles.find_cycle(shown.certification.id)
    if cycle is None or not page.is_now or not page.can_see(Fields.MAIL):
        return None
    reminders = of_cycles.list_reminders(cycle)
    mail = pick_next_mail(rulebook, cycle, shown.certification.pack_key, reminders, page.today)
    is_to_come = mail is not None and mail.state == "coming"
    return None if is_to_come and is_silent(page.person, shown.standing) else mail
