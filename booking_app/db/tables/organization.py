"""The clinic: who it is, where it is, and how it has set things up."""

from datetime import date

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


class Organization(TableModel, table=True):
    """The tenant. Every row of the product reaches one."""

    id: int = key()
    uid: PublicId = uid()
    name: str = Field(max_length=200)
    slug: str = Field(max_length=50, unique=True)
    contact_email: str = Field(max_length=320)
    phone: str = Field(max_length=40)
    default_language: str = given("en", max_length=10)
    default_timezone: str = given("Europe/London", max_length=64)
    created_at: Instant = instant()
    updated_at: Instant = instant()


class Settings(TableModel, table=True):
    """One row of policies per organisation. Cut-offs are minutes before the start, NULL = never."""

    __table_args__ = (
        CheckConstraint("hold_minutes BETWEEN 1 AND 60", name="hold_minutes_sane"),
        CheckConstraint(
            "join_opens_before >= 0 AND join_closes_after >= 0", name="join_window_sane"
        ),
        CheckConstraint("edit_cutoff IS NULL OR edit_cutoff >= 0", name="edit_cutoff_sane"),
        CheckConstraint("cancel_cutoff IS NULL OR cancel_cutoff >= 0", name="cancel_cutoff_sane"),
    )

    id: int = key()
    organization_id: int = link("organization", unique=True)
    online_booking_enabled: bool = given(True)
    portal_enabled: bool = given(True)
    manage_links_enabled: bool = given(True)
    manage_links_follow_portal: bool = given(False)
    hold_minutes: int = given(15)
    join_opens_before: int = given(10)
    join_closes_after: int = given(60)
    allow_self_reschedule_manage: bool = given(True)
    allow_self_reschedule_portal: bool = given(True)
    allow_self_cancel_manage: bool = given(True)
    allow_self_cancel_portal: bool = given(True)
    edit_cutoff: int | None = given(0)
    cancel_cutoff: int | None = given(0)
    late_cancel_window: int = given(1440)
    late_flag_for: str = given("both", max_length=8)
    post_booking_grace: int = given(15)
    verify_manage: str = given("none", max_length=16)
    verify_portal: str = given("dob_postcode", max_length=16)
    verify_booking_link: str = given("dob", max_length=16)
    reschedule_clinician_manage: str = given("any_with_filter", max_length=16)
    reschedule_clinician_portal: str = given("same_only", max_length=16)
    patient_reason: str = given("optional", max_length=8)
    mail_privacy: str = given("generic", max_length=8)
    reference_prefix: str = given("", max_length=3)
    policy_version: int = given(1)
    version: int = given(1)
    updated_at: Instant = instant()


class SettingsText(TableModel, table=True):
    """A text the clinic wrote, per language: emergency line, opening hours, closed message."""

    __table_args__ = (UniqueConstraint("organization_id", "key", "lang"),)

    id: int = key()
    organization_id: int = link("organization")
    key: str = Field(max_length=64)
    lang: str = Field(max_length=10)
    text: str = Field(max_length=4000)
    updated_at: Instant = instant()


class PolicyVersion(TableModel, table=True):
    """The cancellation policy as it read at a time; an appointment stores which one was accepted."""

    __table_args__ = (UniqueConstraint("organization_id", "version", "lang"),)

    id: int = key()
    organization_id: int = link("organization")
    version: int
    lang: str = Field(max_length=10)
    text: str = Field(max_length=4000)
    published_at: Instant = instant()


class Location(TableModel, table=True):
    """A site. ``timezone`` decides every wall time of what happens there."""

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization", index=True)
    slug: str = Field(max_length=50)
    name: str = Field(max_length=200)
    address: str = given("", max_length=500)
    postcode: str = given("", max_length=16)
    directions: str = given("", max_length=1000)
    timezone: str = Field(max_length=64)
    phone: str = given("", max_length=40)
    is_primary: bool = given(False)
    is_virtual: bool = given(False)
    active: bool = given(True)
    created_at: Instant = instant()
    updated_at: Instant = instant()

    __table_args__ = (UniqueConstraint("organization_id", "slug"),)


class Closure(TableModel, table=True):
    """Local dates on which a site, or with no location every site, is closed; both ends included."""

    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: int = key()
    organization_id: int = link("organization", index=True)
    location_id: int | None = link("location", optional=True)
    starts_on: date
    ends_on: date
    reason: str = given("", max_length=200)
    created_at: Instant = instant()


class User(TableModel, table=True):
    """Somebody who works at the clinic and signs in. The password is an argon2id hash."""

    __tablename__ = "staff_user"  # pyright: ignore[reportAssignmentType]  "user" is a reserved word in PostgreSQL
    __table_args__ = (
        UniqueConstraint("organization_id", "email_norm"),
        CheckConstraint(
            "role IN ('admin','manager','front_desk','clinician','billing')", name="role_known"
        ),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    email: str = Field(max_length=320)
    email_norm: str = Field(max_length=320)
    display_name: str = Field(max_length=200)
    password_hash: str = Field(max_length=255)
    role: str = Field(max_length=16)
    permissions: list[str] = document(list)
    active: bool = given(True)
    language: str = given("en", max_length=10)
    timezone: str | None = Field(default=None, max_length=64)
    last_seen_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
    updated_at: Instant = instant()
    version: int = given(1)
