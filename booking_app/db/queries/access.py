"""Visitor sessions, manage links, and what each browser may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from booking_app.db.base import core
from booking_app.db.tables import (
    Appointment,
    ManageLink,
    Settings,
    VisitorGrant,
    VisitorSession,
)
from booking_app.domain.errors import NotFound
from booking_app.domain.policies import manage_link_ends_at

SESSION = core(VisitorSession)
GRANT = core(VisitorGrant)
LINK = core(ManageLink)
APPOINTMENT = core(Appointment)
SETTINGS = core(Settings)

UNVERIFIED = "none"
"""The identity level of a browser of which nothing was asked beyond the link itself."""

LINKS_ARE_ON: ColumnElement[bool] = and_(
    SETTINGS.c.manage_links_enabled,
    or_(not_(SETTINGS.c.manage_links_follow_portal), SETTINGS.c.portal_enabled),
)
_LINK_HOLDS: ColumnElement[bool] = and_(
    LINK.c.revoked_at.is_(None),
    LINKS_ARE_ON,
    or_(SETTINGS.c.verify_manage == "none", GRANT.c.level != UNVERIFIED),
)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A manage link with what decides whether it opens."""

    link_id: int
    link_uid: str
    organization_id: int
    appointment_id: int
    appointment_uid: str
    ends_at: datetime
    is_revoked: bool
    is_switched_on: bool

    def opens_at(self, now: datetime) -> bool:
        return self.is_switched_on and not self.is_revoked and now < self.ends_at


@dataclass(frozen=True, slots=True)
class GrantedAppointment:
    """One appointment that one browser may see, and how it came by that right.

    Without a link it is the browser in which the appointment was booked.
    """

    appointment_id: int
    appointment_uid: str
    organization_id: int
    visitor_session_id: int
    manage_link_id: int | None

    @property
    def booked_here(self) -> bool:
        return self.manage_link_id is None


_DIALECTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _put_booker_grant_in(dialect: str) -> Insert:
    statement = _DIALECTS[dialect](GRANT).inline()
    return statement.on_conflict_do_update(
        index_elements=["visitor_session_id", "appointment_id"],
        set_={"manage_link_id": None, "expires_at": statement.excluded.expires_at},
    )


# Built once: a booking waits for these under a lock.
_PUT_BOOKER_GRANT = {dialect: _put_booker_grant_in(dialect) for dialect in _DIALECTS}
_INSERT_LINK = insert(LINK).returning(LINK.c.id)


async def insert_link(
    tx: AsyncConnection,
    *,
    link_uid: UUID,
    organization_id: int,
    appointment_id: int,
    token_sha256: str,
    issued_by: str,
    channel: str,
    now: datetime,
) -> int:
    """Write a manage link and return its id. Earlier links of the appointment stay valid."""
    values = {
        "uid": link_uid,
        "organization_id": organization_id,
        "appointment_id": appointment_id,
        "token_sha256": token_sha256,
        "issued_by": issued_by,
        "channel": channel,
        "uses": 0,
        "created_at": now,
    }
    return (await tx.execute(_INSERT_LINK, values)).scalar_one()


async def find_link(connection: AsyncConnection, token_sha256: str) -> LinkRow | None:
    """Return the link of that token hash, whatever state it is in: one look-up by one index."""
    statement = (
        select(
            LINK.c.id.label("link_id"),
            LINK.c.uid.label("link_uid"),
            LINK.c.organization_id,
            LINK.c.appointment_id,
            APPOINTMENT.c.uid.label("appointment_uid"),
            APPOINTMENT.c.ends_at.label("visit_ends_at"),
            LINK.c.expires_at,
            LINK.c.revoked_at,
            LINKS_ARE_ON.label("is_switched_on"),
        )
        .join(APPOINTMENT, APPOINTMENT.c.id == LINK.c.appointment_id)
        .join(SETTINGS, SETTINGS.c.organization_id == LINK.c.organization_id)
        .where(LINK.c.token_sha256 == token_sha256)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return LinkRow(
        link_id=row.link_id,
        link_uid=str(row.link_uid),
        organization_id=row.organization_id,
        appointment_id=row.appointment_id,
        appointment_uid=str(row.appointment_uid),
        ends_at=manage_link_ends_at(row.visit_ends_at, row.expires_at),
        is_revoked=row.revoked_at is not None,
        is_switched_on=bool(row.is_switched_on),
    )


async def find_newest_link_id(connection: AsyncConnection, appointment_id: int) -> int | None:
    """Return the link that was issued last and not revoked, for the next mail about it."""
    statement = (
        select(LINK.c.id)
        .where(LINK.c.appointment_id == appointment_id, LINK.c.revoked_at.is_(None))
        .order_by(LINK.c.id.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def count_link_use(tx: AsyncConnection, *, link_id: int, now: datetime) -> None:
    """Note that a link was opened; its validity stays as it is."""
    await tx.execute(
        update(LINK).where(LINK.c.id == link_id).values(uses=LINK.c.uses + 1, last_used_at=now)
    )


async def put_link_grant(
    tx: AsyncConnection, *, visitor_session_id: int, link: LinkRow, now: datetime
) -> None:
    """Let a browser see the appointment of a link, until the link ends.

    A browser that booked the appointment itself keeps that better right. Grants for
    other appointments are left alone: several links live side by side.
    """
    statement = _DIALECTS[tx.dialect.name](GRANT).values(
        visitor_session_id=visitor_session_id,
        appointment_id=link.appointment_id,
        manage_link_id=link.link_id,
        level=UNVERIFIED,
        expires_at=link.ends_at,
        created_at=now,
    )
    statement = statement.on_conflict_do_update(
        index_elements=["visitor_session_id", "appointment_id"],
        set_={"manage_link_id": link.link_id, "expires_at": link.ends_at},
        where=or_(GRANT.c.manage_link_id.is_not(None), GRANT.c.expires_at <= now),
    )
    await tx.execute(statement)


async def put_booker_grant(
    tx: AsyncConnection,
    *,
    visitor_session_id: int,
    appointment_id: int,
    visit_ends_at: datetime,
    now: datetime,
) -> None:
    """Let the browser that has just booked see its appointment, as long as a link would.

    It does not hang on a link: the confirmation page must show even where the clinic
    has switched manage links off.
    """
    values = {
        "visitor_session_id": visitor_session_id,
        "appointment_id": appointment_id,
        "manage_link_id": None,
        "level": UNVERIFIED,
        "expires_at": manage_link_ends_at(visit_ends_at, None),
        "created_at": now,
    }
    await tx.execute(_PUT_BOOKER_GRANT[tx.dialect.name], values)


async def require_grant(
    connection: AsyncConnection, *, session_key: str, appointment_uid: str, now: datetime
) -> GrantedAppointment:
    """Return the right of one browser to one appointment, if it holds at ``now``.

    A right from a link ends when the link is revoked, over or switched off, and does
    not hold while the clinic asks holders of a link who they are. A visit that moves
    to an earlier day takes the end of every right with it.

    Raises:
        NotFound: this browser has no such right, whether or not there is such an
            appointment.
    """
    try:
        uid = UUID(appointment_uid)
    except ValueError as malformed:
        raise NotFound from malformed
    statement = (
        select(
            GRANT.c.appointment_id,
            GRANT.c.visitor_session_id,
            GRANT.c.manage_link_id,
            GRANT.c.expires_at.label("grant_expires_at"),
            APPOINTMENT.c.organization_id,
            APPOINTMENT.c.ends_at.label("visit_ends_at"),
            LINK.c.expires_at.label("link_expires_at"),
            _LINK_HOLDS.label("link_holds"),
        )
        .join(SESSION, SESSION.c.id == GRANT.c.visitor_session_id)
        .join(APPOINTMENT, APPOINTMENT.c.id == GRANT.c.appointment_id)
        .join(SETTINGS, SETTINGS.c.organization_id == APPOINTMENT.c.organization_id)
        .outerjoin(LINK, LINK.c.id == GRANT.c.manage_link_id)
        .where(SESSION.c.token_sha256 == session_key, APPOINTMENT.c.uid == uid)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None or not (row.manage_link_id is None or row.link_holds):
        raise NotFound
    if now >= min(
        row.grant_expires_at, manage_link_ends_at(row.visit_ends_at, row.link_expires_at)
    ):
        raise NotFound
    return GrantedAppointment(
        appointment_id=row.appointment_id,
        appointment_uid=str(uid),
        organization_id=row.organization_id,
        visitor_session_id=row.visitor_session_id,
        manage_link_id=row.manage_link_id,
    )
