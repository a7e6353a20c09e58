"""Messages: templates, what is to be sent, what staff see in the app."""

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
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

_OPEN = "state IN ('queued','leased')"


class MessageTemplate(TableModel, table=True):
    """The words of one automatic message, with merge fields. Older versions are kept."""

    __table_args__ = (
        UniqueConstraint("organization_id", "event", "channel", "lang"),
        CheckConstraint("channel IN ('email','sms')", name="channel_known"),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    event: str = Field(max_length=64)
    channel: str = given("email", max_length=8)
    lang: str = given("en", max_length=10)
    subject: str = Field(max_length=300)
    body: str = Field(max_length=20000)
    enabled: bool = given(True)
    version: int = given(1)
    created_at: Instant = instant()
    updated_at: Instant = instant()


class TemplateVersion(TableModel, table=True):
    """A template as it read before, so that what was sent can be explained."""

    __table_args__ = (UniqueConstraint("message_template_id", "version"),)

    id: int = key()
    message_template_id: int = link("message_template")
    version: int
    subject: str = Field(max_length=300)
    body: str = Field(max_length=20000)
    saved_at: Instant = instant()


class OutboxItem(TableModel, table=True):
    """Something to be sent, written in the transaction that made it true.

    It keeps references, not text: the message is composed when it is sent, from what
    is true then. ``message_id`` and ``dated_at`` stay the same over every try, so a
    second delivery of the same mail is recognised as such.
    """

    __table_args__ = (
        UniqueConstraint("organization_id", "dedupe_key"),
        CheckConstraint(
            "state IN ('queued','leased','sent','dead','stale','suppressed')", name="state_known"
        ),
        Index(
            "ix_outbox_item_due",
            "due_at",
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_outbox_item_appointment_id", "appointment_id"),
    )

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    event: str = Field(max_length=64)
    dedupe_key: str = Field(max_length=200)
    channel: str = given("email", max_length=8)
    appointment_id: int | None = link("appointment", optional=True)
    patient_id: int | None = link("patient", optional=True)
    manage_link_id: int | None = link("manage_link", optional=True)
    ics_sequence: int | None = None
    starts_at: Instant | None = instant(optional=True)
    recipient: str = given("", max_length=320)
    due_at: Instant = instant()
    not_after: Instant | None = instant(optional=True)
    state: str = given("queued", max_length=16)
    attempts: int = given(0)
    lease_until: Instant | None = instant(optional=True)
    lease_by: str | None = Field(default=None, max_length=64)
    message_id: str = Field(max_length=255)
    dated_at: Instant = instant()
    last_error: str | None = Field(default=None, max_length=500)
    suppressed_reason: str | None = Field(default=None, max_length=64)
    sent_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()


class CapturedMail(TableModel, table=True):
    """A mail caught instead of sent, where no mail server is configured (demo)."""

    id: int = key()
    uid: PublicId = uid()
    organization_id: int = link("organization")
    outbox_item_id: int = link("outbox_item", unique=True)
    recipient: str = Field(max_length=320)
    subject: str = Field(max_length=500)
    raw: bytes = Field(sa_type=LargeBinary)
    captured_at: Instant = instant()


class Notification(TableModel, table=True):
    """A line in a staff member's bell. Text is a key and its values, never a sentence."""

    __table_args__ = (Index("ix_notification_user_id_read_at", "user_id", "read_at"),)

    id: int = key()
    organization_id: int = link("organization")
    user_id: int = link("staff_user")
    event: str = Field(max_length=64)
    dedupe_key: str = Field(max_length=200, unique=True)
    appointment_id: int | None = link("appointment", optional=True)
    text_key: str = Field(max_length=64)
    values: dict[str, str] = document()
    read_at: Instant | None = instant(optional=True)
    created_at: Instant = instant()
