"""How migrations run: one real transaction, guards re-installed, references checked.

SQLite needs three precautions. Batch mode rebuilds a table and silently drops its
triggers, so the guards are installed again at the end. Foreign keys are switched off
while tables are rebuilt (the pragma has no effect inside a transaction) and checked
before the commit. And Alembic thinks SQLite cannot roll back DDL; with a real BEGIN
it can, so a failing revision leaves nothing behind.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection, event, pool
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import AutoString

import booking_app.db.tables  # noqa: F401  registers every table
from booking_app.db import guards
from booking_app.db.base import TableModel
from booking_app.db.types import Id, UtcDateTime
from booking_app.settings import get_settings

GUARDED = {"ex_slot_no_overlap"}


def include_object(
    obj: object, name: str | None, type_: str, reflected: bool, compare_to: object
) -> bool:
    return name not in GUARDED


def render_item(type_: str, obj: object, autogen_context: object) -> str | bool:
    if type_ == "type" and isinstance(obj, UtcDateTime):
        return "UtcDateTime()"
    if type_ == "type" and isinstance(obj, AutoString):
        return f"sa.String(length={obj.length})"
    return "Id" if obj is Id else False


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        connection.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(72310001)"
        )  # one migration at a time
    context.configure(
        connection=connection,
        target_metadata=TableModel.metadata,
        render_as_batch=is_sqlite,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    tables = set(connection.dialect.get_table_names(connection))
    if {"slot", "audit_event"} <= tables:
        guards.install(connection)
        if absent := guards.missing(connection):
            raise RuntimeError(f"guards are missing after the migration: {sorted(absent)}")
    if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"rows point nowhere after the migration: {broken[:5]}")


async def main() -> None:
    url = context.config.attributes.get("url") or get_settings().database
    engine = create_async_engine(url, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def _on_connect(dbapi_connection, _record):  # noqa: ANN001
            dbapi_connection.isolation_level = None
            cursor = dbapi_connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA busy_timeout=15000")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _on_begin(connection):  # noqa: ANN001
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
