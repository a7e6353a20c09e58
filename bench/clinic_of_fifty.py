"""Workload w50 as a clinic in the product's own tables, on top of years of history."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, insert, select, text

from bench.slot_workload import SlotWorkload
from booking_app.db import guards
from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentType,
    Clinician,
    Location,
    Patient,
    Slot,
    TimeOff,
)
from booking_app.domain.timespan import instant_of
from booking_app.dto.setup import ClinicianPlan, ClinicPlan, LocationPlan, TypePlan, WindowPlan
from booking_app.services import setup

ROWS_IN_ALL = 1_000_000
SLUG = "fifty"
TYPE = "visit"
_VISITS_A_DAY = 20
_VISIT_MINUTES = 15

_NUMBERS = {
    "sqlite": "with recursive numbers(n) as"
    " (select 0 union all select n + 1 from numbers where n + 1 < :count)",
    "postgresql": "with numbers(n) as (select generate_series(0, :count - 1))",
}
_INSTANT = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', {seconds}, 'unixepoch')",
    "postgresql": "to_timestamp({seconds})",
}
_UID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
# One visit after another through each day, all clinicians side by side, oldest first.
_SECONDS = (
    f":begins + n / (:clinicians * {_VISITS_A_DAY}) * 86400"
    f" + n / :clinicians % {_VISITS_A_DAY} * {_VISIT_MINUTES * 60}"
)


async def install(workload: SlotWorkload, *, zone: str) -> int:
    """Write the clinic, its 50 diaries and history up to a million visits; return its key."""
    now = workload.now
    organization_id = await setup.install_clinic(plan=_plan(workload, zone), now=now)
    async with transaction() as tx:
        # A search only reads: nothing has to be guarded, and a million rows load much quicker.
        await tx.run_sync(guards.remove)
        await tx.run_sync(_write_diaries, organization_id, workload)
    async with transaction() as tx:
        await tx.exec_driver_sql("analyze")
    return organization_id


def _plan(workload: SlotWorkload, zone: str) -> ClinicPlan:
    request, limits = workload.request, workload.limits
    days = (workload.stop - workload.first) // (24 * 60)
    return ClinicPlan(
        slug=SLUG,
        name="A clinic of fifty",
        phone="01632 960 100",
        contact_email="fifty@example.org",
        timezone=zone,
        reference_prefix="",
        locations=(LocationPlan("site", "Site", zone, is_primary=True),),
        types=(
            TypePlan(
                TYPE,
                "Visit",
                "",
                request.duration_minutes,
                "in_person",
                ("site",),
                slot_step=request.step_minutes,
                buffer_before=request.buffer_before_minutes,
                buffer_after=request.buffer_after_minutes,
                min_notice=limits.min_notice_minutes,
                max_advance_days=days + 2,
            ),
        ),
        clinicians=tuple(
            ClinicianPlan(
                slug=f"clinician-{number}",
                display_name=f"Clinician {number}",
                short_name=f"Clinician {number}",
                title="",
                languages=(),
                types=(TYPE,),
                windows=tuple(
                    WindowPlan((window.weekday,), window.start_minute, window.end_minute, "site")
                    for window in diary.hours.windows
                ),
            )
            for number, diary in enumerate(workload.diaries)
        ),
    )


def _write_diaries(connection: Connection, organization_id: int, workload: SlotWorkload) -> None:
    clinician = core(Clinician)
    clinicians = (
        connection.execute(
            select(clinician.c.id, clinician.c.resource_id)
            .where(clinician.c.organization_id == organization_id)
            .order_by(clinician.c.id)
        )
        .mappings()
        .all()
    )
    fixed = {
        "organization_id": organization_id,
        "location_id": connection.scalar(select(core(Location).c.id)),
        "appointment_type_id": connection.scalar(select(core(AppointmentType).c.id)),
        "patient_id": _insert_patient(connection, organization_id, workload),
    }
    ahead = sum(len(diary.occupied) for diary in workload.diaries)
    with _without_indexes(connection):
        _write_history(connection, fixed, clinicians, workload, count=ROWS_IN_ALL - ahead)
        _write_visits_ahead(connection, fixed, clinicians, workload)
    connection.execute(
        insert(core(TimeOff)),
        [
            {
                "organization_id": organization_id,
                "clinician_id": each["id"],
                "starts_at": instant_of(first),
                "ends_at": instant_of(stop),
                "created_at": workload.now,
            }
            for each, diary in zip(clinicians, workload.diaries, strict=True)
            for first, stop in diary.time_off
        ],
    )


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Build the indexes of visits at the end, from rows that are all there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma cache_size = -200000")
    indexes = [index for model in (Appointment, Slot) for index in core(model).indexes]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _insert_patient(connection: Connection, organization_id: int, workload: SlotWorkload) -> int:
    statement = insert(core(Patient)).values(
        organization_id=organization_id,
        first_name="A",
        last_name="Patient",
        last_name_norm="patient",
        created_at=workload.now,
        updated_at=workload.now,
    )
    return connection.execute(statement.returning(core(Patient).c.id)).scalar_one()


def _write_history(
    connection: Connection,
    fixed: dict[str, int],
    clinicians: list[RowMapping],
    workload: SlotWorkload,
    *,
    count: int,
) -> None:
    """Write visits that are over, the last of them on the day before ``now``."""
    kind = connection.dialect.name
    days = -(-count // (len(clinicians) * _VISITS_A_DAY))
    eight = workload.now.replace(hour=8, minute=0, second=0, microsecond=0)
    values = fixed | {
        "count": count,
        "clinicians": len(clinicians),
        "begins": int((eight - timedelta(days=days)).timestamp()),
        "first_clinician": clinicians[0]["id"],
        "first_resource": clinicians[0]["resource_id"],
    }
    starts = _INSTANT[kind].format(seconds=_SECONDS)
    ends = _INSTANT[kind].format(seconds=f"{_SECONDS} + {_VISIT_MINUTES * 60}")
    connection.execute(
        text(f"""
            insert into appointment (uid, organization_id, reference, location_id, clinician_id,
                patient_id, appointment_type_id, modality, starts_at, ends_at, timezone,
                default_duration, duration_overridden, status, booked_via, ics_sequence,
                reschedule_count, reminders_wanted, is_late_cancel, access_needs, created_at,
                updated_at, version)
            {_NUMBERS[kind]}
            select {_UID[kind]}, :organization_id, cast(n as varchar(12)), :location_id,
                :first_clinician + n % :clinicians, :patient_id, :appointment_type_id,
                'in_person', {starts}, {ends}, 'Europe/London', {_VISIT_MINUTES}, false,
                'completed', 'public', 0, 0, true, false, '[]', {starts}, {starts}, 1
            from numbers
        """),
        values,
    )
    connection.execute(
        text("""
            insert into slot (organization_id, resource_id, appointment_id, starts_at, ends_at,
                buffer_before, buffer_after, status, booked_via, overbooked, created_at)
            select organization_id, :first_resource + clinician_id - :first_clinician, id,
                starts_at, ends_at, 0, 0, 'busy', 'public', false, created_at
            from appointment order by starts_at
        """),
        values,
    )


def _write_visits_ahead(
    connection: Connection,
    fixed: dict[str, int],
    clinicians: list[RowMapping],
    workload: SlotWorkload,
) -> None:
    appointment = core(Appointment)
    next_id = connection.scalar(select(appointment.c.id).order_by(appointment.c.id.desc())) or 0
    visits = list(_visits_ahead(clinicians, workload, next_id + 1))
    now = workload.now
    connection.execute(
        insert(appointment),
        [
            fixed
            | {
                "id": key,
                "uid": uuid4(),
                "reference": f"A{key}",
                "clinician_id": each["id"],
                "modality": "in_person",
                "starts_at": instant_of(first),
                "ends_at": instant_of(stop),
                "timezone": "Europe/London",
                "default_duration": _VISIT_MINUTES,
                "status": "confirmed",
                "created_at": now,
                "updated_at": now,
            }
            for key, each, (first, stop, _, _) in visits
        ],
    )
    connection.execute(
        insert(core(Slot)),
        [
            {
                "organization_id": fixed["organization_id"],
                "resource_id": each["resource_id"],
                "appointment_id": key,
                "starts_at": instant_of(first),
                "ends_at": instant_of(stop),
                "buffer_before": before,
                "buffer_after": after,
                "status": "busy",
                "created_at": now,
            }
            for key, each, (first, stop, before, after) in visits
        ],
    )


def _visits_ahead(
    clinicians: list[RowMapping], workload: SlotWorkload, first_key: int
) -> Iterator[tuple[int, RowMapping, tuple[int, int, int, int]]]:
    """Yield key, clinician and occupied minutes of each visit to come, by day as they are booked."""
    visits = sorted(
        (occupied, number)
        for number, diary in enumerate(workload.diaries)
        for occupied in diary.occupied
    )
    for key, (occupied, number) in enumerate(visits, first_key):
        yield key, clinicians[number], occupied
