"""Credits as pages show them, on a certification."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Certification,
    Claim,
    ClaimVersion,
    Credit,
    CreditVersion,
    Evidence,
    EvidenceLink,
)
from certtrack.db.queries.facts import load_facts
from certtrack.db.queries.versions import join_known
from certtrack.db.together import AnySelect
from certtrack.rules.facts import Activity, CreditRole, CycleFact, Decision, Form, Proof
from certtrack.rules.hours import CreditCount
from certtrack.rules.pack import Pack, Text
from certtrack.rules.standing import Standing
from certtrack.services.credits.amounts import Unit
from certtrack.services.evidence.shown import ShownFile, list_files
from certtrack.services.names import load_names
from certtrack.services.rulebook import Rulebook

_OF_OTHER_DAYS = ("before_cycle", "after_cycle")


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """What was decided of a credit for one certification.

    `words` are whose who returned it or, while it waits, the holder's answer; `reason_code` is why it was returned,
    also while it waits after an answer. `decided_by` is a name, None while it waits.
    """

    id: int
    no: int
    certification_id: int
    decision: Decision
    reason_code: str | None
    words: str | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class ShownArea:
    """An area that was chosen. `name` is None where none is published, or these rules have no such area."""

    key: str
    name: Text | None


@dataclass(frozen=True, slots=True)
class ClaimedCredit:
    """What a credit says, and what was decided of one claim of it; `areas` are keys.

    `files` are those that back it; empty where the reader may not see them.
    """

    id: int
    no: int
    title: str
    provider: str | None
    first_on: date
    last_on: date
    unit: Unit
    amount: str
    minutes: int
    areas: tuple[str, ...]
    activity: Activity
    form: Form | None
    role: CreditRole
    proof: Proof
    proof_seen_by: str | None
    claim: ShownClaim
    files: tuple[ShownFile, ...]


@dataclass(frozen=True, slots=True)
class ShownCredit(ClaimedCredit):
    """A credit on a certification; `named_areas` are the chosen ones by its rules.

    `count` is what it counts in the cycle that is shown. None where no rules are published, or where it lies in another
    cycle and no clock of its own reaches back to it.
    """

    named_areas: tuple[ShownArea, ...]
    count: CreditCount | None


def list_shown_credits(
    session: Session,
    rulebook: Rulebook,
    certification: Certification,
    standing: Standing,
    known_at: datetime | None = None,
    *,
    with_files: bool = False,
) -> tuple[ShownCredit, ...]:
    """The credits that are claimed for it, newest first, each with its count of `standing`; withdrawn ones are not.

    With `known_at` as they were on record at that moment; `standing` is to be of the same. `with_files`: whether the
    reader may see what backs them.
    """
    rows = session.execute(select_claimed([certification.id], known_at)).all()
    cycles = _list_cycles(session, certification.id, standing, known_at)
    claimed = make_claimed(session, rows, known_at, with_files=with_files)
    return make_shown(rulebook, certification, standing, cycles, claimed)


def make_shown(
    rulebook: Rulebook,
    certification: Certification,
    standing: Standing,
    cycles: Iterable[CycleFact],
    claimed: Iterable[ClaimedCredit],
) -> tuple[ShownCredit, ...]:
    """What `list_shown_credits` gives, of what is claimed for the certification; `cycles` are all of it."""
    counts = {count.id: count for count in standing.counted.credits}
    mine = standing.cycle.id if standing.cycle else None
    others = [cycle for cycle in cycles if cycle.id != mine]
    pack = rulebook.packs.get(certification.pack_key, on=standing.cycle.due_on if standing.cycle else None)
    return tuple(
        ShownCredit(
            **values_of_claimed(one),
            named_areas=name_areas(pack, one.areas),
            count=_find_count(one, counts.get(one.id), others),
        )
        for one in sorted(claimed, key=lambda one: (one.last_on, one.id), reverse=True)
    )


def values_of_claimed(claimed: ClaimedCredit) -> dict[str, Any]:
    """What a claimed credit says, by the names of its fields."""
    return {**asdict(claimed), "claim": claimed.claim, "files": claimed.files}


def select_claimed(certification_ids: Sequence[int], known_at: datetime | None = None) -> AnySelect:
    """What is claimed for these certifications, as on record now or at that moment; `make_of_rows` makes it of it."""
    if known_at is None:
        query: Any = select(*claimed_columns(Claim, Credit, Claim.decided_by)).join(
            Credit, Credit.id == Claim.credit_id
        )
        query = query.where(Claim.is_dropped.is_(False), Credit.state == "logged")
    else:
        query = select(*claimed_columns(ClaimVersion, CreditVersion, ClaimVersion.recorded_by)).select_from(Claim)
        query = join_known(query, Claim.id, ClaimVersion, ClaimVersion.claim_id, known_at)
        query = join_known(query, Claim.credit_id, CreditVersion, CreditVersion.credit_id, known_at)
        query = query.where(ClaimVersion.is_dropped.is_(False), CreditVersion.state == "logged")
    wanted: AnySelect = query.where(Claim.certification_id.in_(certification_ids))
    return wanted


def select_claimed_files(certification_ids: Sequence[int]) -> Select[int, Evidence]:
    """The files that back now what is claimed for these certifications, each with the credit."""
    query = select(EvidenceLink.subject_id, Evidence).join(Evidence, Evidence.id == EvidenceLink.evidence_id)
    claimed = select(Claim.credit_id).where(Claim.certification_id.in_(certification_ids))
    return query.where(
        EvidenceLink.subject_kind == "credit", EvidenceLink.is_attached, EvidenceLink.subject_id.in_(claimed)
    )


def claimed_columns(
    claim: type[Claim] | type[ClaimVersion],
    credit: type[Credit] | type[CreditVersion],
    decided_by: Any,  # noqa: ANN401  # a column, or none
) -> tuple[Any, ...]:
    """What `make_claimed` reads of each row, in its order."""
    of_claim = (Claim.id, claim.no, Claim.certification_id, claim.decision, claim.reason_code, claim.words, decided_by)
    names = (
        *("no", "title", "provider", "first_on", "last_on", "unit", "amount", "minutes", "parts"),
        *("activity", "form", "role", "proof", "proof_seen_by"),
    )
    return (*of_claim, Claim.credit_id, *(getattr(credit, name) for name in names))


def make_claimed(
    session: Session, rows: Iterable[Any], known_at: datetime | None = None, *, with_files: bool
) -> Iterator[ClaimedCredit]:
    """What each row of these columns says of a credit and its claim, in their order; at most two queries."""
    found = list(rows)
    files = list_files(session, {row[7] for row in found}, known_at) if with_files else {}
    return make_of_rows(found, load_names(session, list_deciders(found)), files)


def list_deciders(rows: Iterable[Any]) -> set[str]:
    """The keys of those who have decided on claims, of rows of `select_claimed`."""
    return {row[6] for row in rows if row[3] != "waiting" and row[6] is not None}


def make_of_rows(
    rows: Iterable[Any], names: Mapping[str, str], files: Mapping[int, Sequence[ShownFile]]
) -> Iterator[ClaimedCredit]:
    """The same of rows with who decided and the files that back them."""
    for row in rows:
        claim_id, claim_no, certification_id, decision, reason_code, words, decided_by = row[:7]
        by = None if decision == "waiting" else names.get(decided_by, decided_by)
        claim = ShownClaim(claim_id, claim_no, certification_id, cast("Decision", decision), reason_code, words, by)
        number, no, title, provider, first_on, last_on, unit, amount, minutes, parts = row[7:17]
        areas = tuple(dict.fromkeys(area for part in parts for area in part["areas"]))
        values = (title, provider, first_on, last_on, unit, amount, minutes, areas)
        activity, form, role, proof, seen_by = row[17:]
        yield ClaimedCredit(
            number, no, *values, activity, form, role, proof, seen_by, claim, tuple(files.get(number, ()))
        )


def name_areas(pack: Pack, keys: Iterable[str]) -> tuple[ShownArea, ...]:
    """The areas of these keys by the pack's names; one that these rules don't have is without a name."""
    names = {area.key: area.name for area in pack.hours.areas} if pack.hours else {}
    return tuple(ShownArea(key, names.get(key)) for key in keys)


def _list_cycles(
    session: Session, certification_id: int, standing: Standing, known_at: datetime | None
) -> Sequence[CycleFact]:
    if not any(count.code in _OF_OTHER_DAYS for count in standing.counted.credits):
        return ()
    facts = load_facts(session, [certification_id], known_at).get(certification_id)
    return facts.cycles if facts else ()


def _find_count(claimed: ClaimedCredit, count: CreditCount | None, others: Iterable[CycleFact]) -> CreditCount | None:
    if count is None or count.code not in _OF_OTHER_DAYS or count.others:
        return count
    is_of_another = any(cycle.start_on <= claimed.last_on <= cycle.due_on for cycle in others)
    return None if is_of_another else count
