"""Connections and transactions, when those who asked for them go away."""

import asyncio
import gc
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from booking_app.db import session

STEPS_OF_A_CONNECT = 400
"""More turns of the event loop than it takes to connect to a server on the same machine."""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_handler_that_is_cancelled_while_it_connects_leaves_no_trace(
    database_url: str, database: str
):
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: complaints.append(told))
    cancelled = 0
    for steps in range(0, STEPS_OF_A_CONNECT, 4):
        await session.dispose()
        session.configure(database)
        asking = asyncio.create_task(_ask())
        for _ in range(steps):
            await asyncio.sleep(0)
        asking.cancel()
        cancelled += isinstance(
            (await asyncio.gather(asking, return_exceptions=True))[0], asyncio.CancelledError
        )
    await session.dispose()
    gc.collect()
    await asyncio.sleep(0)
    assert cancelled
    assert complaints == []
    assert await _connections_left(database_url) == 0


async def _ask() -> None:
    async with session.reading() as rx:
        await rx.execute(text("select 1"))


async def _connections_left(url: str) -> int:
    """Return how many connections of the product the server still has, once they had time to go."""
    own = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    count = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and application_name = 'booking'"
    )
    try:
        async with asyncio.timeout(5):
            while await own.fetchval(count):  # noqa: ASYNC110  the server tells nobody when one ends
                await asyncio.sleep(0.02)
    except TimeoutError:
        return await own.fetchval(count)
    else:
        return 0
    finally:
        await own.close()
