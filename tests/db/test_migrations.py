"""The schema: built by migrations alone, the same on both databases, with its guards."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import booking_app.db.tables as tables
from booking_app.db import guards, migrate
from booking_app.db.base import TableModel


def on(url: str, look: Callable[[Connection], object]) -> object:
    """Run ``look`` on a connection of its own and commit what it did."""

    async def run() -> object:
        engine = create_async_engine(url)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(look)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def table_names(connection: Connection) -> set[str]:
    return set(connection.dialect.get_table_names(connection)) - {"alembic_version"}


@pytest.mark.requirement("K-3")
def test_every_table_is_a_sqlmodel_class_and_every_class_a_table():
    classes = [getattr(tables, name) for name in tables.__all__]
    assert all(issubclass(model, SQLModel) for model in classes)
    assert {model.__tablename__ for model in classes} == set(TableModel.metadata.tables)


@pytest.mark.requirement("K-3")
def test_the_migrated_schema_is_what_the_tables_say(blank_database_url: str):
    migrate.upgrade_to_head(blank_database_url)
    migrate.check(blank_database_url)  # raises where they differ
    assert on(blank_database_url, table_names) == set(TableModel.metadata.tables)


def test_migrations_can_be_taken_back_and_applied_again(blank_database_url: str):
    migrate.upgrade_to_head(blank_database_url)
    migrate.downgrade_to(blank_database_url, "base")
    assert on(blank_database_url, table_names) == set()
    migrate.upgrade_to_head(blank_database_url)
    assert on(blank_database_url, guards.missing) == set()


def test_migrating_twice_changes_nothing(blank_database_url: str):
    migrate.upgrade_to_head(blank_database_url)
    migrate.upgrade_to_head(blank_database_url)
    assert on(blank_database_url, guards.missing) == set()


def test_there_is_one_newest_revision():
    assert migrate.head() != ""
