"""The record of what happened: one line of history and one of audit per change.

Both are written in the transaction of the change itself, so there is never one without
the other. Rows are only ever added; a job seals the audit rows into a chain later.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import AppointmentHistory, AuditEvent
from booking_app.domain.actors import Actor, Visitor

HISTORY = core(AppointmentHistory)
AUDIT = core(AuditEvent)

_NEXT_SEQUENCE = (
    select(func.coalesce(func.max(HISTORY.c.sequence), 0) + 1)
    .where(HISTORY.c.appointment_id == bindparam("appointment_id"))
    .scalar_subquery()
)
# Inline: nobody needs the new keys.
_APPEND_HISTORY = (
    insert(HISTORY)
    .values(appointment_id=bindparam("appointment_id"), sequence=_NEXT_SEQUENCE)
    .inline()
)
_APPEND_AUDIT = insert(AUDIT).inline()


async def append_history(
    tx: AsyncConnection,
    *,
    appointment_id: int,
    change: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    actor: Actor,
    channel: str,
    reason: str | None,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Add the next line to an appointment's history.

    ``before`` and ``after`` name what changed, in plain JSON values. Call it after the
    appointment's row has been changed in the same transaction: that row's lock keeps
    two writers from taking the same number.
    """
    await tx.execute(
        _APPEND_HISTORY,
        {
            "appointment_id": appointment_id,
            "change": change,
            "before": dict(before),
            "after": dict(after),
            "actor_kind": actor_kind(actor),
            "actor_id": actor_id,
            "channel": channel,
            "reason": reason,
            "at": now,
        },
    )


async def append_audit(
    tx: AsyncConnection,
    *,
    organization_id: int | None,
    actor: Actor,
    action: str,
    entity: str,
    entity_uid: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    reason: str | None,
    channel: str,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Add one line to the audit record.

    ``before`` and ``after`` carry statuses, times and counts, never what a person typed
    about themselves: nobody can take a line back.
    """
    await tx.execute(
        _APPEND_AUDIT,
        {
            "organization_id": organization_id,
            "at": now,
            "actor_kind": actor_kind(actor),
            "actor_id": actor_id,
            "action": action,
            "entity": entity,
            "entity_uid": entity_uid,
            "before": dict(before),
            "after": dict(after),
            "reason": reason,
            "channel": channel,
            "address_hash": (actor.address_hash or None) if isinstance(actor, Visitor) else None,
        },
    )


def actor_kind(actor: Actor) -> str:
    """Return the word the record has for whoever acted: a visitor acts as a patient."""
    return "patient" if isinstance(actor, Visitor) else "system"
