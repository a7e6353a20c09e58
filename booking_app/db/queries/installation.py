"""What the database says of itself: its schema's revision, its guards, its clock."""

from datetime import datetime

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db import guards


async def find_revision(connection: AsyncConnection) -> str | None:
    """Return the schema's revision, or None when nothing was migrated yet."""
    has_table = await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version"))
    if not has_table:
        return None
    found = await connection.execute(text("SELECT version_num FROM alembic_version"))
    return found.scalar_one_or_none()


async def list_missing_guards(connection: AsyncConnection) -> list[str]:
    """Return the names of the guards against double booking and rewriting that are not in force."""
    return sorted(await connection.run_sync(guards.missing))


async def find_server_time(connection: AsyncConnection) -> datetime | None:
    """Return the database server's clock, or None where the database has none of its own."""
    if connection.dialect.name != "postgresql":
        return None
    return (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
