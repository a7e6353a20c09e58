"""Members of staff and the clinic they belong to."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from booking_app.db.base import core
from booking_app.db.tables import Organization, User

USER = core(User)
ORGANIZATION = core(Organization)


async def list_clinics(rx: AsyncConnection) -> dict[str, int]:
    """Return the keys of the installation's clinics by slug."""
    rows = await rx.execute(select(ORGANIZATION.c.slug, ORGANIZATION.c.id))
    return {row.slug: row.id for row in rows}


async def find_user(tx: AsyncConnection, *, organization_id: int, email_norm: str) -> int | None:
    """Return the key of the user with this address in the clinic, or None."""
    statement = select(USER.c.id).where(
        USER.c.organization_id == organization_id, USER.c.email_norm == email_norm
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def insert_user(
    tx: AsyncConnection,
    *,
    organization_id: int,
    email: str,
    email_norm: str,
    display_name: str,
    password_hash: str,
    role: str,
    now: datetime,
) -> int:
    """Write a new member of staff; return the key."""
    statement = insert(USER).values(
        organization_id=organization_id,
        email=email,
        email_norm=email_norm,
        display_name=display_name,
        password_hash=password_hash,
        role=role,
        created_at=now,
        updated_at=now,
    )
    return (await tx.execute(statement.returning(USER.c.id))).scalar_one()
