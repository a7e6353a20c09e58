"""Writing a clinic for the first time."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import TableModel, core
from booking_app.db.tables import (
    AppointmentType,
    AppointmentTypeLocation,
    AvailabilityWindow,
    Clinician,
    ClinicianLocation,
    ClinicianService,
    Location,
    MessageTemplate,
    Organization,
    PolicyVersion,
    Resource,
    Settings,
    SettingsText,
)
from booking_app.dto.setup import ClinicianPlan, ClinicPlan

ORGANIZATION = core(Organization)


async def find_organization(tx: AsyncConnection, slug: str) -> int | None:
    """Return the key of the clinic called ``slug``, or None."""
    statement = select(ORGANIZATION.c.id).where(ORGANIZATION.c.slug == slug)
    return (await tx.execute(statement)).scalar_one_or_none()


async def insert_clinic(tx: AsyncConnection, plan: ClinicPlan, *, now: datetime) -> int:
    """Write the organisation, its settings, texts and policy; return its key."""
    organization_id = await _insert(
        tx,
        Organization,
        name=plan.name,
        slug=plan.slug,
        contact_email=plan.contact_email,
        phone=plan.phone,
        default_language=plan.language,
        default_timezone=plan.timezone,
        created_at=now,
        updated_at=now,
    )
    await _insert(
        tx,
        Settings,
        organization_id=organization_id,
        reference_prefix=plan.reference_prefix,
        updated_at=now,
    )
    for name, text in plan.texts.items():
        await _insert(
            tx,
            SettingsText,
            organization_id=organization_id,
            key=name,
            lang=plan.language,
            text=text,
            updated_at=now,
        )
    await _insert(
        tx,
        PolicyVersion,
        organization_id=organization_id,
        version=1,
        lang=plan.language,
        text=plan.cancellation_policy,
        published_at=now,
    )
    return organization_id


async def insert_locations(
    tx: AsyncConnection, organization_id: int, plan: ClinicPlan, *, now: datetime
) -> dict[str, int]:
    """Write the sites; return their keys by slug."""
    return {
        location.slug: await _insert(
            tx,
            Location,
            organization_id=organization_id,
            slug=location.slug,
            name=location.name,
            address=location.address,
            postcode=location.postcode,
            directions=location.directions,
            timezone=location.timezone,
            phone=plan.phone,
            is_primary=location.is_primary,
            created_at=now,
            updated_at=now,
        )
        for location in plan.locations
    }


async def insert_types(
    tx: AsyncConnection,
    organization_id: int,
    plan: ClinicPlan,
    locations: Mapping[str, int],
    *,
    now: datetime,
) -> dict[str, int]:
    """Write the appointment types and where each is offered; return their keys by slug."""
    ids: dict[str, int] = {}
    for position, kind in enumerate(plan.types):
        ids[kind.slug] = await _insert(
            tx,
            AppointmentType,
            organization_id=organization_id,
            slug=kind.slug,
            name=kind.name,
            description=kind.description,
            duration=kind.duration,
            modality=kind.modality,
            slot_step=kind.slot_step,
            buffer_before=kind.buffer_before,
            buffer_after=kind.buffer_after,
            min_notice=kind.min_notice,
            max_advance_days=kind.max_advance_days,
            online_bookable=kind.online_bookable,
            position=position,
            created_at=now,
            updated_at=now,
        )
        for slug in kind.locations:
            await _insert(
                tx,
                AppointmentTypeLocation,
                appointment_type_id=ids[kind.slug],
                location_id=locations[slug],
            )
    return ids


async def insert_clinician(
    tx: AsyncConnection,
    organization_id: int,
    plan: ClinicianPlan,
    *,
    types: Mapping[str, int],
    locations: Mapping[str, int],
    now: datetime,
) -> int:
    """Write a clinician with resource, services, sites and weekly windows; return the key."""
    resource_id = await _insert(tx, Resource, organization_id=organization_id, kind="clinician")
    clinician_id = await _insert(
        tx,
        Clinician,
        organization_id=organization_id,
        resource_id=resource_id,
        slug=plan.slug,
        display_name=plan.display_name,
        short_name=plan.short_name,
        title=plan.title,
        description=plan.description,
        languages=list(plan.languages),
        online_bookable=plan.online_bookable,
        created_at=now,
        updated_at=now,
    )
    for slug in plan.types:
        await _insert(
            tx, ClinicianService, clinician_id=clinician_id, appointment_type_id=types[slug]
        )
    for slug in sorted({window.location for window in plan.windows}):
        await _insert(tx, ClinicianLocation, clinician_id=clinician_id, location_id=locations[slug])
    rows = [
        {
            "organization_id": organization_id,
            "clinician_id": clinician_id,
            "location_id": locations[window.location],
            "weekday": weekday,
            "start_minute": window.start_minute,
            "end_minute": window.end_minute,
            "buffer_minutes": window.buffer_minutes,
            "valid_from": window.valid_from,
            "valid_until": window.valid_until,
            "created_at": now,
            "updated_at": now,
        }
        for window in plan.windows
        for weekday in window.weekdays
    ]
    if rows:
        await tx.execute(insert(core(AvailabilityWindow)), rows)
    return clinician_id


async def insert_template(
    tx: AsyncConnection,
    organization_id: int,
    *,
    event: str,
    subject: str,
    body: str,
    lang: str,
    now: datetime,
) -> None:
    """Write the first version of a message template."""
    await _insert(
        tx,
        MessageTemplate,
        organization_id=organization_id,
        event=event,
        lang=lang,
        subject=subject,
        body=body,
        created_at=now,
        updated_at=now,
    )


async def _insert(tx: AsyncConnection, model: type[TableModel], **values: object) -> int:
    table = core(model)
    return (await tx.execute(insert(table).values(**values).returning(table.c.id))).scalar_one()
