"""Errors as the databases really raise them: whose time it is, and what is worth another try."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from booking_app.db import failures, session
from booking_app.db.base import core
from booking_app.db.failures import is_occupied, is_transient, retried
from booking_app.db.session import transaction
from booking_app.db.tables import Organization, Resource
from booking_app.domain.errors import SlotTaken
from booking_app.services import booking, claiming
from tests.factories import NOW, a_clinic, a_visitor, an_appointment
from tests.support.databases import new_database


async def _failure_of(doing) -> DBAPIError:
    with pytest.raises(DBAPIError) as failed:
        await doing
    return failed.value


async def test_the_guard_against_overlaps_says_occupied(database):
    clinic = await a_clinic()
    await an_appointment(clinic, starts_at=clinic.at("09:30"))
    failed = await _failure_of(an_appointment(clinic, starts_at=clinic.at("09:45")))
    assert is_occupied(failed)
    assert not is_transient(failed)


async def test_a_key_that_is_there_already_says_occupied(database):
    clinic = await a_clinic()

    async def write_twice() -> None:
        async with transaction() as tx:
            await tx.execute(
                insert(core(Organization)).values(
                    name="Copy",
                    slug=clinic.slug,
                    contact_email="",
                    phone="",
                    created_at=NOW,
                    updated_at=NOW,
                )
            )

    failed = await _failure_of(write_twice())
    assert is_occupied(failed)
    assert not is_transient(failed)


async def test_a_mistake_in_a_statement_is_neither(database):
    async def mistake() -> None:
        async with transaction() as tx:
            await tx.execute(text("SELECT nothing FROM nowhere"))

    failed = await _failure_of(mistake())
    assert not is_occupied(failed)
    assert not is_transient(failed)


async def test_two_visits_that_drew_the_same_reference_draw_again(database, monkeypatch):
    clinic = await a_clinic()
    drawn = iter(["SAME", "SAME", "OTHER"])
    monkeypatch.setattr(claiming, "_new_reference", lambda _: next(drawn))
    for number, wall_time in enumerate(("09:30", "10:30")):
        assert await booking.hold_slot(
            visitor=a_visitor(number),
            choice=clinic.choice(),
            chosen=clinic.chosen(wall_time),
            now=NOW,
        )
    assert next(drawn, None) is None


@pytest.fixture
def postgresql_url(tmp_path: Path) -> str:
    return new_database("postgresql", tmp_path)


@pytest.fixture
async def postgresql(postgresql_url: str) -> AsyncIterator[str]:
    session.configure(postgresql_url)
    yield postgresql_url
    await session.dispose()


async def test_a_deadlock_is_run_again_until_both_are_through(postgresql):
    clinic = await a_clinic(clinicians=2)
    one, other = (clinician.resource_id for clinician in clinic.clinicians)
    both_hold_one = asyncio.Barrier(2)
    runs: list[int] = []

    @retried
    async def lock_both(first: int, second: int) -> None:
        runs.append(first)
        async with transaction() as tx:
            await tx.execute(_bump(first))
            if len(runs) <= 2:  # the first run of each, so that they certainly cross
                await both_hold_one.wait()
            await tx.execute(_bump(second))

    await asyncio.gather(lock_both(one, other), lock_both(other, one))
    assert len(runs) == 3


async def test_a_lock_that_took_too_long_is_worth_another_try(postgresql):
    clinic = await a_clinic()
    resource = clinic.clinician.resource_id

    async def wait_for_the_lock() -> None:
        engine = create_async_engine(postgresql)
        try:
            async with engine.begin() as other:
                await other.execute(text("SET lock_timeout = '20ms'"))
                await other.execute(_bump(resource))
        finally:
            await engine.dispose()

    async with transaction() as tx:
        await tx.execute(_bump(resource))
        failed = await _failure_of(wait_for_the_lock())
    assert is_transient(failed)
    assert not is_occupied(failed)


def _bump(resource_id: int):
    table = core(Resource)
    return table.update().where(table.c.id == resource_id).values(rev=table.c.rev + 1)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return new_database("sqlite", tmp_path)


async def test_a_locked_sqlite_file_is_worth_another_try(sqlite_url):
    engine = create_async_engine(sqlite_url, connect_args={"timeout": 0}, pool_size=2)
    try:
        async with engine.connect() as writer, engine.connect() as late:
            await writer.exec_driver_sql("BEGIN IMMEDIATE")
            failed = await _failure_of(late.exec_driver_sql("BEGIN IMMEDIATE"))
    finally:
        await engine.dispose()
    assert is_transient(failed)
    assert not is_occupied(failed)


def _locked() -> DBAPIError:
    return DBAPIError("BEGIN IMMEDIATE", {}, Exception("database is locked"))


async def test_a_use_case_is_given_up_after_six_tries(monkeypatch):
    monkeypatch.setattr(failures, "_FIRST_PAUSE_MS", 1)
    tries: list[int] = []

    @retried
    async def never_works() -> None:
        tries.append(1)
        raise _locked()

    assert is_transient(await _failure_of(never_works()))
    assert len(tries) == 6


async def test_a_refusal_is_an_answer_and_not_tried_again():
    tries: list[int] = []

    @retried
    async def refuses() -> None:
        tries.append(1)
        raise SlotTaken

    with pytest.raises(SlotTaken):
        await refuses()
    assert len(tries) == 1
