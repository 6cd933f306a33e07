"""Which reminder policy tells of a day beside those of cycles, and which days a pack's policy tells of."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from certtrack.db.models import OrganizationCredential, OtherDay
from certtrack.rules.other_days import OtherKind
from certtrack.rules.reminders import Policy
from certtrack.services.reminders.wide_causes import WideCause
from certtrack.services.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class DayPolicies:
    """The policies in force of the packs that a day goes by, by the pack's key: None where there is none for it."""

    kind: OtherKind
    by_pack: dict[str, Policy | None]

    @property
    def stages(self) -> Policy | None:
        """The policy with the stages of such a day, None where none of them says anything of it."""
        return _choose(self.kind, self.by_pack.values())

    @property
    def is_dropped(self) -> bool:
        """True where there is a policy, and it says nothing of such a day."""
        return self.stages is None and any(self.by_pack.values())

    def is_concerned(self, wide: WideCause) -> bool:
        """True where the day may be mailed because of this cause."""
        return any(wide.concerns(key) for key in self.by_pack)

    def find_former(self, wide: WideCause, *, has_cycle: bool) -> Policy | None:
        """The policy that told of such a day before this change; None where none did.

        With `has_cycle` another one's stages did, where it said nothing of the day: those of the cycle that has it.
        """
        before = {key: wide.before.get(key, policy) for key, policy in self.by_pack.items()}
        found = _choose(self.kind, before.values())
        if found is None and has_cycle:
            return next((policy for policy in before.values() if policy is not None), None)
        return found


def load_day_policies(session: Session, rulebook: Rulebook, day: OtherDay, at: datetime) -> DayPolicies:
    """The policies of the day's credential, or where it is for none of all that its organization deals with."""
    dealt = () if day.credential else _load_credentials(session, day.organization_id)
    return make_day_policies(rulebook, day, dealt, at)


def make_day_policies(rulebook: Rulebook, day: OtherDay, dealt: Collection[str], at: datetime) -> DayPolicies:
    """The same; `dealt` are the credentials that its organization deals with, where it is for none."""
    credentials = {day.credential} if day.credential else dealt
    keys = sorted({pack.key for pack in rulebook.packs.list() if pack.credential in credentials})
    return DayPolicies(cast("OtherKind", day.kind), {key: rulebook.find_policy(key, at) for key in keys})


def find_day_policy(session: Session, rulebook: Rulebook, day: OtherDay, at: datetime) -> Policy | None:
    """The policy with the stages of such a day; None where none says anything of it."""
    return load_day_policies(session, rulebook, day, at).stages


def go_by(rulebook: Rulebook, pack_keys: Collection[str]) -> ColumnElement[bool]:
    """A condition on `other_day`: those of which the policies of these packs tell."""
    credentials = {pack.credential for pack in rulebook.packs.list() if pack.key in pack_keys}
    dealing = select(OrganizationCredential.organization_id).where(OrganizationCredential.credential.in_(credentials))
    is_for_none = and_(OtherDay.credential.is_(None), OtherDay.organization_id.in_(dealing))
    return or_(OtherDay.credential.in_(credentials), is_for_none)


def list_told_of(session: Session, rulebook: Rulebook, pack_keys: Collection[str]) -> set[str]:
    """Those of these packs whose policies tell of some day on record."""
    by_pack = {pack.key: pack.credential for pack in rulebook.packs.list() if pack.key in pack_keys}
    credentials = sorted({*by_pack.values()})
    if not credentials:
        return set()
    # a probe of the index for each: all the rows of a credential need not be read to know that there are some
    probes = [select(OtherDay.id).where(OtherDay.credential == one).exists() for one in credentials]
    there = session.execute(select(*probes)).one()
    for_none = OtherDay.credential.is_(None), OtherDay.organization_id == OrganizationCredential.organization_id
    dealt = select(OrganizationCredential.credential).where(
        OrganizationCredential.credential.in_(credentials), select(OtherDay.id).where(*for_none).exists()
    )
    named = {one for one, is_there in zip(credentials, there, strict=True) if is_there}
    found = named | set(session.scalars(dealt.distinct()))
    return {key for key, credential in by_pack.items() if credential in found}


def _choose(kind: OtherKind, policies: Iterable[Policy | None]) -> Policy | None:
    found = (policy.find_for(kind) for policy in policies if policy is not None)
    return next((policy for policy in found if policy is not None), None)


def _load_credentials(session: Session, organization_id: int) -> set[str]:
    query = select(OrganizationCredential.credential)
    return set(session.scalars(query.where(OrganizationCredential.organization_id == organization_id)))
