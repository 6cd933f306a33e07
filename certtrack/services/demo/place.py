"""Where the demonstration's people are put on record: one office, on one day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from certtrack.clock import Clock, today_in
from certtrack.db.models import ImportRun, Organization
from certtrack.errors import BadPack
from certtrack.rules.pack import Pack
from certtrack.security import Actor
from certtrack.services.demo.people import PEOPLE
from certtrack.services.organizations import create_organization, set_role
from certtrack.services.rulebook import Rulebook

ACTOR = Actor(key="demo", is_command=True)
ZONE = "America/Chicago"


@dataclass(frozen=True, slots=True)
class Place:
    """The office, the program that gives the credential, the import that brought people in, and the day of all this."""

    session: Session
    rulebook: Rulebook
    organization: Organization
    programme: Organization
    import_key: str
    at: datetime
    today: date

    def day(self, days: int | None) -> date | None:
        """The day that is so many days from today; None for None."""
        return None if days is None else self.today + timedelta(days=days)

    def find_pack(self, credential: str) -> Pack:
        """The newest rules for a credential. Raises BadPack where there are none."""
        for pack in reversed(self.rulebook.packs.list()):
            if pack.credential == credential:
                return pack
        raise BadPack(f"The demonstration needs a rule pack for the credential {credential!r}, and there is none.")


def open_office(session: Session, rulebook: Rulebook, clock: Clock) -> Place:
    """Put the office on record, a keeper of every credential that its people have, and the program that gives one."""
    at, today = clock.now(), today_in(clock, ZONE)
    office = create_organization(
        session,
        key="lakeside",
        name="Lakeside Peers",
        zone=ZONE,
        reply_to="office@example.org",
        actor=ACTOR,
        at=at,
    )
    for credential in sorted({one.credential for one in PEOPLE}):
        set_role(session, office, credential, "keeper", actor=ACTOR, at=at)
    programme = create_organization(
        session, key="program", name="Example Certification Program", zone=ZONE, actor=ACTOR, at=at
    )  # fmt: skip
    set_role(session, programme, "cps", "granter", actor=ACTOR, at=at)
    import_key = f"import:{_add_import(session, office, at, today).id}"
    return Place(session, rulebook, office, programme, import_key, at, today)


def _add_import(session: Session, office: Organization, at: datetime, today: date) -> ImportRun:
    run = ImportRun(
        kind="roster",
        organization_id=office.id,
        file_name="fictional-roster.csv",
        sha256="0" * 64,  # no file has it: importing a real one never goes on with this run
        as_of=today,
        finished_at=at,
        counts={"rows": sum(one.is_imported for one in PEOPLE)},
        recorded_at=at,
        recorded_by=ACTOR.key,
    )
    session.add(run)
    session.flush()
    return run
