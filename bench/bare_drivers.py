"""The databases' own drivers with nothing around them, as floors to compare with."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import aiosqlite
import asyncpg

from bench.statement_log import COMMIT

Rows = Sequence[Sequence[object]]
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000")


class Driver(Protocol):
    """One client's way to the database."""

    async def send(self, statement: str, parameters: tuple[object, ...]) -> Rows:
        """Execute one statement and return its rows."""
        ...

    async def close(self) -> None: ...


class BareAsyncpg:
    """One connection; statements are prepared once and kept, as asyncpg does by itself."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def send(self, statement: str, parameters: tuple[object, ...]) -> Rows:
        if not parameters and not statement.startswith("SELECT"):
            await self._connection.execute(statement)
            return ()
        return await self._connection.fetch(statement, *parameters)

    async def close(self) -> None:
        await self._connection.close()


class BareAiosqlite:
    """One connection to read with, and one to write with that all clients share in turn."""

    def __init__(
        self, reader: aiosqlite.Connection, writer: aiosqlite.Connection, turn: asyncio.Lock
    ) -> None:
        self._reader, self._writer, self._turn = reader, writer, turn
        self._is_writing = False

    async def send(self, statement: str, parameters: tuple[object, ...]) -> Rows:
        if statement == "BEGIN IMMEDIATE":
            await self._turn.acquire()
            self._is_writing = True
        connection = self._writer if self._is_writing else self._reader
        rows = await connection.execute_fetchall(statement, parameters)
        if statement == COMMIT and self._is_writing:
            self._is_writing = False
            self._turn.release()
        return list(rows)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()  # closing twice does no harm


async def open_drivers(url: str, count: int) -> Sequence[Driver]:
    """Return so many clients' ways to the database at an SQLAlchemy URL."""
    if url.startswith("postgresql"):
        dsn = url.replace("+asyncpg", "")
        settings = {"timezone": "UTC", "jit": "off"}
        return [
            BareAsyncpg(await asyncpg.connect(dsn, server_settings=settings)) for _ in range(count)
        ]
    path = Path(url.removeprefix("sqlite+aiosqlite:///"))
    writer, turn = await _open_sqlite(path), asyncio.Lock()
    return [BareAiosqlite(await _open_sqlite(path), writer, turn) for _ in range(count)]


async def _open_sqlite(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    for pragma in _PRAGMAS:
        await connection.execute_fetchall(f"PRAGMA {pragma}")
    return connection
