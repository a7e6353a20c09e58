"""Appointments, the time they occupy, and what happened to them."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
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
from booking_app.db.types import Id

LIVE_HOLD = "consumed_at IS NULL AND released_at IS NULL"
BLOCKING = "status IN ('busy','busy-tentative') AND NOT overbooked"
TENTATIVE = "status = 'busy-tentative'"


class Appointment(TableModel, table=True):
    """One visit, from first hold to last status. Its occupied time is in ``Slot``.

    ``default_duration`` is the clinician's default for the type at booking, so that
    a later edit of the type does not change what this booking was.
    """

    __table_args__ = (
        UniqueConstraint("organization_id", "reference"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint(
            "status IN ('held','confirmed','completed','no_show','cancelled','expired')",
            name="status_known",
        ),
        CheckConstraint(
            "patient_id IS NOT NULL OR status IN ('held','expired','cancelled')",
            name="patient_unless_held",
        ),
        CheckConstraint(
            "status <> 'cancelled' OR (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL)",
            name="cancelled_by_somebody",
        ),
        CheckConstraint("modality IN ('in_person','video','phone')", name="modality_known"),
        Index("ix_appointment_organization_id_starts_at", "organization_id", "starts_at"),
        Index("ix_appointment_clinician_id_starts_at", "clinician_id", "starts_at"),
        Index(
            "ix_appointment_reminder_due",
            "starts_at",
            sqlite_where=text("status = 'confirmed'"),
            postgresql_where=text("status = 'confirmed'"),
        ),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    reference: str = Field(max_length=12)
    location_id: int = link("location")
    clinician_id: int = link("clinician")
    patient_id: int | None = link("patient", optional=True, index=True)
    appointment_type_id: int = link("appointment_type")
    modality: str = Field(max_length=16)
    starts_at: Instant = instant()
    ends_at: Instant = instant()
    timezone: str = Field(max_length=64)
    default_duration: int
    duration_overridden: bool = given(False)
    status: str = Field(max_length=16)
    booked_via: str = given("public", max_length=16)
    booked_online_at: Instant | None = instant(optional=True)
    confirmed_at: Instant | None = instant(optional=True)
    ics_uid: str | None = Field(default=None, max_length=255)
    ics_sequence: int = given(0)
    reschedule_count: int = given(0)
    reminders_wanted: bool = given(True)
    is_late_cancel: bool = given(False)
    cancelled_at: Instant | None = instant(optional=True)
    cancelled_by: str | None = Field(default=None, max_length=16)
    cancel_reason_code: str | None = Field(default=None, max_length=32)
    cancel_reason_text: str | None = Field(default=None, max_length=1000)
    patient_note: str | None = Field(default=None, max_length=300)
    access_needs: list[str] = document(list)
    replaces_id: int | None = link("appointment", optional=True)
    policy_version_accepted: int | None = given(None)
    evidence_ip_hash: str | None = Field(default=None, max_length=64)
    evidence_user_agent: str | None = Field(default=None, max_length=300)
    completed_at: Instant | None = instant(optional=True)
    no_show_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
    updated_at: Instant = instant()
    version: int = given(1)


class AppointmentItem(TableModel, table=True):
    """One service of a visit; most visits have exactly one. Times are minutes."""

    __table_args__ = (CheckConstraint("duration > 0", name="duration_positive"),)

    id: int = key()
    appointment_id: int = link("appointment", index=True)
    appointment_type_id: int = link("appointment_type")
    clinician_id: int = link("clinician")
    offset_minutes: int = given(0)
    duration: int
    default_duration: int


class Hold(TableModel, table=True):
    """A time kept for somebody who has not confirmed yet.

    Live means: neither consumed nor released, and ``expires_at > now``. Time never
    enters a constraint, so a lapsed hold is released by whoever next needs its time.
    """

    __table_args__ = (
        Index(
            "uq_hold_live_visitor_session",
            "visitor_session_id",
            unique=True,
            sqlite_where=text(LIVE_HOLD),
            postgresql_where=text(LIVE_HOLD),
        ),
        Index(
            "uq_hold_live_appointment_purpose",
            "appointment_id",
            "purpose",
            unique=True,
            sqlite_where=text(LIVE_HOLD),
            postgresql_where=text(LIVE_HOLD),
        ),
        Index(
            "ix_hold_live_expires_at",
            "expires_at",
            sqlite_where=text(LIVE_HOLD),
            postgresql_where=text(LIVE_HOLD),
        ),
        Index(
            "ix_hold_live_address_hash",
            "address_hash",
            sqlite_where=text(LIVE_HOLD),
            postgresql_where=text(LIVE_HOLD),
        ),
        Index("ix_hold_visitor_session_id", "visitor_session_id"),
        Index("ix_hold_organization_id_created_at", "organization_id", "created_at"),
        CheckConstraint("extensions BETWEEN 0 AND 10", name="extensions_sane"),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    appointment_id: int = link("appointment")
    visitor_session_id: int | None = link("visitor_session", optional=True)
    purpose: str = given("new", max_length=16)
    address_hash: str = given("", max_length=64)
    expires_at: Instant = instant()
    extensions: int = given(0)
    consumed_at: Instant | None = instant(optional=True)
    released_at: Instant | None = instant(optional=True)
    release_reason: str | None = Field(default=None, max_length=16)
    created_at: Instant = instant()


class Slot(TableModel, table=True):
    """Occupied time of one resource: core times, half-open, with the type's buffers beside them.

    Two live slots of one resource never overlap unless staff overbooked on purpose:
    an exclusion constraint on PostgreSQL and triggers on SQLite say so
    (``booking_app.db.guards``). Buffers are kept by the engine under the resource's lock.
    """

    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "resource_id"], ["resource.organization_id", "resource.id"]
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("status IN ('busy','busy-tentative','released')", name="status_known"),
        CheckConstraint(
            "(status = 'busy-tentative') = (hold_expires_at IS NOT NULL)",
            name="expiry_only_while_tentative",
        ),
        CheckConstraint("NOT overbooked OR booked_via = 'staff'", name="only_staff_overbook"),
        # The columns after starts_at make the slot search an index-only read: three times quicker
        # among a million slots.
        Index(
            "ix_slot_resource_id_starts_at",
            *("resource_id", "starts_at", "ends_at", "status", "buffer_before", "buffer_after"),
        ),
        Index(
            "ix_slot_tentative_resource_id",
            "resource_id",
            sqlite_where=text(TENTATIVE),
            postgresql_where=text(TENTATIVE),
        ),
        Index("ix_slot_appointment_id", "appointment_id"),
        Index("ix_slot_hold_id", "hold_id"),
    )

    id: int = key()
    organization_id: int = Field(sa_type=Id)
    resource_id: int = Field(sa_type=Id)
    appointment_id: int = link("appointment")
    item_id: int | None = link("appointment_item", optional=True)
    hold_id: int | None = link("hold", optional=True)
    starts_at: Instant = instant()
    ends_at: Instant = instant()
    buffer_before: int = given(0)
    buffer_after: int = given(0)
    status: str = Field(max_length=16)
    hold_expires_at: Instant | None = instant(optional=True)
    booked_via: str = given("public", max_length=16)
    overbooked: bool = given(False)
    released_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()


class AppointmentHistory(TableModel, table=True):
    """What happened to an appointment, in order. Rows are only ever added."""

    __table_args__ = (UniqueConstraint("appointment_id", "sequence"),)

    id: int = key()
    appointment_id: int = link("appointment")
    sequence: int
    change: str = Field(max_length=32)
    before: dict[str, object] = document()
    after: dict[str, object] = document()
    actor_kind: str = Field(max_length=16)
    actor_id: int | None = None
    channel: str = given("public", max_length=16)
    reason: str | None = Field(default=None, max_length=1000)
    at: Instant = instant()


class ManageLink(TableModel, table=True):
    """A secret link that opens exactly one appointment. Only a hash of its token is stored.

    Without ``expires_at`` it ends 30 days after the visit, wherever the visit moves.
    """

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    appointment_id: int = link("appointment", index=True)
    token_sha256: str = Field(max_length=64, unique=True)
    issued_by: str = given("system", max_length=32)
    channel: str = given("email", max_length=16)
    expires_at: Instant | None = instant(optional=True)
    revoked_at: Instant | None = instant(optional=True)
    last_used_at: Instant | None = instant(optional=True)
    uses: int = given(0)
    created_at: Instant = instant()
