"""What is true of a visit when a message about it is composed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import (
    Appointment,
    AppointmentType,
    Clinician,
    Location,
    ManageLink,
    MessageTemplate,
    Organization,
    Patient,
    Settings,
)

APPOINTMENT = core(Appointment)
TYPE = core(AppointmentType)
CLINICIAN = core(Clinician)
LOCATION = core(Location)
LINK = core(ManageLink)
TEMPLATE = core(MessageTemplate)
ORGANIZATION = core(Organization)
PATIENT = core(Patient)
SETTINGS = core(Settings)


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """One visit with everything a message may say about it. Never sent to a browser."""

    appointment_uid: UUID
    reference: str
    status: str
    modality: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    ics_uid: str | None
    ics_sequence: int
    confirmed_at: datetime | None
    updated_at: datetime
    reminders_wanted: bool
    is_late_cancel: bool
    cancelled_by: str | None
    cancel_reason_text: str | None
    type_name: str
    clinician_name: str
    location_name: str
    location_address: str
    location_postcode: str
    location_directions: str
    patient_first_name: str
    patient_last_name: str
    patient_email: str
    patient_status: str
    clinic_slug: str
    clinic_name: str
    clinic_phone: str
    clinic_email: str
    join_opens_before: int
    join_closes_after: int
    late_cancel_window: int
    online_booking_enabled: bool
    manage_links_enabled: bool


_FACTS = (
    select(
        APPOINTMENT.c.uid,
        APPOINTMENT.c.reference,
        APPOINTMENT.c.status,
        APPOINTMENT.c.modality,
        APPOINTMENT.c.starts_at,
        APPOINTMENT.c.ends_at,
        APPOINTMENT.c.timezone,
        APPOINTMENT.c.ics_uid,
        APPOINTMENT.c.ics_sequence,
        APPOINTMENT.c.confirmed_at,
        APPOINTMENT.c.updated_at,
        APPOINTMENT.c.reminders_wanted,
        APPOINTMENT.c.is_late_cancel,
        APPOINTMENT.c.cancelled_by,
        APPOINTMENT.c.cancel_reason_text,
        TYPE.c.name,
        CLINICIAN.c.display_name,
        LOCATION.c.name,
        LOCATION.c.address,
        LOCATION.c.postcode,
        LOCATION.c.directions,
        PATIENT.c.first_name,
        PATIENT.c.last_name,
        PATIENT.c.email,
        PATIENT.c.status,
        ORGANIZATION.c.slug,
        ORGANIZATION.c.name,
        ORGANIZATION.c.phone,
        ORGANIZATION.c.contact_email,
        SETTINGS.c.join_opens_before,
        SETTINGS.c.join_closes_after,
        SETTINGS.c.late_cancel_window,
        SETTINGS.c.online_booking_enabled,
        SETTINGS.c.manage_links_enabled,
    )
    .join(PATIENT, PATIENT.c.id == APPOINTMENT.c.patient_id)
    .join(TYPE, TYPE.c.id == APPOINTMENT.c.appointment_type_id)
    .join(CLINICIAN, CLINICIAN.c.id == APPOINTMENT.c.clinician_id)
    .join(LOCATION, LOCATION.c.id == APPOINTMENT.c.location_id)
    .join(ORGANIZATION, ORGANIZATION.c.id == APPOINTMENT.c.organization_id)
    .join(SETTINGS, SETTINGS.c.organization_id == APPOINTMENT.c.organization_id)
)


async def find_facts(rx: AsyncConnection, appointment_id: int) -> MessageFacts | None:
    """Return what is true of the visit now; None when it has no patient."""
    row = (await rx.execute(_FACTS.where(APPOINTMENT.c.id == appointment_id))).first()
    return MessageFacts(*row) if row else None


async def find_template(
    rx: AsyncConnection, *, organization_id: int, event: str, lang: str
) -> tuple[str, str] | None:
    """Return subject and body of an enabled e-mail template, or None."""
    statement = select(TEMPLATE.c.subject, TEMPLATE.c.body).where(
        TEMPLATE.c.organization_id == organization_id,
        TEMPLATE.c.event == event,
        TEMPLATE.c.channel == "email",
        TEMPLATE.c.lang == lang,
        TEMPLATE.c.enabled,
    )
    row = (await rx.execute(statement)).first()
    return (row[0], row[1]) if row else None


async def find_link_uid(
    rx: AsyncConnection, *, appointment_id: int, manage_link_id: int | None
) -> UUID | None:
    """Return the public id of the link a message shows; its token is made from it.

    That is the link the message was queued with, or the newest one of the visit that
    nobody has revoked.
    """
    statement = (
        select(LINK.c.uid)
        .where(LINK.c.appointment_id == appointment_id, LINK.c.revoked_at.is_(None))
        .order_by(case((LINK.c.id == manage_link_id, 0), else_=1), LINK.c.id.desc())
        .limit(1)
    )
    return (await rx.execute(statement)).scalar_one_or_none()
