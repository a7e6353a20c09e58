"""One visit as its patient sees it, with the rules for changing it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.access import LINKS_ARE_ON
from booking_app.db.tables import (
    Appointment,
    AppointmentType,
    Clinician,
    Location,
    Organization,
    Patient,
    PolicyVersion,
    Settings,
)
from booking_app.domain.eligibility import (
    ChangeRules,
    ClinicRules,
    TypeOverrides,
    VisitFacts,
    change_rules,
)
from booking_app.domain.errors import NotFound
from booking_app.domain.lifecycle import AppointmentStatus

APPOINTMENT = core(Appointment)
TYPE = core(AppointmentType)
CLINICIAN = core(Clinician)
LOCATION = core(Location)
ORGANIZATION = core(Organization)
PATIENT = core(Patient)
SETTINGS = core(Settings)
POLICY = core(PolicyVersion)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit with its people, its place, and the rules for changing it. Never sent to a browser."""

    appointment_id: int
    uid: str
    organization_id: int
    clinic_slug: str
    clinic_name: str
    clinic_phone: str
    version: int
    status: AppointmentStatus
    modality: str
    reference: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    created_at: datetime
    updated_at: datetime
    confirmed_at: datetime | None
    booked_online_at: datetime | None
    ics_uid: str | None
    ics_sequence: int
    is_late_cancel: bool
    cancelled_at: datetime | None
    cancelled_by: str | None
    policy_version_accepted: int | None
    type_slug: str
    type_name: str
    clinician_slug: str
    clinician_name: str
    clinician_user_id: int | None
    is_type_online: bool
    is_clinician_online: bool
    location_slug: str
    location_name: str
    location_directions: str
    patient_id: int
    patient_first_name: str
    patient_last_name: str
    patient_email: str
    late_flag_for: str
    patient_reason: str
    rules: ChangeRules

    @property
    def facts(self) -> VisitFacts:
        return VisitFacts(
            status=self.status,
            starts_at=self.starts_at,
            booked_online_at=self.booked_online_at,
            is_type_online=self.is_type_online,
            is_clinician_online=self.is_clinician_online,
        )


_VISIT = (
    select(
        APPOINTMENT,
        ORGANIZATION.c.slug.label("clinic_slug"),
        ORGANIZATION.c.name.label("clinic_name"),
        ORGANIZATION.c.phone.label("clinic_phone"),
        TYPE.c.slug.label("type_slug"),
        TYPE.c.name.label("type_name"),
        TYPE.c.online_bookable.label("type_online_bookable"),
        TYPE.c.active.label("type_active"),
        TYPE.c.deleted_at.label("type_deleted_at"),
        TYPE.c.edit_cutoff.label("type_edit_cutoff"),
        TYPE.c.edit_never,
        TYPE.c.cancel_cutoff.label("type_cancel_cutoff"),
        TYPE.c.cancel_never,
        TYPE.c.allow_self_reschedule,
        TYPE.c.allow_self_cancel,
        TYPE.c.late_cancel_window.label("type_late_cancel_window"),
        CLINICIAN.c.slug.label("clinician_slug"),
        CLINICIAN.c.display_name.label("clinician_name"),
        CLINICIAN.c.user_id.label("clinician_user_id"),
        CLINICIAN.c.online_bookable.label("clinician_online_bookable"),
        CLINICIAN.c.active.label("clinician_active"),
        LOCATION.c.slug.label("location_slug"),
        LOCATION.c.name.label("location_name"),
        LOCATION.c.directions.label("location_directions"),
        PATIENT.c.first_name,
        PATIENT.c.last_name,
        PATIENT.c.email,
        SETTINGS.c.allow_self_reschedule_manage,
        SETTINGS.c.allow_self_cancel_manage,
        SETTINGS.c.edit_cutoff,
        SETTINGS.c.cancel_cutoff,
        SETTINGS.c.late_cancel_window,
        SETTINGS.c.post_booking_grace,
        SETTINGS.c.late_flag_for,
        SETTINGS.c.patient_reason,
        LINKS_ARE_ON.label("links_are_on"),
    )
    .join(ORGANIZATION, ORGANIZATION.c.id == APPOINTMENT.c.organization_id)
    .join(SETTINGS, SETTINGS.c.organization_id == APPOINTMENT.c.organization_id)
    .join(TYPE, TYPE.c.id == APPOINTMENT.c.appointment_type_id)
    .join(CLINICIAN, CLINICIAN.c.id == APPOINTMENT.c.clinician_id)
    .join(LOCATION, LOCATION.c.id == APPOINTMENT.c.location_id)
    .join(PATIENT, PATIENT.c.id == APPOINTMENT.c.patient_id)
)


async def require_visit(connection: AsyncConnection, appointment_id: int) -> Visit:
    """Return a visit as it is now.

    Raises:
        NotFound: it never became a visit; a mere hold has no patient.
    """
    row = (await connection.execute(_VISIT.where(APPOINTMENT.c.id == appointment_id))).one_or_none()
    if row is None or row.status in {AppointmentStatus.HELD, AppointmentStatus.EXPIRED}:
        raise NotFound
    return _visit(row)


async def find_policy_text(
    connection: AsyncConnection, *, organization_id: int, version: int, lang: str
) -> str:
    """Return the cancellation policy as it read in that version, empty where there was none."""
    statement = select(POLICY.c.text).where(
        POLICY.c.organization_id == organization_id,
        POLICY.c.version == version,
        POLICY.c.lang == lang,
    )
    return (await connection.execute(statement)).scalar_one_or_none() or ""


def _visit(row: Row[tuple[object, ...]]) -> Visit:
    return Visit(
        appointment_id=row.id,
        uid=str(row.uid),
        organization_id=row.organization_id,
        clinic_slug=row.clinic_slug,
        clinic_name=row.clinic_name,
        clinic_phone=row.clinic_phone,
        version=row.version,
        status=AppointmentStatus(row.status),
        modality=row.modality,
        reference=row.reference,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.timezone,
        created_at=row.created_at,
        updated_at=row.updated_at,
        confirmed_at=row.confirmed_at,
        booked_online_at=row.booked_online_at,
        ics_uid=row.ics_uid,
        ics_sequence=row.ics_sequence,
        is_late_cancel=row.is_late_cancel,
        cancelled_at=row.cancelled_at,
        cancelled_by=row.cancelled_by,
        policy_version_accepted=row.policy_version_accepted,
        type_slug=row.type_slug,
        type_name=row.type_name,
        clinician_slug=row.clinician_slug,
        clinician_name=row.clinician_name,
        clinician_user_id=row.clinician_user_id,
        is_type_online=row.type_online_bookable and row.type_active and not row.type_deleted_at,
        is_clinician_online=row.clinician_online_bookable and row.clinician_active,
        location_slug=row.location_slug,
        location_name=row.location_name,
        location_directions=row.location_directions,
        patient_id=row.patient_id,
        patient_first_name=row.first_name,
        patient_last_name=row.last_name,
        patient_email=row.email,
        late_flag_for=row.late_flag_for,
        patient_reason=row.patient_reason,
        rules=_rules(row),
    )


def _rules(row: Row[tuple[object, ...]]) -> ChangeRules:
    clinic = ClinicRules(
        is_switched_on=bool(row.links_are_on),
        allow_self_reschedule=row.allow_self_reschedule_manage,
        allow_self_cancel=row.allow_self_cancel_manage,
        edit_cutoff=row.edit_cutoff,
        cancel_cutoff=row.cancel_cutoff,
        late_cancel_window=row.late_cancel_window,
        post_booking_grace=row.post_booking_grace,
    )
    overrides = TypeOverrides(
        edit_cutoff=row.type_edit_cutoff,
        edit_never=row.edit_never,
        cancel_cutoff=row.type_cancel_cutoff,
        cancel_never=row.cancel_never,
        allow_self_reschedule=row.allow_self_reschedule,
        allow_self_cancel=row.allow_self_cancel,
        late_cancel_window=row.type_late_cancel_window,
    )
    return change_rules(clinic, overrides)
