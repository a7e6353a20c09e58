"""Clinics, patients and appointments for tests, each in one call.

Everything hangs on `NOW`, a Monday morning; a test that needs another moment passes its own.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from booking_app.db.base import TableModel, core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentItem,
    AppointmentType,
    Clinician,
    Location,
    Patient,
    Resource,
    Settings,
    Slot,
)
from booking_app.domain.actors import Visitor
from booking_app.domain.lifecycle import AppointmentStatus, BookedVia, SlotStatus
from booking_app.dto.booking import Choice, ChosenTime, Details
from booking_app.dto.setup import (
    ClinicianPlan,
    ClinicPlan,
    LocationPlan,
    TypePlan,
    WindowPlan,
)
from booking_app.services import setup

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
"""Monday 2 March 2026, half past six in London: before any window opens."""

TODAY = NOW.date()
EVERY_DAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class AClinician:
    id: int
    uid: str
    slug: str
    resource_id: int


@dataclass(frozen=True, slots=True)
class AClinic:
    """What a test needs to know of a clinic: keys for SQL, slugs for services."""

    organization_id: int
    slug: str
    zone: str
    location_id: int
    location_slug: str
    type_id: int
    type_slug: str
    duration: timedelta
    clinicians: tuple[AClinician, ...]

    @property
    def clinician(self) -> AClinician:
        return self.clinicians[0]

    def choice(self, clinician: AClinician | None = None) -> Choice:
        """Return the choice of its type at its location with a clinician (the first)."""
        return Choice(
            self.slug, self.type_slug, (clinician or self.clinician).slug, self.location_slug
        )

    def at(self, wall_time: str, day: date = TODAY) -> datetime:
        """Return the instant at which its wall clock reads ``09:30`` on ``day``."""
        wall = datetime.combine(day, time.fromisoformat(wall_time), ZoneInfo(self.zone))
        return wall.astimezone(UTC)

    def chosen(
        self, wall_time: str, day: date = TODAY, clinician: AClinician | None = None
    ) -> ChosenTime:
        """Return that time as picked from a tile."""
        return ChosenTime((clinician or self.clinician).slug, self.at(wall_time, day))


async def a_clinic(
    *,
    slug: str = "harbour",
    zone: str = "Europe/London",
    clinicians: int = 1,
    duration: int = 30,
    slot_step: int | None = None,
    buffer_before: int = 0,
    buffer_after: int = 0,
    window_buffer: int = 0,
    weekdays: tuple[int, ...] = EVERY_DAY,
    opens: int = 9 * 60,
    closes: int = 17 * 60,
    modality: str = "in_person",
    min_notice: int = 0,
    max_advance_days: int = 60,
    reference_prefix: str = "HBR",
    now: datetime = NOW,
    **settings: object,
) -> AClinic:
    """Write a clinic with one location, one type, and clinicians who keep the same hours.

    Minutes everywhere. ``settings`` are columns of the settings row that differ from their
    defaults: ``hold_minutes=5``, ``online_booking_enabled=False``.
    """
    window = WindowPlan(weekdays, opens, closes, "main", buffer_minutes=window_buffer)
    plan = ClinicPlan(
        slug=slug,
        name=f"{slug.capitalize()} Clinic",
        phone="020 7946 0123",
        contact_email=f"hello@{slug}.example",
        timezone=zone,
        reference_prefix=reference_prefix,
        locations=(LocationPlan("main", "Main building", zone, is_primary=True),),
        types=(
            TypePlan(
                "check-up",
                "Check-up",
                "A routine check-up.",
                duration,
                modality,
                ("main",),
                slot_step=slot_step,
                buffer_before=buffer_before,
                buffer_after=buffer_after,
                min_notice=min_notice,
                max_advance_days=max_advance_days,
            ),
        ),
        clinicians=tuple(
            ClinicianPlan(
                f"dr-{number}",
                f"Dr Number {number}",
                f"Dr {number}",
                "GP",
                ("English",),
                ("check-up",),
                (window,),
            )
            for number in range(1, clinicians + 1)
        ),
        cancellation_policy="Tell us a day before.",
    )
    organization_id = await setup.install_clinic(plan=plan, now=now)
    if settings:
        table = core(Settings)
        async with transaction() as tx:
            await tx.execute(
                update(table)
                .where(table.c.organization_id == organization_id)
                .values(**settings, version=table.c.version + 1)
            )
    return await _read_clinic(organization_id, slug, zone)


def a_visitor(number: int = 1, *, address: str | None = None) -> Visitor:
    """Return the browser called ``number``; each has its own address unless one is given."""
    known_as = address or f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return Visitor(
        session_key=_digest(f"visitor {number}"),
        address_hash=_digest(f"address {known_as}"),
        user_agent="Firefox",
    )


def some_details(number: int = 1, **changes: object) -> Details:
    """Return the details of one made-up person, valid unless ``changes`` spoil them."""
    typed: dict[str, object] = {
        "first_name": "Maya",
        "last_name": f"Okafor {_letters(number)}",
        "day": "14",
        "month": "7",
        "year": "1985",
        "email": f"maya.{number}@example.org",
        "phone": "",
        "help_with": "A cough that stays.",
        "needs": (),
        "reminders_wanted": True,
    }
    return Details(**(typed | changes))  # pyright: ignore[reportArgumentType]  names and types as in Details


async def a_patient(
    clinic: AClinic,
    *,
    first_name: str = "Maya",
    last_name: str = "Okafor",
    last_name_norm: str = "okafor",
    date_of_birth: date | None = date(1985, 7, 14),
    email: str = "maya@example.org",
    phone: str = "",
    status: str = "active",
    now: datetime = NOW,
) -> int:
    """Write a patient's record and return its key."""
    async with transaction() as tx:
        statement = insert(core(Patient)).values(
            organization_id=clinic.organization_id,
            first_name=first_name,
            last_name=last_name,
            last_name_norm=last_name_norm,
            date_of_birth=date_of_birth,
            email=email,
            email_norm=email.lower(),
            phone=phone,
            status=status,
            created_at=now,
            updated_at=now,
        )
        return (await tx.execute(statement.returning(core(Patient).c.id))).scalar_one()


@dataclass(frozen=True, slots=True)
class AnAppointment:
    id: int
    uid: str
    patient_id: int
    starts_at: datetime
    ends_at: datetime


async def an_appointment(
    clinic: AClinic,
    *,
    starts_at: datetime,
    patient_id: int | None = None,
    clinician: AClinician | None = None,
    duration: timedelta | None = None,
    status: AppointmentStatus = AppointmentStatus.CONFIRMED,
    buffer_before: int = 0,
    buffer_after: int = 0,
    modality: str = "in_person",
    now: datetime = NOW,
) -> AnAppointment:
    """Write an appointment straight into the tables, as if it had been booked at ``now``.

    One that is confirmed occupies its time; any other status leaves its slot released. Where the
    way into a status matters, go through the services instead.
    """
    who = clinician or clinic.clinician
    ends_at = starts_at + (duration or clinic.duration)
    minutes = int((ends_at - starts_at).total_seconds()) // 60
    patient = patient_id or await a_patient(clinic, now=now)
    uid = uuid4()
    blocks = status is AppointmentStatus.CONFIRMED
    cancelled = status is AppointmentStatus.CANCELLED
    async with transaction() as tx:
        appointment_id = await _insert(
            tx,
            Appointment,
            uid=uid,
            organization_id=clinic.organization_id,
            reference=uid.hex[:9].upper(),
            location_id=clinic.location_id,
            clinician_id=who.id,
            patient_id=patient,
            appointment_type_id=clinic.type_id,
            modality=modality,
            starts_at=starts_at,
            ends_at=ends_at,
            timezone=clinic.zone,
            default_duration=minutes,
            status=status.value,
            booked_online_at=now,
            confirmed_at=now,
            ics_uid=f"{uid}@localhost",
            cancelled_at=now if cancelled else None,
            cancelled_by="patient" if cancelled else None,
            created_at=now,
            updated_at=now,
        )
        item_id = await _insert(
            tx,
            AppointmentItem,
            appointment_id=appointment_id,
            appointment_type_id=clinic.type_id,
            clinician_id=who.id,
            duration=minutes,
            default_duration=minutes,
        )
        await _insert(
            tx,
            Slot,
            organization_id=clinic.organization_id,
            resource_id=who.resource_id,
            appointment_id=appointment_id,
            item_id=item_id,
            starts_at=starts_at,
            ends_at=ends_at,
            buffer_before=buffer_before,
            buffer_after=buffer_after,
            status=(SlotStatus.BUSY if blocks else SlotStatus.RELEASED).value,
            booked_via=BookedVia.PUBLIC.value,
            released_at=None if blocks else now,
            created_at=now,
        )
        resource = core(Resource)
        await tx.execute(
            update(resource).where(resource.c.id == who.resource_id).values(rev=resource.c.rev + 1)
        )
    return AnAppointment(appointment_id, str(uid), patient, starts_at, ends_at)


async def _read_clinic(organization_id: int, slug: str, zone: str) -> AClinic:
    async with reading() as rx:
        clinician = core(Clinician)
        people = await rx.execute(
            select(clinician.c.id, clinician.c.uid, clinician.c.slug, clinician.c.resource_id)
            .where(clinician.c.organization_id == organization_id)
            .order_by(clinician.c.id)
        )
        kind = core(AppointmentType)
        offered = (
            await rx.execute(
                select(kind.c.id, kind.c.slug, kind.c.duration).where(
                    kind.c.organization_id == organization_id
                )
            )
        ).one()
        place = core(Location)
        where = (
            await rx.execute(
                select(place.c.id, place.c.slug).where(place.c.organization_id == organization_id)
            )
        ).one()
        return AClinic(
            organization_id,
            slug,
            zone,
            where.id,
            where.slug,
            offered.id,
            offered.slug,
            timedelta(minutes=offered.duration),
            tuple(
                AClinician(row.id, str(UUID(str(row.uid))), row.slug, row.resource_id)
                for row in people
            ),
        )


async def _insert(tx, model: type[TableModel], **values: object) -> int:
    table = core(model)
    return (await tx.execute(insert(table).values(**values).returning(table.c.id))).scalar_one()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _letters(number: int) -> str:
    """Spell a number in letters, since names have no digits: 0 is A, 26 is BA."""
    high, low = divmod(number, 26)
    return (_letters(high) if high else "") + chr(ord("A") + low)
