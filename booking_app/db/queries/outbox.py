"""What is to be sent: rows written in the transaction that made them true.

A row holds references and never a text; the message is composed when it is sent,
from what is true then.
"""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import OutboxItem
from booking_app.domain.message_events import MessageEvent
from booking_app.settings import get_settings

ITEM = core(OutboxItem)

CONFIRMED = MessageEvent.CONFIRMED.value
REMINDER = MessageEvent.REMINDER.value
CANCELLED_BY_PATIENT = MessageEvent.CANCELLED_BY_PATIENT.value
CANCELLED_BY_CLINIC = MessageEvent.CANCELLED_BY_CLINIC.value


# Built once: confirmations wait for this under a lock.
_INSERT_IF_NEW = {
    dialect: insert(ITEM)
    .on_conflict_do_nothing(index_elements=["organization_id", "dedupe_key"])
    .returning(ITEM.c.id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


async def insert_item(
    tx: AsyncConnection,
    *,
    organization_id: int,
    event: str,
    appointment_id: int,
    patient_id: int | None,
    manage_link_id: int | None,
    ics_sequence: int | None,
    starts_at: datetime | None,
    recipient: str,
    due_at: datetime,
    not_after: datetime | None,
    dedupe_key: str,
    now: datetime,
) -> bool:
    """Queue one message, and tell whether it is new.

    ``dedupe_key`` names the message within its organisation: a second row under the
    same key is not written, so a use case that is run twice sends once. Message-ID
    and date are fixed here and stay the same over every try, so a mail program
    recognises a second delivery. ``starts_at`` is the visit's start the message
    speaks of; ``not_after`` is when it is of no use any more.
    """
    item_uid = uuid4()
    values = {
        "uid": item_uid,
        "organization_id": organization_id,
        "event": event,
        "dedupe_key": dedupe_key,
        "channel": "email",
        "appointment_id": appointment_id,
        "patient_id": patient_id,
        "manage_link_id": manage_link_id,
        "ics_sequence": ics_sequence,
        "starts_at": starts_at,
        "recipient": recipient,
        "due_at": due_at,
        "not_after": not_after,
        "state": "queued",
        "attempts": 0,
        "message_id": f"<{item_uid}@{_sender_domain()}>",
        "dated_at": now,
        "created_at": now,
    }
    inserted = await tx.execute(_INSERT_IF_NEW[tx.dialect.name], values)
    return inserted.scalar_one_or_none() is not None


async def suppress_items(
    tx: AsyncConnection, *, appointment_id: int, event: str, reason: str
) -> int:
    """Drop what is still to be sent about an appointment, and say how many rows that were.

    A row that a sender has leased just now is dropped as well: the sender asks
    again before it sends, and its own mark of success does not fit any more.
    """
    statement = (
        update(ITEM)
        .where(
            ITEM.c.appointment_id == appointment_id,
            ITEM.c.event == event,
            ITEM.c.state.in_(("queued", "leased")),
        )
        .values(state="suppressed", suppressed_reason=reason, lease_until=None, lease_by=None)
        .returning(ITEM.c.id)
    )
    return len((await tx.execute(statement)).all())


def _sender_domain() -> str:
    return get_settings().mail_from.rpartition("@")[2]
