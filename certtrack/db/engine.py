"""Engines and sessions. On SQLite there are two kinds of transaction, reading and writing, and they never mix."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection

Mode = Literal["reading", "writing"]

_BUSY_MS = 15_000
_SYNCHRONOUS = "synchronous"
_USED, _IDLE_S = "certtrack_used", 1.0


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for SQLite or PostgreSQL; make it after a fork, never before.

    A SQLite address that ends in `?synchronous=full` has each commit wait for the disk, so that not even a power cut
    takes it back; without it a commit outlasts any crash of a process, and a power cut may take back the last ones.
    Raises ArgumentError for an address that can't be understood.
    """
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=pool_size, json_serializer=_to_json, hide_parameters=True)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _check_idle)
        return engine
    address, synchronous = _split_synchronous(make_url(url))
    engine = create_engine(address, json_serializer=_to_json, hide_parameters=True)
    event.listen(engine, "connect", lambda connection, _entry: _set_up(connection, synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _split_synchronous(url: URL) -> tuple[URL, str]:
    asked = url.query.get(_SYNCHRONOUS, "normal")
    if asked not in ("normal", "full"):
        raise ArgumentError(f"{_SYNCHRONOUS} is normal or full")
    return url.difference_update_query([_SYNCHRONOUS]), asked


def _note_use(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info[_USED] = time.monotonic()


def _check_idle(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Ask a connection that nobody has used for a second whether it still stands; a lost one is made anew.

    Not each time, as the pool would: where one transaction follows the other that is a third of the way to and fro.
    """
    if time.monotonic() - entry.info.get(_USED, 0) < _IDLE_S:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)  # days and moments as their ISO text


def _set_up(connection: sqlite3.Connection, synchronous: str) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: updates were lost silently
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", f"{_SYNCHRONOUS}={synchronous}"):
        cursor.execute(f"PRAGMA {pragma}")
    _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    # The one statement that doesn't heed busy_timeout: the second of two processes that open a new file is told at once
    # that it is locked.
    give_up_at = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
        else:
            return


def _begin(connection: Connection) -> None:
    # A deferred transaction that has read and then writes fails at once; one that only reads never waits for a writer.
    is_reading = connection.get_execution_options().get("mode") == "reading"
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


class _ReadingEngine(OptionEngine):
    """SQLite's engine for transactions that only read, over connections of its own, on which nothing can be written.

    One connection for both kinds would have to be told each time which it is, and that makes SQLite forget every
    statement that it has prepared: to prepare a page's statements takes ten times as long as to run them.
    """

    pool: Pool = None  # type: ignore[assignment]  # not the one of the engine that it is made of

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, {"mode": "reading"})
        self.pool = engine.pool.recreate()
        event.listen(self.pool, "connect", _keep_from_writing)


def _keep_from_writing(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only=ON")


class Database:
    """Hands out sessions over one engine. Who opens a writing one is the edge: it commits once, at the end."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.engine = make_engine(url, pool_size=pool_size)
        self._engines = {mode: self._make_engine(mode) for mode in ("reading", "writing")}
        self._sessions = {mode: sessionmaker(one, expire_on_commit=False) for mode, one in self._engines.items()}
        at_once: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if self.has_many_writers else {}
        self._settling = self.engine.execution_options(**at_once)

    @property
    def has_many_writers(self) -> bool:
        """False on SQLite, where one transaction that writes keeps all others waiting."""
        return self.engine.dialect.name == "postgresql"

    def _make_engine(self, mode: str) -> Engine:
        if mode == "reading" and not self.has_many_writers:
            return _ReadingEngine(self.engine)
        options: dict[str, Any] = {"mode": mode}
        if self.has_many_writers:
            options["postgresql_readonly"] = mode == "reading"
            # a page's queries see one moment, as they do on SQLite
            options["isolation_level"] = "REPEATABLE READ" if mode == "reading" else "READ COMMITTED"
        return self.engine.execution_options(**options)

    def session(self, mode: Mode) -> Session:
        """A session that the caller closes; `writing` holds SQLite's write lock from its first statement on."""
        return self._sessions[mode]()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, over one snapshot."""
        with self.session("reading") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed when the block ends, and rolled back whole when it raises."""
        with self.session("writing") as session, session.begin():
            yield session

    @contextmanager
    def settling(self) -> Iterator[Connection]:
        """A connection for a change that is one statement where the database can do it in one, for speed.

        On PostgreSQL each statement stands when it returns, with no BEGIN and COMMIT to and fro; on SQLite they are one
        writing transaction.
        """
        with self._settling.connect() if self.has_many_writers else self._settling.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        for engine in (self.engine, *self._engines.values()):
            engine.dispose()
