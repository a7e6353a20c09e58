"""Whether all rows about every appointment tell the same story."""

from datetime import timedelta

from sqlalchemy import column, text

from booking_app.db.session import reading
from booking_app.db.types import UtcDateTime

_TORN = """
    SELECT a.uid, a.status,
           (SELECT count(*) FROM hold h WHERE h.appointment_id = a.id AND h.consumed_at IS NULL
                AND h.released_at IS NULL) AS open_holds,
           (SELECT count(*) FROM hold h WHERE h.appointment_id = a.id
                AND h.consumed_at IS NOT NULL) AS consumed_holds,
           (SELECT count(*) FROM hold h WHERE h.appointment_id = a.id
                AND h.released_at IS NOT NULL) AS released_holds,
           (SELECT count(*) FROM slot s WHERE s.appointment_id = a.id
                AND s.status = 'busy-tentative') AS tentative,
           (SELECT count(*) FROM slot s WHERE s.appointment_id = a.id
                AND s.status = 'busy') AS busy,
           (SELECT count(*) FROM slot s WHERE s.appointment_id = a.id
                AND s.status = 'released') AS released,
           (SELECT count(*) FROM appointment_item i WHERE i.appointment_id = a.id) AS items,
           (SELECT count(*) FROM outbox_item o WHERE o.appointment_id = a.id) AS mails,
           (SELECT count(*) FROM manage_link l WHERE l.appointment_id = a.id) AS links,
           (SELECT count(*) FROM visitor_grant g WHERE g.appointment_id = a.id) AS grants,
           (SELECT count(*) FROM appointment_history y WHERE y.appointment_id = a.id) AS history,
           CASE WHEN a.patient_id IS NULL THEN 0 ELSE 1 END AS patient
    FROM appointment a
"""
_ALL_AGREE = {
    # open, consumed, released holds; tentative, busy, released slots; items, mails, links, grants,
    # lines of history, patient
    "held": (1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0),
    "expired": (0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 2, 0),
    "confirmed": (0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 2, 1),
}
_TOO_NEAR = """
    SELECT one.ends_at, other.starts_at FROM slot AS one JOIN slot AS other
        ON one.resource_id = other.resource_id AND one.id <> other.id
       AND (one.starts_at, one.id) < (other.starts_at, other.id)
    WHERE one.status <> 'released' AND other.status <> 'released'
      AND one.resource_id = :resource_id
"""


async def torn_appointments() -> list[tuple[object, ...]]:
    """Return the appointments of which status, time, hold, message and record disagree."""
    async with reading() as rx:
        rows = [tuple(row) for row in await rx.execute(text(_TORN))]
    return [row for row in rows if row[2:] != _ALL_AGREE.get(str(row[1]))]


async def pairs_nearer_than(gap: timedelta, *, resource_id: int) -> int:
    """Return how many pairs of live slots of a resource have less than ``gap`` between them."""
    statement = text(_TOO_NEAR).columns(
        column("ends_at", UtcDateTime()), column("starts_at", UtcDateTime())
    )
    async with reading() as rx:
        pairs = [tuple(row) for row in await rx.execute(statement, {"resource_id": resource_id})]
    return sum(later - earlier < gap for earlier, later in pairs)
