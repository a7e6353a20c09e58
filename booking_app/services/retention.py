"""Forget in time: counters, ended rights, and browsers that never came back."""

from datetime import datetime, timedelta

from booking_app.db.queries import retention as queries
from booking_app.db.session import transaction, uninterrupted

COUNTERS_LAST = timedelta(days=2)
"""Longer than any window that is counted."""
VISITORS_LAST = timedelta(days=180)
"""As long as the visitor cookie itself."""


@uninterrupted
async def forget(*, now: datetime) -> int:
    """Delete what is of no use at ``now``; return how many rows that were."""
    async with transaction() as tx:
        forgotten = await queries.delete_counters(tx, before=now - COUNTERS_LAST)
        forgotten += await queries.delete_ended_grants(tx, now=now)
        return forgotten + await queries.delete_sessions(tx, unseen_since=now - VISITORS_LAST)
