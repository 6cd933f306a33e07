"""A session that only reads asks a thing once; whoever may change it asks each time."""

from kit.counting import counting_statements
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certtrack.db.engine import Database
from certtrack.db.models import RuleConfirmation
from certtrack.db.once import ask_once


def count(session: Session, key: str = "rows") -> int | None:
    return ask_once(session, key, lambda: session.scalar(select(func.count()).select_from(RuleConfirmation)))


def test_within_a_transaction_that_only_reads_it_is_asked_once_for_each_key(database: Database) -> None:
    with counting_statements(database) as asked, database.reading() as session:
        assert [count(session), count(session), count(session, "others")] == [0, 0, 0]
        assert len(asked) == 2
        session.rollback()
        count(session)
        assert len(asked) == 3, "another transaction sees another moment"


def test_whoever_writes_is_told_of_it(database: Database) -> None:
    with counting_statements(database) as asked, database.writing() as session:
        assert [count(session), count(session)] == [0, 0]
        assert len(asked) == 2
