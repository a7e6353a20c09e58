"""Cancelling a visit: the row, the time it occupied, and the line in the clinician's bell."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.visits import Visit
from booking_app.db.tables import Appointment, Notification, Slot
from booking_app.domain.lifecycle import AppointmentStatus, CancelledBy, SlotStatus

APPOINTMENT = core(Appointment)
NOTIFICATION = core(Notification)
SLOT = core(Slot)

_LIVE_SLOT = (SlotStatus.BUSY.value, SlotStatus.BUSY_TENTATIVE.value)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """How a visit is cancelled."""

    by: CancelledBy
    reason_code: str
    reason_text: str | None
    is_late: bool


async def list_resources(tx: AsyncConnection, appointment_id: int) -> list[int]:
    """Return the ids of the resources whose time the visit occupies, in ascending order."""
    statement = (
        select(SLOT.c.resource_id)
        .where(SLOT.c.appointment_id == appointment_id, SLOT.c.status.in_(_LIVE_SLOT))
        .distinct()
        .order_by(SLOT.c.resource_id)
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


async def release_time(tx: AsyncConnection, *, appointment_id: int, now: datetime) -> None:
    """Give the visit's time back to everybody; its resources are locked already."""
    await tx.execute(
        update(SLOT)
        .where(SLOT.c.appointment_id == appointment_id, SLOT.c.status.in_(_LIVE_SLOT))
        .values(status=SlotStatus.RELEASED.value, hold_expires_at=None, released_at=now)
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
