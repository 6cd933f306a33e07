"""Files that are brought in: the office's administrators alone."""

from kit.roster import carol, make_csv
from kit.world import World
from sqlalchemy import select

from certtrack.db.models import Account, Organization
from certtrack.security import Actor
from certtrack.services.imports.running import work_at_upload
from certtrack.services.imports.uploads import take_file

IN = 302
UPLOAD = "/imports/<int:upload_id>"
MATRIX: dict[str, tuple[int, ...]] = {
    "GET /imports": (200, 404, 404, 404, IN),
    "POST /imports": (400, 404, 404, 404, IN),
    f"GET {UPLOAD}": (200, 404, 404, 404, IN),
    f"GET {UPLOAD}/mapping": (200, 404, 404, 404, IN),
    f"POST {UPLOAD}/mapping": (409, 404, 404, 404, IN),
    f"POST {UPLOAD}/write": (409, 404, 404, 404, IN),
    f"POST {UPLOAD}/forget": (409, 404, 404, 404, IN),
    f"GET {UPLOAD}/to-mend": (200, 404, 404, 404, IN),
}
NOTHING_TYPED = {f"{UPLOAD}/write", f"{UPLOAD}/forget"}


def record(world: World, _numbers: dict[str, int]) -> dict[str, str]:
    """A file of two rows, one of which is to be mended, that was looked at."""
    data = make_csv(carol(number="CPS-71"), carol(number="CPS-72", expires="tomorrow", supervisor="B. Supervisor"))
    with world.database.writing() as session:
        account_id = session.scalars(select(Account.id).order_by(Account.id)).first() or 0
        if not account_id:
            return {"<int:upload_id>": "99999"}
        actor = Actor(key=f"account:{account_id}", account_id=account_id, is_command=True)
        office = session.scalars(select(Organization.id).order_by(Organization.id)).first() or 0
        upload = take_file(session, office, "roster", "roster.csv", data, language="en", actor=actor, at=world.at).id
    database = world.database
    work_at_upload(
        database.reading,
        database.writing,
        world.rulebook,
        upload,
        tell_former=lambda *_told: None,
        now=world.clock.now,
    )
    return {"<int:upload_id>": str(upload)}
