"""What is tidied up after time has passed, and what nobody may notice if it is not."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from booking_app.adapters import live_bus
from booking_app.adapters.live_bus import LocalBus
from booking_app.db.queries import records
from booking_app.db.session import transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentHistory,
    AuditEvent,
    Hold,
    OutboxItem,
    Slot,
    VisitorSession,
)
from booking_app.domain import live_topics
from booking_app.domain.actors import System
from booking_app.services import booking, confirming, drafts, housekeeping
from tests.factories import NOW, a_clinic, a_visitor, some_details
from tests.support.rows import count_all, rows_of, the_row

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


async def hold(clinic, wall_time="09:30", *, visitor=None, now=NOW):
    return await booking.hold_slot(
        visitor=visitor or a_visitor(),
        choice=clinic.choice(),
        chosen=clinic.chosen(wall_time),
        now=now,
    )


@pytest.mark.requirement("S2-5")
async def test_a_lapsed_hold_turns_expired_and_nobody_is_mailed():
    clinic = await a_clinic()
    held = await hold(clinic)
    assert await housekeeping.expire_holds(now=held.expires_at - INSTANT) == 0
    assert (await the_row(Appointment))["status"] == "held"
    assert await housekeeping.expire_holds(now=held.expires_at) == 1
    assert (await the_row(Appointment))["status"] == "expired"
    assert (await the_row(Slot))["status"] == "released"
    assert (await the_row(Hold))["release_reason"] == "timeout"
    assert (await rows_of(AppointmentHistory))[-1]["actor_kind"] == "system"
    assert (await rows_of(AuditEvent))[-1]["reason"] == "timeout"
    assert await rows_of(OutboxItem) == []


async def test_tidying_twice_or_in_two_places_at_once_changes_each_hold_once():
    clinic = await a_clinic()
    for number, wall_time in enumerate(("09:00", "10:00", "11:00")):
        await hold(clinic, wall_time, visitor=a_visitor(number))
    late = NOW + 15 * MINUTE
    counts = await asyncio.gather(*(housekeeping.expire_holds(now=late) for _ in range(5)))
    assert sum(counts) == 3
    rows = await count_all()
    assert await housekeeping.expire_holds(now=late) == 0
    assert await count_all() == rows
    assert len(await rows_of(AppointmentHistory, change="expired")) == 3


async def test_more_holds_than_one_batch_are_all_tidied(monkeypatch):
    monkeypatch.setattr(housekeeping, "_BATCH", 3)
    clinic = await a_clinic(clinicians=2)
    for number in range(8):
        clinician = clinic.clinicians[number % 2]
        await booking.hold_slot(
            visitor=a_visitor(number),
            choice=clinic.choice(clinician),
            chosen=clinic.chosen(f"{9 + number // 2:02}:00", clinician=clinician),
            now=NOW,
        )
    assert await housekeeping.expire_holds(now=NOW + 15 * MINUTE) == 8
    assert {row["status"] for row in await rows_of(Slot)} == {"released"}


async def test_live_extended_and_confirmed_holds_are_left_alone():
    clinic = await a_clinic()
    await hold(clinic, "09:00", visitor=a_visitor(1))
    await booking.extend_hold(visitor=a_visitor(1), clinic_slug=clinic.slug, now=NOW)
    confirmed = await hold(clinic, "10:00", visitor=a_visitor(2))
    await confirming.confirm_hold(
        visitor=a_visitor(2),
        clinic_slug=clinic.slug,
        hold_uid=confirmed.hold_uid,
        details=some_details(),
        now=NOW,
    )
    assert await housekeeping.expire_holds(now=NOW + 15 * MINUTE) == 0
    assert [row["status"] for row in await rows_of(Appointment)] == ["held", "confirmed"]


@pytest.mark.requirement("S2-5")
async def test_the_holder_and_everybody_who_watches_the_diary_are_told():
    clinic = await a_clinic()
    held = await hold(clinic)
    heard: list[str] = []

    async def listen(topic: str) -> None:
        heard.append(topic)

    bus = LocalBus()
    bus.listen(listen)
    before = live_bus.get_bus()
    live_bus.install(bus)
    try:
        await housekeeping.expire_holds(now=held.expires_at)
        assert set(heard) == {
            live_topics.diary(clinic.clinician.resource_id),
            live_topics.clinic(clinic.organization_id),
            live_topics.visitor(a_visitor().session_key),
            live_topics.holds(),
        }
        heard.clear()
        await housekeeping.expire_holds(now=held.expires_at)
        assert heard == []
    finally:
        live_bus.install(before)


async def test_the_timer_is_set_for_the_earliest_hold_and_for_at_once_where_one_is_overdue():
    clinic = await a_clinic()
    assert await housekeeping.next_hold_expiry(now=NOW) is None
    first = await hold(clinic, "09:00", visitor=a_visitor(1))
    await hold(clinic, "10:00", visitor=a_visitor(2), now=NOW + MINUTE)
    assert await housekeeping.next_hold_expiry(now=NOW) == first.expires_at
    overdue = first.expires_at + MINUTE / 2
    assert await housekeeping.next_hold_expiry(now=overdue) == overdue
    await housekeeping.expire_holds(now=overdue)
    assert await housekeeping.next_hold_expiry(now=overdue) == first.expires_at + MINUTE


async def test_what_was_typed_is_erased_24_hours_after_the_hold_ended():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    await drafts.save_draft(
        visitor=visitor, clinic_slug=clinic.slug, fields={"first_name": "Maya"}, now=NOW
    )
    end = held.expires_at + timedelta(hours=24)
    assert await housekeeping.erase_drafts(now=end - INSTANT) == 0
    assert (await the_row(VisitorSession))["draft"] != {}
    assert await housekeeping.erase_drafts(now=end) == 1
    assert (await the_row(VisitorSession))["draft"] == {}
    assert await housekeeping.erase_drafts(now=end) == 0


async def test_an_extended_hold_keeps_what_was_typed_for_longer():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    await drafts.save_draft(
        visitor=visitor, clinic_slug=clinic.slug, fields={"first_name": "Maya"}, now=NOW
    )
    longer = await booking.extend_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert await housekeeping.erase_drafts(now=held.expires_at + timedelta(hours=24)) == 0
    assert await housekeeping.erase_drafts(now=longer.expires_at + timedelta(hours=24)) == 1


async def test_every_audit_line_is_sealed_once_and_the_record_holds():
    clinic = await a_clinic()
    await hold(clinic, "09:00", visitor=a_visitor(1))
    await hold(clinic, "10:00", visitor=a_visitor(2))
    assert await housekeeping.seal_audit(now=NOW) == 2
    assert await housekeeping.seal_audit(now=NOW) == 0
    await hold(clinic, "11:00", visitor=a_visitor(3))
    counts = await asyncio.gather(*(housekeeping.seal_audit(now=NOW) for _ in range(4)))
    assert sum(counts) == 1
    lines = await rows_of(AuditEvent)
    assert [line["sealed_position"] for line in lines] == [1, 2, 3]
    assert [line["prev_hash"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert await housekeeping.find_broken_seal() is None


async def test_more_lines_than_one_batch_are_sealed_and_checked(monkeypatch):
    monkeypatch.setattr(housekeeping, "_BATCH", 7)
    async with transaction() as tx:
        for number in range(25):
            await _add_line(tx, f"line.{number}")
    assert await housekeeping.seal_audit(now=NOW) == 25
    assert await housekeeping.find_broken_seal() is None
    assert [line["sealed_position"] for line in await rows_of(AuditEvent)] == list(range(1, 26))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_event SET action = 'nothing' WHERE sealed_position = 3",
        "UPDATE audit_event SET at = '2026-03-02 06:31:00' WHERE sealed_position = 3",
        "DELETE FROM audit_event WHERE sealed_position = 3",
        "UPDATE audit_event SET address_hash = NULL WHERE sealed_position = 3",
        "UPDATE audit_event SET sealed_position = sealed_position + 10 WHERE sealed_position >= 3",
    ],
)
async def test_a_line_that_was_changed_or_taken_out_is_found(tampering):
    clinic = await a_clinic()
    for number, wall_time in enumerate(("09:00", "10:00", "11:00", "12:00")):
        await hold(clinic, wall_time, visitor=a_visitor(number))
    await housekeeping.seal_audit(now=NOW)
    async with transaction() as tx:
        await _switch_the_guard_off(tx)
        await tx.execute(text(tampering))
    assert await housekeeping.find_broken_seal() == 3


async def test_a_sealed_line_cannot_be_changed_while_the_guards_stand():
    clinic = await a_clinic()
    await hold(clinic)
    await housekeeping.seal_audit(now=NOW)
    for forbidden in (
        "UPDATE audit_event SET action = 'nothing'",
        "UPDATE audit_event SET hash = NULL",
        "DELETE FROM audit_event",
    ):
        with pytest.raises(Exception, match="audit_append_only"):
            async with transaction() as tx:
                await tx.execute(text(forbidden))
    assert await housekeeping.find_broken_seal() is None


async def _add_line(tx, action: str) -> None:
    await records.append_audit(
        tx,
        organization_id=None,
        actor=System(),
        action=action,
        entity="test",
        entity_uid="1",
        before={},
        after={},
        reason=None,
        channel="system",
        now=NOW,
    )


async def _switch_the_guard_off(tx) -> None:
    """Become somebody who owns the database, as an intruder might."""
    if tx.dialect.name == "postgresql":
        await tx.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for trigger in ("audit_event_no_update", "audit_event_no_delete", "audit_event_sealed_once"):
        await tx.execute(text(f"DROP TRIGGER {trigger}"))
