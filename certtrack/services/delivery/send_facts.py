"""What reminders that are about to be mailed are asked by: standings, what was told since, and who gets copies."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.models import Certification, Reminder
from certtrack.logs import get_log
from certtrack.rules.facts import CertificationFacts
from certtrack.rules.pack import Pack
from certtrack.rules.reminders import ALL_SET, Policy, Stage
from certtrack.rules.so_far import SoFar, find_so_far
from certtrack.rules.standing import Standing, stand
from certtrack.services.reminders.copy_checks import Checked, CopyChecks, is_copy, load_copy_checks
from certtrack.services.reminders.moves import MOVED
from certtrack.services.rulebook import Rulebook
from certtrack.services.standing import load_held

_NO_STAGES = (MOVED, ALL_SET)  # what they say overtakes no stage
_HOLDER = 0  # in the place of a recipient's number: whoever holds it now


@dataclass(frozen=True, slots=True)
class SendFacts:
    """What reminders are asked by: standings and policies by certification, the newest stage by recipient.

    `held` are the rules and the facts that a standing rests on. A certification whose record can't be read has no
    standing: what is asked of it raises KeyError.
    """

    held: dict[int, tuple[Pack, CertificationFacts]]
    standings: dict[int, Standing]
    newest: dict[tuple[int, int], date]
    copies: CopyChecks
    policies: dict[int, Policy | None]

    def find_so_far(self, row: Checked, pack: Pack) -> SoFar | None:
        """The hours of the reminder's cycle, as its mail by `pack` tells them to the holder.

        None for a copy, whose reader may not be one who sees them, and where the standing rests on another version of
        the rules.
        """
        reminder, cycle, certification = row
        standing, (own, facts) = self.standings[certification.id], self.held[certification.id]
        if is_copy(reminder) or own.version != pack.version:
            return None
        return find_so_far(own, facts, standing, cycle.id)


def load_send_facts(session: Session, rulebook: Rulebook, rows: Sequence[Checked], at: datetime) -> SendFacts:
    """What these reminders are asked by at that moment; a fixed number of queries for each day that it is somewhere.

    `rulebook` holds what is confirmed.
    """
    held, standings = _load_standings(session, rulebook, [certification for _, _, certification in rows], at)
    newest = _load_newest_stages(session, [cycle.id for _, cycle, _ in rows])
    readable = [row for row in rows if row[2].id in standings]
    concerned = [row for row in readable if is_copy(row[0]) or _has_copies(rulebook, row, at)]
    days = {number: standing.as_of for number, standing in standings.items()}
    policies = {row[2].id: rulebook.find_policy(row[2].pack_key, at) for row in rows}
    return SendFacts(held, standings, newest, load_copy_checks(session, concerned, days), policies)


def track_of(reminder: Reminder) -> tuple[int, int]:
    """Whose stages overtake each other: a cycle's holder's, whatever their number was, or those of a copy's reader."""
    return reminder.subject_id, reminder.recipient_id if is_copy(reminder) else _HOLDER


def _load_newest_stages(session: Session, cycle_ids: Sequence[int]) -> dict[tuple[int, int], date]:
    """The day of the latest stage of each track that is told, or about to be: earlier ones are overtaken."""
    columns = (Reminder.subject_id, Reminder.audience, Reminder.recipient_id)
    query = (
        select(*columns, func.max(Reminder.stage_on).label("newest"))
        .where(Reminder.subject_kind == "cycle", Reminder.subject_id.in_(cycle_ids), Reminder.stage.not_in(_NO_STAGES))
        .where(Reminder.state.in_(("planned", "held", "in_mail", "sent", "told")))
        .group_by(*columns)
    )
    found: dict[tuple[int, int], date] = {}
    for row in session.execute(query):
        track = (row.subject_id, _HOLDER if row.audience == "holder" else row.recipient_id)
        found[track] = max(row.newest, found.get(track, row.newest))
    return found


def find_stage(rulebook: Rulebook, reminder: Reminder, certification: Certification, at: datetime) -> Stage | None:
    """The policy's stage that the reminder is of; None where it has none such any more."""
    policy = rulebook.find_policy(certification.pack_key, at)
    return policy.find_stage(reminder.stage) if policy is not None else None


def _has_copies(rulebook: Rulebook, row: Checked, at: datetime) -> bool:
    stage = find_stage(rulebook, row[0], row[2], at)
    return stage is not None and bool(stage.copies)


def _load_standings(
    session: Session, rulebook: Rulebook, certifications: Sequence[Certification], at: datetime
) -> tuple[dict[int, tuple[Pack, CertificationFacts]], dict[int, Standing]]:
    by_day: dict[date, list[int]] = defaultdict(list)
    for certification in certifications:
        zone = ZoneInfo(rulebook.packs.get(certification.pack_key).zone)
        by_day[at.astimezone(zone).date()].append(certification.id)
    held: dict[int, tuple[Pack, CertificationFacts]] = {}
    standings: dict[int, Standing] = {}
    for day, numbers in by_day.items():
        found = load_held(session, rulebook, numbers)
        held |= found
        for number, (pack, facts) in found.items():
            try:
                standings[number] = stand(pack, facts, day)
            except Exception as error:  # noqa: BLE001  # whatever is wrong with one record, the others are told
                get_log().error("not_read_for_mail", certification=number, kind=type(error).__name__)
    return held, standings
