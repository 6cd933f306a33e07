"""What one person's page and `certtrack why` say: standings with reasons and their sources, findings, mail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import Certification
from certtrack.db.queries.earlier import find_number_at
from certtrack.db.queries.merges import same_person
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.reasons import Reason
from certtrack.rules.standing import Standing, stand
from certtrack.security import Actor, Fields
from certtrack.services.finding_list import ShownFinding, list_findings_of
from certtrack.services.ledger.reading import Held, LedgerEntry, list_ledger, list_settled
from certtrack.services.record_head import Belonging, RecordHead, load_head
from certtrack.services.record_sources import RecordSource, load_sources
from certtrack.services.reminders.releases import Release, load_releases
from certtrack.services.rulebook import Rulebook, confirmed_rules
from certtrack.services.standing import load_held

__all__ = ["Belonging", "PersonPage", "Reading", "ShownCertification", "Why", "get_person_page", "load_record"]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason; `record` is where its cycle comes from, None for one that rests on something else."""

    reason: Reason
    record: RecordSource | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A last day that the rules publish: its earliest and latest reading, and where it was read."""

    phase: str
    earliest: date
    latest: date
    sure: Sure
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class ShownCertification:
    """One certification of the person as of the day that is asked for.

    `number` is the certificate's as it was on record at the moment that is asked for. `following` is where the cycle
    that follows comes from, None where none is on record; with it `readings` are empty. `rules` and `facts` are what
    the standing rests on; `fields` are the groups of fields of it that the reader may see.
    """

    certification: Certification
    number: str | None
    pack: Pack
    standing: Standing
    because: tuple[Why, ...]
    readings: tuple[Reading, ...]
    following: RecordSource | None
    rules: Pack
    facts: CertificationFacts
    fields: frozenset[Fields]

    @property
    def is_over(self) -> bool:
        """True where the person had died by that day: then nothing is counted or to be done any more."""
        return self.facts.died_on is not None and self.facts.died_on <= self.standing.as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(RecordHead):
    """All that a page may show its reader. `mail`, `findings` and `addresses` are empty where they aren't theirs.

    `releases` are by reminder: those that were held, and that somebody let go. Of somebody who has left, mail is what
    had been decided and carried out.
    """

    certifications: tuple[ShownCertification, ...]
    findings: tuple[ShownFinding, ...] = ()
    mail: tuple[LedgerEntry, ...] = ()
    releases: Mapping[int, Release]

    @property
    def can_see_mail(self) -> bool:
        """True where the reader may see what was mailed."""
        return self.can_see(Fields.MAIL)


def get_person_page(
    session: Session,
    rulebook: Rulebook,
    actor: Actor,
    person_id: int,
    clock: Clock,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PersonPage:
    """The page as the actor may see it. Raises NotFound alike for nobody and for somebody who isn't theirs to see.

    `as_of` None: today in each pack's zone; `known_at` None: by what is on record now. Mail is as on record now. Of
    somebody who has left the actor's place both are at most the last day there, whatever is asked for.
    """
    head = load_head(session, actor, person_id, clock, as_of=as_of, known_at=known_at)
    certifications = load_record(session, rulebook, head, clock)
    mail = _list_mail(session, rulebook, head) if head.can_see(Fields.MAIL) else ()
    findings: tuple[ShownFinding, ...] = ()
    if head.last_day is None:
        numbers = session.scalars(same_person(head.person.id)).all()
        findings = list_findings_of(session, rulebook, actor, numbers, head.today)
    until = head.known_at if head.last_day else None
    return make_page(
        head, certifications, findings=findings, mail=mail, releases=load_releases(session, head.person.id, mail, until)
    )


def make_page(
    head: RecordHead,
    certifications: tuple[ShownCertification, ...],
    *,
    findings: tuple[ShownFinding, ...] = (),
    mail: tuple[LedgerEntry, ...] = (),
    releases: Mapping[int, Release] | None = None,
) -> PersonPage:
    """The page of that head: without mail and findings, where another part of the record holds them."""
    of_head = {one.name: getattr(head, one.name) for one in fields(head)}
    return PersonPage(**of_head, certifications=certifications, findings=findings, mail=mail, releases=releases or {})


def _list_mail(session: Session, rulebook: Rulebook, head: RecordHead) -> tuple[LedgerEntry, ...]:
    if head.last_day is None:
        return tuple(list_ledger(session, rulebook, head.person.id, head.today))
    return tuple(list_settled(session, [one.id for one, _ in head.held], head.known_at or head.last_day.known_at))


def load_record(
    session: Session,
    rulebook: Rulebook,
    head: RecordHead,
    clock: Clock,
    *,
    has_sources: bool = True,
    held: Held | None = None,
) -> tuple[ShownCertification, ...]:
    """The certifications of the head by what is known of them then, the next day to act by first.

    Without `has_sources` nobody is told where the records come from that reasons rest on, which takes three queries.
    `held` are their rules and facts then, where they are known already.
    """
    rulebook = confirmed_rules(session, rulebook, head.known_at)
    numbers = [one.id for one, _ in head.held]
    if held is None:
        held = load_held(session, rulebook, numbers, head.known_at) if numbers else {}
    found = []
    for certification, seen in head.held:
        if certification.id in held:
            day = head.as_of or today_in(clock, rulebook.packs.get(certification.pack_key).zone)
            number = _find_number(session, certification, head.known_at)
            found.append(_stand(rulebook, certification, number, *held[certification.id], day, seen))
    shown = tuple(sorted(found, key=lambda one: (one.standing.next_on or date.max, one.certification.id)))
    if not has_sources:
        return shown
    zones = {number: one.pack.zone for one in shown for number in list_speaking(one)}
    return with_sources(shown, load_sources(session, zones, head.known_at))


def list_speaking(shown: ShownCertification) -> set[int]:
    """The cycles that its reasons rest on, and the one that follows."""
    standing = shown.standing
    cycles = {number for reason in standing.because for kind, number in reason.records if kind == "cycle"}
    return cycles | {standing.following.id} if standing.following else cycles


def with_sources(
    certifications: Iterable[ShownCertification], sources: Mapping[int, RecordSource]
) -> tuple[ShownCertification, ...]:
    """The same, with where the records come from that reasons rest on."""
    return tuple(
        replace(
            one,
            because=tuple(Why(why.reason, _find_source(why.reason, sources)) for why in one.because),
            following=sources.get(one.standing.following.id) if one.standing.following else None,
        )
        for one in certifications
    )


def _find_number(session: Session, certification: Certification, known_at: datetime | None) -> str | None:
    return find_number_at(session, certification, known_at) if known_at is not None else certification.number


def _stand(
    rulebook: Rulebook,
    certification: Certification,
    number: str | None,
    rules: Pack,
    facts: CertificationFacts,
    day: date,
    seen: frozenset[Fields],
) -> ShownCertification:
    standing = stand(rules, facts, day)
    pack = rulebook.packs.get(certification.pack_key, on=standing.cycle.due_on if standing.cycle else None)
    return ShownCertification(
        certification=certification,
        number=number,
        pack=pack,
        standing=standing,
        because=tuple(Why(reason, None) for reason in standing.because),
        readings=tuple(_list_readings(pack, standing)),
        following=None,
        rules=rules,
        facts=facts,
        fields=seen,
    )


def _find_source(reason: Reason, sources: Mapping[int, RecordSource]) -> RecordSource | None:
    if reason.pack is not None:
        return None
    return next((sources[number] for kind, number in reason.records if kind == "cycle" and number in sources), None)


def _list_readings(pack: Pack, standing: Standing) -> Iterable[Reading]:
    days = standing.days
    if days is None or standing.following is not None:
        return
    rows = (
        ("on_time", days.due_on, days.due_on_latest, pack.deadline),
        ("grace", days.grace_until, days.grace_until_latest, pack.grace),
        ("late", days.late_until, days.late_until_latest, pack.late),
        ("exam_route", days.exam_route_until, days.exam_route_until_latest, pack.exam_route),
    )
    for phase, earliest, latest, value in rows:
        if earliest not in (None, date.max) and latest is not None and value is not None:
            yield Reading(phase, earliest, latest, value.sure, value.source.title, value.source.link)
