"""The outbox as its sender sees it: lease what is due, then settle each lease once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import CapturedMail, OutboxItem

ITEM = core(OutboxItem)
CAPTURED = core(CapturedMail)


@dataclass(frozen=True, slots=True)
class LeasedItem:
    """A message this process may send until its lease ends. ``attempts`` counts this one."""

    id: int
    uid: UUID
    organization_id: int
    event: str
    appointment_id: int
    manage_link_id: int | None
    ics_sequence: int | None
    starts_at: datetime | None
    recipient: str
    message_id: str
    dated_at: datetime
    not_after: datetime | None
    attempts: int


_COLUMNS = tuple(ITEM.c[name] for name in LeasedItem.__slots__)


async def lease_due(
    tx: AsyncConnection, *, worker: str, limit: int, lease: timedelta, now: datetime
) -> list[LeasedItem]:
    """Take up to ``limit`` due messages for ``worker``; what came too late becomes stale.

    ``lease`` must outlast the sending, or a slow send is sent again meanwhile.

    Two processes never get the same row: PostgreSQL skips rows that are locked, and
    on SQLite the transaction is the only writer.
    """
    open_ = or_(ITEM.c.state == "queued", and_(ITEM.c.state == "leased", ITEM.c.lease_until <= now))
    stale = update(ITEM).where(open_, ITEM.c.not_after <= now)
    await tx.execute(stale.values(state="stale", lease_until=None, lease_by=None))
    due = (
        select(ITEM.c.id)
        .where(open_, ITEM.c.due_at <= now, ITEM.c.appointment_id.is_not(None))
        .order_by(ITEM.c.due_at, ITEM.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(ITEM)
        .where(ITEM.c.id.in_(due))
        .values(
            state="leased", lease_until=now + lease, lease_by=worker, attempts=ITEM.c.attempts + 1
        )
        .returning(*_COLUMNS)
    )
    rows = (await tx.execute(taken)).all()
    return sorted((LeasedItem(*row) for row in rows), key=lambda item: item.id)


async def settle(
    tx: AsyncConnection, item: LeasedItem, *, worker: str, state: str, **values: object
) -> bool:
    """Write what became of ``item``; False when the lease was lost to somebody else meanwhile."""
    statement = (
        update(ITEM)
        .where(
            ITEM.c.id == item.id,
            ITEM.c.state == "leased",
            ITEM.c.lease_by == worker,
            ITEM.c.attempts == item.attempts,
        )
        .values(state=state, lease_until=None, lease_by=None, **values)
    )
    return (await tx.execute(statement)).rowcount == 1


async def still_leased(rx: AsyncConnection, item: LeasedItem, *, worker: str) -> bool:
    """Tell whether ``worker`` still holds the lease, asked right before sending."""
    statement = select(ITEM.c.id).where(
        ITEM.c.id == item.id,
        ITEM.c.state == "leased",
        ITEM.c.lease_by == worker,
        ITEM.c.attempts == item.attempts,
    )
    return (await rx.execute(statement)).first() is not None


async def suppress_queued(tx: AsyncConnection, *, organization_id: int, reason: str) -> int:
    """Drop everything of one clinic that is still to be sent; return how much that was."""
    statement = (
        update(ITEM)
        .where(ITEM.c.organization_id == organization_id, ITEM.c.state == "queued")
        .values(state="suppressed", suppressed_reason=reason)
    )
    return (await tx.execute(statement)).rowcount


async def insert_captured(
    tx: AsyncConnection, item: LeasedItem, *, subject: str, raw: bytes, now: datetime
) -> None:
    """Keep a mail for the mailbox page."""
    await tx.execute(
        insert(CAPTURED).values(
            organization_id=item.organization_id,
            outbox_item_id=item.id,
            recipient=item.recipient,
            subject=subject,
            raw=raw,
            captured_at=now,
        )
    )


@dataclass(frozen=True, slots=True)
class CapturedRow:
    uid: UUID
    recipient: str
    subject: str
    captured_at: datetime


async def list_captured(rx: AsyncConnection, *, limit: int) -> list[CapturedRow]:
    """Return the newest caught mails."""
    statement = (
        select(CAPTURED.c.uid, CAPTURED.c.recipient, CAPTURED.c.subject, CAPTURED.c.captured_at)
        .order_by(CAPTURED.c.id.desc())
        .limit(limit)
    )
    return [CapturedRow(*row) for row in (await rx.execute(statement)).all()]


async def find_captured(rx: AsyncConnection, uid: UUID) -> bytes | None:
    """Return one caught mail as it would have gone out."""
    return (
        await rx.execute(select(CAPTURED.c.raw).where(CAPTURED.c.uid == uid))
    ).scalar_one_or_none()
