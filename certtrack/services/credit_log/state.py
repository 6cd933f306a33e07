"""What is on record about the people of one batch: their credits, and what earlier files brought of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from certtrack.db.models import Credit, ImportedRow
from certtrack.db.queries.merges import load_merged
from certtrack.services.credit_log.layout import CREDIT_LOG
from certtrack.services.credit_log.placing import PlacedRow, Subject, make_subject

KIND = CREDIT_LOG.kind


@dataclass(frozen=True, slots=True)
class Brought:
    """A row that an earlier file brought: its number, its key, its person, the credit and what it said."""

    id: int
    key: str
    person_id: int
    credit_id: int
    said: Mapping[str, str]

    @property
    def subject(self) -> Subject:
        """What its credit was but for its length, when it was last imported."""
        said = self.said
        return make_subject(self.person_id, said.get("provider"), said["title"], date.fromisoformat(said["first_on"]))


@dataclass(frozen=True, slots=True)
class FileKeys:
    """What the whole file names: keys, and how many of its rows are about one subject."""

    keys: Collection[str]
    subjects: Mapping[Subject, int]


def list_file_keys(rows: Sequence[PlacedRow]) -> FileKeys:
    """What these rows name."""
    return FileKeys(frozenset(row.key for row in rows), Counter(row.subject for row in rows))


class State:
    """What is on record for the rows of one batch, as it was when the batch began."""

    def __init__(
        self, file: FileKeys, brought: Sequence[Brought], credits_: Mapping[Subject, Sequence[Credit]]
    ) -> None:
        self._file = file
        self._by_key = {row.key: row for row in brought}
        self._by_subject: dict[Subject, list[Brought]] = defaultdict(list)
        for row in brought:
            if row.key not in file.keys:
                self._by_subject[row.subject].append(row)
        self._credits = credits_
        self._by_id = {credit.id: credit for found in credits_.values() for credit in found}

    def find_brought(self, placed: PlacedRow) -> Brought | None:
        """The earlier row of that key; else the one that it corrects the length of, where only one can be meant.

        That is the only row of the subject that earlier files brought and this one doesn't name, beside the only row
        of the subject in this file.
        """
        if found := self._by_key.get(placed.key):
            return found
        others = self._by_subject.get(placed.subject, [])
        return others[0] if len(others) == 1 and self._file.subjects[placed.subject] == 1 else None

    def find_credit(self, placed: PlacedRow, brought: Brought | None) -> Credit | None:
        """The credit that came by the earlier row; else one of the same key, however it came, a withdrawn one last."""
        if brought is not None:
            return self._by_id.get(brought.credit_id)
        same = [credit for credit in self._credits.get(placed.subject, ()) if credit.minutes == placed.minutes]
        return min(same, key=lambda credit: (credit.state == "withdrawn", credit.id), default=None)


def load_state(session: Session, organization_id: int, rows: Sequence[PlacedRow], file: FileKeys) -> State:
    """Load what these rows may meet, in a few queries."""
    people = {row.person_id for row in rows}
    merged = load_merged(session, people)
    everybody = sorted(people | merged.keys())
    credits_: dict[Subject, list[Credit]] = defaultdict(list)
    for credit in session.scalars(select(Credit).where(Credit.person_id.in_(everybody)).order_by(Credit.id)):
        person_id = merged.get(credit.person_id, credit.person_id)
        credits_[make_subject(person_id, credit.provider, credit.title, credit.first_on)].append(credit)
    query = select(ImportedRow).where(ImportedRow.person_id.in_(everybody)).order_by(ImportedRow.id)
    brought = [
        Brought(row.id, row.key, merged.get(row.person_id, row.person_id), int(row.said["credit"]), row.said)
        for row in session.scalars(query)
        # asked here and not there: SQLite would take the index of their keys, and read all that was ever brought
        if row.kind == KIND and row.organization_id == organization_id and row.person_id is not None
    ]
    return State(file, brought, credits_)
