"""Confirming a hold: once, whole, in time; and whose appointment it becomes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError

from booking_app.db import session
from booking_app.db.base import core
from booking_app.db.session import transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentHistory,
    AuditEvent,
    Hold,
    ManageLink,
    OutboxItem,
    Patient,
    Settings,
    Slot,
    VisitorGrant,
)
from booking_app.domain.errors import (
    AlreadyBooked,
    BookingClosed,
    DetailsInvalid,
    HoldExpired,
    NotFound,
    SlotTaken,
)
from booking_app.dto.booking import Details
from booking_app.services import booking, confirming, drafts, housekeeping
from booking_app.settings import get_settings
from tests.factories import (
    NOW,
    AClinic,
    a_clinic,
    a_patient,
    a_visitor,
    some_details,
)
from tests.support.rows import count_all, overlapping_pairs, rows_of, the_row

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


async def confirm(clinic, held, *, visitor=None, details=None, now=NOW):
    return await confirming.confirm_hold(
        visitor=visitor or a_visitor(),
        clinic_slug=clinic.slug,
        hold_uid=held.hold_uid,
        details=details or some_details(),
        now=now,
    )


async def book(clinic, wall_time, *, visitor, details):
    held = await hold(clinic, wall_time, visitor=visitor)
    return await confirm(clinic, held, visitor=visitor, details=details)


@pytest.mark.requirement("S2-4")
async def test_row_slot_audit_and_message_are_committed_together():
    clinic = await a_clinic()
    held = await hold(clinic)
    later = NOW + 3 * MINUTE
    uid = await confirm(clinic, held, now=later)

    appointment = await the_row(Appointment)
    assert uid == held.appointment_uid == str(appointment["uid"])
    assert appointment["status"] == "confirmed"
    assert appointment["confirmed_at"] == appointment["booked_online_at"] == later
    assert appointment["ics_uid"] == f"{uid}@localhost"
    assert (appointment["ics_sequence"], appointment["policy_version_accepted"]) == (0, 1)
    assert appointment["patient_note"] == "A cough that stays."
    assert appointment["evidence_ip_hash"] == a_visitor().address_hash
    assert appointment["evidence_user_agent"] == "Firefox"
    slot = await the_row(Slot)
    assert (slot["status"], slot["hold_expires_at"]) == ("busy", None)
    assert (await the_row(Hold))["consumed_at"] == later
    assert [row["change"] for row in await rows_of(AppointmentHistory)] == ["held", "confirmed"]
    audit = await the_row(AuditEvent, action="appointment.confirmed")
    assert (audit["entity_uid"], audit["actor_kind"]) == (uid, "patient")
    assert audit["actor_id"] == appointment["patient_id"]
    link = await the_row(ManageLink)
    assert link["appointment_id"] == appointment["id"]
    mail = await the_row(OutboxItem)
    assert (mail["event"], mail["recipient"]) == ("appointment.confirmed", "maya.1@example.org")
    assert (mail["appointment_id"], mail["manage_link_id"]) == (appointment["id"], link["id"])
    assert (mail["ics_sequence"], mail["due_at"]) == (0, later)
    grant = await the_row(VisitorGrant)
    assert grant["appointment_id"] == appointment["id"]


@pytest.mark.requirement("S2-4")
@pytest.mark.requirement("K-3")
async def test_a_failure_at_any_statement_leaves_nothing_half_written():
    clinic = await a_clinic()
    held = await hold(clinic)
    before = await _all_that_a_confirm_changes()
    statements = 0
    while True:
        with _failing_at(statements + 1):
            try:
                await confirm(clinic, held)
                break
            except _PowerCut:
                statements += 1
        assert await _all_that_a_confirm_changes() == before, f"statement {statements}"
    assert statements > 10  # every write of the transaction was the one that failed, once
    assert (await the_row(Appointment))["status"] == "confirmed"


class _PowerCut(Exception):
    pass


def _failing_at(number: int):
    """Fail the statement of that number that the writing connection is given from now on."""

    class Fault:
        def __init__(self) -> None:
            self.left = number

        def strike(self, *_) -> None:
            self.left -= 1
            if not self.left:
                raise _PowerCut

        def __enter__(self) -> None:
            event.listen(session.get_engine().sync_engine, "before_cursor_execute", self.strike)

        def __exit__(self, *_) -> None:
            event.remove(session.get_engine().sync_engine, "before_cursor_execute", self.strike)

    return Fault()


async def _all_that_a_confirm_changes() -> object:
    changed = (Appointment, Slot, Hold, Patient, ManageLink, OutboxItem, VisitorGrant)
    return (await count_all(), [[dict(row) for row in await rows_of(each)] for each in changed])


@pytest.mark.requirement("S2-4")
async def test_two_confirms_make_one_appointment_and_one_message():
    clinic = await a_clinic()
    held = await hold(clinic)
    first = await confirm(clinic, held)
    rows = await count_all()
    assert await confirm(clinic, held, now=NOW + MINUTE) == first
    assert await count_all() == rows


@pytest.mark.requirement("S2-4")
async def test_ten_confirms_at_the_same_instant_make_one_appointment_and_one_message():
    clinic = await a_clinic()
    held = await hold(clinic)
    answers = await asyncio.gather(*(confirm(clinic, held) for _ in range(10)))
    assert set(answers) == {held.appointment_uid}
    assert len(await rows_of(OutboxItem)) == len(await rows_of(Patient)) == 1
    assert len(await rows_of(AuditEvent, action="appointment.confirmed")) == 1


async def test_a_lost_answer_can_be_asked_for_after_the_hold_would_have_lapsed():
    clinic = await a_clinic()
    held = await hold(clinic)
    uid = await confirm(clinic, held)
    assert await confirm(clinic, held, now=NOW + timedelta(hours=2)) == uid


async def test_the_last_instant_of_the_hold_is_in_time():
    clinic = await a_clinic()
    held = await hold(clinic)
    assert await confirm(clinic, held, now=held.expires_at - INSTANT)


@pytest.mark.requirement("S2-4")
@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
async def test_a_confirm_that_comes_too_late_is_refused_and_keeps_what_was_typed(late):
    clinic = await a_clinic()
    visitor = a_visitor()
    typed = {"first_name": "Maya", "email": "maya.1@example.org", "day": "14"}
    held = await hold(clinic, visitor=visitor)
    await drafts.save_draft(visitor=visitor, clinic_slug=clinic.slug, fields=typed, now=NOW)
    at = held.expires_at + late
    with pytest.raises(HoldExpired):
        await confirm(clinic, held, visitor=visitor, now=at)
    assert (await the_row(Appointment))["status"] != "confirmed"
    assert await rows_of(OutboxItem) == []
    kept = await drafts.load_draft(visitor=visitor, clinic_slug=clinic.slug, now=at)
    assert (kept.first_name, kept.email, kept.day) == ("Maya", "maya.1@example.org", "14")


@pytest.mark.requirement("S2-4")
async def test_after_a_late_confirm_one_press_holds_the_free_time_again_and_confirms():
    clinic = await a_clinic()
    held = await hold(clinic)
    late = held.expires_at + timedelta(seconds=1)
    with pytest.raises(HoldExpired):
        await confirm(clinic, held, now=late)
    again = await booking.hold_again(visitor=a_visitor(), clinic_slug=clinic.slug, now=late)
    uid = await confirm(clinic, again, now=late + MINUTE)
    confirmed = await the_row(Appointment, status="confirmed")
    assert (str(confirmed["uid"]), confirmed["starts_at"]) == (uid, held.starts_at)


async def test_after_a_late_confirm_a_time_that_somebody_took_stays_theirs():
    clinic = await a_clinic()
    held = await hold(clinic, visitor=a_visitor(1))
    theirs = await hold(clinic, visitor=a_visitor(2), now=held.expires_at)
    with pytest.raises(HoldExpired):
        await confirm(clinic, held, visitor=a_visitor(1), now=held.expires_at)
    with pytest.raises(SlotTaken):
        await booking.hold_again(visitor=a_visitor(1), clinic_slug=clinic.slug, now=held.expires_at)
    assert await confirm(clinic, theirs, visitor=a_visitor(2), now=held.expires_at)
    assert await overlapping_pairs() == 0


async def test_a_hold_that_was_tidied_away_or_given_back_cannot_be_confirmed():
    clinic = await a_clinic()
    tidied = await hold(clinic, visitor=a_visitor(1))
    await housekeeping.expire_holds(now=tidied.expires_at)
    with pytest.raises(HoldExpired):
        await confirm(clinic, tidied, visitor=a_visitor(1), now=tidied.expires_at - INSTANT)
    given_back = await hold(clinic, visitor=a_visitor(2))
    await booking.release_hold(visitor=a_visitor(2), clinic_slug=clinic.slug, now=NOW)
    with pytest.raises(HoldExpired):
        await confirm(clinic, given_back, visitor=a_visitor(2))


async def test_nobody_confirms_the_hold_of_another_browser():
    clinic = await a_clinic()
    held = await hold(clinic, visitor=a_visitor(1))
    with pytest.raises(NotFound):
        await confirm(clinic, held, visitor=a_visitor(2))


@pytest.mark.parametrize(
    "forged", ["", "1", "not-a-uid", "9d8c1f0e-6c3b-4f0a-9a5e-1d2b3c4d5e6f", "' OR 1=1 --"]
)
async def test_a_hold_that_does_not_exist_is_not_found(forged):
    clinic = await a_clinic()
    await hold(clinic)
    with pytest.raises(NotFound):
        await confirming.confirm_hold(
            visitor=a_visitor(),
            clinic_slug=clinic.slug,
            hold_uid=forged,
            details=some_details(),
            now=NOW,
        )


async def test_a_hold_is_not_found_at_another_clinic():
    clinic, other = await a_clinic(), await a_clinic(slug="hilltop")
    held = await hold(clinic)
    with pytest.raises(NotFound):
        await confirm(other, held)


async def test_details_that_cannot_be_used_leave_the_hold_running():
    clinic = await a_clinic()
    held = await hold(clinic)
    rows = await count_all()
    with pytest.raises(DetailsInvalid) as refused:
        await confirm(clinic, held, details=Details(first_name="Maya"))
    assert {"last_name", "date_of_birth", "email"} <= refused.value.problems.keys()
    assert await count_all() == rows
    assert await booking.find_hold(visitor=a_visitor(), clinic_slug=clinic.slug, now=NOW) == held


@pytest.mark.requirement("S2-1")
async def test_holds_in_progress_may_be_confirmed_after_booking_is_switched_off():
    clinic = await a_clinic()
    held = await hold(clinic, visitor=a_visitor(1))
    await _switch_booking_off(clinic)
    with pytest.raises(BookingClosed):
        await hold(clinic, "11:00", visitor=a_visitor(2))
    extended = await booking.extend_hold(visitor=a_visitor(1), clinic_slug=clinic.slug, now=NOW)
    assert await confirm(clinic, extended, visitor=a_visitor(1), now=held.expires_at)


@pytest.mark.requirement("S2-1")
async def test_a_hold_that_lapses_while_booking_is_off_cannot_be_had_again():
    clinic = await a_clinic()
    held = await hold(clinic)
    await _switch_booking_off(clinic)
    with pytest.raises(HoldExpired):
        await confirm(clinic, held, now=held.expires_at)
    with pytest.raises(BookingClosed):
        await booking.hold_again(visitor=a_visitor(), clinic_slug=clinic.slug, now=held.expires_at)


async def _switch_booking_off(clinic: AClinic) -> None:
    table = core(Settings)
    async with transaction() as tx:
        await tx.execute(
            update(table)
            .where(table.c.organization_id == clinic.organization_id)
            .values(online_booking_enabled=False, version=table.c.version + 1)
        )


async def test_a_person_nobody_knows_becomes_a_record_that_staff_look_at():
    clinic = await a_clinic()
    await book(clinic, "09:30", visitor=a_visitor(), details=some_details(last_name="O’Brien"))
    patient = await the_row(Patient)
    assert patient["needs_review"]
    assert (patient["last_name"], patient["last_name_norm"]) == ("O’Brien", "obrien")
    assert patient["date_of_birth"].isoformat() == "1985-07-14"


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "Maya@Example.org", "phone": ""},
        {"email": "another@example.org", "phone": "020 7946 0999"},
    ],
)
async def test_the_one_patient_with_that_name_birth_date_and_contact_is_found(typed):
    clinic = await a_clinic()
    known = await a_patient(clinic, phone="+442079460999")
    await book(
        clinic, "09:30", visitor=a_visitor(), details=some_details(last_name="OKAFOR", **typed)
    )
    assert (await the_row(Appointment))["patient_id"] == known
    assert len(await rows_of(Patient)) == 1
    assert not (await the_row(Patient))["needs_review"]
    assert (await the_row(OutboxItem))["recipient"].lower() == typed["email"].lower()


@pytest.mark.parametrize(
    "different",
    [
        {"last_name": "Okafor-Reed"},
        {"day": "15"},
        {"email": "other@example.org"},
    ],
)
async def test_whoever_differs_in_name_birth_date_or_contact_is_somebody_else(different):
    clinic = await a_clinic()
    known = await a_patient(clinic)
    typed = {"last_name": "Okafor", "email": "maya@example.org"} | different
    await book(clinic, "09:30", visitor=a_visitor(), details=some_details(**typed))
    assert (await the_row(Appointment))["patient_id"] != known
    assert (await rows_of(Patient))[1]["needs_review"]


@pytest.mark.parametrize("status", ["archived", "deceased"])
async def test_a_record_that_is_closed_is_not_opened_by_a_booking(status):
    clinic = await a_clinic()
    closed = await a_patient(clinic, status=status)
    typed = some_details(last_name="Okafor", email="maya@example.org")
    await book(clinic, "09:30", visitor=a_visitor(), details=typed)
    assert (await the_row(Appointment))["patient_id"] != closed


async def test_between_two_records_that_fit_the_page_does_not_choose():
    clinic = await a_clinic()
    twins = [await a_patient(clinic), await a_patient(clinic)]
    typed = some_details(last_name="Okafor", email="maya@example.org")
    await book(clinic, "09:30", visitor=a_visitor(), details=typed)
    assert (await the_row(Appointment))["patient_id"] not in twins


async def test_a_patient_of_another_clinic_is_not_found_here():
    clinic, other = await a_clinic(), await a_clinic(slug="hilltop")
    elsewhere = await a_patient(other)
    typed = some_details(last_name="Okafor", email="maya@example.org")
    await book(clinic, "09:30", visitor=a_visitor(), details=typed)
    assert (await the_row(Appointment))["patient_id"] != elsewhere


async def test_the_same_browser_is_told_that_it_has_this_appointment():
    clinic = await a_clinic()
    typed = some_details()
    await book(clinic, "09:30", visitor=a_visitor(1), details=typed)
    held = await hold(clinic, "11:00", visitor=a_visitor(1))
    with pytest.raises(AlreadyBooked) as refused:
        await confirm(clinic, held, visitor=a_visitor(1), details=typed)
    assert refused.value.values["when"] == "Monday 2 March at 9:30am"
    # The hold goes on: another person can still be booked on it.
    assert await confirm(clinic, held, visitor=a_visitor(1), details=some_details(2))


async def test_another_browser_learns_nothing_and_staff_get_a_line():
    clinic = await a_clinic()
    typed = some_details()
    await book(clinic, "09:30", visitor=a_visitor(1), details=typed)
    second = await book(clinic, "11:00", visitor=a_visitor(2), details=typed)
    assert len({row["patient_id"] for row in await rows_of(Appointment)}) == 1
    flag = await the_row(AuditEvent, action="appointment.possible_duplicate")
    assert flag["entity_uid"] == second
    assert flag["after"] == {"others": [clinic.at("09:30").isoformat()]}


async def test_the_next_day_is_another_appointment():
    clinic = await a_clinic()
    visitor, typed = a_visitor(), some_details()
    await book(clinic, "09:30", visitor=visitor, details=typed)
    tomorrow = NOW.date() + timedelta(days=1)
    held = await booking.hold_slot(
        visitor=visitor,
        choice=clinic.choice(),
        chosen=clinic.chosen("09:30", tomorrow),
        now=NOW,
    )
    assert await confirm(clinic, held, visitor=visitor, details=typed)
    assert await rows_of(AuditEvent, action="appointment.possible_duplicate") == []


async def test_the_calendar_uid_keeps_the_address_the_clinic_had_then(monkeypatch):
    clinic = await a_clinic()
    monkeypatch.setenv("BOOKING_PUBLIC_URL", "https://book.harbour.example")
    get_settings.cache_clear()
    uid = await book(clinic, "09:30", visitor=a_visitor(), details=some_details())
    assert (await the_row(Appointment))["ics_uid"] == f"{uid}@book.harbour.example"


async def test_what_a_patient_typed_is_not_in_the_message_of_a_failure():
    clinic = await a_clinic()
    held = await hold(clinic)
    async with transaction() as tx:
        await tx.execute(text("ALTER TABLE patient DROP COLUMN notes"))
    with pytest.raises(DBAPIError) as failed:
        await confirm(clinic, held, details=some_details(first_name="Quentin"))
    assert "INSERT INTO patient" in str(failed.value)
    for typed in ("Quentin", "Okafor", "maya.1@example.org"):
        assert typed not in str(failed.value)
