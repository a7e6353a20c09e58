"""Refuses a second process where only one may serve.

Live updates between processes need Redis, and SQLite one writer. Without, a second process would
seem to work and then show stale pages.
"""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booking_app.settings import Settings
from booking_app.setup_problem import SetupProblem

# Arbitrary, but for ever the same: processes of all versions must meet on it.
_ADVISORY_LOCK = 72310002


class DatabaseNotClaimed(SetupProblem):
    """Another process of the product uses this database, or nobody can; the message says which."""


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """Hold the database for this process, and those it forks, during a block.

    The claim ends with the process however it dies.

    Raises:
        DatabaseNotClaimed: it is held already, or out of reach.
    """
    if settings.is_sqlite:
        with _locked_file(Path(settings.database.removeprefix("sqlite+aiosqlite:///"))):
            yield
    elif settings.redis_url:
        yield
    else:
        with _locked_server(settings.database):
            yield


@contextmanager
def _locked_file(database: Path) -> Iterator[None]:
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = database.with_name(f"{database.name}.lock").open("w")
    except OSError as refusal:
        msg = f"{database.parent} cannot be written ({refusal.strerror}): set BOOKING_DATA_DIR to a folder that can."
        raise DatabaseNotClaimed(msg) from refusal
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = (
                f"Another process is using {database}. SQLite serves one: stop the other,"
                " or set BOOKING_DATABASE_URL to a PostgreSQL database and BOOKING_REDIS_URL."
            )
            raise DatabaseNotClaimed(msg) from None
        yield


@contextmanager
def _locked_server(url: str) -> Iterator[None]:
    import asyncpg  # not needed, and not loaded, on SQLite

    with asyncio.Runner() as runner:
        # The lock lives as long as its connection; nobody has to run the loop meanwhile.
        try:
            connection = runner.run(asyncpg.connect(url.replace("+asyncpg", "", 1)))
        except (OSError, asyncpg.PostgresError) as refusal:
            msg = f"The database cannot be reached: {refusal}"
            raise DatabaseNotClaimed(msg) from refusal
        try:
            if not runner.run(
                connection.fetchval("SELECT pg_try_advisory_lock($1)", _ADVISORY_LOCK)
            ):
                msg = (
                    "Another process is using this database. Several need a bus between them:"
                    " set BOOKING_REDIS_URL for all, or stop the other."
                )
                raise DatabaseNotClaimed(msg)
            yield
        finally:
            runner.run(connection.close(timeout=1))
