"""Cancelling a visit: the row, the time it occupied, and the line in the clinician's bell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.visits import Visit
from booking_app.db.tables import Appointment, Notification, Resource, Slot
from booking_app.domain.lifecycle import AppointmentStatus, CancelledBy, SlotStatus

APPOINTMENT = core(Appointment)
NOTIFICATION = core(Notification)
RESOURCE = core(Resource)
SLOT = core(Slot)

_LIVE_SLOT = (SlotStatus.BUSY.value, SlotStatus.BUSY_TENTATIVE.value)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """How a visit is cancelled."""

    by: CancelledBy
    reason_code: str
    reason_text: str | None
    is_late: bool


async def lock_time(tx: AsyncConnection, appointment_id: int) -> list[int]:
    """Lock every resource whose time the visit occupies, and return their ids.

    Always in ascending order, and before the visit itself is read for a change.
    """
    occupied = select(SLOT.c.resource_id).where(
        SLOT.c.appointment_id == appointment_id, SLOT.c.status.in_(_LIVE_SLOT)
    )
    statement = (
        select(RESOURCE.c.id)
        .where(RESOURCE.c.id.in_(occupied))
        .order_by(RESOURCE.c.id)
        .with_for_update(key_share=True)
    )
    return list((await tx.execute(statement)).scalars())


async def cancel(
    tx: AsyncConnection, visit: Visit, cancellation: Cancellation, *, now: datetime
) -> bool:
    """Cancel the visit if nobody has changed it since it was read, and tell whether it was done.

    The invite's sequence rises, so that calendars take the cancellation for newer.
    """
    statement = (
        update(APPOINTMENT)
        .where(
            APPOINTMENT.c.id == visit.appointment_id,
            APPOINTMENT.c.version == visit.version,
            APPOINTMENT.c.status == AppointmentStatus.CONFIRMED.value,
        )
        .values(
            status=AppointmentStatus.CANCELLED.value,
            cancelled_at=now,
            cancelled_by=cancellation.by.value,
            cancel_reason_code=cancellation.reason_code,
            cancel_reason_text=cancellation.reason_text,
            is_late_cancel=cancellation.is_late,
            ics_sequence=APPOINTMENT.c.ics_sequence + 1,
            version=APPOINTMENT.c.version + 1,
            updated_at=now,
        )
    )
    return (await tx.execute(statement)).rowcount == 1


async def release_time(
    tx: AsyncConnection, *, appointment_id: int, resource_ids: list[int], now: datetime
) -> None:
    """Give the visit's time back to everybody; the resources are locked already."""
    await tx.execute(
        update(SLOT)
        .where(SLOT.c.appointment_id == appointment_id, SLOT.c.status.in_(_LIVE_SLOT))
        .values(status=SlotStatus.RELEASED.value, hold_expires_at=None, released_at=now)
    )
    await tx.execute(
        update(RESOURCE).where(RESOURCE.c.id.in_(resource_ids)).values(rev=RESOURCE.c.rev + 1)
    )


async def notify_user(
    tx: AsyncConnection,
    *,
    organization_id: int,
    user_id: int,
    event: str,
    appointment_id: int,
    text_key: str,
    values: dict[str, str],
    dedupe_key: str,
    now: datetime,
) -> None:
    """Put a line into a staff member's bell."""
    await tx.execute(
        insert(NOTIFICATION).values(
            organization_id=organization_id,
            user_id=user_id,
            event=event,
            dedupe_key=dedupe_key,
            appointment_id=appointment_id,
            text_key=text_key,
            values=values,
            created_at=now,
        )
    )
