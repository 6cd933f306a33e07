"""All that was decided about one person's mails, as far as the reader may see it: of cycles and of other days."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from certtrack.security import Actor
from certtrack.services.ledger import list_ledger
from certtrack.services.ledger_entries import LedgerEntry, by_day
from certtrack.services.other_days.ledger import list_day_ledger
from certtrack.services.people import get_person
from certtrack.services.rulebook import Rulebook


def list_whole_ledger(
    session: Session, rulebook: Rulebook, actor: Actor, person_id: int, at: datetime
) -> list[LedgerEntry]:
    """Every decision by day, and the stages that come after the day of `at` where the person is.

    Of days beside those of cycles only those that the actor may see. Raises NotFound for a person who isn't on record.
    """
    holder = get_person(session, person_id)
    today = at.astimezone(ZoneInfo(holder.zone)).date()
    of_cycles = list_ledger(session, rulebook, holder.id, today)
    of_days = list_day_ledger(session, rulebook, actor, holder.id, today, at)
    return sorted([*of_cycles, *of_days], key=by_day)
