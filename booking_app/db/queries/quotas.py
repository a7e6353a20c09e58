"""How many holds an address or a person has, so that nobody keeps a clinic's times from others."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, and_, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.queries.holds import IS_OPEN
from booking_app.db.tables import Hold, VisitorSession
from booking_app.domain.lifecycle import HoldRelease

HOLD = core(Hold)
SESSION = core(VisitorSession)

_LOCK_ADDRESS = text("SELECT pg_advisory_xact_lock(hashtext('holds'), hashtext(:address_hash))")


async def lock_address(tx: AsyncConnection, address_hash: str) -> None:
    """Make the claims of one network address queue, so that its quota is counted exactly."""
    if tx.dialect.name == "postgresql":
        await tx.execute(_LOCK_ADDRESS, {"address_hash": address_hash})


@dataclass(frozen=True, slots=True)
class HoldCounts:
    """What counts against the quotas, the visitor's own live hold left out: it would be replaced."""

    live_at_address: int
    unconfirmed_of_person: int


_IS_LIVE = and_(IS_OPEN, HOLD.c.expires_at > bindparam("now"))
_IS_OTHER = HOLD.c.visitor_session_id.is_distinct_from(bindparam("session_id"))
_AT_ADDRESS = select(func.count()).where(
    HOLD.c.address_hash == bindparam("address_hash"), _IS_LIVE, _IS_OTHER
)


@lru_cache(maxsize=1024)
def _counts_at(organization_id: int) -> Select[int, int]:
    """Return the statement for one clinic; drafts are kept under the clinic's key."""
    email = func.lower(func.trim(SESSION.c.draft[(str(organization_id), "email")].as_string()))
    own_email = select(email).where(SESSION.c.id == bindparam("session_id")).scalar_subquery()
    # What was typed is not proved. Counted from anywhere, a stranger's address would let
    # anybody keep that person from booking.
    is_same_person = or_(
        SESSION.c.id == bindparam("session_id"),
        and_(email == own_email, own_email != "", HOLD.c.address_hash == bindparam("address_hash")),
    )
    came_to_nothing = or_(
        and_(_IS_LIVE, _IS_OTHER),
        and_(IS_OPEN, HOLD.c.expires_at <= bindparam("now")),
        HOLD.c.release_reason == HoldRelease.TIMEOUT.value,
    )
    of_person = (
        select(func.count())
        .select_from(HOLD)
        .join(SESSION, SESSION.c.id == HOLD.c.visitor_session_id)
        .where(
            HOLD.c.organization_id == organization_id,
            HOLD.c.created_at >= bindparam("since"),
            is_same_person,
            came_to_nothing,
        )
    )
    return select(_AT_ADDRESS.scalar_subquery(), of_person.scalar_subquery())


async def count_holds(
    tx: AsyncConnection,
    *,
    organization_id: int,
    visitor_session_id: int,
    address_hash: str,
    since: datetime,
    now: datetime,
) -> HoldCounts:
    """Count the live holds of an address, and those of a person that came to nothing.

    A person is this browser, and every browser at the same network address whose draft for
    the clinic names the same e-mail address. Theirs count from ``since``: holds that run, and holds that ran out; not
    those that were given back or replaced by another choice.
    """
    values = {
        "session_id": visitor_session_id,
        "address_hash": address_hash,
        "since": since,
        "now": now,
    }
    return HoldCounts(*(await tx.execute(_counts_at(organization_id), values)).one())
