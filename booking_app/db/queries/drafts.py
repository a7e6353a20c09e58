"""What a visitor has typed so far, one draft for each clinic, on the visitor session's row."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Hold, VisitorSession
from booking_app.domain.policies import DRAFT_LASTS_AFTER_HOLD

SESSION = core(VisitorSession)
HOLD = core(Hold)

Draft = dict[str, object]


async def find_draft(
    connection: AsyncConnection, *, session_key: str, organization_id: int, now: datetime
) -> Draft:
    """Return what the visitor typed for that clinic, empty where nothing is kept any more."""
    statement = select(SESSION.c.draft).where(
        SESSION.c.token_sha256 == session_key, SESSION.c.draft_expires_at > now
    )
    drafts = (await connection.execute(statement)).scalar_one_or_none() or {}
    return dict(drafts.get(str(organization_id), {}))


async def merge_draft(
    tx: AsyncConnection,
    *,
    visitor_session_id: int,
    organization_id: int,
    fields: Mapping[str, object],
    now: datetime,
) -> None:
    """Put ``fields`` over what is kept for that clinic, and keep it all for long enough.

    The session's row is locked already (``access.ensure_session``). What had run out
    before is not brought back.
    """
    statement = select(SESSION.c.draft, SESSION.c.draft_expires_at).where(
        SESSION.c.id == visitor_session_id
    )
    row = (await tx.execute(statement)).one()
    is_kept = row.draft_expires_at is not None and row.draft_expires_at > now
    drafts = dict(row.draft) if is_kept else {}
    drafts[str(organization_id)] = {**drafts.get(str(organization_id), {}), **fields}
    hold_ends_at = await _find_hold_end(tx, visitor_session_id)
    await tx.execute(
        update(SESSION)
        .where(SESSION.c.id == visitor_session_id)
        .values(
            draft=drafts,
            draft_expires_at=max(hold_ends_at or now, now) + DRAFT_LASTS_AFTER_HOLD,
        )
    )


async def keep_draft(
    tx: AsyncConnection, *, visitor_session_id: int, hold_ends_at: datetime, now: datetime
) -> None:
    """Keep a draft 24 hours beyond the end of a hold that was made or extended just now."""
    keep_until = hold_ends_at + DRAFT_LASTS_AFTER_HOLD
    await tx.execute(
        update(SESSION)
        .where(
            SESSION.c.id == visitor_session_id,
            SESSION.c.draft_expires_at > now,
            SESSION.c.draft_expires_at < keep_until,
        )
        .values(draft_expires_at=keep_until)
    )


async def erase_draft(
    tx: AsyncConnection, *, visitor_session_id: int, organization_id: int
) -> None:
    """Forget what was typed for that clinic. The session's row is locked already."""
    statement = select(SESSION.c.draft).where(SESSION.c.id == visitor_session_id)
    drafts = dict((await tx.execute(statement)).scalar_one())
    drafts.pop(str(organization_id), None)
    values: dict[str, object] = {"draft": drafts}
    if not drafts:
        values["draft_expires_at"] = None
    await tx.execute(update(SESSION).where(SESSION.c.id == visitor_session_id).values(values))


async def erase_ended_drafts(tx: AsyncConnection, *, now: datetime) -> int:
    """Forget every draft whose time is over at ``now``; return of how many visitor sessions."""
    erased = await tx.execute(
        update(SESSION)
        .where(SESSION.c.draft_expires_at <= now)
        .values(draft={}, draft_expires_at=None)
    )
    return erased.rowcount


async def lock_session_id(tx: AsyncConnection, session_key: str) -> int | None:
    """Return the visitor session's id and lock its row; None while it has none."""
    statement = select(SESSION.c.id).where(SESSION.c.token_sha256 == session_key).with_for_update()
    return (await tx.execute(statement)).scalar_one_or_none()


async def _find_hold_end(tx: AsyncConnection, visitor_session_id: int) -> datetime | None:
    statement = select(func.max(HOLD.c.expires_at)).where(
        HOLD.c.visitor_session_id == visitor_session_id,
        HOLD.c.consumed_at.is_(None),
        HOLD.c.released_at.is_(None),
    )
    return (await tx.execute(statement)).scalar_one()
