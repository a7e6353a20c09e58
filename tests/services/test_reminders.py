"""Reminders are derived from the visits, at every tick, and sent once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from booking_app.db.base import core
from booking_app.db.session import reading, transaction
from booking_app.db.tables import Appointment, CapturedMail, OutboxItem
from booking_app.domain.message_events import MessageEvent
from booking_app.services import outbox, reminders
from tests.factories import NOW, a_clinic, an_appointment

pytestmark = pytest.mark.usefixtures("database")
ITEM = core(OutboxItem)
APPOINTMENT = core(Appointment)
HOUR = timedelta(hours=1)
IN_A_WEEK = NOW.date() + timedelta(days=7)


async def planned() -> int:
    async with reading() as rx:
        found = await rx.execute(select(ITEM.c.id).where(ITEM.c.event == MessageEvent.REMINDER))
        return len(found.all())


@pytest.mark.requirement("K-4")
async def test_a_visit_is_reminded_of_48_hours_before_and_not_a_second_earlier():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00", IN_A_WEEK))
    due = visit.starts_at - 48 * HOUR
    assert await reminders.plan_reminders(now=due - timedelta(seconds=1)) == 0
    assert await reminders.plan_reminders(now=due) == 1


@pytest.mark.requirement("K-4")
async def test_planning_late_twice_or_in_two_processes_reminds_once():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00", IN_A_WEEK))
    due = visit.starts_at - 48 * HOUR
    for minutes in (0, 1, 1, 90):
        await reminders.plan_reminders(now=due + timedelta(minutes=minutes))
    assert await planned() == 1
    await outbox.deliver_due(now=due + 2 * HOUR)
    await outbox.deliver_due(now=due + 2 * HOUR)
    async with reading() as rx:
        subjects = (await rx.execute(select(core(CapturedMail).c.subject))).scalars().all()
    assert subjects == ["Your appointment is on Monday 9 March"]


async def test_a_visit_that_was_cancelled_after_planning_is_not_reminded_of():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00", IN_A_WEEK))
    due = visit.starts_at - 48 * HOUR
    await reminders.plan_reminders(now=due)
    async with transaction() as tx:
        await tx.execute(
            update(APPOINTMENT).values(status="cancelled", cancelled_at=due, cancelled_by="patient")
        )
    await outbox.deliver_due(now=due)
    async with reading() as rx:
        assert (await rx.execute(select(core(CapturedMail).c.id))).all() == []


async def test_a_moved_visit_is_reminded_of_at_its_new_time_only():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00", IN_A_WEEK))
    due = visit.starts_at - 48 * HOUR
    await reminders.plan_reminders(now=due)
    later = visit.starts_at + 24 * HOUR
    async with transaction() as tx:
        await tx.execute(update(APPOINTMENT).values(starts_at=later, ends_at=later + HOUR))
    await outbox.deliver_due(now=due)
    await reminders.plan_reminders(now=due + 24 * HOUR)
    await outbox.deliver_due(now=due + 24 * HOUR)
    async with reading() as rx:
        subjects = (await rx.execute(select(core(CapturedMail).c.subject))).scalars().all()
    assert subjects == ["Your appointment is on Tuesday 10 March"]


@pytest.mark.parametrize(
    "changes", [{"reminders_wanted": False}, {"status": "completed"}], ids=["unwanted", "over"]
)
async def test_nobody_is_reminded_of_what_they_do_not_want_or_need(changes):
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00", IN_A_WEEK))
    async with transaction() as tx:
        await tx.execute(update(APPOINTMENT).values(**changes))
    assert await reminders.plan_reminders(now=visit.starts_at - 48 * HOUR) == 0


async def test_a_visit_booked_less_than_48_hours_before_gets_no_reminder():
    clinic = await a_clinic()
    visit = await an_appointment(clinic, starts_at=NOW + 30 * HOUR)
    for hours in range(30):
        await reminders.plan_reminders(now=NOW + hours * HOUR)
    assert visit.starts_at > NOW
    assert await planned() == 0
