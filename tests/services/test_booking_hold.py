"""Holding a time: who gets it, for how long, and how it ends."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from booking_app.adapters import live_bus
from booking_app.adapters.live_bus import LocalBus
from booking_app.db import session
from booking_app.db.tables import (
    Appointment,
    AppointmentHistory,
    AuditEvent,
    Hold,
    Resource,
    Slot,
)
from booking_app.domain import live_topics
from booking_app.domain.actors import Visitor
from booking_app.domain.errors import (
    BookingClosed,
    HoldExpired,
    HoldLimitReached,
    NotFound,
    SlotTaken,
)
from booking_app.dto.booking import Choice, ChosenTime
from booking_app.services import booking
from tests.factories import NOW, TODAY, a_clinic, a_visitor, an_appointment
from tests.support.rows import count_all, rows_of, the_row

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


async def hold(clinic, wall_time="09:30", *, visitor=None, clinician=None, now=NOW):
    return await booking.hold_slot(
        visitor=visitor or a_visitor(),
        choice=clinic.choice(clinician),
        chosen=clinic.chosen(wall_time, clinician=clinician),
        now=now,
    )


@pytest.mark.requirement("S2-3")
async def test_a_held_time_is_gone_for_everybody_else():
    clinic = await a_clinic()
    await hold(clinic, visitor=a_visitor(1))
    with pytest.raises(SlotTaken):
        await hold(clinic, visitor=a_visitor(2))


async def test_a_hold_writes_the_appointment_its_item_the_slot_and_the_record_together():
    clinic = await a_clinic(buffer_before=5, buffer_after=10, reference_prefix="HBR")
    held = await hold(clinic)

    appointment = await the_row(Appointment)
    assert str(appointment["uid"]) == held.appointment_uid
    assert (appointment["status"], appointment["patient_id"]) == ("held", None)
    assert appointment["reference"].startswith("HBR")
    assert len(appointment["reference"]) == 9
    slot = await the_row(Slot)
    assert (slot["status"], slot["hold_expires_at"]) == ("busy-tentative", held.expires_at)
    assert (slot["starts_at"], slot["ends_at"]) == (clinic.at("09:30"), clinic.at("10:00"))
    assert (slot["buffer_before"], slot["buffer_after"]) == (5, 10)
    line = await the_row(AppointmentHistory)
    assert (line["change"], line["actor_kind"], line["sequence"]) == ("held", "patient", 1)
    audit = await the_row(AuditEvent)
    assert (audit["action"], audit["entity_uid"]) == ("hold.made", held.appointment_uid)
    assert audit["address_hash"] == a_visitor().address_hash


@pytest.mark.requirement("S2-3")
@pytest.mark.requirement("S2-5")
async def test_with_hold_minutes_5_a_hold_lapses_at_5_00_and_not_before():
    clinic = await a_clinic(hold_minutes=5)
    visitor = a_visitor()
    await hold(clinic, visitor=visitor)
    last_instant = NOW + 5 * MINUTE - INSTANT
    assert await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=last_instant)
    with pytest.raises(SlotTaken):
        await hold(clinic, visitor=a_visitor(2), now=last_instant)

    on_the_dot = NOW + 5 * MINUTE
    assert not await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=on_the_dot)
    assert await hold(clinic, visitor=a_visitor(2), now=on_the_dot)


@pytest.mark.requirement("S2-5")
async def test_at_15_00_minutes_another_patient_takes_it_with_no_job_running():
    clinic = await a_clinic()
    first = await hold(clinic, visitor=a_visitor(1))
    with pytest.raises(SlotTaken):
        await hold(clinic, visitor=a_visitor(2), now=NOW + 15 * MINUTE - INSTANT)

    second = await hold(clinic, visitor=a_visitor(2), now=NOW + 15 * MINUTE)
    assert second.starts_at == first.starts_at
    lapsed = await the_row(Hold, release_reason="timeout")
    assert str(lapsed["uid"]) == first.hold_uid
    assert [row["status"] for row in await rows_of(Appointment)] == ["expired", "held"]
    assert [row["status"] for row in await rows_of(Slot)] == ["released", "busy-tentative"]
    line = (await rows_of(AppointmentHistory, change="expired"))[0]
    assert (line["actor_kind"], line["reason"]) == ("system", "timeout")


@pytest.mark.requirement("S2-3")
async def test_a_new_choice_gives_the_older_one_back():
    clinic = await a_clinic(clinicians=2)
    one, other = clinic.clinicians
    visitor = a_visitor(1)
    await hold(clinic, "09:30", visitor=visitor, clinician=other)
    second = await hold(clinic, "11:00", visitor=visitor, clinician=one)

    live = await booking.find_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert live == second
    assert await hold(clinic, "09:30", visitor=a_visitor(2), clinician=other)
    given_back = await the_row(Hold, release_reason="superseded")
    assert given_back["released_at"] == NOW


async def test_a_new_choice_may_overlap_the_one_it_replaces():
    clinic = await a_clinic(duration=30, slot_step=15)
    visitor = a_visitor()
    await hold(clinic, "09:30", visitor=visitor)
    moved = await hold(clinic, "09:45", visitor=visitor)
    assert moved.starts_at == clinic.at("09:45")


async def test_a_choice_that_is_taken_leaves_the_older_hold_where_it_is():
    clinic = await a_clinic()
    mine = await hold(clinic, "09:30", visitor=a_visitor(1))
    await hold(clinic, "10:00", visitor=a_visitor(2))
    with pytest.raises(SlotTaken):
        await hold(clinic, "10:00", visitor=a_visitor(1))
    assert await booking.find_hold(visitor=a_visitor(1), clinic_slug=clinic.slug, now=NOW) == mine


async def test_choosing_the_same_time_again_is_the_same_hold_and_writes_nothing():
    clinic = await a_clinic()
    first = await hold(clinic)
    rows = await count_all()
    assert await hold(clinic, now=NOW + MINUTE) == first
    assert await count_all() == rows


async def test_ten_presses_at_once_make_one_hold():
    clinic = await a_clinic()
    answers = await asyncio.gather(*(hold(clinic) for _ in range(10)))
    assert len({answer.hold_uid for answer in answers}) == 1
    assert len(await rows_of(Hold)) == 1


@pytest.mark.requirement("S2-3")
async def test_a_hold_outlives_the_process_that_made_it(database):
    clinic = await a_clinic()
    held = await hold(clinic)
    await session.dispose()
    session.configure(database)
    assert await booking.find_hold(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW) == held


@pytest.mark.requirement("S2-3")
async def test_the_deadline_is_sent_as_the_time_that_is_left():
    clinic = await a_clinic()
    held = await hold(clinic)
    card = booking.hold_card(held, now=NOW + 4 * MINUTE)
    assert card.is_live
    assert (card.left_ms, card.total_ms) == (11 * 60_000, 15 * 60_000)
    assert (card.when, card.until) == ("Monday 2 March at 9:30am", "6:45am")
    again = booking.hold_card(held, now=NOW + 5 * MINUTE)
    assert again.stamp != card.stamp  # tells the countdown to start over


async def test_a_lapsed_hold_has_nothing_left():
    clinic = await a_clinic()
    card = booking.hold_card(await hold(clinic), now=NOW + 16 * MINUTE)
    assert (card.is_live, card.left_ms, card.may_extend) == (False, 0, False)


@pytest.mark.requirement("S2-3")
@pytest.mark.parametrize(
    ("left", "offered"),
    [
        (2 * MINUTE + INSTANT, False),
        (2 * MINUTE, True),
        (INSTANT, True),
        (timedelta(0), False),
    ],
)
async def test_keeping_it_longer_is_offered_from_two_minutes_before_the_end(left, offered):
    clinic = await a_clinic()
    held = await hold(clinic)
    assert booking.hold_card(held, now=held.expires_at - left).may_extend is offered


@pytest.mark.requirement("S2-3")
async def test_an_extension_counts_five_minutes_from_the_present_end():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    longer = await booking.extend_hold(
        visitor=visitor, clinic_slug=clinic.slug, now=held.expires_at - MINUTE
    )
    assert (longer.expires_at, longer.extensions) == (held.expires_at + 5 * MINUTE, 1)
    with pytest.raises(SlotTaken):
        await hold(clinic, visitor=a_visitor(2), now=longer.expires_at - INSTANT)
    assert await hold(clinic, visitor=a_visitor(2), now=longer.expires_at)
    assert await rows_of(AuditEvent, action="hold.extended")


async def test_a_hold_is_extended_ten_times_and_no_more():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    for _ in range(10):
        held = await booking.extend_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert held.expires_at == NOW + 15 * MINUTE + 50 * MINUTE
    with pytest.raises(HoldLimitReached):
        await booking.extend_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert not booking.hold_card(held, now=held.expires_at - MINUTE).may_extend


async def test_a_hold_cannot_be_extended_from_the_instant_it_lapses():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    with pytest.raises(HoldExpired):
        await booking.extend_hold(visitor=visitor, clinic_slug=clinic.slug, now=held.expires_at)
    assert (await the_row(Hold))["extensions"] == 0


async def test_nobody_extends_or_gives_back_the_hold_of_another_browser():
    clinic = await a_clinic()
    held = await hold(clinic, visitor=a_visitor(1))
    await hold(clinic, "11:00", visitor=a_visitor(3))
    with pytest.raises(HoldExpired):
        await booking.extend_hold(visitor=a_visitor(2), clinic_slug=clinic.slug, now=NOW)
    await booking.release_hold(visitor=a_visitor(2), clinic_slug=clinic.slug, now=NOW)
    await booking.release_hold(visitor=a_visitor(3), clinic_slug=clinic.slug, now=NOW)
    assert await booking.find_hold(visitor=a_visitor(1), clinic_slug=clinic.slug, now=NOW) == held


async def test_a_time_that_is_given_back_is_free_at_once():
    clinic = await a_clinic()
    visitor = a_visitor(1)
    await hold(clinic, visitor=visitor)
    await booking.release_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    rows = await count_all()
    await booking.release_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert await count_all() == rows  # the second time does nothing
    assert (await the_row(Appointment))["status"] == "expired"
    assert not await booking.find_last_hold(visitor=visitor, clinic_slug=clinic.slug, now=NOW)
    assert await hold(clinic, visitor=a_visitor(2))


async def test_a_hold_that_ran_out_is_remembered_for_a_day():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    find = booking.find_last_hold
    where = {"visitor": visitor, "clinic_slug": clinic.slug}
    assert await find(**where, now=held.expires_at - INSTANT) is None
    assert await find(**where, now=held.expires_at) == held
    assert await find(**where, now=held.expires_at + timedelta(hours=24) - INSTANT) == held
    assert await find(**where, now=held.expires_at + timedelta(hours=24)) is None


async def test_one_press_holds_the_time_that_ran_out_again():
    clinic = await a_clinic()
    visitor = a_visitor()
    held = await hold(clinic, visitor=visitor)
    again = await booking.hold_again(
        visitor=visitor, clinic_slug=clinic.slug, now=held.expires_at + MINUTE
    )
    assert again.hold_uid != held.hold_uid
    assert (again.starts_at, again.type_slug) == (held.starts_at, held.type_slug)
    assert (again.clinician_slug, again.location_slug) == (held.clinician_slug, held.location_slug)
    assert again.expires_at == held.expires_at + 16 * MINUTE


async def test_a_time_that_somebody_took_meanwhile_cannot_be_held_again():
    clinic = await a_clinic()
    held = await hold(clinic, visitor=a_visitor(1))
    await hold(clinic, visitor=a_visitor(2), now=held.expires_at)
    with pytest.raises(SlotTaken):
        await booking.hold_again(
            visitor=a_visitor(1), clinic_slug=clinic.slug, now=held.expires_at + MINUTE
        )


async def test_there_is_nothing_to_hold_again_where_nothing_was_held():
    clinic = await a_clinic()
    with pytest.raises(NotFound):
        await booking.hold_again(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW)


@pytest.mark.requirement("S2-2")
@pytest.mark.parametrize("forged", ["08:30", "16:45", "17:00", "09:07", "23:30"])
async def test_a_forged_time_outside_the_published_windows_is_refused(forged):
    clinic = await a_clinic()
    rows = await count_all()
    with pytest.raises(SlotTaken):
        await hold(clinic, forged)
    assert await count_all() == rows


async def test_a_time_in_the_past_is_refused():
    clinic = await a_clinic()
    with pytest.raises(SlotTaken):
        await hold(clinic, "09:30", now=clinic.at("09:30") + MINUTE)


@pytest.mark.parametrize(
    "forged",
    [
        {"appointment_type": "surgery"},
        {"appointment_type": ""},
        {"location": "elsewhere"},
    ],
)
async def test_a_forged_choice_is_refused(forged):
    clinic = await a_clinic()
    choice = {"clinic": clinic.slug, "appointment_type": clinic.type_slug, "location": "main"}
    with pytest.raises(SlotTaken):
        await booking.hold_slot(
            visitor=a_visitor(),
            choice=Choice(**(choice | forged)),
            chosen=clinic.chosen("09:30"),
            now=NOW,
        )


async def test_a_clinician_of_another_clinic_is_refused():
    clinic = await a_clinic()
    await a_clinic(slug="hilltop", clinicians=2)
    with pytest.raises(SlotTaken):
        await booking.hold_slot(
            visitor=a_visitor(),
            choice=clinic.choice(),
            chosen=ChosenTime("dr-2", clinic.at("09:30")),
            now=NOW,
        )


async def test_an_unknown_clinic_is_not_found():
    clinic = await a_clinic()
    with pytest.raises(NotFound):
        await booking.hold_slot(
            visitor=a_visitor(),
            choice=Choice("nowhere", clinic.type_slug),
            chosen=clinic.chosen("09:30"),
            now=NOW,
        )


@pytest.mark.requirement("S2-1")
async def test_no_time_can_be_held_while_online_booking_is_off():
    clinic = await a_clinic(online_booking_enabled=False)
    rows = await count_all()
    with pytest.raises(BookingClosed):
        await hold(clinic)
    assert await count_all() == rows


async def test_a_confirmed_visit_is_not_for_holding():
    clinic = await a_clinic()
    await an_appointment(clinic, starts_at=clinic.at("09:30"))
    with pytest.raises(SlotTaken):
        await hold(clinic, "09:30")


async def test_the_larger_buffer_of_two_neighbours_is_kept_free_between_them():
    clinic = await a_clinic(duration=30, slot_step=15, buffer_before=15, buffer_after=30)
    await hold(clinic, "10:00", visitor=a_visitor(1))
    for number, too_near in enumerate(("09:15", "10:30", "10:45"), start=2):
        with pytest.raises(SlotTaken):
            await hold(clinic, too_near, visitor=a_visitor(number))
    assert await hold(clinic, "11:00", visitor=a_visitor(5))
    assert await hold(clinic, "09:00", visitor=a_visitor(6))


async def test_whoever_watches_the_diary_is_told_after_the_commit_and_never_of_a_refusal():
    clinic = await a_clinic(clinicians=2)
    one, other = clinic.clinicians
    heard: list[tuple[str, int]] = []

    async def listen(topic: str) -> None:
        heard.append((topic, len(await rows_of(Hold))))

    bus = LocalBus()
    bus.listen(listen)
    before = live_bus.get_bus()
    live_bus.install(bus)
    try:
        await hold(clinic, visitor=a_visitor(1), clinician=one)
        topics = {topic for topic, _ in heard}
        assert {holds for _, holds in heard} == {1}
        heard.clear()
        with pytest.raises(SlotTaken):
            await hold(clinic, visitor=a_visitor(2), clinician=one)
        assert heard == []
        await hold(clinic, visitor=a_visitor(1), clinician=other)
        moved = {topic for topic, _ in heard}
    finally:
        live_bus.install(before)
    assert topics == {
        live_topics.diary(one.resource_id),
        live_topics.clinic(clinic.organization_id),
        live_topics.visitor(a_visitor(1).session_key),
        live_topics.holds(),
    }
    assert {live_topics.diary(one.resource_id), live_topics.diary(other.resource_id)} <= moved


async def test_every_change_of_time_bumps_the_diary_s_revision():
    clinic = await a_clinic(clinicians=2)
    one, other = clinic.clinicians

    async def revisions() -> list[int]:
        return [row["rev"] for row in await rows_of(Resource)]

    assert await revisions() == [1, 1]
    await hold(clinic, clinician=one)
    assert await revisions() == [2, 1]
    await hold(clinic, clinician=other)
    assert await revisions() == [3, 2]
    await booking.extend_hold(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW)
    assert await revisions() == [3, 3]
    await booking.release_hold(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW)
    assert await revisions() == [3, 4]


async def test_a_hold_is_made_whole_even_when_whoever_asked_has_gone():
    clinic = await a_clinic()
    asked = asyncio.create_task(hold(clinic))
    while not await rows_of(Resource, rev=2):
        await asyncio.sleep(0)
        asked.cancel()
        if asked.done():
            break
    with pytest.raises(asyncio.CancelledError):
        await asked
    await asyncio.gather(*tuple(session._running))
    held = await booking.find_hold(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW)
    assert held is not None
    assert (await the_row(AuditEvent))["entity_uid"] == held.appointment_uid


async def test_a_visitor_without_a_cookie_cannot_hold():
    clinic = await a_clinic()
    with pytest.raises(ValueError, match="cookie"):
        await hold(clinic, visitor=Visitor(""))
    assert await rows_of(Hold) == []


async def test_a_start_without_a_zone_is_a_mistake_and_not_a_time():
    clinic = await a_clinic()
    naive = datetime.combine(TODAY, clinic.at("09:30").time())
    with pytest.raises(Exception, match="naive"):
        await booking.hold_slot(
            visitor=a_visitor(),
            choice=clinic.choice(),
            chosen=ChosenTime(clinic.clinician.slug, naive),
            now=NOW,
        )


async def test_an_unknown_hold_belongs_to_nobody():
    clinic = await a_clinic()
    nobody = a_visitor(99)
    assert await booking.find_hold(visitor=nobody, clinic_slug=clinic.slug, now=NOW) is None
    assert await booking.find_last_hold(visitor=nobody, clinic_slug=str(uuid4()), now=NOW) is None
