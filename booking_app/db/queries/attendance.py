"""Reading a visit for its outcome, and writing it once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Appointment, Settings
from booking_app.domain.lifecycle import AppointmentStatus

APPOINTMENT = core(Appointment)
SETTINGS = core(Settings)


@dataclass(frozen=True, slots=True)
class Visit:
    id: int
    organization_id: int
    status: str
    modality: str
    starts_at: datetime
    ends_at: datetime
    version: int
    join_closes_after: int


async def find_visit(tx: AsyncConnection, uid: UUID) -> Visit | None:
    """Return what decides about the outcome of a visit."""
    statement = (
        select(
            APPOINTMENT.c.id,
            APPOINTMENT.c.organization_id,
            APPOINTMENT.c.status,
            APPOINTMENT.c.modality,
            APPOINTMENT.c.starts_at,
            APPOINTMENT.c.ends_at,
            APPOINTMENT.c.version,
            SETTINGS.c.join_closes_after,
        )
        .join(SETTINGS, SETTINGS.c.organization_id == APPOINTMENT.c.organization_id)
        .where(APPOINTMENT.c.uid == uid)
    )
    row = (await tx.execute(statement)).first()
    return Visit(*row) if row else None


async def set_outcome(
    tx: AsyncConnection, visit: Visit, outcome: AppointmentStatus, *, now: datetime
) -> bool:
    """Write the outcome if nobody has changed the visit since it was read."""
    stamp = "completed_at" if outcome is AppointmentStatus.COMPLETED else "no_show_at"
    statement = (
        update(APPOINTMENT)
        .where(APPOINTMENT.c.id == visit.id, APPOINTMENT.c.version == visit.version)
        .values(
            {"status": outcome.value, stamp: now, "version": visit.version + 1, "updated_at": now}
        )
    )
    return (await tx.execute(statement)).rowcount == 1
