"""Who acts, and how they stand to a person's record: what the table of rights is asked with."""

import getpass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from certtrack.db.models import (
    Account,
    AccountRole,
    Affiliation,
    Assignment,
    Certification,
    ExamRegistration,
    ExamResult,
    ExamSitting,
    OrganizationCredential,
    Person,
)
from certtrack.db.once import ask_once
from certtrack.db.queries.few import is_of_few
from certtrack.db.queries.merges import is_one_of, same_people, same_person
from certtrack.db.queries.stand_ins import covered_by
from certtrack.security import RECORD_ACTS, RECORD_RIGHTS, Act, Actor, Errand, Fields, Relation, Role, RoleGrant

_Ways = dict[Relation, CompoundSelect[int]]


def command_actor(name: str | None = None) -> Actor:
    """The actor of a command: `--as NAME`, else the operating system's user."""
    return Actor(key=name or f"cli:{getpass.getuser()}", is_command=True)


def job_actor(name: str) -> Actor:
    """The actor of a job."""
    return Actor(key=f"job:{name}", is_command=True)


def link_actor(certification: Certification) -> Actor:
    """The holder of a link in a mail, who says something of the application for this one certification."""
    errand = Errand(certification.id, Act.REPORT_APPLICATION)
    return Actor(key=f"mail:{certification.person_id}", errand=errand)


def find_actor(session: Session, account_id: int, today: date) -> Actor | None:
    """The actor that an account is today; None where it isn't there or isn't active."""
    account = session.get(Account, account_id)
    return make_actor(session, account, today) if account is not None and account.is_active else None


def make_actor(session: Session, account: Account, today: date) -> Actor:
    """The actor that an active account is today; one query."""
    query = select(AccountRole).where(
        AccountRole.account_id == account.id,
        or_(AccountRole.from_on.is_(None), AccountRole.from_on <= today),
        or_(AccountRole.until_on.is_(None), AccountRole.until_on >= today),
    )
    grants = frozenset(RoleGrant(Role(row.role), row.organization_id) for row in session.scalars(query))
    return Actor(key=f"account:{account.id}", account_id=account.id, person_id=account.person_id, grants=grants)


def list_relations(session: Session, actor: Actor, person_id: int, today: date) -> frozenset[Relation]:
    """Every way in which the actor stands to this person's record today; none of them: `Relation.NONE`; one query.

    A session that only reads asks it once for each person, however many parts of a page rest on it. Once an
    affiliation has ended its administrator has none by it: they see the record as it stood on its last day,
    which only those ask for who keep to that day (`certtrack.services.former`).
    """
    key = ("relations", actor, person_id, today)
    return ask_once(session, key, lambda: _find_relations(session, actor, person_id, today))


def select_relations(actor: Actor, person_id: int, today: date) -> Select[str]:
    """The relations that are open to the actor, each as a row with its value."""
    them = same_person(person_id).cte("them")
    # of one person: to look for them among everybody whom a way opens takes longer, the more they are
    opened = (
        select(literal(relation.value, String(32)).label("relation")).where(
            people.where(people.selected_columns[0].in_(select(them.c[0]))).exists()
        )
        for relation, people in list_ways(actor, today)
    )
    none = select(cast(null(), String(32)).label("relation")).where(false())
    found = union_all(none, *opened).subquery()
    return select(found.c.relation)


def _find_relations(session: Session, actor: Actor, person_id: int, today: date) -> frozenset[Relation]:
    if not list_ways(actor, today):
        return frozenset({Relation.NONE})
    found = frozenset(Relation(relation) for relation in session.scalars(select_relations(actor, person_id, today)))
    return found or frozenset({Relation.NONE})


def visible_people(actor: Actor, today: date, fields: Fields = Fields.STANDING) -> ColumnElement[bool]:
    """A condition on `person`: those of whom the actor may see `fields` today in a list; their standing unless said."""
    if actor.is_command:
        return true()
    return or_(false(), *(Person.id.in_(people) for people in _open_ways(actor, today, fields).values()))


def visible_certifications(
    actor: Actor, today: date, fields: Fields = Fields.STANDING, *, are_few: bool = False
) -> ColumnElement[bool]:
    """A condition on `certification`: those of which the actor may see `fields` today, their standing unless said.

    Of people whom only a programme's role opens these are the certifications of credentials that it grants.
    `are_few`: those of hundreds of people at the most, as `is_wide` knows.
    """
    return true() if actor.is_command else _are_certifications(actor, _open_ways(actor, today, fields), are_few=are_few)


def visible_one_by_one(actor: Actor, today: date) -> ColumnElement[bool]:
    """What `visible_certifications` says of the standing, asked certification by certification.

    For a list that is read in an order of its own: nobody is gathered first. It is slower where few are visible among
    very many.
    """
    if actor.is_command:
        return true()
    ways = {
        relation: people for relation, people in list_ways(actor, today) if Fields.STANDING in RECORD_RIGHTS[relation]
    }
    granted = ways.pop(Relation.PROGRAMME_ADMINISTRATOR, None)
    found = [is_one_of(Certification.person_id, people) for people in ways.values()]
    if granted is not None:
        found.append(Certification.credential.in_(_list_granted(actor)))
    return or_(false(), *found)


def is_wide(session: Session, actor: Actor, today: date, most: int) -> bool:
    """True where the actor's roles may open more than `most` people's records; one query that counts no further.

    Supervisors' never do.
    """
    if actor.is_command or _organizations(actor, Role.PROGRAMME_ADMINISTRATOR):
        return True
    organizations = _organizations(actor, Role.AGENCY_ADMINISTRATOR) | _organizations(actor, Role.AUDITOR)
    if not organizations:
        return False
    counted = _affiliated(organizations, today).limit(most + 1).subquery()
    return (session.scalar(select(func.count()).select_from(counted)) or 0) > most


def open_certifications(actor: Actor, today: date, act: Act) -> ColumnElement[bool]:
    """A condition on `certification`: those to which the actor may do `act` today; the same of a programme's role."""
    if actor.is_command:
        return true()
    if actor.errand is not None:
        return Certification.id == actor.errand.certification_id if act is actor.errand.act else false()
    ways = {relation: people for relation, people in _ways(actor, today).items() if act in RECORD_ACTS[relation]}
    return _are_certifications(actor, ways)


def open_people(actor: Actor, today: date, act: Act) -> ColumnElement[bool]:
    """A condition on `person`: those to whose record the actor may do `act` today."""
    if actor.is_command:
        return true()
    ways = [people for relation, people in _ways(actor, today).items() if act in RECORD_ACTS[relation]]
    return or_(false(), *(Person.id.in_(people) for people in ways))


def _are_certifications(actor: Actor, ways: _Ways, *, are_few: bool = False) -> ColumnElement[bool]:
    by_programme, found = ways.pop(Relation.PROGRAMME_ADMINISTRATOR, None), list[ColumnElement[bool]]()
    if ways:  # as one set, which an index is asked for: of several PostgreSQL makes a look at everybody's
        theirs = select(union(*(select(people.subquery().c[0]) for people in ways.values())).subquery().c[0])
        found.append(is_of_few(Certification.person_id, theirs) if are_few else Certification.person_id.in_(theirs))
    if by_programme is not None:
        found.append(Certification.credential.in_(_list_granted(actor)))
    return or_(false(), *found)


def list_granted_credentials(session: Session, actor: Actor) -> list[str]:
    """The credentials that the programmes grant of which the actor is an administrator."""
    if not _organizations(actor, Role.PROGRAMME_ADMINISTRATOR):
        return []
    return list(session.scalars(_list_granted(actor)))


def _open_ways(actor: Actor, today: date, fields: Fields) -> _Ways:
    return {relation: people for relation, people in _ways(actor, today).items() if fields in RECORD_RIGHTS[relation]}


def _ways(actor: Actor, today: date) -> _Ways:
    """What the actor's person and roles open, each with the people's numbers. People who were merged are one."""
    # each gathered once: what is written out four times PostgreSQL plans four times
    return {relation: same_people(select(people.cte().c[0])) for relation, people in list_ways(actor, today)}


def list_ways(actor: Actor, today: date) -> list[tuple[Relation, Select[int]]]:
    """What opens records to the actor, each way with the people's numbers as they were put on record."""
    ways: list[tuple[Relation, Select[int]]] = []
    if actor.person_id is not None:
        ways.append((Relation.HOLDER, select(Person.id).where(Person.id == actor.person_id)))
    if organizations := _organizations(actor, Role.AGENCY_ADMINISTRATOR):
        ways.append((Relation.AGENCY_ADMINISTRATOR, _affiliated(organizations, today)))
    if organizations := _organizations(actor, Role.AUDITOR):
        ways.append((Relation.AUDITOR, _affiliated(organizations, today)))
    if _organizations(actor, Role.PROGRAMME_ADMINISTRATOR):
        ways.append((Relation.PROGRAMME_ADMINISTRATOR, _concerned(actor)))
    if (organizations := _organizations(actor, Role.SUPERVISOR)) and actor.person_id is not None:
        ways.append((Relation.SUPERVISOR, _assigned(actor.person_id, organizations, today)))
    return ways


def _organizations(actor: Actor, role: Role) -> set[int | None]:
    return {grant.organization_id for grant in actor.grants if grant.role is role}


def _affiliated(organizations: set[int | None], today: date) -> Select[int]:
    query = select(Affiliation.person_id).where(
        or_(Affiliation.from_on.is_(None), Affiliation.from_on <= today),
        or_(Affiliation.until_on.is_(None), Affiliation.until_on >= today),
    )
    return query if None in organizations else query.where(Affiliation.organization_id.in_(organizations))


def _concerned(actor: Actor) -> Select[int]:
    """Whoever holds a credential that the actor's programmes grant, has a seat in an exam for it, or sat one."""
    granted = _list_granted(actor)
    people = union(
        select(Certification.person_id).where(Certification.credential.in_(granted)),
        select(ExamResult.person_id).where(ExamResult.credential.in_(granted), ExamResult.is_withdrawn.is_(False)),
        select(ExamRegistration.person_id)
        .join(ExamSitting, ExamSitting.id == ExamRegistration.sitting_id)
        .where(ExamSitting.credential.in_(granted), ExamRegistration.is_withdrawn.is_(False)),
    ).subquery()
    return select(people.c.person_id)


def _list_granted(actor: Actor) -> Select[str]:
    """The credentials that the actor's programmes grant."""
    organizations = _organizations(actor, Role.PROGRAMME_ADMINISTRATOR)
    granting = select(OrganizationCredential.credential).where(OrganizationCredential.role == "granter")
    if None not in organizations:
        granting = granting.where(OrganizationCredential.organization_id.in_(organizations))
    return granting


def _assigned(supervisor_id: int, organizations: set[int | None], today: date) -> Select[int]:
    """Whom the supervisor has, and for the days on which they stand in for another whom that one has."""
    away, own = covered_by(supervisor_id, today), select(same_person(supervisor_id).cte().c[0])
    # both as one set: only so an index finds their assignments, and not everybody's are gone through
    either = union(own, select(away.c.supervisor_id))
    instead = exists().where(
        away.c.supervisor_id == Assignment.supervisor_id, away.c.organization_id == Assignment.organization_id
    )
    query = select(Assignment.person_id).where(
        Assignment.supervisor_id.in_(either),
        or_(Assignment.supervisor_id.in_(own), instead),
        Assignment.from_on <= today,
        or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
    )
    if None not in organizations:
        query = query.where(Assignment.organization_id.in_(organizations))
    return query


def find_actor_person(session: Session, actor: Actor) -> int | None:
    """Who acts, as a person: of a command, whose account `--as` names by its key or sign-in name; None for nobody."""
    if actor.person_id is not None or not actor.is_command:
        return actor.person_id
    kind, _, number = actor.key.partition(":")
    is_key = kind == "account" and number.isdigit()
    wanted = Account.id == int(number) if is_key else func.lower(Account.sign_in_name) == actor.key.lower()
    return session.scalar(select(Account.person_id).where(wanted))


def find_actor_name(session: Session, key: str | None) -> str | None:
    """Who an audit key names: an account's person, else its sign-in name; by a link in a mail, whose mail it was.

    None for every other key.
    """
    kind, _, number = (key or "").partition(":")
    if kind == "mail" and number.isdigit():
        return session.get_one(Person, int(number)).shown_name
    account = session.get(Account, int(number)) if kind == "account" and number.isdigit() else None
    if account is None:
        return None
    person = session.get(Person, account.person_id) if account.person_id else None
    return person.shown_name if person else account.sign_in_name
