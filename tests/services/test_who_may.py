"""Rights that are asked for many at once, or from the other side, are what each account's own rights say one by one."""

from datetime import date, timedelta

from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Account, Affiliation, Certification, Organization, Person
from certtrack.db.queries.merges import load_merged
from certtrack.security import Act, Actor, Relation, Role
from certtrack.services.accounts import get_account, give_role
from certtrack.services.actors import find_actor, list_relations, open_certifications
from certtrack.services.organizations import assign_supervisor, create_organization, end_affiliation, set_role
from certtrack.services.relating import load_relations, select_open
from certtrack.services.stand_ins import NewStandIn, record_stand_in
from certtrack.services.who_may import accounts_that_may

DUE = date(2026, 10, 31)


def people_the_world(world: World) -> None:
    """Five certified people: one supervised, one merged into another, one gone, two of nobody; and who is around."""
    names = ("Ana", "Bob", "Carol", "Dave", "Erin", "Frank", "Gina", "Hal")
    people = {name: world.person(name) for name in names}
    for name in ("Bob", "Carol", "Dave", "Erin", "Gina"):
        world.certify(people[name], DUE, pack=world.rulebook.packs.list()[0].key if name == "Gina" else "us-wi-cps")
    common = {"actor": world.actor, "at": world.at}
    with world.database.writing() as session:
        other = create_organization(session, key="other", name="Other", zone="UTC", **common)  # type: ignore[arg-type]
        home = session.get_one(Organization, world.organization_id)
        set_role(session, home, "cps", "granter", **common)  # type: ignore[arg-type]
        for person, supervisor, place, first in (
            ("Carol", "Bob", home.id, world.today), ("Dave", "Ana", home.id, world.today),
            ("Erin", "Bob", home.id, world.today + timedelta(days=1)), ("Gina", "Bob", other.id, world.today),
        ):  # fmt: skip
            assign_supervisor(
                session, person_id=people[person], supervisor_id=people[supervisor], organization_id=place,
                from_on=first, **common,  # type: ignore[arg-type]
            )  # fmt: skip
        elsewhere = other.id
    for name in ("Ana", "Bob", "Frank", "Hal"):
        world.account(name.lower(), Role.SUPERVISOR, person_id=people[name])
    world.account("bob.everywhere", Role.SUPERVISOR, person_id=people["Bob"], everywhere=True)
    world.account("carol", Role.SPECIALIST, person_id=people["Carol"])
    world.account("alice", Role.AGENCY_ADMINISTRATOR)
    world.account("all", Role.AGENCY_ADMINISTRATOR, everywhere=True)
    world.account("audit", Role.AUDITOR)
    world.account("programme", Role.PROGRAMME_ADMINISTRATOR)
    world.account("programmes", Role.PROGRAMME_ADMINISTRATOR, everywhere=True)
    world.account("was", Role.AGENCY_ADMINISTRATOR, until_on=world.today - timedelta(days=1))
    world.account("stranger", Role.SPECIALIST)
    with world.database.writing() as session:
        for role in (Role.AGENCY_ADMINISTRATOR, Role.PROGRAMME_ADMINISTRATOR):
            give_role(session, get_account(session, "stranger@example.org"), role, elsewhere, **common)  # type: ignore[arg-type]
        days = (world.today, world.today + timedelta(days=3))
        home = session.get_one(Organization, world.organization_id)
        record_stand_in(session, home, NewStandIn(people["Bob"], people["Frank"], *days), **common)  # type: ignore[arg-type]
        record_stand_in(session, home, NewStandIn(people["Frank"], people["Ana"], *days), **common)  # type: ignore[arg-type]
        gone = session.scalars(select(Affiliation).where(Affiliation.person_id == people["Erin"])).one()
        end_affiliation(session, gone, world.today - timedelta(days=1), reason=None, **common)  # type: ignore[arg-type]
        session.get_one(Person, people["Dave"]).merged_into_id = people["Erin"]
        session.get_one(Person, people["Hal"]).merged_into_id = people["Bob"]


def test_the_accounts_are_those_to_whose_actors_the_certification_is_open(world: World) -> None:
    people_the_world(world)
    seen = set()
    with world.database.reading() as session:
        certifications = session.scalars(select(Certification).order_by(Certification.id)).all()
        accounts = session.scalars(select(Account.id).order_by(Account.id)).all()
        for act in (Act.CHECK_CREDITS, Act.CHOOSE_MAIL, Act.DECIDE_APPLICATION):
            for certification in certifications:
                may = accounts_that_may(act, certification, world.today)
                found = set(session.scalars(select(Account.id).where(Account.id.in_(may))))
                wanted = set()
                for number in accounts:
                    actor = find_actor(session, number, world.today)
                    assert actor is not None
                    is_open = (Certification.id == certification.id, open_certifications(actor, world.today, act))
                    if session.scalar(select(Certification.id).where(*is_open)) is not None:
                        wanted.add(number)
                assert found == wanted, (act, certification.id)
                seen.add(frozenset(found))
    assert len(seen) > 5, "they differ"


def test_relations_of_many_are_those_of_each(world: World) -> None:
    people_the_world(world)
    seen = set()
    with world.database.reading() as session:
        people = session.scalars(select(Person.id).order_by(Person.id)).all()
        for number in session.scalars(select(Account.id).order_by(Account.id)).all():
            actor = find_actor(session, number, world.today)
            assert actor is not None
            found = load_relations(session, actor, people, world.today)
            assert found == {one: list_relations(session, actor, one, world.today) for one in people}, number
            seen |= set(found.values())
        nobody = Actor("account:99")
        assert load_relations(session, nobody, people[:1], world.today) == {people[0]: frozenset({Relation.NONE})}
        assert load_relations(session, nobody, (), world.today) == {}
    assert len(seen) > 4, "they differ"


def test_what_is_open_of_many_to_many_is_what_is_open_to_each_of_each(world: World) -> None:
    people_the_world(world)
    with world.database.reading() as session:
        last = load_merged(session, session.scalars(select(Person.id)).all())
        people = sorted({*session.scalars(select(Person.id)), *last.values()} - last.keys())
        actors = [
            (number, actor)
            for number in session.scalars(select(Account.id).order_by(Account.id)).all()
            if (actor := find_actor(session, number, world.today)) is not None
        ]
        found = {(place, one): set[Relation]() for place, _ in actors for one in people}
        for place, relation, number in session.execute(select_open(actors, people, world.today)):
            found[place, last.get(number, number)].add(Relation(relation))
        for place, actor in actors:
            for one in people:
                told = found[place, one] or {Relation.NONE}
                assert told == list_relations(session, actor, one, world.today), (place, one)
    assert len({frozenset(one) for one in found.values()}) > 4, "they differ"
