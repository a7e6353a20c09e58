"""Which visits may need a reminder soon."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Appointment, AppointmentType, Patient

APPOINTMENT = core(Appointment)
TYPE = core(AppointmentType)
PATIENT = core(Patient)


@dataclass(frozen=True, slots=True)
class UpcomingVisit:
    """A confirmed visit whose patient wants reminders. Offsets are minutes before the start."""

    id: int
    organization_id: int
    patient_id: int
    recipient: str
    starts_at: datetime
    told_at: datetime
    ics_sequence: int
    reminder_offsets: list[int]


async def list_upcoming(
    rx: AsyncConnection, *, after: datetime, until: datetime
) -> list[UpcomingVisit]:
    """Return the confirmed visits that start in ``(after, until]`` and can be reminded by mail."""
    statement = (
        select(
            APPOINTMENT.c.id,
            APPOINTMENT.c.organization_id,
            PATIENT.c.id,
            PATIENT.c.email,
            APPOINTMENT.c.starts_at,
            APPOINTMENT.c.confirmed_at,
            APPOINTMENT.c.ics_sequence,
            TYPE.c.reminder_offsets,
        )
        .join(PATIENT, PATIENT.c.id == APPOINTMENT.c.patient_id)
        .join(TYPE, TYPE.c.id == APPOINTMENT.c.appointment_type_id)
        .where(
            APPOINTMENT.c.status == "confirmed",
            APPOINTMENT.c.starts_at > after,
            APPOINTMENT.c.starts_at <= until,
            APPOINTMENT.c.reminders_wanted,
            APPOINTMENT.c.confirmed_at.is_not(None),
            PATIENT.c.status == "active",
            PATIENT.c.consent_appointment_messages,
            PATIENT.c.email != "",
        )
        .order_by(APPOINTMENT.c.starts_at, APPOINTMENT.c.id)
    )
    return [UpcomingVisit(*row) for row in (await rx.execute(statement)).all()]
