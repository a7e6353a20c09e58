"""A clinic with several types, places and people, and the ways its diaries change."""

from datetime import date, datetime, timedelta

from sqlalchemy import insert, update

from booking_app.db.base import TableModel, core
from booking_app.db.session import transaction
from booking_app.db.tables import (
    AppointmentType,
    AvailabilityException,
    AvailabilityWindow,
    Clinician,
    ClinicianService,
    Closure,
    Location,
    Resource,
    TimeOff,
)
from booking_app.dto.clinic import Clinic
from booking_app.dto.setup import ClinicianPlan, ClinicPlan, LocationPlan, TypePlan, WindowPlan
from booking_app.services import clinics, setup

NOW = datetime.fromisoformat("2026-07-13T14:42:00+00:00")
"""A Monday, 3:42pm in London."""

WEEKDAYS = (0, 1, 2, 3, 4)
NORTH = LocationPlan("north", "North Quay", "Europe/London", is_primary=True)
SOUTH = LocationPlan("south", "South Quay", "Europe/London")
VIDEO = TypePlan(
    "gp-video", "GP video visit", "Talk to a GP", 15, "video", ("north",), slot_step=20
)
GP = TypePlan("gp", "GP visit", "See a GP", 15, "in_person", ("north", "south"), slot_step=20)
BLOOD = TypePlan("blood-test", "Blood test", "With a nurse", 60, "in_person", ("north",))


def window(
    opens: int, closes: int, weekdays: tuple[int, ...] = WEEKDAYS, *, at: str = "north"
) -> WindowPlan:
    """Return a window of whole hours."""
    return WindowPlan(weekdays, opens * 60, closes * 60, at)


OSEI = ClinicianPlan(
    "amara-osei",
    "Dr Amara Osei",
    "Dr Osei",
    "GP",
    ("English", "Twi"),
    ("gp-video", "gp"),
    (window(9, 11),),
)
DEMIR = ClinicianPlan(
    "yusuf-demir",
    "Dr Yusuf Demir",
    "Dr Demir",
    "GP",
    ("English", "Turkish", "Welsh"),
    ("gp-video", "gp"),
    (window(10, 12, (1, 2, 3)), window(14, 16, (4,), at="south")),
)
CARROW = ClinicianPlan(
    "beth-carrow",
    "Nurse Beth Carrow",
    "Nurse Carrow",
    "Nurse",
    ("English",),
    ("blood-test",),
    (window(13, 16),),
)


async def open_quay(
    *,
    slug: str = "quay",
    types: tuple[TypePlan, ...] = (VIDEO, GP, BLOOD),
    clinicians: tuple[ClinicianPlan, ...] = (OSEI, DEMIR, CARROW),
    locations: tuple[LocationPlan, ...] = (NORTH, SOUTH),
    timezone: str = "Europe/London",
    now: datetime = NOW,
) -> Clinic:
    """Write the clinic and return it as services take it."""
    plan = ClinicPlan(
        slug=slug,
        name="Quay Clinic",
        phone="01632 960 100",
        contact_email="quay@example.org",
        timezone=timezone,
        reference_prefix="QUA",
        locations=locations,
        types=types,
        clinicians=clinicians,
        cancellation_policy="Tell us early.",
    )
    await setup.install_clinic(plan=plan, now=now)
    return await clinics.require_clinic(slug=slug)


async def change(model: type[TableModel], slug: str, **values: object) -> None:
    """Change the type, clinician or location called ``slug``."""
    table = core(model)
    async with transaction() as tx:
        await tx.execute(update(table).where(table.c.slug == slug).values(**values))


async def change_type(slug: str, **values: object) -> None:
    await change(AppointmentType, slug, **values)


async def change_clinician(slug: str, **values: object) -> None:
    await change(Clinician, slug, **values)


async def change_place(slug: str, **values: object) -> None:
    await change(Location, slug, **values)


async def add_window(
    clinician_id: int, location_id: int, organization_id: int, **values: object
) -> None:
    """Open a weekly window, by default all day on Mondays."""
    await _add(
        clinician_id,
        AvailabilityWindow,
        organization_id=organization_id,
        clinician_id=clinician_id,
        location_id=location_id,
        **({"weekday": 0, "start_minute": 0, "end_minute": 1440} | values),
        created_at=NOW,
        updated_at=NOW,
    )


async def add_exception(
    clinician_id: int,
    organization_id: int,
    day: date,
    kind: str,
    *minutes: int,
    location_id: int | None = None,
) -> None:
    """Make one date differ; two ``minutes`` limit the exception to a part of it."""
    start_minute, end_minute = minutes or (None, None)
    await _add(
        clinician_id,
        AvailabilityException,
        organization_id=organization_id,
        clinician_id=clinician_id,
        location_id=location_id,
        day=day,
        kind=kind,
        start_minute=start_minute,
        end_minute=end_minute,
        created_at=NOW,
    )


async def add_time_off(
    clinician_id: int, organization_id: int, starts_at: datetime, lasts: timedelta
) -> None:
    await _add(
        clinician_id,
        TimeOff,
        organization_id=organization_id,
        clinician_id=clinician_id,
        starts_at=starts_at,
        ends_at=starts_at + lasts,
        created_at=NOW,
    )


async def add_closure(
    organization_id: int, starts_on: date, ends_on: date, *, location_id: int | None = None
) -> None:
    """Close one location, or all of them."""
    resource = core(Resource)
    async with transaction() as tx:
        await tx.execute(
            insert(core(Closure)).values(
                organization_id=organization_id,
                location_id=location_id,
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=NOW,
            )
        )
        await tx.execute(
            update(resource)
            .where(resource.c.organization_id == organization_id)
            .values(rev=resource.c.rev + 1)
        )


async def set_duration(clinician_id: int, type_id: int, minutes: int) -> None:
    """Give a clinician another duration for a type than the type has."""
    service = core(ClinicianService)
    async with transaction() as tx:
        await tx.execute(
            update(service)
            .where(service.c.clinician_id == clinician_id, service.c.appointment_type_id == type_id)
            .values(duration_override=minutes)
        )


async def _add(whose: int, model: type[TableModel], **values: object) -> None:
    resource, clinician = core(Resource), core(Clinician)
    async with transaction() as tx:
        await tx.execute(insert(core(model)).values(**values))
        await tx.execute(
            update(resource)
            .where(
                resource.c.id.in_(
                    clinician.select()
                    .with_only_columns(clinician.c.resource_id)
                    .where(clinician.c.id == whose)
                )
            )
            .values(rev=resource.c.rev + 1)
        )
