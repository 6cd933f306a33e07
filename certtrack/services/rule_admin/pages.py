"""What the pages about rules show: all packs, one of them with what was put on record, and one value of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, RuleConfirmation, RuleRecount
from certtrack.errors import NotFound, StaleRecord
from certtrack.packs.confirming import AnyPack
from certtrack.packs.table import UNKNOWN
from certtrack.rules.pack import Pack
from certtrack.rules.service import ServicePack
from certtrack.security import Actor, Task
from certtrack.services.administration.audit_list import name_accounts
from certtrack.services.confirmations import confirm_rule, find_newest_confirmation, lock_confirmations
from certtrack.services.rule_admin.rights import can_confirm, check_can_confirm
from certtrack.services.rule_admin.shown import (
    Counts,
    ShownRule,
    count_rules,
    find_from_on,
    list_rules,
    with_value,
)
from certtrack.services.rulebook import Rulebook, load_confirmed


@dataclass(frozen=True, slots=True)
class PackRow:
    """One version of a pack: from when it speaks, what in it is open, and how many certifications go by the pack.

    `held` is None for the rules of a service, which nobody holds.
    """

    pack: AnyPack
    from_by: str
    from_on: date
    is_newest: bool
    counts: Counts
    held: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A value that was put on record, or taken back (`row.value` is None).

    `who` is a name, None for an account of another office, and for a command. `rule` is what it was said of, `then` the
    rule with that value; None where the version has no such rule.
    """

    row: RuleConfirmation
    rule: ShownRule | None
    then: ShownRule | None
    who: str | None


@dataclass(frozen=True, slots=True)
class PackPage:
    """One version of a pack, what was put on record of it, the newest first, and how far it is counted anew.

    `versions` are all there are, the newest first. `may_confirm`: the reader may put values on record.
    """

    row: PackRow
    rules: tuple[ShownRule, ...]
    versions: tuple[AnyPack, ...]
    said: tuple[Said, ...]
    recount: RuleRecount | None
    may_confirm: bool

    @property
    def pack(self) -> AnyPack:
        """The version that is shown."""
        return self.row.pack


@dataclass(frozen=True, slots=True)
class RulePage:
    """One value that may be put on record. `newest_id` is the newest row about it, 0 where there is none."""

    pack: AnyPack
    rule: ShownRule
    key: str
    said: tuple[Said, ...]
    newest_id: int

    @property
    def is_of_service(self) -> bool:
        """True for the rules of a service, by which nobody's certification goes."""
        return isinstance(self.pack, ServicePack)

    @property
    def current(self) -> RuleConfirmation | None:
        """What holds now; None where nothing is on record, or it was taken back."""
        newest = self.said[0].row if self.said else None
        return newest if newest is not None and newest.value is not None else None


def list_packs(session: Session, rulebook: Rulebook) -> list[PackRow]:
    """Every version of every pack that is used here, by key, the newest first; what is held first."""
    held = {row[0]: row[1] for row in session.execute(_count_held())}
    packs: list[AnyPack] = [*_published(rulebook), *rulebook.services.list()]
    confirmed = load_confirmed(session)
    newest = {pack.key: pack.version for pack in packs}
    rows = [_make_row(pack, newest[pack.key], list_rules(pack, confirmed), held) for pack in packs]
    return sorted(rows, key=lambda row: (-(row.held or 0), row.pack.key, -row.pack.version))


def load_pack_page(
    session: Session, rulebook: Rulebook, actor: Actor, pack_key: str, version: int | None = None
) -> PackPage:
    """One pack, its newest version unless another is asked for. Raises NotFound."""
    versions = list_versions(rulebook, pack_key)
    pack = next((one for one in versions if version in (None, one.version)), None)
    if pack is None:
        raise NotFound("No rules are called so here.")
    rules = list_rules(pack, load_confirmed(session))
    held = {row[0]: row[1] for row in session.execute(_count_held(pack_key))}
    return PackPage(
        row=_make_row(pack, versions[0].version, rules, held),
        rules=rules,
        versions=versions,
        said=_load_said(session, actor, pack_key, rules),
        recount=session.scalars(_newest_recount(pack_key)).first(),
        may_confirm=can_confirm(session, rulebook, actor, pack),
    )


def load_rule_page(session: Session, rulebook: Rulebook, actor: Actor, pack_key: str, key: str) -> RulePage:
    """One value of the newest version that leaves it unknown. Raises NotFound alike where it isn't the actor's to say.

    NotAllowed is answered as NotFound by pages.
    """
    confirmed = load_confirmed(session)
    for pack in list_versions(rulebook, pack_key):
        rules = list_rules(pack, confirmed)
        rule = next((one for one in rules if key in one.to_confirm), None)
        if rule is not None:
            check_can_confirm(session, rulebook, actor, pack)
            said = _load_said(session, actor, pack_key, rules, key)
            return RulePage(pack, rule, key, said, said[0].row.id if said else 0)
    raise NotFound("No rule is called so here.")


def put_on_record(
    session: Session,
    rulebook: Rulebook,
    page: RulePage,
    value: str | None,
    *,
    source: str,
    on: date,
    seen_id: int,
    actor: Actor,
    at: datetime,
) -> RuleConfirmation:
    """Confirm the value of that page, or with None take back what was confirmed.

    Raises StaleRecord where somebody has said something of it since `seen_id`, NotAllowed, BadInput for a day to come.
    """
    check_can_confirm(session, rulebook, actor, page.pack)
    lock_confirmations(session, page.pack.key)
    newest = find_newest_confirmation(session, page.pack.key, page.key)
    if (newest.id if newest is not None else 0) != seen_id:
        raise StaleRecord("Somebody else has put something on record of this meanwhile. Look at it as it is now.")
    said = UNKNOWN if value is None else value
    return confirm_rule(session, rulebook, page.pack.key, page.key, said, source=source, on=on, actor=actor, at=at)


def list_versions(rulebook: Rulebook, pack_key: str) -> tuple[AnyPack, ...]:
    """All versions of that key, the newest first, without what was confirmed; none where nothing is called so."""
    packs: list[AnyPack] = [*_published(rulebook), *rulebook.services.list()]
    return tuple(reversed([pack for pack in packs if pack.key == pack_key]))


def _published(rulebook: Rulebook) -> tuple[Pack, ...]:
    return (rulebook.published or rulebook.packs).list()


def _make_row(pack: AnyPack, newest: int, rules: Sequence[ShownRule], held: dict[str, int]) -> PackRow:
    by, from_on = find_from_on(pack)
    count = None if isinstance(pack, ServicePack) else held.get(pack.key, 0)
    return PackRow(pack, by, from_on, pack.version == newest, count_rules(rules), count)


def _load_said(
    session: Session, actor: Actor, pack_key: str, rules: Sequence[ShownRule], key: str | None = None
) -> tuple[Said, ...]:
    query = select(RuleConfirmation).where(RuleConfirmation.pack_key == pack_key)
    if key is not None:
        query = query.where(RuleConfirmation.key == key)
    rows = session.scalars(query.order_by(RuleConfirmation.id.desc())).all()
    names = name_accounts(session, actor, {row.recorded_by for row in rows}, Task.CONFIRM_RULES)
    by_key = {key: rule for rule in rules for key in rule.to_confirm}
    return tuple(_make_said(row, by_key.get(row.key), names.get(row.recorded_by)) for row in rows)


def _make_said(row: RuleConfirmation, rule: ShownRule | None, who: str | None) -> Said:
    return Said(row, rule, with_value(rule, row.key, row.value) if rule is not None else None, who)


def _count_held(pack_key: str | None = None) -> Select[str, int]:
    query = select(Certification.pack_key, func.count()).group_by(Certification.pack_key)
    return query if pack_key is None else query.where(Certification.pack_key == pack_key)


def _newest_recount(pack_key: str) -> Select[RuleRecount]:
    query = select(RuleRecount).where(RuleRecount.pack_key == pack_key, RuleRecount.total > 0)
    return query.order_by(RuleRecount.no.desc()).limit(1)
