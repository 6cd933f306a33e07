"""One case as it is told in JSON: what is asked for, and all that is known. Each refusal names the place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar, get_args

from certtrack.errors import BadInput
from certtrack.rules.facts import Route, ServiceFact
from certtrack.rules.history import ApplicationOutcome, Attempt, Completed, Relief, ReliefKind, Request
from certtrack.rules.service import SessionFact, SessionKind, Side, Way
from certtrack.services.evaluation.credits import Claimed, read_credits
from certtrack.services.evaluation.reader import Id, Item

_ROUTES: tuple[Route, ...] = get_args(Route)
_OUTCOMES: tuple[ApplicationOutcome | None, ...] = get_args(ApplicationOutcome)
_RELIEFS: tuple[ReliefKind, ...] = get_args(ReliefKind)
_SESSIONS: tuple[SessionKind, ...] = get_args(SessionKind)
_WAYS: tuple[Way, ...] = get_args(Way)
_SUPERVISOR: frozenset[Side] = frozenset({"supervisor", "person"})
_HUNDREDTHS = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """One certification that is asked for; `place` is where the case tells of it."""

    id: Id
    place: str
    pack: str
    issued_on: date | None
    stated_due_on: date | None


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """Something that is known, of one certification or, where that is None, of all; and where it is told."""

    fact: T
    certification: Id | None
    place: str


@dataclass(frozen=True, slots=True)
class Case:
    """What a case says. `known_at` None is the end of `as_of`; `is_list`: it asks for several certifications."""

    as_of: date
    known_at: date | datetime | None
    asked: tuple[Asked, ...]
    is_list: bool
    born_on: date | None
    died_on: date | None
    roles: frozenset[str]
    trainings: tuple[Told[Completed], ...]
    exams: tuple[Told[Attempt], ...]
    applications: tuple[Told[Request], ...]
    waivers: tuple[Told[Relief], ...]
    credits: tuple[Claimed, ...]
    planned: tuple[Claimed, ...]
    supervision: tuple[Told[tuple[SessionFact, date | None]], ...]
    service: tuple[Told[ServiceFact], ...]


def read_case(content: object) -> Case:
    """The case that a JSON object tells. Raises BadInput with the place of the first thing that can't be so."""
    top = Item(content)
    as_of, known_at = top.need_day("as_of"), top.day_or_moment("known_at")
    asked, is_list = _read_asked(top)
    known = frozenset(one.id for one in asked)
    born_on, died_on = _read_person(top)
    credits_ = read_credits(top, "credits", known)
    case = Case(
        as_of=as_of,
        known_at=known_at,
        asked=asked,
        is_list=is_list,
        born_on=born_on,
        died_on=died_on,
        roles=frozenset(top.texts("roles") or ()),
        trainings=tuple(_read(top, "trainings", known, _read_training)),
        exams=_check_attempts(tuple(_read(top, "exams", known, _read_exam))),
        applications=tuple(_read(top, "applications", known, _read_application)),
        waivers=tuple(_read(top, "waivers", known, _read_waiver)),
        credits=credits_,
        planned=read_credits(top, "planned", known, after=credits_),
        supervision=tuple(_read(top, "supervision", known, _read_session)),
        service=tuple(_read(top, "service", known, _read_service)),
    )
    top.finish()
    return case


def select(told: tuple[Told[T], ...], asked: Asked) -> tuple[T, ...]:
    """What is told of this certification, or of all."""
    return tuple(one.fact for one in told if one.certification in (None, asked.id))


def _read_asked(top: Item) -> tuple[tuple[Asked, ...], bool]:
    pack, single = top.text("pack"), top.item("certification")
    if not top.has("certifications"):
        top.values("certifications")
        return (_read_certification(single or Item({}, "certification"), pack),), False
    if single is not None:
        top.refuse("certifications", "can't stand beside a certification; put that one into the list")
    found: dict[Id, Asked] = {}
    for item in top.items("certifications"):
        one = _read_certification(item, pack)
        if one.id in found:
            raise BadInput(f"{one.place}.id is {one.id!r}, and {found[one.id].place} has that id already.")
        found[one.id] = one
    if not found:
        top.refuse("certifications", "must be a list of one or more certifications")
    return tuple(found.values()), True


def _read_certification(item: Item, default: str | None) -> Asked:
    own = item.text("pack")
    pack = own or default
    if not pack:
        raise BadInput("pack is missing; it must be a pack's key, its key and version, or the path of its file.")
    asked = Asked(item.id("id", pack), item.place, pack, item.day("issued_on"), item.day("stated_due_on"))
    item.finish()
    return asked


def _read_person(top: Item) -> tuple[date | None, date | None]:
    person = top.item("person")
    if person is None:
        return None, None
    born_on, died_on = person.day("born_on"), person.day("died_on")
    person.finish()
    check_order(person, "born_on", born_on, "died_on", died_on)
    return born_on, died_on


def _read(top: Item, key: str, known: frozenset[Id], read: Callable[[Item, int], T]) -> Iterator[Told[T]]:
    for number, item in enumerate(top.items(key)):
        named = item.id("certification", "") if item.has("certification") else None
        if named is not None and named not in known:
            item.refuse("certification", f"is {named!r}, and the case has no certification of that id")
        fact = read(item, number)
        item.finish()
        yield Told(fact, named, item.place)


def _read_training(item: Item, number: int) -> Completed:
    return Completed(number, item.need_day("completed_on"), item.minutes("minutes"))


def _read_exam(item: Item, number: int) -> Attempt:
    score = item.percent("score")
    return Attempt(
        id=number,
        taken_on=item.need_day("taken_on"),
        route=item.choice("route", _ROUTES, "first"),
        number=item.whole("attempt", 1, "a whole number from 1 on"),
        score=None if score is None else round(score * _HUNDREDTHS),
        is_passed=item.flag("passed"),
    )


def _check_attempts(exams: tuple[Told[Attempt], ...]) -> tuple[Told[Attempt], ...]:
    seen: dict[tuple[Id | None, Route, int], str] = {}
    for told in exams:
        if told.fact.number is None:
            continue
        attempt = (told.certification, told.fact.route, told.fact.number)
        if attempt in seen:
            raise BadInput(
                f"{told.place}.attempt is {told.fact.number}, and {seen[attempt]} tells of that attempt already; "
                "one attempt has one result."
            )
        seen[attempt] = told.place
    return exams


def _read_application(item: Item, number: int) -> Request:
    request = Request(
        id=number,
        sent_on=item.day("sent_on"),
        postmarked_on=item.day("postmarked_on"),
        received_on=item.day("received_on"),
        decided_on=item.day("decided_on"),
        outcome=item.choice("outcome", _OUTCOMES, None),
        effective_on=item.day("effective_on"),
    )
    if request.outcome is None and (request.decided_on or request.effective_on):
        item.refuse("outcome", "is missing, and yet there is a day of it; say what came of it")
    if request.first_on is None:
        raise BadInput(f"{item.place} has no day; say when it was sent, received or decided.")
    check_order(item, "sent_on", request.sent_on, "received_on", request.received_on)
    check_order(item, "received_on", request.received_on, "decided_on", request.decided_on)
    return request


def _read_waiver(item: Item, number: int) -> Relief:
    kind = item.need_choice("kind", _RELIEFS)
    relief = Relief(
        id=number,
        kind=kind,
        requirement=item.text("requirement") or (None if kind == "extend" else "total"),
        until_on=item.day("until_on"),
        minutes=item.minutes("minutes"),
        granted_on=item.day("granted_on"),
    )
    if kind == "extend" and relief.until_on is None:
        item.refuse("until_on", "is missing; an extension gives a later day")
    if kind == "reduce" and relief.minutes is None:
        item.refuse("minutes", "is missing; it says how many minutes are taken off")
    if kind == "extend" and (relief.requirement or relief.minutes):
        item.refuse("kind", "is extend, which moves a day; a requirement and minutes are waived or reduced")
    return relief


def _read_session(item: Item, number: int) -> tuple[SessionFact, date | None]:
    session = SessionFact(
        id=number,
        held_on=item.need_day("on"),
        minutes=item.minutes("minutes") or item.refuse("minutes", "is missing"),
        kind=item.choice("kind", _SESSIONS, "individual"),
        way=item.choice("way", _WAYS, "in_person"),
        signed=_SUPERVISOR,
        is_qualified=True,
    )
    return session, item.day("signed_on")


def _read_service(item: Item, number: int) -> ServiceFact:
    from_on, until_on = item.need_day("from_on"), item.need_day("until_on")
    check_order(item, "from_on", from_on, "until_on", until_on)
    return ServiceFact(number, from_on, until_on, item.minutes("minutes") or item.refuse("minutes", "is missing"))


def check_order(item: Item, first: str, earlier: date | None, second: str, later: date | None) -> None:
    """Raise BadInput that names both days where the first lies after the second; one that isn't said is in order."""
    if earlier is not None and later is not None and earlier > later:
        item.refuse(first, f"is {earlier.isoformat()}, after {second}, which is {later.isoformat()}")
