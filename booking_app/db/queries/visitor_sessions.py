"""The row of a browser that is known by its cookie."""

from datetime import datetime

from sqlalchemy import and_, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from booking_app.db.base import core
from booking_app.db.tables import VisitorSession
from booking_app.db.types import UtcDateTime

SESSION = core(VisitorSession)

_DIALECTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _ensure_session_in(dialect: str) -> ReturningInsert[int]:
    statement = _DIALECTS[dialect](SESSION)
    seen_at = statement.excluded.last_seen_at
    until = bindparam("keep_until", type_=UtcDateTime())
    is_short = and_(SESSION.c.draft_expires_at > seen_at, SESSION.c.draft_expires_at < until)
    return statement.on_conflict_do_update(
        index_elements=["token_sha256"],
        set_={
            "last_seen_at": seen_at,
            "draft_expires_at": case((is_short, until), else_=SESSION.c.draft_expires_at),
        },
    ).returning(SESSION.c.id)


# Built once: every claim begins with it.
_ENSURE_SESSION = {dialect: _ensure_session_in(dialect) for dialect in _DIALECTS}


async def ensure_session(
    tx: AsyncConnection,
    *,
    session_key: str,
    organization_id: int | None,
    now: datetime,
    keep_draft_until: datetime | None = None,
) -> int:
    """Return the id of the visitor session, writing its row at first use.

    The row stays locked until the transaction ends, so what one browser does in two
    tabs happens one after the other. Call it before any resource is locked. A draft that
    is there is kept until ``keep_draft_until`` at least.

    Raises:
        ValueError: the visitor has no cookie. Such a visitor may only read.
    """
    if not session_key:
        msg = "a visitor without a cookie cannot have a session"
        raise ValueError(msg)
    values = {
        "token_sha256": session_key,
        "organization_id": organization_id,
        "draft": {},
        "created_at": now,
        "last_seen_at": now,
        "keep_until": keep_draft_until,
    }
    return (await tx.execute(_ENSURE_SESSION[tx.dialect.name], values)).scalar_one()
