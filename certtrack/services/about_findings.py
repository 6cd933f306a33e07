"""What findings are about: whose they are, what was mailed where, which file said it, and what still holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Cycle, Email, Finding, ImportRun, Person
from certtrack.db.together import AnySelect, ask_together
from certtrack.services.cycles import pick_open
from certtrack.services.people import select_holders
from certtrack.services.stated_days import has_two_days, says_both

_CHUNK = 500
_ABOUT_A_MAIL = ("mail_refused", "mail_bounced")


@dataclass(frozen=True, slots=True)
class AboutFinding:
    """What is on record now of what one finding is about.

    `person` is who that is in the end, None where it is about nobody; so is `certification`. `mailed_to` is the address
    of the mail that it is about, `file_name` the file that an import read it in: None without one. `has_two_days`: its
    stated and its computed day are both readings of the open cycle still.
    """

    person: Person | None
    certification: Certification | None
    mailed_to: str | None
    file_name: str | None
    has_two_days: bool


def load_about(session: Session, found: Sequence[Finding]) -> Iterator[tuple[Finding, AboutFinding]]:
    """Each of these findings with what it is about; one query for each 500."""
    for start in range(0, len(found), _CHUNK):
        yield from _load_some(session, found[start : start + _CHUNK])


def _load_some(session: Session, found: Sequence[Finding]) -> Iterator[tuple[Finding, AboutFinding]]:
    holders, certifications, mails, files, cycles = ask_together(session, *_select(found))
    by_certification: dict[int, list[Cycle]] = defaultdict(list)
    for cycle in cycles:
        by_certification[cycle.certification_id].append(cycle)
    known = _Known(
        people=dict(holders),
        certifications={one.id: one for one in certifications},
        mails=dict(mails),
        files=dict(files),
        open_cycles={number: pick_open(each) for number, each in by_certification.items()},
    )
    yield from ((finding, _make(finding, known)) for finding in found)


@dataclass(frozen=True, slots=True)
class _Known:
    people: Mapping[int, Person]
    certifications: Mapping[int, Certification]
    mails: Mapping[int, str]
    files: Mapping[int, str]
    open_cycles: Mapping[int, Cycle | None]


def _select(found: Sequence[Finding]) -> tuple[AnySelect, ...]:
    twofold = [one for one in found if has_two_days(one)]
    numbers = {one.certification_id for one in found if one.certification_id is not None}
    people = {one.person_id for one in twofold if one.certification_id is None}
    held = select(Certification).where(or_(Certification.id.in_(numbers), Certification.person_id.in_(people)))
    mails = {number for one in found if (number := _find_mail(one)) is not None}
    runs = {run for one in found if isinstance(run := one.details.get("run"), int)}
    cycles = select(Cycle).where(Cycle.certification_id.in_(held.with_only_columns(Certification.id)))
    return (
        select_holders({one.person_id for one in found if one.person_id is not None}),
        held,
        select(Email.id, Email.address).where(Email.id.in_(mails)),
        select(ImportRun.id, ImportRun.file_name).where(ImportRun.id.in_(runs)),
        cycles.where(Cycle.is_withdrawn.is_(False)),
    )


def _make(finding: Finding, known: _Known) -> AboutFinding:
    run: Any = finding.details.get("run")
    return AboutFinding(
        person=known.people[finding.person_id] if finding.person_id is not None else None,
        certification=known.certifications.get(finding.certification_id or 0),
        mailed_to=known.mails.get(_find_mail(finding) or 0),
        file_name=known.files.get(run),
        has_two_days=has_two_days(finding) and any(_list_readings(finding, known)),
    )


def _find_mail(finding: Finding) -> int | None:
    number = finding.key.partition(":")[2]
    return int(number) if finding.kind in _ABOUT_A_MAIL and number.isdigit() else None


def _list_readings(finding: Finding, known: _Known) -> Iterable[bool]:
    """Of each certification that it may be about whether the open cycle still has both days."""
    for certification in known.certifications.values():
        cycle = known.open_cycles.get(certification.id)
        if cycle is not None and _is_about(finding, certification):
            yield says_both(finding, cycle)


def _is_about(finding: Finding, certification: Certification) -> bool:
    if finding.certification_id is not None:
        return certification.id == finding.certification_id
    mine = (finding.person_id, finding.organization_id, finding.details.get("credential"))
    return (certification.person_id, certification.organization_id, certification.credential) == mine
