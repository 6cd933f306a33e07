"""The hours of one person as a page shows them, and what its form for a credit offers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Claim, Credit, Person, RuleConfirmation
from certtrack.db.queries.merges import same_person
from certtrack.db.together import AnySelect, ask_together
from certtrack.errors import NotFound
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.hours import TOTAL, Requirement
from certtrack.rules.pack import Pack, Sure
from certtrack.rules.what_if import is_beside
from certtrack.security import Act, Actor, Fields, Relation, can_act
from certtrack.services.actors import open_certifications, select_relations
from certtrack.services.credits.drafts import ShownDraft, make_drafts, select_drafts
from certtrack.services.credits.rights import check_can_log, today_of
from certtrack.services.credits.shown import (
    ClaimedCredit,
    ShownArea,
    ShownCredit,
    list_deciders,
    make_of_rows,
    make_shown,
    select_claimed,
    select_claimed_files,
)
from certtrack.services.evidence.shown import ShownFile, list_files, make_files
from certtrack.services.names import load_names
from certtrack.services.people import get_person
from certtrack.services.person_page import PersonPage, ShownCertification
from certtrack.services.relating import tell_relations
from certtrack.services.rulebook import Rulebook, confirmed_rules, tell_confirmed
from certtrack.services.standing import load_held

_EARNING = (None, "on_time", "grace", "late")
_ENDED = ("revoked", "retired")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one credit gives to a requirement, minutes or 1 by its unit; `is_sure` is False where it only may count."""

    credit: ShownCredit
    amount: int
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """One requirement and how many of its counted minutes somebody has checked; the rest of them waits.

    `pieces` are the credits that it comes from, newest first, those that only may count included.
    """

    requirement: Requirement
    checked: int
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownHours:
    """The hours of one certification. `is_open` is False where its record has ended: then no hours are told any more.

    `has_to_do`: False where nothing can be earned for it any more. `progress` has the total first; empty without rules
    or an open cycle.
    """

    certification_id: int
    is_open: bool
    has_to_do: bool
    progress: tuple[Progress, ...]
    credits: tuple[ShownCredit, ...]


@dataclass(frozen=True, slots=True)
class HoursPage:
    """The hours that the reader may see, by certification, and what the reader may do to them."""

    hours: Mapping[int, ShownHours]
    can_log: bool
    is_holder: bool


@dataclass(frozen=True, slots=True)
class Claimable:
    """A certification that a credit can be claimed for, its rules, which ask for hours, and what is on record of it."""

    certification: Certification
    pack: Pack
    facts: CertificationFacts


@dataclass(frozen=True, slots=True)
class CreditOffer:
    """What the form offers for one person.

    `ceu_minutes` is None where the rules say nothing, or not the same; `ceu_sure` is how sure it is, None likewise.
    """

    person: Person
    claimable: tuple[Claimable, ...]
    areas: tuple[ShownArea, ...]
    ceu_minutes: int | None
    ceu_sure: Sure | None


def show_hours(session: Session, rulebook: Rulebook, page: PersonPage) -> HoursPage:
    """The hours beside the standings of `page`, for the same day and moment; those that its reader may see.

    At most three queries.
    """
    rows = ask_together(session, *select_hours(page))
    return make_hours(rulebook, page, *_name(session, page, *rows))


def load_hours(
    session: Session, rulebook: Rulebook, actor: Actor, page: PersonPage
) -> tuple[HoursPage, tuple[ShownDraft, ...]]:
    """The same with the actor's own drafts of credits, which only whoever may log has, on the record as it is today."""
    *rows, drafts = ask_together(session, *select_hours(page), select_drafts(actor, page.person.id))
    hours = make_hours(rulebook, page, *_name(session, page, *rows))
    return hours, make_drafts(drafts) if hours.can_log and page.is_now else ()


def select_hours(page: PersonPage) -> tuple[AnySelect, AnySelect]:
    """What is claimed for the certifications of which the page's reader sees credits, and the files that back it."""
    numbers = [shown.certification.id for shown in page.certifications if Fields.CREDITS in shown.fields]
    return select_claimed(numbers, page.known_at), select_claimed_files(numbers)


def _name(
    session: Session, page: PersonPage, rows: Sequence[Any], links: Sequence[Any]
) -> tuple[Sequence[Any], Mapping[str, str], Mapping[int, Sequence[ShownFile]]]:
    files = make_files(links) if page.known_at is None else list_files(session, {row[7] for row in rows}, page.known_at)
    return rows, load_names(session, list_deciders(rows)), files


def make_hours(
    rulebook: Rulebook,
    page: PersonPage,
    rows: Iterable[Any],
    names: Mapping[str, str],
    files: Mapping[int, Sequence[ShownFile]],
) -> HoursPage:
    """What `show_hours` gives, of rows of `select_claimed` that were asked for together with something else."""
    claimed = defaultdict(list)
    for one in make_of_rows(rows, names, files):
        claimed[one.claim.certification_id].append(one)
    found = {
        shown.certification.id: _make_hours(rulebook, page, shown, claimed[shown.certification.id])
        for shown in page.certifications
        if Fields.CREDITS in shown.fields and shown.pack.hours is not None
    }
    return HoursPage(found, can_act(page.relations, Act.LOG_CREDITS), Relation.HOLDER in page.relations)


def _make_hours(
    rulebook: Rulebook, page: PersonPage, shown: ShownCertification, claimed: Iterable[ClaimedCredit]
) -> ShownHours:
    standing = shown.standing
    credits_ = make_shown(rulebook, shown.certification, standing, shown.facts.cycles, claimed)
    if Fields.EVIDENCE not in shown.fields:
        credits_ = tuple(replace(credit, files=()) for credit in credits_)
    if page.last_day is not None:
        credits_ = tuple(_with_files_then(credit) for credit in credits_)
    is_over = standing.validity in _ENDED or shown.is_over
    return ShownHours(
        certification_id=shown.certification.id,
        is_open=not is_over,
        has_to_do=standing.following is None and standing.phase in _EARNING,
        progress=() if is_over else tuple(_list_progress(shown, credits_)),
        credits=credits_,
    )


def _with_files_then(credit: ShownCredit) -> ShownCredit:
    """As it stood, without a word on what became of its files: the reader of a record as it was may open each."""
    return replace(credit, files=tuple(replace(file, is_attached=True) for file in credit.files))


def get_credit_offer(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, *, today: date, at: datetime
) -> CreditOffer:
    """What a credit of this person can be. Raises NotFound, or NotAllowed where the actor may not log here."""
    person = get_person(session, person_id)
    now = today_of(session, person.id, at)
    opened, confirmed, certifications = ask_together(
        session,
        select_relations(actor, person.id, now),
        select(RuleConfirmation),
        _select_claimable(actor, person.id, today),
    )
    tell_relations(session, actor, person.id, now, opened)
    tell_confirmed(session, confirmed)
    check_can_log(session, actor, person.id, at)
    claimable = tuple(_list_claimable(session, rulebook, certifications))
    areas, ceu_minutes, ceu_sure = describe_hours(item.pack for item in claimable)
    return CreditOffer(person, claimable, areas, ceu_minutes, ceu_sure)


def has_claimable(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, *, today: date, at: datetime
) -> bool:
    """True where this person has a certification that a credit can be claimed for, of those that are the actor's.

    Raises NotFound, or NotAllowed where the actor may not log here.
    """
    check_can_log(session, actor, person_id, at)
    keys = session.scalars(_select_claimable(actor, person_id, today).with_only_columns(Certification.pack_key))
    return any(rulebook.packs.get(key, on=today).hours is not None for key in keys)


def describe_hours(packs: Iterable[Pack]) -> tuple[tuple[ShownArea, ...], int | None, Sure | None]:
    """Every area of these rules, and what 1 CEU is by them and how sure that is.

    Both are None where they say nothing of it, or not the same.
    """
    rules = [pack.hours for pack in packs if pack.hours is not None]
    areas = {area.key: ShownArea(area.key, area.name) for rule in rules for area in reversed(rule.areas)}
    said = {rule.ceu_minutes.value: rule.ceu_minutes.sure for rule in rules}
    ceu_minutes, ceu_sure = said.popitem() if len(said) == 1 else (None, None)
    return tuple(reversed(areas.values())), ceu_minutes, ceu_sure if ceu_minutes is not None else None


class WithdrawnCredit(NotFound):
    """The credit was on this person's record, and somebody has withdrawn it."""


def get_own_credit(session: Session, person_id: int, credit_id: int) -> Credit:
    """A credit that is on this person's record and not withdrawn. Raises NotFound; WithdrawnCredit where it was."""
    missing = f"There is no credit with the number {credit_id} on this person's record."
    credit = session.scalar(
        select(Credit).where(Credit.id == credit_id, Credit.person_id.in_(same_person(person_id)))
    )  # fmt: skip
    if credit is None:
        raise NotFound(missing)
    if credit.state == "withdrawn":
        raise WithdrawnCredit(missing)
    return credit


def find_only_claimed(session: Session, credit_id: int) -> int | None:
    """The certification that the credit is claimed for; None where it is claimed for several, or for none."""
    found = session.scalars(
        select(Claim.certification_id).where(Claim.credit_id == credit_id, Claim.is_dropped.is_(False))
    ).all()
    return found[0] if len(found) == 1 else None


def _list_claimable(
    session: Session, rulebook: Rulebook, certifications: Collection[Certification]
) -> Iterable[Claimable]:
    held = load_held(session, confirmed_rules(session, rulebook), [one.id for one in certifications])
    for certification in sorted(certifications, key=lambda one: one.id):
        pack, facts = held[certification.id]
        if pack.hours is not None:
            yield Claimable(certification, pack, facts)


def _select_claimable(actor: Actor, person_id: int, today: date) -> Select[Certification]:
    mine = Certification.person_id.in_(same_person(person_id))
    return select(Certification).where(mine, open_certifications(actor, today, Act.LOG_CREDITS))


def _list_progress(shown: ShownCertification, claimed: Sequence[ShownCredit]) -> Iterable[Progress]:
    """Of what was shared out, what is checked fills a bar first."""
    pieces: defaultdict[str, list[Piece]] = defaultdict(list)
    for credit in claimed:
        count = credit.count
        if count is None:
            continue
        here = ((TOTAL, count.minutes), *count.shares) if count.counts != "no" else ()
        for key, amount in (*here, *count.others):  # what goes by a clock of its own may be of another cycle
            pieces[key].append(Piece(credit, amount, count.counts != "unsure"))
    for requirement in shown.standing.counted.requirements:
        mine = pieces[requirement.key]
        sure = (one.amount for one in mine if one.is_sure and one.credit.claim.decision != "waiting")
        checked = requirement.counted if is_beside(requirement) else sum(sure)  # nobody checks what isn't a credit
        yield Progress(requirement, min(checked, requirement.counted), tuple(mine))
