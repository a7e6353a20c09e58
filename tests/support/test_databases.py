"""The fixtures themselves: what one test does must not be there in the next."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text

from booking_app.db import session
from booking_app.db.tables.organization import Organization

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_gets_an_empty_database(database: str, turn: int):
    async with session.transaction() as connection:
        names = await connection.execute(text("select count(*) from organization"))
        assert names.scalar_one() == 0
        await connection.execute(
            insert(Organization).values(
                name="Left Behind",
                slug="left-behind",
                contact_email="desk@example.org",
                phone="+441632960000",
                created_at=NOW,
                updated_at=NOW,
            )
        )


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_dropped_guard_is_back_in_the_next_test(database: str, turn: int):
    is_sqlite = database.startswith("sqlite")
    guard = (
        "select count(*) from sqlite_master where name = 'slot_no_overlap_insert'"
        if is_sqlite
        else "select count(*) from pg_constraint where conname = 'ex_slot_no_overlap'"
    )
    drop = (
        "drop trigger slot_no_overlap_insert"
        if is_sqlite
        else "alter table slot drop constraint ex_slot_no_overlap"
    )
    async with session.transaction() as connection:
        assert (await connection.execute(text(guard))).scalar_one() == 1
        await connection.execute(text(drop))
