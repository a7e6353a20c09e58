"""What all races watch for."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from booking_app.db import session


@pytest.fixture
async def no_deadlocks(database: str) -> AsyncIterator[None]:
    """Fail the test if PostgreSQL had to break a deadlock in it, even one that was retried."""
    before = await _deadlocks(database)
    yield
    await session.dispose()  # each connection reports what it counted when it ends
    assert await _deadlocks(database) == before


async def _deadlocks(url: str) -> int:
    if not url.startswith("postgresql"):
        return 0
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(
            "select deadlocks from pg_stat_database where datname = current_database()"
        )
    finally:
        await connection.close()
