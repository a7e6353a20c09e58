"""Occupied time, read as fast as the database gives it.

Minutes are epoch minutes (``domain.timespan``), each span rounded outward to whole ones.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Appointment, Hold, Resource, Slot, VisitorSession
from booking_app.db.types import UtcDateTime
from booking_app.domain.busy_masks import Occupied
from booking_app.domain.lifecycle import SlotStatus
from booking_app.domain.timespan import TimeSpan

SLOT = core(Slot)
HOLD = core(Hold)
APPOINTMENT = core(Appointment)
RESOURCE = core(Resource)
VISITOR_SESSION = core(VisitorSession)

MAX_SLOT_LENGTH = timedelta(days=1)
"""No slot is longer: types last 12 hours at most. It bounds every search by start."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A time found free under the lock of its resource, with all that a claim writes of it.

    Durations and buffers are minutes; ``default_duration`` is the clinician's own for this type.
    """

    organization_id: int
    clinician_id: int
    resource_id: int
    location_id: int
    location_slug: str
    appointment_type_id: int
    modality: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    duration: int
    default_duration: int
    buffer_before: int
    buffer_after: int


@dataclass(frozen=True, slots=True)
class LiveHold:
    """Time somebody keeps right now; ``is_mine`` when it is the visitor who asked."""

    resource_id: int
    starts_at: datetime
    occupied: Occupied
    type_id: int
    place_id: int
    is_mine: bool


class BusyColumns(NamedTuple):
    """The busy slots of one resource, column by column: lists, or their JSON where that is less work."""

    first: list[int] | str
    stop: list[int] | str
    buffer_before: list[int] | str
    buffer_after: list[int] | str

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield ``Occupied`` rows. Slow enough for a thread when there are many."""
        first, stop, before, after = (json.loads(c) if isinstance(c, str) else c for c in self)
        return zip(first, stop, before, after, strict=True)


NOTHING_BUSY = BusyColumns([], [], [], [])

_BUSY_ON_POSTGRESQL = text("""
    select resource_id,
           array_agg(floor(date_part('epoch', starts_at) / 60)::int),
           array_agg(ceil(date_part('epoch', ends_at) / 60)::int),
           array_agg(buffer_before),
           array_agg(buffer_after)
    from slot
    where resource_id = any(:resource_ids) and status = 'busy'
      and starts_at > :earliest and starts_at < :ends_at and ends_at > :begins_at
    group by resource_id
""")
# julianday() has a resolution of a millisecond, a double of it one of 0.05 milliseconds.
_BUSY_ON_SQLITE = text("""
    select resource_id,
           json_group_array(cast((julianday(starts_at) - 2440587.5) * 1440 + 0.00001 as integer)),
           json_group_array(cast((julianday(ends_at) - 2440587.5) * 1440 + 0.99999 as integer)),
           json_group_array(buffer_before),
           json_group_array(buffer_after)
    from slot
    where resource_id in (select value from json_each(:resource_ids)) and status = 'busy'
      and starts_at > :earliest and starts_at < :ends_at and ends_at > :begins_at
    group by resource_id
""")
_PERIOD = tuple(
    bindparam(name, type_=UtcDateTime()) for name in ("earliest", "begins_at", "ends_at")
)
_BUSY_ON_SQLITE = _BUSY_ON_SQLITE.bindparams(*_PERIOD)
_BUSY_ON_POSTGRESQL = _BUSY_ON_POSTGRESQL.bindparams(
    bindparam("resource_ids", type_=ARRAY(BigInteger)), *_PERIOD
)


async def list_busy(
    rx: AsyncConnection, *, resource_ids: Collection[int], begins_at: datetime, ends_at: datetime
) -> dict[int, BusyColumns]:
    """Return the confirmed time of each resource that touches a period, in one statement.

    The database turns a million rows' worth of instants into minutes several times faster than
    Python would.
    """
    period = {"earliest": begins_at - MAX_SLOT_LENGTH, "begins_at": begins_at, "ends_at": ends_at}
    ids = list(resource_ids)
    if rx.dialect.name == "sqlite":
        result = await rx.execute(_BUSY_ON_SQLITE, period | {"resource_ids": json.dumps(ids)})
    else:
        result = await rx.execute(_BUSY_ON_POSTGRESQL, period | {"resource_ids": ids})
    return {resource_id: BusyColumns(*columns) for resource_id, *columns in result}


_LIVE_HOLDS = (
    select(
        SLOT.c.resource_id,
        SLOT.c.starts_at,
        SLOT.c.ends_at,
        SLOT.c.buffer_before,
        SLOT.c.buffer_after,
        APPOINTMENT.c.appointment_type_id,
        APPOINTMENT.c.location_id,
        VISITOR_SESSION.c.token_sha256,
    )
    .join(APPOINTMENT, APPOINTMENT.c.id == SLOT.c.appointment_id)
    .outerjoin(HOLD, HOLD.c.id == SLOT.c.hold_id)
    .outerjoin(VISITOR_SESSION, VISITOR_SESSION.c.id == HOLD.c.visitor_session_id)
    .where(
        # Literal, since a bound status would hide the partial index from SQLite's planner.
        text("slot.status = 'busy-tentative'"),
        SLOT.c.resource_id.in_(
            select(RESOURCE.c.id).where(RESOURCE.c.organization_id == bindparam("organization_id"))
        ),
        SLOT.c.hold_expires_at > bindparam("now"),
    )
)


async def list_live_holds(
    rx: AsyncConnection, *, organization_id: int, session_key: str, now: datetime
) -> list[LiveHold]:
    """Return every hold of the organisation that is live at ``now``.

    ``session_key`` tells whose are the visitor's own; empty is nobody's.
    """
    rows = await rx.execute(_LIVE_HOLDS, {"organization_id": organization_id, "now": now})
    return [
        LiveHold(
            resource_id=row.resource_id,
            starts_at=row.starts_at,
            occupied=_occupied(row.starts_at, row.ends_at, row.buffer_before, row.buffer_after),
            type_id=row.appointment_type_id,
            place_id=row.location_id,
            is_mine=bool(session_key) and row.token_sha256 == session_key,
        )
        for row in rows
    ]


_OWN_HOLD = exists().where(
    HOLD.c.id == SLOT.c.hold_id, HOLD.c.visitor_session_id == bindparam("visitor_session_id")
)
_IS_BLOCKING = and_(
    SLOT.c.resource_id == bindparam("resource_id"),
    SLOT.c.starts_at > bindparam("earliest"),
    SLOT.c.starts_at < bindparam("ends_at"),
    SLOT.c.ends_at > bindparam("begins_at"),
    or_(
        SLOT.c.status == SlotStatus.BUSY.value,
        # A lapsed hold keeps its time from nobody, and the visitor's own not from the visitor.
        and_(
            SLOT.c.status == SlotStatus.BUSY_TENTATIVE.value,
            SLOT.c.hold_expires_at > bindparam("now"),
            not_(_OWN_HOLD),
        ),
    ),
)
_BLOCKING = select(
    SLOT.c.starts_at, SLOT.c.ends_at, SLOT.c.buffer_before, SLOT.c.buffer_after
).where(_IS_BLOCKING)


async def list_blocking(
    tx: AsyncConnection,
    *,
    resource_id: int,
    begins_at: datetime,
    ends_at: datetime,
    visitor_session_id: int | None,
    now: datetime,
) -> list[Occupied]:
    """Return the live time of one resource that touches a period, the visitor's own hold apart."""
    values = _blocking_values(resource_id, begins_at, ends_at, visitor_session_id, now)
    return [_occupied(*row) for row in await tx.execute(_BLOCKING, values)]


_VISITS = (
    select(SLOT.c.resource_id, func.count())
    .where(
        SLOT.c.resource_id.in_(bindparam("resource_ids", expanding=True)),
        SLOT.c.status == SlotStatus.BUSY.value,
        SLOT.c.starts_at >= bindparam("begins_at"),
        SLOT.c.starts_at < bindparam("ends_at"),
    )
    .group_by(SLOT.c.resource_id)
)


async def count_visits(
    rx: AsyncConnection, *, resource_ids: Collection[int], begins_at: datetime, ends_at: datetime
) -> dict[int, int]:
    """Return how many booked visits of each resource start in a period; none is left out."""
    period = {"resource_ids": list(resource_ids), "begins_at": begins_at, "ends_at": ends_at}
    rows = await rx.execute(_VISITS, period)
    return dict.fromkeys(resource_ids, 0) | {row[0]: row[1] for row in rows}


def _blocking_values(
    resource_id: int,
    begins_at: datetime,
    ends_at: datetime,
    visitor_session_id: int | None,
    now: datetime,
) -> dict[str, object]:
    return {
        "resource_id": resource_id,
        "earliest": begins_at - MAX_SLOT_LENGTH,
        "begins_at": begins_at,
        "ends_at": ends_at,
        "visitor_session_id": visitor_session_id,
        "now": now,
    }


def _occupied(starts_at: datetime, ends_at: datetime, before: int, after: int) -> Occupied:
    return Occupied.during(TimeSpan(starts_at, ends_at), buffer_before=before, buffer_after=after)
