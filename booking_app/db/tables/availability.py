"""When clinicians can be booked: weekly windows, exceptions, time off.

Recurring times are wall-clock minutes since local midnight in the location's
zone. Every change bumps the clinician's ``resource.rev`` in the same transaction.
"""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from booking_app.db.base import Instant, TableModel, given, instant, key, link

_MINUTES = "start_minute >= 0 AND end_minute <= 1440 AND start_minute < end_minute AND start_minute % 5 = 0 AND end_minute % 5 = 0"


class AvailabilityWindow(TableModel, table=True):
    """A weekly bookable block. ``weekday`` 0 is Monday; validity dates are inclusive and local."""

    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint(_MINUTES, name="minutes_sane"),
        CheckConstraint("buffer_minutes BETWEEN 0 AND 120", name="buffer_sane"),
        CheckConstraint(
            "valid_from IS NULL OR valid_until IS NULL OR valid_until >= valid_from",
            name="validity_sane",
        ),
        Index("ix_availability_window_clinician_id_location_id", "clinician_id", "location_id"),
    )

    id: int = key()
    organization_id: int = link("organization")
    clinician_id: int = link("clinician")
    location_id: int = link("location")
    weekday: int
    start_minute: int
    end_minute: int
    buffer_minutes: int = given(0)
    valid_from: date | None = None
    valid_until: date | None = None
    is_active: bool = given(True)
    deleted_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
    updated_at: Instant = instant()
    version: int = given(1)


class AvailabilityException(TableModel, table=True):
    """One local date that differs from the week, and wins over it."""

    __table_args__ = (
        CheckConstraint("kind IN ('open','closed')", name="kind_known"),
        CheckConstraint(
            "(start_minute IS NULL AND end_minute IS NULL AND kind = 'closed') OR"
            # A comparison with NULL is not false, so a CHECK would let it pass.
            f" (start_minute IS NOT NULL AND end_minute IS NOT NULL AND {_MINUTES})",
            name="minutes_sane",
        ),
        Index("ix_availability_exception_clinician_id_day", "clinician_id", "day"),
    )

    id: int = key()
    organization_id: int = link("organization")
    clinician_id: int = link("clinician")
    location_id: int | None = link("location", optional=True)
    day: date
    kind: str = Field(max_length=8)
    start_minute: int | None = None
    end_minute: int | None = None
    reason: str = given("", max_length=200)
    deleted_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()


class TimeOff(TableModel, table=True):
    """Absence of a clinician. Not a slot: visits that stand in it stay and are listed."""

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_time_off_clinician_id_starts_at", "clinician_id", "starts_at"),
    )

    id: int = key()
    organization_id: int = link("organization")
    clinician_id: int = link("clinician")
    starts_at: Instant = instant()
    ends_at: Instant = instant()
    reason: str = given("", max_length=200)
    all_day: bool = given(False)
    deleted_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
