"""A patient cancels: once, for good, and everybody concerned is told."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from booking_app.db.queries import outbox
from booking_app.db.session import transaction
from booking_app.db.tables import (
    Appointment,
    AppointmentHistory,
    AuditEvent,
    ManageLink,
    Notification,
    OutboxItem,
    Resource,
    Slot,
)
from booking_app.domain.errors import (
    AlreadyCancelled,
    BookingRefused,
    ChangeRefused,
    DetailsInvalid,
    NotFound,
    SlotTaken,
)
from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.domain.message_events import MessageEvent
from booking_app.services import booking, cancelling
from tests.factories import NOW, TODAY, a_clinic, a_patient, a_visitor, an_appointment
from tests.services.visit_links import (
    change,
    change_settings,
    change_type,
    everything,
    give_account,
    open_link,
    published_topics,
    rows,
    the_row,
)

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(hours=24)
TOMORROW = TODAY + timedelta(days=1)


async def a_visit(clinic, wall_time="10:00", day=TOMORROW, **values):
    """Write a visit that was booked long enough ago for no grace to apply."""
    return await an_appointment(
        clinic, starts_at=clinic.at(wall_time, day), **{"now": NOW - 2 * DAY, **values}
    )


async def cancel(visitor, visit, *, reason="", message="", now=NOW) -> None:
    await cancelling.cancel_by_patient(
        visitor=visitor, appointment_uid=visit.uid, reason_code=reason, message=message, now=now
    )


async def refusal_of(visitor, visit, **values) -> BookingRefused:
    with pytest.raises(BookingRefused) as refused:
        await cancel(visitor, visit, **values)
    return refused.value


async def row_of(visit):
    return await the_row(Appointment, id=visit.id)


# --- What happens ---------------------------------------------------------------------


@pytest.mark.requirement("S0-19")
async def test_the_visit_is_cancelled_by_its_patient():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit, reason="pat-fb", message=" Better now.\n ")
    row = await row_of(visit)
    assert row["status"] == "cancelled"
    assert row["cancelled_by"] == "patient"
    assert row["cancelled_at"] == NOW
    assert row["cancel_reason_code"] == "pat-fb"
    assert row["cancel_reason_text"] == "Better now."
    assert row["version"] == 2


@pytest.mark.requirement("S0-19")
async def test_its_time_is_released_and_the_diary_knows():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    before = (await the_row(Resource))["rev"]
    await cancel(await open_link(clinic, visit), visit)
    slot = await the_row(Slot)
    assert slot["status"] == "released"
    assert slot["released_at"] == NOW
    assert (await the_row(Resource))["rev"] == before + 1


@pytest.mark.requirement("S0-19")
async def test_everybody_who_shows_the_time_is_told_at_once():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    async with published_topics() as topics:
        await cancel(visitor, visit)
    assert sorted(topics) == sorted(
        [
            f"diary:{clinic.clinician.resource_id}",
            f"appointment:{visit.uid}",
            f"clinic:{clinic.organization_id}",
        ]
    )


@pytest.mark.requirement("S0-19")
async def test_of_two_who_reach_for_the_freed_time_one_gets_it():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    choice, chosen = clinic.choice(), clinic.chosen("10:00", TOMORROW)

    async def hold(number: int) -> str:
        try:
            await booking.hold_slot(
                visitor=a_visitor(number), choice=choice, chosen=chosen, now=NOW
            )
        except SlotTaken:
            return "taken"
        return "held"

    assert await hold(10) == "taken"
    await cancel(await open_link(clinic, visit), visit)
    outcomes = await asyncio.gather(*(hold(number) for number in range(11, 19)))
    assert Counter(outcomes) == {"held": 1, "taken": 7}


async def test_the_receipt_takes_the_visit_out_of_calendars():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await change(Appointment, visit.id, ics_sequence=4)
    await cancel(visitor, visit)
    assert (await row_of(visit))["ics_sequence"] == 5
    mail = await the_row(OutboxItem)
    assert mail["event"] == MessageEvent.CANCELLED_BY_PATIENT.value
    assert mail["ics_sequence"] == 5
    assert mail["recipient"] == "maya@example.org"
    assert mail["state"] == "queued"
    assert mail["due_at"] == NOW
    assert mail["not_after"] == visit.ends_at
    assert mail["manage_link_id"] == (await the_row(ManageLink))["id"]


async def test_a_patient_without_an_address_gets_no_mail():
    clinic = await a_clinic()
    visit = await a_visit(clinic, patient_id=await a_patient(clinic, email=""))
    await cancel(await open_link(clinic, visit), visit)
    assert (await row_of(visit))["status"] == "cancelled"
    assert await rows(OutboxItem) == []


async def queue_reminder(clinic, visit, key: str) -> None:
    async with transaction() as tx:
        await outbox.insert_item(
            tx,
            organization_id=clinic.organization_id,
            event=MessageEvent.REMINDER.value,
            appointment_id=visit.id,
            patient_id=visit.patient_id,
            manage_link_id=None,
            ics_sequence=None,
            starts_at=visit.starts_at,
            recipient="maya@example.org",
            due_at=NOW,
            not_after=visit.starts_at,
            dedupe_key=key,
            now=NOW,
        )


async def test_its_reminders_are_dropped_and_those_of_other_visits_are_not():
    clinic = await a_clinic()
    visit, other = await a_visit(clinic), await a_visit(clinic, "11:00")
    for reminded, key in ((visit, "waiting"), (visit, "sent"), (other, "other")):
        await queue_reminder(clinic, reminded, key)
    sent = await the_row(OutboxItem, dedupe_key="sent")
    await change(OutboxItem, sent["id"], state="sent")
    await cancel(await open_link(clinic, visit), visit)
    states = {row["dedupe_key"]: row["state"] for row in await rows(OutboxItem, event="reminder")}
    assert states == {"waiting": "suppressed", "sent": "sent", "other": "queued"}
    dropped = await the_row(OutboxItem, dedupe_key="waiting")
    assert dropped["suppressed_reason"] == "cancelled"


async def test_history_and_audit_tell_who_did_what_and_only_history_what_was_said():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await cancel(visitor, visit, reason="pat", message="My mother is ill.")
    after = {"status": "cancelled", "is_late_cancel": False, "cancel_reason_code": "pat"}
    history = await the_row(AppointmentHistory)
    assert history["change"] == "cancelled"
    assert history["before"] == {"status": "confirmed"}
    assert history["after"] == after
    assert history["actor_kind"] == "patient"
    assert history["channel"] == "manage_link"
    assert history["reason"] == "My mother is ill."
    audited = await the_row(AuditEvent, action="appointment.cancelled")
    assert audited["entity_uid"] == visit.uid
    assert audited["after"] == after
    assert audited["address_hash"] == visitor.address_hash
    assert "mother" not in repr(audited)


@pytest.mark.requirement("S0-20")
async def test_the_clinician_reads_initials_and_whether_it_was_late():
    clinic = await a_clinic()
    user_id = await give_account(clinic)
    visit = await a_visit(clinic, day=TODAY)
    await cancel(await open_link(clinic, visit), visit, message="Sorry!")
    line = await the_row(Notification)
    assert line["user_id"] == user_id
    assert line["event"] == MessageEvent.CANCELLED_BY_PATIENT.value
    assert line["text_key"] == "mail.staff_cancel"
    assert line["values"] == {
        "patient_initials": "MO",
        "date": "Monday 2 March",
        "time": "10:00",
        "is_late": "yes",
        "has_message": "yes",
    }
    assert "Maya" not in repr(line)
    assert "Okafor" not in repr(line)


async def test_a_clinician_without_an_account_is_not_notified():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit)
    assert await rows(Notification) == []


# --- Late -----------------------------------------------------------------------------


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(
    ("before_start", "is_late"), [(DAY + SECOND, False), (DAY, False), (DAY - SECOND, True)]
)
async def test_exactly_the_late_window_before_the_start_is_not_late(before_start, is_late):
    clinic = await a_clinic(late_cancel_window=1440)
    visit = await a_visit(clinic)
    now = visit.starts_at - before_start
    await cancel(await open_link(clinic, visit), visit, now=now)
    row = await row_of(visit)
    assert row["status"] == "cancelled"
    assert row["is_late_cancel"] is is_late


@pytest.mark.requirement("S0-20")
async def test_the_grace_after_booking_wins_over_the_late_window():
    clinic = await a_clinic(post_booking_grace=15)
    first = await an_appointment(clinic, starts_at=clinic.at("10:00"), now=NOW)
    second = await an_appointment(clinic, starts_at=clinic.at("11:00"), now=NOW)
    await cancel(await open_link(clinic, first), first, now=NOW + 15 * MINUTE - SECOND)
    assert (await row_of(first))["is_late_cancel"] is False
    await cancel(await open_link(clinic, second), second, now=NOW + 15 * MINUTE)
    assert (await row_of(second))["is_late_cancel"] is True


@pytest.mark.parametrize(
    ("setting", "is_late"), [("both", True), ("patient", True), ("staff", False)]
)
async def test_the_clinic_decides_whose_late_cancellations_are_noted(setting, is_late):
    clinic = await a_clinic(late_flag_for=setting)
    visit = await a_visit(clinic, day=TODAY)
    await cancel(await open_link(clinic, visit), visit)
    assert (await row_of(visit))["is_late_cancel"] is is_late


async def test_a_type_may_have_a_late_window_of_its_own():
    clinic = await a_clinic(late_cancel_window=1440)
    await change_type(clinic, late_cancel_window=60)
    visit = await a_visit(clinic, day=TODAY)
    await cancel(await open_link(clinic, visit), visit)
    assert (await row_of(visit))["is_late_cancel"] is False


# --- Once -----------------------------------------------------------------------------


@pytest.mark.requirement("S0-4")
async def test_a_double_press_is_one_cancellation_and_one_mail():
    clinic = await a_clinic()
    await give_account(clinic)
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)

    async def press() -> str:
        try:
            await cancel(visitor, visit)
        except AlreadyCancelled:
            return "already"
        return "cancelled"

    outcomes = await asyncio.gather(*(press() for _ in range(6)))
    assert Counter(outcomes) == {"cancelled": 1, "already": 5}
    row = await row_of(visit)
    assert row["ics_sequence"] == 1
    assert row["version"] == 2
    assert len(await rows(OutboxItem)) == 1
    assert len(await rows(Notification)) == 1
    assert len(await rows(AppointmentHistory)) == 1
    assert len(await rows(AuditEvent, action="appointment.cancelled")) == 1


@pytest.mark.requirement("S0-19")
async def test_cancelling_again_says_so_and_changes_nothing():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await cancel(visitor, visit, message="first")
    before = await everything()
    refused = await refusal_of(visitor, visit, message="second", now=NOW + MINUTE)
    assert type(refused) is AlreadyCancelled
    assert await everything() == before


async def test_what_the_clinic_cancelled_meanwhile_is_already_cancelled():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await change(
        Appointment, visit.id, status="cancelled", cancelled_by="staff", cancelled_at=NOW, version=2
    )
    assert type(await refusal_of(visitor, visit)) is AlreadyCancelled
    assert (await row_of(visit))["cancelled_by"] == "staff"


# --- Refused --------------------------------------------------------------------------


@pytest.mark.requirement("S0-2")
@pytest.mark.parametrize(
    ("settings", "before_start", "reason"),
    [
        ({"cancel_cutoff": 1440}, DAY - SECOND, "cutoff"),
        ({"cancel_cutoff": None}, DAY, "not_allowed"),
        ({"allow_self_cancel_manage": False}, DAY, "not_allowed"),
        ({}, timedelta(0), "started"),
        ({}, -timedelta(minutes=5), "started"),
    ],
)
async def test_what_the_page_does_not_offer_is_refused_to_whoever_asks_anyway(
    settings, before_start, reason
):
    clinic = await a_clinic(**settings)
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    before = await everything()
    refused = await refusal_of(visitor, visit, now=visit.starts_at - before_start)
    assert isinstance(refused, ChangeRefused)
    assert refused.reason == reason
    assert "Please call 020 7946 0123." in refused.values["why"]
    assert await everything() == before


async def test_exactly_the_cutoff_before_the_start_is_still_allowed():
    clinic = await a_clinic(cancel_cutoff=1440)
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit, now=visit.starts_at - DAY)
    assert (await row_of(visit))["status"] == "cancelled"


async def test_until_the_last_second_before_the_start_a_visit_may_be_cancelled():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit, now=visit.starts_at - SECOND)
    assert (await row_of(visit))["status"] == "cancelled"


async def test_in_the_grace_after_booking_the_cutoff_does_not_bind():
    clinic = await a_clinic(cancel_cutoff=1440)
    visit = await an_appointment(clinic, starts_at=clinic.at("10:00"), now=NOW)
    await cancel(await open_link(clinic, visit), visit, now=NOW + 5 * MINUTE)
    assert (await row_of(visit))["status"] == "cancelled"


@pytest.mark.parametrize("status", [AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW])
async def test_what_has_an_outcome_is_not_cancelled(status):
    clinic = await a_clinic()
    visit = await a_visit(clinic, status=status)
    refused = await refusal_of(await open_link(clinic, visit), visit)
    assert isinstance(refused, ChangeRefused)
    assert refused.reason == "not_confirmed"
    assert (await row_of(visit))["status"] == status.value


async def test_a_stranger_cannot_cancel():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await open_link(clinic, visit, a_visitor(1))
    assert type(await refusal_of(a_visitor(2), visit)) is NotFound
    assert (await row_of(visit))["status"] == "confirmed"


# --- The reason -----------------------------------------------------------------------


async def test_saying_nothing_is_recorded_as_cancelled_online():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit)
    row = await row_of(visit)
    assert row["cancel_reason_code"] == "pat-cpp"
    assert row["cancel_reason_text"] is None


@pytest.mark.parametrize("code", ["prov", "x", "pat-fb ", "PAT", "'; --", "\x00"])
async def test_a_made_up_reason_is_refused(code):
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    refused = await refusal_of(await open_link(clinic, visit), visit, reason=code)
    assert isinstance(refused, DetailsInvalid)
    assert refused.problems == {"reason_code": "reason"}
    assert (await row_of(visit))["status"] == "confirmed"


async def test_a_message_has_room_for_1000_characters():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    refused = await refusal_of(visitor, visit, message="é" * 1001)
    assert isinstance(refused, DetailsInvalid)
    assert refused.problems == {"message": "too_long:1000"}
    await cancel(visitor, visit, message="é" * 1000)
    assert (await row_of(visit))["cancel_reason_text"] == "é" * 1000


async def test_control_characters_do_not_get_into_a_message():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await cancel(await open_link(clinic, visit), visit, message="a\x00b\r\nc\ud800")
    assert (await row_of(visit))["cancel_reason_text"] == "ab\nc?"


async def test_where_a_reason_is_required_it_has_to_be_given():
    clinic = await a_clinic(patient_reason="required")
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    refused = await refusal_of(visitor, visit)
    assert isinstance(refused, DetailsInvalid)
    assert refused.problems == {"reason_code": "reason_empty"}
    await cancel(visitor, visit, reason="other")
    assert (await row_of(visit))["cancel_reason_code"] == "other"


async def test_where_no_reason_is_asked_for_none_is_kept():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await change_settings(clinic, patient_reason="off")
    await cancel(visitor, visit, reason="pat-fb", message="kept nowhere")
    row = await row_of(visit)
    assert row["cancel_reason_code"] == "pat-cpp"
    assert "kept nowhere" not in repr(await everything())
