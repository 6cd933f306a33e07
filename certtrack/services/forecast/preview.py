"""What another reminder policy would change in the coming mails, as a difference. Nothing is written."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy.orm import Session

from certtrack.errors import BadKey
from certtrack.packs import Policies
from certtrack.rules.reminders import Policy
from certtrack.services.forecast.coming import (
    ComingMail,
    MailKey,
    count_first_mails,
    look_ahead,
    read_ahead,
    tell,
    tell_others,
    tell_teams,
)
from certtrack.services.forecast.future import Future
from certtrack.services.forecast.scope import Scope
from certtrack.services.forecast.team_weeks import load_teams
from certtrack.services.rulebook import Rulebook

Change = Literal["added", "dropped", "moved", "kept_back"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One mail that differs. `mail` is it by the new policy, or of one that is dropped by the old.

    `was_on` is its day by the old policy, None for one that is added. `kept_back`: it would go by the old policy, and
    by the new one waits.
    """

    change: Change
    mail: ComingMail
    was_on: date | None


@dataclass(frozen=True, slots=True)
class StageChanges:
    """How many mails of one stage of one kind of day come newly, are dropped, move, and would wait."""

    subject_kind: str
    stage: str
    added: int
    dropped: int
    moved: int
    kept_back: int


@dataclass(frozen=True, slots=True)
class FirstMails:
    """Whom the change itself mails at once: how many people, above which number they wait, and from which day on."""

    policy: str
    on: date
    people: int
    guard_above: int

    @property
    def is_held(self) -> bool:
        """True where the guard holds them until somebody releases the change."""
        return self.people > self.guard_above


@dataclass(frozen=True, slots=True)
class Ahead:
    """The coming time by the policies as they are, and with the other one."""

    before: Future
    after: Future
    first_mails: tuple[FirstMails, ...]


def compare_ahead(session: Session, rulebook: Rulebook, policy: Policy, *, at: datetime, to_on: date) -> Ahead:
    """What the policy changes until the end of `to_on`. Raises BadPack where it can't stand beside the others.

    One that is among them already is compared with how it would be without it.
    """
    _check_number(rulebook.policies, policy)
    others = [one for one in rulebook.policies.list() if one.ref != policy.ref]
    without = replace(rulebook, policies=Policies(others))
    with_it = replace(rulebook, policies=Policies([*others, policy]))
    after = look_ahead(session, with_it, at=at, to_on=to_on, before=without)
    return Ahead(
        before=look_ahead(session, without, at=at, to_on=to_on),
        after=after,
        first_mails=tuple(_count_first(session, with_it, policy, after, at, to_on)),
    )


def count_changes(differences: Iterable[Difference]) -> list[StageChanges]:
    """How many mails of each stage differ: cycles' stages first, of each kind of day the one that comes first."""
    counts: dict[tuple[str, str], Counter[Change]] = defaultdict(Counter)
    nearest: dict[tuple[str, str], int] = {}
    for one in differences:
        kind = (one.mail.subject_kind, one.mail.stage)
        counts[kind][one.change] += 1
        nearest.setdefault(kind, (one.mail.anchor_on - one.mail.on).days)
    in_order = sorted(counts, key=lambda kind: (kind[0] != "cycle", kind[0], -nearest[kind]))
    return [_make_changes(kind, counts[kind]) for kind in in_order]


def _make_changes(kind: tuple[str, str], counts: Counter[Change]) -> StageChanges:
    return StageChanges(*kind, counts["added"], counts["dropped"], counts["moved"], counts["kept_back"])


def _check_number(policies: Policies, policy: Policy) -> None:
    """Raise BadKey for a version that is there already, and says something else: it is never changed.

    Likewise for a new one that would never be in force, since a later version is by then.
    """
    versions = {one.version: one for one in policies.list() if one.key == policy.key}
    known = versions.get(policy.version)
    if known is not None:
        if known.sha256 != policy.sha256:
            expected = f"is the number of another text: {policy.ref} is here already. Make it {max(versions) + 1}"
            raise BadKey(policy.ref, "version", expected)
        return
    begins = policy.from_on or date.min
    later = [one for one in versions.values() if one.version > policy.version and (one.from_on or date.min) <= begins]
    if later:
        expected = f"would never be in force: {later[-1].ref} is a later one. Make it {max(versions) + 1}"
        raise BadKey(policy.ref, "version", expected)


def list_differences(
    session: Session, ahead: Ahead, scope: Scope, *, at: datetime, from_on: date, to_on: date
) -> Iterator[Difference]:
    """Each mail on the days from one to the other that comes, is dropped, moves or waits; batch by batch."""
    for before, after in _list_pairs(session, ahead, scope, at, to_on):
        for difference in _compare(_by_key(before), _by_key(after)):
            days = {difference.mail.on, difference.was_on or difference.mail.on}
            if any(from_on <= day <= to_on for day in days):
                yield difference


_Mails = Iterable[ComingMail]


def _list_pairs(
    session: Session, ahead: Ahead, scope: Scope, at: datetime, to_on: date
) -> Iterator[tuple[_Mails, _Mails]]:
    """What comes by the policies as they are, and with the other one: some cycles, or other days, then the teams."""
    for gathered in read_ahead(session, scope, at, to_on, ahead.before, ahead.after):
        for one in (tell, tell_others):
            before, after = (one(session, gathered, each, to_on) for each in (ahead.before, ahead.after))
            yield before, after
    teams = load_teams(session, scope, at, to_on)
    yield tell_teams(teams, ahead.before.rulebook, to_on), tell_teams(teams, ahead.after.rulebook, to_on)


def _count_first(
    session: Session, rulebook: Rulebook, policy: Policy, after: Future, at: datetime, to_on: date
) -> Iterator[FirstMails]:
    tally = count_first_mails(session, Future(rulebook, after.switches), at, to_on)
    for switch in after.switches:
        first = tally.first.get(switch.wide.cause.id)
        if switch.policy.ref == policy.ref:
            above = tally.above.get(switch.wide.cause.id, policy.guard_above)
            yield FirstMails(policy.ref, switch.at.date(), len(first or ()), above)


def _by_key(mails: Iterable[ComingMail]) -> dict[MailKey, ComingMail]:
    """What becomes of each in the end: one that is kept back for a time goes."""
    found: dict[MailKey, ComingMail] = {}
    for mail in mails:
        known = found.get(mail.key)
        if known is None or known.kept_back is not None:
            found[mail.key] = mail
    return found


def _compare(before: dict[MailKey, ComingMail], after: dict[MailKey, ComingMail]) -> Iterator[Difference]:
    for key, mail in after.items():
        change, was_on = _judge(before.get(key), mail)
        if change is not None:
            yield Difference(change, mail, was_on)
    for key, mail in before.items():
        if key not in after and mail.kept_back is None:
            yield Difference("dropped", mail, mail.on)


def _judge(old: ComingMail | None, mail: ComingMail) -> tuple[Change | None, date | None]:
    """What the change does with one mail, and its day before; None where it does nothing."""
    was_on = old.on if old is not None and old.kept_back is None else None
    if mail.kept_back is not None:
        waits_newly = old is None and mail.kept_back == "cause"
        return ("kept_back" if was_on is not None or waits_newly else None), was_on
    if was_on is None:
        return "added", None
    return ("moved" if was_on != mail.on else None), was_on
