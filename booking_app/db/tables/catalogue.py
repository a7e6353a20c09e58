"""What can be booked and who offers it."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from booking_app.db.base import (
    Instant,
    PublicId,
    TableModel,
    document,
    given,
    instant,
    key,
    link,
    uid,
)

_BUFFERS = "(0,5,10,15,20,30,45,60)"


class Resource(TableModel, table=True):
    """What a slot occupies: a clinician, a room or a device.

    The row is the lock of every claim on its time, and ``rev`` rises with every
    change of that time in the same transaction, so a cached mask is right exactly
    as long as its ``rev`` is.
    """

    __table_args__ = (
        CheckConstraint("kind IN ('clinician','room','device')", name="kind_known"),
        # Lets slot refer to (organization, resource) together, so that the two always agree.
        UniqueConstraint("organization_id", "id"),
    )

    id: int = key()
    organization_id: int = link("organization")
    kind: str = given("clinician", max_length=16)
    rev: int = given(1)


class Clinician(TableModel, table=True):
    """A person patients book with (FHIR Practitioner)."""

    __table_args__ = (UniqueConstraint("organization_id", "slug"),)

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    resource_id: int = link("resource", unique=True)
    user_id: int | None = link("staff_user", optional=True)
    slug: str = Field(max_length=50)
    display_name: str = Field(max_length=200)
    short_name: str = Field(max_length=100)
    title: str = given("", max_length=100)
    description: str = given("", max_length=1000)
    languages: list[str] = document(list)
    online_bookable: bool = given(True)
    active: bool = given(True)
    created_at: Instant = instant()
    updated_at: Instant = instant()


class ClinicianLocation(TableModel, table=True):
    """Where a clinician works."""

    __table_args__ = (UniqueConstraint("clinician_id", "location_id"),)

    id: int = key()
    clinician_id: int = link("clinician")
    location_id: int = link("location")


class AppointmentType(TableModel, table=True):
    """What can be booked. Durations, notice, steps and buffers are minutes.

    A cut-off of NULL here means "as the clinic's settings say", unless
    ``…_never`` is set.
    """

    __table_args__ = (
        UniqueConstraint("organization_id", "slug"),
        CheckConstraint("duration BETWEEN 5 AND 720 AND duration % 5 = 0", name="duration_sane"),
        CheckConstraint(f"buffer_before IN {_BUFFERS}", name="buffer_before_known"),
        CheckConstraint(f"buffer_after IN {_BUFFERS}", name="buffer_after_known"),
        CheckConstraint(
            "slot_step IS NULL OR (slot_step > 0 AND slot_step % 5 = 0)", name="step_sane"
        ),
        CheckConstraint("min_notice >= 0 AND max_advance_days >= 0", name="limits_sane"),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    slug: str = Field(max_length=50)
    name: str = Field(max_length=200)
    category: str = given("", max_length=100)
    description: str = given("", max_length=1000)
    before_you_book: str = given("", max_length=2000)
    duration: int
    modality: str = given("in_person", max_length=16)
    online_bookable: bool = given(True)
    min_notice: int = given(120)
    max_advance_days: int = given(60)
    edit_cutoff: int | None = given(None)
    edit_never: bool = given(False)
    cancel_cutoff: int | None = given(None)
    cancel_never: bool = given(False)
    allow_self_reschedule: bool | None = given(None)
    allow_self_cancel: bool | None = given(None)
    late_cancel_window: int | None = given(None)
    buffer_before: int = given(0)
    buffer_after: int = given(0)
    slot_step: int | None = given(None)
    reminder_offsets: list[int] = document(lambda: [2880])
    position: int = given(0)
    active: bool = given(True)
    deleted_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
    updated_at: Instant = instant()
    version: int = given(1)


class AppointmentTypeLocation(TableModel, table=True):
    """Where a type is offered."""

    __table_args__ = (UniqueConstraint("appointment_type_id", "location_id"),)

    id: int = key()
    appointment_type_id: int = link("appointment_type")
    location_id: int = link("location")


class ClinicianService(TableModel, table=True):
    """Which clinician offers which type, and for how long if not the type's own duration."""

    __table_args__ = (
        UniqueConstraint("clinician_id", "appointment_type_id"),
        CheckConstraint(
            "duration_override IS NULL OR"
            " (duration_override BETWEEN 5 AND 720 AND duration_override % 5 = 0)",
            name="duration_override_sane",
        ),
    )

    id: int = key()
    clinician_id: int = link("clinician")
    appointment_type_id: int = link("appointment_type", index=True)
    duration_override: int | None = given(None)
