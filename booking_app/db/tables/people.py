"""Patients, and the browsers that visit without an account."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
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


class Patient(TableModel, table=True):
    """A person who is seen. Contacts are not unique: families share them."""

    __table_args__ = (
        CheckConstraint("status IN ('active','archived','deceased')", name="status_known"),
        Index("ix_patient_organization_id_email_norm", "organization_id", "email_norm"),
        Index("ix_patient_organization_id_phone", "organization_id", "phone"),
        Index(
            "ix_patient_organization_id_name", "organization_id", "last_name_norm", "date_of_birth"
        ),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    first_name: str = Field(max_length=100)
    last_name: str = Field(max_length=100)
    last_name_norm: str = Field(max_length=100)
    date_of_birth: date | None = None
    postcode: str = given("", max_length=16)
    postcode_norm: str = given("", max_length=16)
    email: str = given("", max_length=320)
    email_norm: str = given("", max_length=320)
    phone: str = given("", max_length=20)
    language: str = given("en", max_length=10)
    consent_appointment_messages: bool = given(True)
    needs_review: bool = given(False)
    notes: str = given("", max_length=4000)
    status: str = given("active", max_length=16)
    merged_into_id: int | None = link("patient", optional=True)
    created_at: Instant = instant()
    updated_at: Instant = instant()
    version: int = given(1)


class VisitorSession(TableModel, table=True):
    """A browser, known by its HttpOnly cookie; carries the booking draft and the grants.

    The row is written at the first hold or draft. ``draft`` holds what was typed and
    is erased 24 hours after the hold it belongs to has ended.
    """

    id: int = key()
    token_sha256: str = Field(max_length=64, unique=True)
    organization_id: int | None = link("organization", optional=True)
    draft: dict[str, object] = document()
    draft_expires_at: Instant | None = instant(optional=True, index=True)
    created_at: Instant = instant()
    last_seen_at: Instant = instant(index=True)


class VisitorGrant(TableModel, table=True):
    """What a visitor session may see: one appointment, at an identity level, until a time."""

    __table_args__ = (UniqueConstraint("visitor_session_id", "appointment_id"),)

    id: int = key()
    visitor_session_id: int = link("visitor_session")
    appointment_id: int = link("appointment", index=True)
    manage_link_id: int | None = link("manage_link", optional=True)
    level: str = given("none", max_length=16)
    expires_at: Instant = instant()
    created_at: Instant = instant()
