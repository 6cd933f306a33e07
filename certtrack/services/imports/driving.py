"""An import from its first batch to its last, for whoever opens the transactions: a command, or a job."""

import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from certtrack.services.sheets.runs import Import

Opening = Callable[[], AbstractContextManager[Session]]
Advance = Callable[[int], None]
Note = Callable[[Session, int], None]
TellFormer = Callable[[Session, int, str], None]
"""Tells whose address was amended, by number, at the address that it was before."""


def look_through(reading: Opening, work: Import[Any, Any], *, advance: Advance) -> None:
    """Plan every row, and write nothing; `advance` is told how many rows each batch had."""
    with reading() as session:
        work.prepare(session)
        for rows in work.batches():
            work.plan(session, rows)
            advance(len(rows))


def bring_in(
    reading: Opening,
    writing: Opening,
    work: Import[Any, Any],
    *,
    advance: Advance = lambda _rows: None,
    note: Note = lambda _session, _rows: None,
    tell_former: TellFormer,
) -> None:
    """Write every row, a batch a transaction.

    `note` is told how many rows were done within the batch's own transaction, and may stop it by raising; `advance`
    once that has been committed.
    """
    with reading() as session:
        work.prepare(session)
    gc.freeze()  # looking again and again at what the file holds would take long, in the middle of a transaction
    try:
        with writing() as session:
            work.start(session)
        for rows in work.batches():
            began, worked = time.perf_counter(), time.process_time()
            with writing() as session:
                done = work.write(session, rows)
                for person_id, address in work.readdressed:
                    tell_former(session, person_id, address)
                note(session, done)
            work.pace(time.perf_counter() - began, time.process_time() - worked)
            advance(done)
        with writing() as session:
            work.finish(session)
    finally:
        gc.unfreeze()
