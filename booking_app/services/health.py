"""Whether this installation can do its work at all."""

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from booking_app.db.session import reading

_PATIENCE_SECONDS = 2.0


async def is_database_reachable() -> bool:
    """Say whether the database answers within two seconds."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), reading() as rx:
            await rx.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True
