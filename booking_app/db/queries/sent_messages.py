"""What became of the messages about a visit."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Appointment, OutboxItem

APPOINTMENT = core(Appointment)
ITEM = core(OutboxItem)


async def find_newest_state(rx: AsyncConnection, *, appointment_id: int, event: str) -> str | None:
    """Return the state of a visit's newest message of one kind, None without any."""
    statement = (
        select(ITEM.c.state)
        .where(ITEM.c.appointment_id == appointment_id, ITEM.c.event == event)
        .order_by(ITEM.c.id.desc())
        .limit(1)
    )
    return (await rx.execute(statement)).scalar_one_or_none()


async def find_appointment_uid(rx: AsyncConnection, appointment_id: int) -> str | None:
    """Return the public id of a visit that messages are about, None where it is gone."""
    statement = select(APPOINTMENT.c.uid).where(APPOINTMENT.c.id == appointment_id)
    uid: UUID | None = (await rx.execute(statement)).scalar_one_or_none()
    return None if uid is None else str(uid)
