"""Visits with links, opened in browsers; and what a test looks at in the database afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import event, insert, select, update

from booking_app.adapters import live_bus
from booking_app.db import session
from booking_app.db.base import TableModel, core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import (
    AppointmentType,
    Clinician,
    ManageLink,
    Settings,
    User,
    VisitorSession,
)
from booking_app.domain.actors import Visitor
from booking_app.services import access
from tests.factories import NOW, AClinic, AnAppointment, a_visitor

Row = dict[str, object]


async def a_link(clinic: AClinic, visit: AnAppointment, *, now=NOW) -> str:
    """Issue a manage link and return its token."""
    async with transaction() as tx:
        _, token = await access.issue_manage_link(
            tx,
            organization_id=clinic.organization_id,
            appointment_id=visit.id,
            issued_by="system",
            channel="email",
            now=now,
        )
    return token


async def open_link(
    clinic: AClinic, visit: AnAppointment, visitor: Visitor | None = None, *, now=NOW
) -> Visitor:
    """Open a new link of the visit in a browser and return the browser."""
    visitor = visitor or a_visitor()
    token = await a_link(clinic, visit, now=now)
    await access.exchange_manage_link(visitor=visitor, token=token, now=now)
    return visitor


async def change(model: type[TableModel], key: int, **values: object) -> None:
    """Write columns of one row."""
    table = core(model)
    async with transaction() as tx:
        await tx.execute(update(table).where(table.c.id == key).values(**values))


async def change_settings(clinic: AClinic, **values: object) -> None:
    table = core(Settings)
    async with transaction() as tx:
        await tx.execute(
            update(table).where(table.c.organization_id == clinic.organization_id).values(**values)
        )


async def change_type(clinic: AClinic, **values: object) -> None:
    await change(AppointmentType, clinic.type_id, **values)


async def revoke_links(*, now) -> None:
    async with transaction() as tx:
        await tx.execute(update(core(ManageLink)).values(revoked_at=now))


async def give_account(clinic: AClinic, *, now=NOW) -> int:
    """Let the first clinician sign in; return the account's key."""
    table = core(User)
    async with transaction() as tx:
        statement = insert(table).values(
            organization_id=clinic.organization_id,
            email="dr@harbour.example",
            email_norm="dr@harbour.example",
            display_name="Dr Number 1",
            password_hash="none",
            role="clinician",
            created_at=now,
            updated_at=now,
        )
        user_id = (await tx.execute(statement.returning(table.c.id))).scalar_one()
    await change(Clinician, clinic.clinician.id, user_id=user_id)
    return user_id


async def rows(model: type[TableModel], **where: object) -> list[Row]:
    """Return the rows of a table in order, those that match."""
    table = core(model)
    statement = select(table).order_by(table.c.id)
    for name, value in where.items():
        statement = statement.where(table.c[name] == value)
    async with reading() as rx:
        return [dict(row) for row in (await rx.execute(statement)).mappings()]


async def the_row(model: type[TableModel], **where: object) -> Row:
    """Return the only row that matches."""
    (row,) = await rows(model, **where)
    return row


async def everything() -> dict[str, list[Row]]:
    """Return every row of every table."""
    found: dict[str, list[Row]] = {}
    async with reading() as rx:
        for table in TableModel.metadata.sorted_tables:
            result = await rx.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [dict(row) for row in result.mappings()]
    return found


async def session_of(visitor: Visitor) -> Row | None:
    found = await rows(VisitorSession, token_sha256=visitor.session_key)
    return found[0] if found else None


@asynccontextmanager
async def published_topics() -> AsyncIterator[list[str]]:
    """Collect the topics that are published meanwhile."""
    topics: list[str] = []
    usual = live_bus.get_bus()
    bus = live_bus.LocalBus()

    async def hear(topic: str) -> None:
        topics.append(topic)

    bus.listen(hear)
    live_bus.install(bus)
    try:
        yield topics
    finally:
        live_bus.install(usual)


@asynccontextmanager
async def counted_statements() -> AsyncIterator[list[str]]:
    """Collect the statements that are run on the writing connection meanwhile."""
    statements: list[str] = []
    engine = session.get_engine().sync_engine

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
