"""How often something happened for one subject lately. Subjects are keyed hashes, never addresses."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import RateCounter

COUNTER = core(RateCounter)


async def find_end_of_wait(
    connection: AsyncConnection,
    *,
    scope: str,
    subject_hash: str,
    limit: int,
    window: timedelta,
    now: datetime,
) -> datetime | None:
    """Return when the subject may try again, or None where it may right now.

    The window slides: in no span of that length does the limit get exceeded.
    """
    statement = select(func.sum(COUNTER.c.count), func.min(COUNTER.c.window_starts_at)).where(
        _of(scope, subject_hash), COUNTER.c.window_starts_at > now - window
    )
    spent, oldest = (await connection.execute(statement)).one()
    return oldest + window if (spent or 0) >= limit else None


async def spend(
    tx: AsyncConnection,
    *,
    scope: str,
    subject_hash: str,
    limit: int,
    window: timedelta,
    now: datetime,
) -> bool:
    """Count one more, and tell whether the limit allowed it. Refused ones are not counted.

    Those who share a subject pass one after the other, so that a crowd at the same
    instant gets exactly what is left.
    """
    if tx.dialect.name == "postgresql":
        # SQLite has one writer at a time anyway.
        await tx.execute(
            text("SELECT pg_advisory_xact_lock(hashtext(:scope), hashtext(:subject))"),
            {"scope": scope, "subject": subject_hash},
        )
    await tx.execute(
        delete(COUNTER).where(_of(scope, subject_hash), COUNTER.c.window_starts_at <= now - window)
    )
    if await find_end_of_wait(
        tx, scope=scope, subject_hash=subject_hash, limit=limit, window=window, now=now
    ):
        return False
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    statement = insert(COUNTER).values(
        scope=scope, subject_hash=subject_hash, window_starts_at=now, count=1
    )
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["scope", "subject_hash", "window_starts_at"],
            set_={"count": COUNTER.c.count + 1},
        )
    )
    return True


def _of(scope: str, subject_hash: str) -> ColumnElement[bool]:
    return and_(COUNTER.c.scope == scope, COUNTER.c.subject_hash == subject_hash)
