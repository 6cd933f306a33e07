"""Taking away files that back nothing, and files that were given to be brought in some weeks ago."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from certtrack.services.evidence.limits import UNUSED_KEPT
from certtrack.services.evidence.purge import forget_unused, list_orphans
from certtrack.services.evidence.store import open_store
from certtrack.services.imports.uploads import forget_old
from jobs.workplace import Workplace

# a database that was put back from a backup doesn't name what was sent since, until the right one is back
_ORPHANS_KEPT = timedelta(days=60)
_AT_ONCE = 500


def run(work: Workplace) -> dict[str, int]:
    """Forget files that were sent two days ago and back nothing, then what for 60 days no record has named.

    So are files of imports, 30 days after they came.
    """
    store, before = open_store(work.settings), work.clock.now() - UNUSED_KEPT
    forgotten = 0
    while not work.stop():
        with work.database.writing() as session:
            keys = forget_unused(session, before, actor=work.actor, at=work.clock.now())
        for key in keys:
            store.remove(key)
        if not keys:
            break
        forgotten += len(keys)
    orphans = 0
    for batch in _cut(_list_old(store.list_keys(), work.clock.now() - _ORPHANS_KEPT)):
        if work.stop():
            break
        with work.database.reading() as session:
            keys = list_orphans(session, batch)
        for key in keys:
            store.remove(key)
        orphans += len(keys)
    with work.database.writing() as session:
        imports = forget_old(session, actor=work.actor, at=work.clock.now())
    return {"forgotten": forgotten, "orphans": orphans, "imports": imports}


def _list_old(kept: Iterable[tuple[str, datetime]], before: datetime) -> Iterator[str]:
    return (key for key, at in kept if at < before)


def _cut(keys: Iterator[str]) -> Iterator[set[str]]:
    while batch := set(islice(keys, _AT_ONCE)):
        yield batch
