"""Connections and transactions. Services open them; nothing above a service does.

One engine per process. On SQLite one connection writes, behind a lock that queues
this process's writers in order (SQLite's own busy handler is not fair), and others
read beside it; ``BEGIN IMMEDIATE`` takes the write lock before the first read, as a
row lock would on PostgreSQL.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from booking_app.settings import get_settings

LOCK_TIMEOUT_MS = 15_000
_READERS = 8

P = ParamSpec("P")
T = TypeVar("T")
AfterCommit = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class _Database:
    writer: AsyncEngine
    reader: AsyncEngine
    write_lock: asyncio.Lock | None = field(default=None)


_database: _Database | None = None
_after_commit: ContextVar[list[AfterCommit] | None] = ContextVar("after_commit", default=None)
_running: set[asyncio.Task[Any]] = set()


def configure(url: str, *, pool_size: int = 10) -> None:
    """Point this process at ``url``. Call ``dispose`` first when another one is in use."""
    global _database
    is_sqlite = url.startswith("sqlite")
    _database = _sqlite(url) if is_sqlite else _postgresql(url, pool_size)


def get_engine() -> AsyncEngine:
    """Return the engine that writes, configured from the settings at first use."""
    return _get().writer


async def dispose() -> None:
    """Close every connection of this process and forget the engine."""
    global _database
    database, _database = _database, None
    if database is not None:
        await database.writer.dispose()
        if database.reader is not database.writer:
            await database.reader.dispose()


@asynccontextmanager
async def transaction() -> AsyncGenerator[AsyncConnection]:
    """Run a block as one database transaction: commit at its end or leave no trace.

    Only services open one, never twice in a call chain. What must wait until the
    data is really there is handed to ``after_commit``.

    Raises:
        RuntimeError: a transaction is open already.
    """
    if _after_commit.get() is not None:
        msg = "a transaction is open already; one use case is one transaction"
        raise RuntimeError(msg)
    database = _get()
    later: list[AfterCommit] = []
    token = _after_commit.set(later)
    try:
        if database.write_lock is None:
            async with database.writer.begin() as connection:
                yield connection
        else:
            async with database.write_lock, database.writer.begin() as connection:
                yield connection
    finally:
        _after_commit.reset(token)
    for run in later:
        await run()


@asynccontextmanager
async def reading() -> AsyncGenerator[AsyncConnection]:
    """Give a connection for reading only; each statement sees what is committed by then."""
    async with _get().reader.connect() as connection:
        yield connection


def after_commit(run: AfterCommit) -> None:
    """Register ``run`` to be awaited when the open transaction has committed."""
    later = _after_commit.get()
    if later is None:
        msg = "after_commit is called inside a transaction"
        raise RuntimeError(msg)
    later.append(run)


def uninterrupted(
    function: Callable[P, Coroutine[Any, Any, T]],
) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make a use case run to its end even when the one who asked has gone.

    Reflex cancels an event handler when the person navigates or the socket drops;
    a transaction that has begun must still commit or roll back as a whole.
    """

    @wraps(function)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(function(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_running.discard)
        return await asyncio.shield(task)

    return run


def _get() -> _Database:
    if _database is None:
        settings = get_settings()
        configure(settings.database, pool_size=settings.database_pool_size)
    if _database is None:  # configure always sets it
        raise RuntimeError
    return _database


def _postgresql(url: str, pool_size: int) -> _Database:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,  # what patients type must not get into a log with a failing statement
        connect_args={
            "async_creator_fn": _open_connection,
            "server_settings": {
                "timezone": "UTC",
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "application_name": "booking",
                "jit": "off",
            },
        },
    )
    return _Database(engine, engine.execution_options(isolation_level="AUTOCOMMIT"))


async def _open_connection(*args: Any, **options: Any) -> asyncpg.Connection:
    """Connect, and see it through even when the one who asked has gone meanwhile.

    A handshake that is broken off leaves an error in the driver that nobody hears of, and the
    log then has a stack trace for every person who left a page at the wrong instant.
    """
    opening = asyncio.ensure_future(asyncpg.connect(*args, **options))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_drop_connection)
        raise


def _drop_connection(opening: "asyncio.Future[asyncpg.Connection]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().terminate()


def _sqlite(url: str) -> _Database:
    Path(url.removeprefix("sqlite+aiosqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    writer = create_async_engine(url, pool_size=1, max_overflow=0, hide_parameters=True)
    reader = create_async_engine(url, pool_size=_READERS, max_overflow=0, hide_parameters=True)
    for engine, begin in ((writer, "BEGIN IMMEDIATE"), (reader, "BEGIN DEFERRED")):
        _prepare_sqlite(engine, begin)
    return _Database(writer, reader, asyncio.Lock())


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(dbapi_connection: DBAPIConnection, _record: object) -> None:
        # The driver must not begin by itself: a deferred BEGIN cannot be upgraded to a
        # write under load ("database is locked" at once, whatever the timeout).
        dbapi_connection.isolation_level = None  # pyright: ignore[reportAttributeAccessIssue]  sqlite3's own attribute
        cursor = dbapi_connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={LOCK_TIMEOUT_MS}",
            "trusted_schema=OFF",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
