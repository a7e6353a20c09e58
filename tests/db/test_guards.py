"""What the database refuses by itself, whatever the code above it does."""

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from booking_app.db import guards
from booking_app.db.base import core
from booking_app.db.queries import records
from booking_app.db.session import get_engine, reading, transaction
from booking_app.db.tables import AuditEvent, Slot
from booking_app.domain.actors import System
from tests.factories import NOW, AClinic, a_clinic, an_appointment

pytestmark = pytest.mark.usefixtures("database")
SLOT = core(Slot)
AUDIT = core(AuditEvent)


async def add_slot(clinic: AClinic, appointment_id: int, wall_start: str, wall_end: str, **more):
    values = {
        "organization_id": clinic.organization_id,
        "resource_id": clinic.clinician.resource_id,
        "appointment_id": appointment_id,
        "starts_at": clinic.at(wall_start),
        "ends_at": clinic.at(wall_end),
        "status": "busy",
        "created_at": NOW,
    } | more
    async with transaction() as tx:
        await tx.execute(insert(SLOT).values(**values))


@pytest.mark.parametrize(
    ("start", "end"),
    [("10:00", "10:30"), ("09:45", "10:15"), ("10:10", "10:20"), ("09:30", "11:00")],
    ids=["the same", "from before", "inside", "around"],
)
async def test_overlapping_live_time_of_one_resource_is_refused(start, end):
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    with pytest.raises(DBAPIError, match="slot_no_overlap"):
        await add_slot(clinic, visit.id, start, end)


@pytest.mark.parametrize(("start", "end"), [("09:30", "10:00"), ("10:30", "11:00")])
async def test_times_that_only_touch_stand_beside_each_other(start, end):
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    await add_slot(clinic, visit.id, start, end)
    async with reading() as rx:
        assert len((await rx.execute(select(SLOT.c.id))).all()) == 2


async def test_a_tentative_slot_blocks_like_a_busy_one():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    with pytest.raises(DBAPIError, match="slot_no_overlap"):
        await add_slot(
            clinic, visit.id, "10:00", "10:30", status="busy-tentative", hold_expires_at=NOW
        )


async def test_released_time_may_be_taken_and_not_be_brought_back_over_it():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    async with transaction() as tx:
        await tx.execute(update(SLOT).values(status="released", released_at=NOW))
    await add_slot(clinic, visit.id, "10:00", "10:30")
    with pytest.raises(DBAPIError, match="slot_no_overlap"):
        async with transaction() as tx:
            await tx.execute(update(SLOT).where(SLOT.c.status == "released").values(status="busy"))


async def test_moving_a_slot_onto_another_is_refused():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    await add_slot(clinic, visit.id, "12:00", "12:30")
    with pytest.raises(DBAPIError, match="slot_no_overlap"):
        async with transaction() as tx:
            await tx.execute(
                update(SLOT)
                .where(SLOT.c.starts_at == clinic.at("12:00"))
                .values(starts_at=clinic.at("10:15"), ends_at=clinic.at("10:45"))
            )


async def test_two_clinicians_may_be_busy_at_the_same_time():
    clinic = await a_clinic(clinicians=2)
    await an_appointment(clinic, starts_at=clinic.at("10:00"))
    await an_appointment(clinic, starts_at=clinic.at("10:00"), clinician=clinic.clinicians[1])
    async with reading() as rx:
        assert len((await rx.execute(select(SLOT.c.id))).all()) == 2


async def test_only_staff_can_overbook_on_purpose():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    await add_slot(clinic, visit.id, "10:00", "10:30", overbooked=True, booked_via="staff")
    with pytest.raises(DBAPIError, match="only_staff_overbook"):
        await add_slot(clinic, visit.id, "10:00", "10:30", overbooked=True, booked_via="public")


async def test_a_slot_cannot_name_a_resource_of_another_clinic():
    clinic = await a_clinic(slug="harbour")
    other = await a_clinic(slug="hill")
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"))
    with pytest.raises(DBAPIError):
        await add_slot(clinic, visit.id, "12:00", "12:30", resource_id=other.clinician.resource_id)


async def an_audit_line() -> None:
    async with transaction() as tx:
        await records.append_audit(
            tx,
            organization_id=None,
            actor=System(),
            action="test",
            entity="test",
            entity_uid="1",
            before={},
            after={},
            reason=None,
            channel="test",
            now=NOW,
        )


@pytest.mark.parametrize(
    "change",
    [
        delete(AUDIT),
        update(AUDIT).values(action="something else"),
        update(AUDIT).values(after={"status": "other"}),
        update(AUDIT).values(at=NOW.replace(year=2020)),
    ],
    ids=["deleted", "renamed", "rewritten", "backdated"],
)
async def test_the_audit_record_is_never_changed(change):
    await an_audit_line()
    with pytest.raises(DBAPIError, match="audit_append_only"):
        async with transaction() as tx:
            await tx.execute(change)


async def test_an_audit_line_is_sealed_once():
    await an_audit_line()
    async with transaction() as tx:
        await tx.execute(update(AUDIT).values(prev_hash="0" * 64, hash="1" * 64))
    with pytest.raises(DBAPIError, match="audit_append_only"):
        async with transaction() as tx:
            await tx.execute(update(AUDIT).values(hash="2" * 64))


async def test_a_guard_that_is_gone_is_noticed_and_put_back():
    async with get_engine().begin() as connection:
        await connection.run_sync(guards.remove)
        absent = await connection.run_sync(guards.missing)
        assert absent
        await connection.run_sync(guards.install)
        assert await connection.run_sync(guards.missing) == set()


async def test_an_overlap_guard_with_other_words_counts_as_missing():
    async with get_engine().begin() as connection:
        if connection.dialect.name == "sqlite":
            name = "slot_no_overlap_insert"
            await connection.exec_driver_sql(f"DROP TRIGGER {name}")
            await connection.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE INSERT ON slot BEGIN SELECT 1; END"
            )
        else:
            name = "ex_slot_no_overlap"
            await connection.exec_driver_sql(f"ALTER TABLE slot DROP CONSTRAINT {name}")
            await connection.exec_driver_sql(
                f"ALTER TABLE slot ADD CONSTRAINT {name} CHECK (ends_at > starts_at)"
            )
        assert name in await connection.run_sync(guards.missing)
        await connection.run_sync(guards.remove)
        await connection.run_sync(guards.install)
