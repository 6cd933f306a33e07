"""Which accounts may do something to a certification: the rights of `actors`, from the other side."""

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from certtrack.db.models import Account, AccountRole, Affiliation, Assignment, Certification, OrganizationCredential
from certtrack.db.queries.merges import every_last_way, same_person
from certtrack.db.queries.stand_ins import covering
from certtrack.security import RECORD_ACTS, Act, Relation, Role


def accounts_that_may(act: Act, certification: Certification, today: date) -> CompoundSelect[int]:
    """The numbers of the accounts, inactive ones too, whose roles allow `act` to this certification today.

    What `open_certifications` opens to an account's actor is what has that account here. That nobody decides on their
    own is for the caller, as it is there.
    """
    return union(*(way(certification, today) for relation, way in _WAYS.items() if act in RECORD_ACTS[relation]))


def _as_holder(certification: Certification, _today: date) -> Select[int]:
    return select(Account.id).where(Account.person_id.in_(same_person(certification.person_id)))


def _by_affiliation(role: Role) -> Callable[[Certification, date], Select[int]]:
    def select_accounts(certification: Certification, today: date) -> Select[int]:
        belongs = (
            Affiliation.person_id.in_(same_person(certification.person_id)),
            or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
            or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
        )
        return _holding(role, today).join(Affiliation, _holds_at(Affiliation.organization_id)).where(*belongs)

    return select_accounts


def _as_granter(certification: Certification, today: date) -> Select[int]:
    grants = (OrganizationCredential.credential == certification.credential, OrganizationCredential.role == "granter")
    holding = _holding(Role.PROGRAMME_ADMINISTRATOR, today)
    return holding.join(OrganizationCredential, _holds_at(OrganizationCredential.organization_id)).where(*grants)


def _as_supervisor(certification: Certification, today: date) -> Select[int]:
    supervising = _list_supervising(certification, today)
    mine, theirs = aliased(every_last_way()), aliased(every_last_way())
    own, other = Account.person_id, supervising.c.supervisor_id
    return (
        _holding(Role.SUPERVISOR, today)
        .join(supervising, _holds_at(supervising.c.organization_id))
        .join(Account, Account.id == AccountRole.account_id)
        .outerjoin(mine, mine.c.person_id == own)
        .outerjoin(theirs, theirs.c.person_id == other)
        .where(func.coalesce(mine.c.into_id, own) == func.coalesce(theirs.c.into_id, other))
    )


def _list_supervising(certification: Certification, today: date) -> CTE:
    """Whoever supervises the holder, and whoever stands in for them, each within an organization."""
    assigned = select(Assignment.supervisor_id, Assignment.organization_id).where(
        Assignment.person_id.in_(same_person(certification.person_id)),
        Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
    return covering(assigned, today)


def _holding(role: Role, today: date) -> Select[int]:
    return select(AccountRole.account_id).where(
        AccountRole.role == role,
        or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today),
        or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today),
    )


def _holds_at(organization_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return or_(AccountRole.organization_id.is_(None), AccountRole.organization_id == organization_id)


_WAYS: Mapping[Relation, Callable[[Certification, date], Select[int]]] = {
    Relation.HOLDER: _as_holder,
    Relation.SUPERVISOR: _as_supervisor,
    Relation.AGENCY_ADMINISTRATOR: _by_affiliation(Role.AGENCY_ADMINISTRATOR),
    Relation.PROGRAMME_ADMINISTRATOR: _as_granter,
    Relation.AUDITOR: _by_affiliation(Role.AUDITOR),
}
