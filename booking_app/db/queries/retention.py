"""Deleting what is of no use any more. Appointments and their history are not touched."""

from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Hold, RateCounter, VisitorGrant, VisitorSession

HOLD = core(Hold)
COUNTER = core(RateCounter)
GRANT = core(VisitorGrant)
SESSION = core(VisitorSession)


async def delete_counters(tx: AsyncConnection, *, before: datetime) -> int:
    """Forget how often something was tried in windows that began before ``before``."""
    statement = delete(COUNTER).where(COUNTER.c.window_starts_at < before)
    return (await tx.execute(statement)).rowcount


async def delete_ended_grants(tx: AsyncConnection, *, now: datetime) -> int:
    """Forget which browser could see what, where it cannot any more."""
    return (await tx.execute(delete(GRANT).where(GRANT.c.expires_at <= now))).rowcount


async def delete_sessions(tx: AsyncConnection, *, unseen_since: datetime) -> int:
    """Forget browsers that have not come back and may see nothing; their holds stay, unnamed."""
    has_grant = exists().where(GRANT.c.visitor_session_id == SESSION.c.id)
    gone = select(SESSION.c.id).where(SESSION.c.last_seen_at < unseen_since, ~has_grant)
    await tx.execute(
        update(HOLD).where(HOLD.c.visitor_session_id.in_(gone)).values(visitor_session_id=None)
    )
    return (await tx.execute(delete(SESSION).where(SESSION.c.id.in_(gone)))).rowcount
