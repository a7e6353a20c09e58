"""Holds: finding them, and moving them on by compare-and-set.

A hold is open while it is neither consumed nor released, and live while it is open and
``expires_at`` lies ahead of ``now``. Every statement that decides something compares with
``now`` itself; a stored status only ever follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import (
    Appointment,
    AppointmentType,
    Clinician,
    Hold,
    Location,
    Organization,
    Slot,
    VisitorSession,
)
from booking_app.domain.lifecycle import AppointmentStatus, HoldPurpose, HoldRelease, SlotStatus

HOLD = core(Hold)
SLOT = core(Slot)
APPOINTMENT = core(Appointment)
TYPE = core(AppointmentType)
CLINICIAN = core(Clinician)
LOCATION = core(Location)
ORGANIZATION = core(Organization)
SESSION = core(VisitorSession)


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold with its appointment and where it stands. ``session_key`` is empty where staff hold."""

    hold_id: int
    hold_uid: UUID
    purpose: str
    expires_at: datetime
    extensions: int
    consumed_at: datetime | None
    released_at: datetime | None
    release_reason: str | None
    made_at: datetime
    visitor_session_id: int | None
    appointment_id: int
    appointment_uid: UUID
    version: int
    status: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    type_id: int
    resource_id: int
    organization_id: int
    clinic_slug: str
    type_slug: str
    clinician_slug: str
    location_slug: str
    session_key: str

    @property
    def is_open(self) -> bool:
        return self.consumed_at is None and self.released_at is None

    def is_live(self, now: datetime) -> bool:
        return self.is_open and now < self.expires_at


# Written out, since a bound value would hide the partial index from SQLite's planner.
_IS_TENTATIVE = text("slot.status = 'busy-tentative'")
IS_OPEN: ColumnElement[bool] = and_(HOLD.c.consumed_at.is_(None), HOLD.c.released_at.is_(None))

_HOLD: Select[*tuple[Any, ...]] = (
    select(
        HOLD.c.id,
        HOLD.c.uid,
        HOLD.c.purpose,
        HOLD.c.expires_at,
        HOLD.c.extensions,
        HOLD.c.consumed_at,
        HOLD.c.released_at,
        HOLD.c.release_reason,
        HOLD.c.created_at,
        HOLD.c.visitor_session_id,
        APPOINTMENT.c.id,
        APPOINTMENT.c.uid,
        APPOINTMENT.c.version,
        APPOINTMENT.c.status,
        APPOINTMENT.c.starts_at,
        APPOINTMENT.c.ends_at,
        APPOINTMENT.c.timezone,
        APPOINTMENT.c.appointment_type_id,
        SLOT.c.resource_id,
        APPOINTMENT.c.organization_id,
        ORGANIZATION.c.slug,
        TYPE.c.slug,
        CLINICIAN.c.slug,
        LOCATION.c.slug,
        func.coalesce(SESSION.c.token_sha256, ""),
    )
    .select_from(HOLD)
    .join(SLOT, SLOT.c.hold_id == HOLD.c.id)
    .join(APPOINTMENT, APPOINTMENT.c.id == HOLD.c.appointment_id)
    .join(ORGANIZATION, ORGANIZATION.c.id == APPOINTMENT.c.organization_id)
    .join(TYPE, TYPE.c.id == APPOINTMENT.c.appointment_type_id)
    .join(CLINICIAN, CLINICIAN.c.id == APPOINTMENT.c.clinician_id)
    .join(LOCATION, LOCATION.c.id == APPOINTMENT.c.location_id)
    .outerjoin(SESSION, SESSION.c.id == HOLD.c.visitor_session_id)
)
_OPEN_OF_SESSION = _HOLD.where(HOLD.c.visitor_session_id == bindparam("session_id"), IS_OPEN)
_NEWEST_OF_VISITOR = (
    _HOLD.where(
        SESSION.c.token_sha256 == bindparam("session_key"),
        ORGANIZATION.c.slug == bindparam("clinic_slug"),
        HOLD.c.purpose == HoldPurpose.NEW.value,
    )
    .order_by(HOLD.c.id.desc())
    .limit(1)
)
_OF_VISITOR = _HOLD.where(
    SESSION.c.token_sha256 == bindparam("session_key"), HOLD.c.uid == bindparam("hold_uid")
)
_LAPSED_IN_THE_WAY = _HOLD.where(
    SLOT.c.resource_id == bindparam("resource_id"),
    _IS_TENTATIVE,
    SLOT.c.starts_at < bindparam("ends_at"),
    SLOT.c.ends_at > bindparam("starts_at"),
    SLOT.c.hold_expires_at <= bindparam("now"),
    IS_OPEN,
    HOLD.c.visitor_session_id.is_distinct_from(bindparam("session_id")),
)
_IN_THE_WAY = _OPEN_OF_SESSION.union_all(_LAPSED_IN_THE_WAY)
_LAPSED = (
    _HOLD.where(IS_OPEN, HOLD.c.expires_at <= bindparam("now"))
    .order_by(HOLD.c.expires_at, HOLD.c.id)
    .limit(bindparam("at_most"))
)
_NEXT_EXPIRY = select(func.min(HOLD.c.expires_at)).where(IS_OPEN)


async def find_newest_hold(
    connection: AsyncConnection, *, session_key: str, clinic_slug: str
) -> HoldRow | None:
    """Return what a visitor held last at a clinic, whatever became of it."""
    return await _first(
        connection, _NEWEST_OF_VISITOR, session_key=session_key, clinic_slug=clinic_slug
    )


async def find_hold(
    connection: AsyncConnection, *, session_key: str, hold_uid: UUID
) -> HoldRow | None:
    """Return that hold if it is this visitor's, whatever became of it."""
    return await _first(connection, _OF_VISITOR, session_key=session_key, hold_uid=hold_uid)


async def list_in_the_way(
    tx: AsyncConnection,
    *,
    visitor_session_id: int,
    resource_id: int,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> tuple[HoldRow | None, Sequence[HoldRow]]:
    """Return the visitor's own open hold, live or lapsed, and the lapsed ones of others.

    Of others only those on the resource whose time meets ``[starts_at, ends_at)``: the
    clock has freed their time already, and the rows have yet to say so.
    """
    values = {
        "session_id": visitor_session_id,
        "resource_id": resource_id,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "now": now,
    }
    found = [HoldRow(*row) for row in await tx.execute(_IN_THE_WAY, values)]
    own = next((hold for hold in found if hold.visitor_session_id == visitor_session_id), None)
    return own, [hold for hold in found if hold is not own]


async def list_lapsed(rx: AsyncConnection, *, at_most: int, now: datetime) -> Sequence[HoldRow]:
    """Return open holds that lapsed, those that lapsed first in front."""
    return [HoldRow(*row) for row in await rx.execute(_LAPSED, {"now": now, "at_most": at_most})]


async def find_next_expiry(rx: AsyncConnection) -> datetime | None:
    """Return when the next open hold lapses, or lapsed without having been tidied up."""
    return (await rx.execute(_NEXT_EXPIRY)).scalar_one()


_RELEASE = (
    update(HOLD)
    .where(HOLD.c.id == bindparam("key"), IS_OPEN)
    .values(released_at=bindparam("at"), release_reason=bindparam("why"))
)
_RELEASE_LAPSED = _RELEASE.where(HOLD.c.expires_at <= bindparam("at"))
_RELEASE_SLOT = (
    update(SLOT)
    .where(SLOT.c.hold_id == bindparam("key"), SLOT.c.status == SlotStatus.BUSY_TENTATIVE.value)
    .values(status=SlotStatus.RELEASED.value, hold_expires_at=None, released_at=bindparam("at"))
)
_EXPIRE_APPOINTMENT = (
    update(APPOINTMENT)
    .where(
        APPOINTMENT.c.id == bindparam("key"),
        APPOINTMENT.c.status == AppointmentStatus.HELD.value,
    )
    .values(
        status=AppointmentStatus.EXPIRED.value,
        version=APPOINTMENT.c.version + 1,
        updated_at=bindparam("at"),
    )
)
_EXTEND = (
    update(HOLD)
    .where(
        HOLD.c.id == bindparam("key"),
        IS_OPEN,
        HOLD.c.expires_at > bindparam("at"),
        HOLD.c.extensions == bindparam("extended_before"),
    )
    .values(expires_at=bindparam("until"), extensions=HOLD.c.extensions + 1)
)
_EXTEND_SLOT = (
    update(SLOT)
    .where(SLOT.c.hold_id == bindparam("key"), SLOT.c.status == SlotStatus.BUSY_TENTATIVE.value)
    .values(hold_expires_at=bindparam("until"))
)


async def release_hold(
    tx: AsyncConnection, hold: HoldRow, *, reason: HoldRelease, now: datetime
) -> bool:
    """Let go of an open hold and its time; tell whether it was this call that did.

    A hold that was only for a new appointment takes that appointment with it, to expired.
    For the reason ``timeout`` the hold must have lapsed at ``now``: one that was extended
    meanwhile is left alone. The resource is locked already.
    """
    statement = _RELEASE_LAPSED if reason is HoldRelease.TIMEOUT else _RELEASE
    released = await tx.execute(statement, {"key": hold.hold_id, "at": now, "why": reason.value})
    if released.rowcount != 1:
        return False
    await tx.execute(_RELEASE_SLOT, {"key": hold.hold_id, "at": now})
    await tx.execute(_EXPIRE_APPOINTMENT, {"key": hold.appointment_id, "at": now})
    return True


async def extend_hold(
    tx: AsyncConnection, hold: HoldRow, *, expires_at: datetime, now: datetime
) -> bool:
    """Move the end of a live hold; False when it lapsed, ended, or was extended meanwhile."""
    extended = await tx.execute(
        _EXTEND,
        {
            "key": hold.hold_id,
            "at": now,
            "extended_before": hold.extensions,
            "until": expires_at,
        },
    )
    if extended.rowcount != 1:
        return False
    await tx.execute(_EXTEND_SLOT, {"key": hold.hold_id, "until": expires_at})
    return True


async def _first(
    connection: AsyncConnection, statement: Select[*tuple[Any, ...]], **values: object
) -> HoldRow | None:
    row = (await connection.execute(statement, values)).first()
    return HoldRow(*row) if row else None
