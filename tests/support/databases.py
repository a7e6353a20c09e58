"""Fixtures that give a test an empty database of the newest schema, on SQLite and on PostgreSQL.

A test that asks for `database` (or for one of the others here) runs twice, once on each.
"""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from booking_app.db import migrate, session
from booking_app.settings import get_settings
from tests.support import postgres, run_folder

KINDS = ("sqlite", "postgresql")
_TEMPLATE = "booking_template"

# What a test may have changed beside rows: a dropped guard must not leak into the next test.
_SCHEMA_FINGERPRINT = """
select md5(string_agg(line, ',' order by line)) from (
    select 'c' || oid || convalidated from pg_constraint where connamespace = 'public'::regnamespace
    union all select 't' || oid || tgenabled::text from pg_trigger
    union all select 'p' || oid || '.' || xmin::text from pg_proc
        where pronamespace = 'public'::regnamespace
    union all select 'r' || oid from pg_class where relnamespace = 'public'::regnamespace
    union all select 'a' || attrelid || '.' || attnum || atttypid || attnotnull
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace and attnum > 0
) as lines(line)
"""


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of the newest schema; nothing is connected to it."""
    return new_database(request.param, tmp_path)


@pytest.fixture
async def database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Point the product's settings and engine at an empty database, and give its URL."""
    monkeypatch.setenv("BOOKING_DATABASE_URL", database_url)
    get_settings.cache_clear()
    session.configure(database_url)
    yield database_url
    await session.dispose()
    get_settings.cache_clear()


@pytest.fixture(params=KINDS)
def blank_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without any table, for tests of the migrations themselves."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'blank.db'}"
        return
    cluster = postgres.shared_cluster()
    name = f"blank_{_worker()}"
    _in_thread(lambda: _recreate(cluster, name, template="template0"))
    yield cluster.url(name)


def new_database(kind: str, folder: Path) -> str:
    """Return the URL of an empty, migrated database of that kind.

    On SQLite a new file in the folder. On PostgreSQL the one database of this worker, emptied: a
    second call takes the rows away from the first.
    """
    if kind == "sqlite":
        path = folder / "booking.db"
        shutil.copyfile(_sqlite_template(), path)
        return f"sqlite+aiosqlite:///{path}"
    cluster = _cluster_with_template()
    name = f"booking_{_worker()}"
    _in_thread(lambda: _empty(cluster, name))
    return cluster.url(name)


def _sqlite_template() -> Path:
    with run_folder.locked("sqlite") as folder:
        template = folder / "template.db"
        if not template.exists():
            unfinished = folder / "unfinished.db"
            migrate.upgrade_to_head(f"sqlite+aiosqlite:///{unfinished}")
            # Copies are of one file: what stands in the write-ahead log has to move into it.
            with sqlite3.connect(unfinished) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
            connection.close()
            unfinished.rename(template)
        return template


def _cluster_with_template() -> postgres.Cluster:
    cluster = postgres.shared_cluster()
    with run_folder.locked("postgres-template") as folder:
        if not (folder / "migrated").exists():
            _in_thread(lambda: _recreate(cluster, _TEMPLATE, template="template0"))
            migrate.upgrade_to_head(cluster.url(_TEMPLATE))
            (folder / "migrated").touch()
    return cluster


async def _empty(cluster: postgres.Cluster, name: str) -> None:
    """Take every row out, or make the database anew if it is missing or its schema was changed."""
    try:
        connection = await asyncpg.connect(cluster.dsn(name))
    except asyncpg.InvalidCatalogNameError:
        await _recreate(cluster, name, template=_TEMPLATE)
        return
    try:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        remembered = await connection.fetchval(
            "select shobj_description(oid, 'pg_database') from pg_database"
            " where datname = current_database()"
        )
        is_unchanged = remembered == await connection.fetchval(_SCHEMA_FINGERPRINT)
        if is_unchanged:
            # Deleting from small tables is twenty times quicker than truncating them.
            tables = await connection.fetch(
                "select format('delete from %I', tablename) as statement from pg_tables"
                " where schemaname = 'public' and tablename <> 'alembic_version'"
            )
            await connection.execute("set session_replication_role = replica")  # no triggers
            await connection.execute(";".join(row["statement"] for row in tables))
    finally:
        await connection.close()
    if not is_unchanged:
        await _recreate(cluster, name, template=_TEMPLATE)


async def _recreate(cluster: postgres.Cluster, name: str, *, template: str) -> None:
    admin = await asyncpg.connect(cluster.dsn("postgres"))
    try:
        await admin.execute(f"drop database if exists {name} with (force)")
        await admin.execute(f"create database {name} template {template} strategy file_copy")
    finally:
        await admin.close()
    connection = await asyncpg.connect(cluster.dsn(name))
    try:
        fingerprint = await connection.fetchval(_SCHEMA_FINGERPRINT)
        await connection.execute(f"comment on database {name} is '{fingerprint}'")
    finally:
        await connection.close()


def _in_thread(work: Callable[[], Coroutine[object, object, None]]) -> None:
    """Run it to its end on a loop of its own, whatever loop the calling thread may be in."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(lambda: asyncio.run(work())).result()


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
