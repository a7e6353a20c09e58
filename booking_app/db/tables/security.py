"""Counters that protect people, and the record of who did what."""

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from booking_app.db.base import Instant, TableModel, document, given, instant, key, link
from booking_app.db.types import Id

_UNSEALED = "hash IS NULL"


class RateCounter(TableModel, table=True):
    """How often something happened for one subject in one window. Subjects are keyed hashes."""

    __table_args__ = (UniqueConstraint("scope", "subject_hash", "window_starts_at"),)

    id: int = key()
    scope: str = Field(max_length=32)
    subject_hash: str = Field(max_length=64)
    window_starts_at: Instant = instant(index=True)
    count: int = given(0)


class AuditEvent(TableModel, table=True):
    """Who did what to which record. Append-only; a job seals the rows into a hash chain.

    ``before`` and ``after`` hold only fields that are on the list of that action,
    never what a person typed about themselves. ``sealed_position`` counts along the chain:
    rows are sealed in the order in which they were committed, which is not always that of
    their keys.
    """

    __table_args__ = (
        Index("ix_audit_event_entity_entity_uid", "entity", "entity_uid"),
        Index(
            "ix_audit_event_unsealed",
            "id",
            sqlite_where=text(_UNSEALED),
            postgresql_where=text(_UNSEALED),
        ),
    )

    id: int = key()
    organization_id: int | None = link("organization", optional=True)
    at: Instant = instant()
    actor_kind: str = Field(max_length=16)
    actor_id: int | None = None
    action: str = Field(max_length=64)
    entity: str = Field(max_length=32)
    entity_uid: str = Field(max_length=36)
    before: dict[str, object] = document()
    after: dict[str, object] = document()
    reason: str | None = Field(default=None, max_length=1000)
    channel: str = given("public", max_length=16)
    address_hash: str | None = Field(default=None, max_length=64)
    sealed_position: int | None = Field(
        default=None, sa_column=Column(Id, nullable=True, unique=True)
    )
    prev_hash: str | None = Field(default=None, max_length=64)
    hash: str | None = Field(default=None, max_length=64)
