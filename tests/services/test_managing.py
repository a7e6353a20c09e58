"""What the pages behind a link show, in every state of a visit."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import update

from booking_app.db.base import core
from booking_app.db.queries import access as rights
from booking_app.db.queries import visitor_sessions
from booking_app.db.session import transaction
from booking_app.db.tables import (
    Appointment,
    Clinician,
    Location,
    OutboxItem,
    Patient,
    PolicyVersion,
)
from booking_app.domain.errors import AlreadyCancelled, NotFound
from booking_app.domain.lifecycle import AppointmentStatus
from booking_app.services import access, cancelling, managing
from tests.factories import NOW, TODAY, a_clinic, a_patient, a_visitor, an_appointment
from tests.services.visit_links import (
    a_link,
    change,
    change_settings,
    change_type,
    everything,
    open_link,
    published_topics,
    the_row,
)

pytestmark = pytest.mark.usefixtures("database")

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
TOMORROW = TODAY + timedelta(days=1)
VIDEO = {"modality": "video"}


async def a_visit(clinic, wall_time="10:00", day=TOMORROW, **values):
    return await an_appointment(clinic, starts_at=clinic.at(wall_time, day), **values)


async def card_of(clinic, visit, *, now=NOW, visitor=None):
    visitor = visitor or await open_link(clinic, visit)
    return await managing.manage_card(visitor=visitor, appointment_uid=visit.uid, now=now)


async def cancel_card_of(clinic, visit, *, now=NOW):
    visitor = await open_link(clinic, visit)
    return await managing.cancel_card(visitor=visitor, appointment_uid=visit.uid, now=now)


# --- The dashboard --------------------------------------------------------------------


@pytest.mark.requirement("S0-2")
async def test_the_page_says_what_when_where_with_whom_and_that_it_stands():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    card = await card_of(clinic, visit)
    assert card.heading == "Your appointment"
    assert card.slip.type_line == "Check-up"
    assert card.slip.spoken_date == "Tuesday 3 March 2026"
    assert card.slip.time == "10am to 10:30am"
    assert card.slip.where_line == "Main building, UK time"
    assert card.slip.with_line == "Dr Number 1"
    assert card.slip.foot_strong == "Confirmed"
    assert card.slip.foot == "for Maya Okafor"
    assert card.status == "confirmed"
    assert card.clinic_slug == clinic.slug
    assert not card.is_over


@pytest.mark.requirement("S0-2")
async def test_a_video_visit_says_so_and_in_which_zone():
    clinic = await a_clinic(zone="America/New_York", modality="video")
    visit = await a_visit(clinic, **VIDEO)
    card = await card_of(clinic, visit)
    assert card.is_video
    assert card.slip.where_line == "Online, New York time"
    assert card.slip.time == "10am to 10:30am"


@pytest.mark.requirement("S0-2")
async def test_what_may_be_done_now_is_offered():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    card = await card_of(clinic, visit)
    assert card.can_cancel
    assert card.cancel_text == ("Please tell us as early as you can, so someone else can have it")
    assert card.calendar_path == f"/calendar/{visit.uid}.ics"
    assert card.book_again_path == ""
    assert card.notice == ""


@pytest.mark.requirement("S0-2")
@pytest.mark.parametrize(
    ("settings", "before_start", "why"),
    [
        (
            {"cancel_cutoff": 1440},
            DAY - SECOND,
            "It is too late to change this online. Changes close 24 hours before."
            " Please call 020 7946 0123.",
        ),
        (
            {"cancel_cutoff": 90},
            HOUR,
            "It is too late to change this online. Changes close 1 hour and 30 minutes before."
            " Please call 020 7946 0123.",
        ),
        (
            {"cancel_cutoff": None},
            20 * HOUR,
            "You cannot cancel this appointment online. Please call 020 7946 0123.",
        ),
        (
            {"allow_self_cancel_manage": False},
            20 * HOUR,
            "You cannot cancel this appointment online. Please call 020 7946 0123.",
        ),
        (
            {},
            timedelta(0),
            "This visit has started, so you cannot cancel it online. Please call 020 7946 0123.",
        ),
    ],
)
async def test_what_may_not_be_done_says_why_and_whom_to_call(settings, before_start, why):
    clinic = await a_clinic(**settings)
    visit = await a_visit(clinic)
    now = visit.starts_at - before_start
    card = await card_of(clinic, visit, now=now)
    assert not card.can_cancel
    assert card.cancel_text == why
    page = await cancel_card_of(clinic, visit, now=now)
    assert not page.can_cancel
    assert page.refusal == why


async def test_a_types_own_rules_win_over_the_clinics():
    clinic = await a_clinic(cancel_cutoff=0)
    visit = await a_visit(clinic)
    assert (await card_of(clinic, visit)).can_cancel
    await change_type(clinic, cancel_never=True)
    assert not (await card_of(clinic, visit)).can_cancel
    await change_type(clinic, cancel_never=False, cancel_cutoff=3 * 1440)
    later = NOW + 20 * MINUTE  # past the grace after booking
    assert "3 days before" in (await card_of(clinic, visit, now=later)).cancel_text
    await change_type(clinic, cancel_cutoff=None, allow_self_cancel=False)
    assert not (await card_of(clinic, visit)).can_cancel


async def test_with_links_switched_off_the_booker_still_sees_but_cannot_change():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await booked_by(clinic, visit)
    await change_settings(clinic, manage_links_enabled=False)
    card = await card_of(clinic, visit, visitor=visitor)
    assert card.slip.foot_strong == "Confirmed"
    assert not card.can_cancel
    assert card.cancel_text == (
        "You cannot cancel this appointment online. Please call 020 7946 0123."
    )


# --- Read-only ------------------------------------------------------------------------


def assert_read_only(card) -> None:
    assert card.is_over
    assert not card.can_cancel
    assert card.cancel_text == ""
    assert card.calendar_path == ""
    assert card.join_text == ""
    assert card.book_again_path == (
        "/book?clinic=harbour&type=check-up&clinician=dr-1&location=main"
    )


@pytest.mark.requirement("S0-2")
async def test_a_cancelled_visit_is_read_only_with_book_again():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await cancelling.cancel_by_patient(
        visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
    )
    card = await card_of(clinic, visit, visitor=visitor, now=NOW + MINUTE)
    assert_read_only(card)
    assert card.status == "cancelled"
    assert card.heading == "Your appointment is cancelled"
    assert card.slip.state == "off"
    assert card.slip.foot_strong == "Cancelled"
    assert card.slip.foot == "today at 6:30am."
    assert card.notice == (
        "Thank you for telling us. Someone else can now have this time."
        " We are emailing you a note of this."
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("sent", " We have emailed you a note of this."),
        ("dead", " We could not send you an email about this."),
        ("stale", " We could not send you an email about this."),
        ("suppressed", ""),
    ],
)
async def test_of_the_mail_about_a_cancellation_only_what_is_true_is_said(state, said):
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await cancelling.cancel_by_patient(
        visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
    )
    async with transaction() as tx:
        await tx.execute(update(core(OutboxItem)).values(state=state))
    card = await card_of(clinic, visit, visitor=visitor)
    assert card.notice == ("Thank you for telling us. Someone else can now have this time." + said)


@pytest.mark.requirement("S0-2")
@pytest.mark.parametrize(
    ("status", "word", "notice"),
    [
        (AppointmentStatus.COMPLETED, "Completed", "This visit has taken place."),
        (
            AppointmentStatus.NO_SHOW,
            "Missed",
            "This visit has ended. If you missed it, please book again or call 020 7946 0123.",
        ),
    ],
)
async def test_a_visit_with_an_outcome_is_read_only_with_book_again(status, word, notice):
    clinic = await a_clinic()
    visit = await a_visit(clinic, status=status)
    card = await card_of(clinic, visit, now=visit.ends_at + 2 * HOUR)
    assert_read_only(card)
    assert card.status == status.value
    assert card.slip.foot_strong == word
    assert card.notice == notice


@pytest.mark.requirement("S0-2")
async def test_a_past_visit_without_an_outcome_is_read_only_with_book_again():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    assert not (await card_of(clinic, visit, now=visit.ends_at - SECOND)).is_over
    card = await card_of(clinic, visit, now=visit.ends_at)
    assert_read_only(card)
    assert card.notice == (
        "This visit has ended. If you missed it, please book again or call 020 7946 0123."
    )


async def test_book_again_offers_only_what_can_still_be_booked():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    over = visit.ends_at
    await change(Clinician, clinic.clinician.id, online_bookable=False)
    card = await card_of(clinic, visit, now=over)
    assert card.book_again_path == "/book?clinic=harbour&type=check-up&location=main"
    await change_type(clinic, online_bookable=False)
    card = await card_of(clinic, visit, now=over)
    assert card.book_again_path == "/book?clinic=harbour"


async def test_what_the_clinic_cancelled_is_said_with_regret():
    clinic = await a_clinic()
    visit = await a_visit(clinic, status=AppointmentStatus.CANCELLED)
    await change(Appointment, visit.id, cancelled_by="staff")
    card = await card_of(clinic, visit)
    assert card.notice == (
        "Sorry, we have had to cancel this appointment. Please book again or call 020 7946 0123."
    )


async def test_no_mail_is_claimed_where_there_is_no_address():
    clinic = await a_clinic()
    patient = await a_patient(clinic, email="")
    visit = await a_visit(clinic, patient_id=patient, status=AppointmentStatus.CANCELLED)
    card = await card_of(clinic, visit)
    assert card.notice == "Thank you for telling us. Someone else can now have this time."


@pytest.mark.requirement("S0-2")
async def test_cancelling_in_one_tab_reaches_the_others_and_cannot_be_done_twice():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    async with published_topics() as topics:
        await cancelling.cancel_by_patient(
            visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
        )
    assert f"appointment:{visit.uid}" in topics
    other_tab = await card_of(clinic, visit, visitor=visitor)
    assert other_tab.status == "cancelled"
    assert not other_tab.can_cancel
    with pytest.raises(AlreadyCancelled):
        await cancelling.cancel_by_patient(
            visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
        )


async def test_a_mere_hold_is_no_visit():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await change(Appointment, visit.id, status="expired")
    with pytest.raises(NotFound):
        await managing.manage_card(visitor=visitor, appointment_uid=visit.uid, now=NOW)


# --- The video room -------------------------------------------------------------------


async def test_before_the_room_opens_the_page_says_when_it_will():
    clinic = await a_clinic(modality="video")
    visit = await a_visit(clinic, "09:20", **VIDEO)
    opens_at = visit.starts_at - 10 * MINUTE
    card = await card_of(clinic, visit, now=opens_at - SECOND)
    assert card.join_text == (
        "Opens on Tuesday at 9:10am, 10 minutes before. This page will change by itself."
    )
    assert card.changes_in_ms == 1000


async def test_a_room_that_opens_in_weeks_says_the_date():
    clinic = await a_clinic(modality="video")
    visit = await a_visit(clinic, "09:20", day=date(2026, 3, 24), **VIDEO)
    card = await card_of(clinic, visit)
    assert card.join_text.startswith("Opens on Tuesday 24 March at 9:10am, 10 minutes before.")


async def test_while_the_room_is_open_the_page_says_so_until_the_last_second():
    clinic = await a_clinic(modality="video")
    visit = await a_visit(clinic, "09:20", **VIDEO)
    closes_at = visit.ends_at + HOUR
    for now in (visit.starts_at - 10 * MINUTE, visit.ends_at, closes_at - SECOND):
        card = await card_of(clinic, visit, now=now)
        assert card.join_text == (
            "Your video visit is open until 10:50am. To be connected, call 020 7946 0123."
        )
        assert not card.is_over
    closed = await card_of(clinic, visit, now=closes_at)
    assert closed.is_over
    assert closed.join_text == ""
    assert closed.notice.startswith("This visit has ended.")


async def test_the_clinics_own_window_is_said():
    clinic = await a_clinic(modality="video", join_opens_before=30, join_closes_after=15)
    visit = await a_visit(clinic, "09:20", **VIDEO)
    card = await card_of(clinic, visit)
    assert "at 8:50am, 30 minutes before" in card.join_text
    now = visit.starts_at - 30 * MINUTE
    assert "open until 10:05am" in (await card_of(clinic, visit, now=now)).join_text


@pytest.mark.parametrize("modality", ["in_person", "phone"])
async def test_other_visits_have_no_room(modality):
    clinic = await a_clinic(modality=modality)
    visit = await a_visit(clinic, modality=modality)
    for now in (NOW, visit.starts_at):
        card = await card_of(clinic, visit, now=now)
        assert card.join_text == ""
        assert not card.is_video


async def test_only_a_visit_in_person_says_how_to_find_the_clinic():
    clinic = await a_clinic()
    await change(Location, clinic.location_id, directions="The door is step-free.")
    there = await a_visit(clinic, "10:00")
    assert (await card_of(clinic, there)).directions == "The door is step-free."
    called = await a_visit(clinic, "11:00", modality="phone")
    directions = (await card_of(clinic, called)).directions
    assert directions == "We will call you on the number you gave us."
    online = await a_visit(clinic, "12:00", modality="video")
    assert (await card_of(clinic, online)).directions == ""


async def test_the_page_knows_when_the_clock_will_change_it():
    clinic = await a_clinic(cancel_cutoff=120)
    visit = await a_visit(clinic)
    cutoff = visit.starts_at - 2 * HOUR
    visitor = await open_link(clinic, visit)

    async def at(now) -> int:
        return (await card_of(clinic, visit, visitor=visitor, now=now)).changes_in_ms

    assert await at(NOW) == 15 * 60_000  # the grace after booking ends
    assert await at(cutoff - DAY) == 0
    assert await at(cutoff - HOUR) == 3_600_001
    assert await at(cutoff + SECOND) == (2 * 3600 - 1) * 1000
    assert await at(visit.starts_at) == 30 * 60_000
    assert await at(visit.ends_at) == 0


# --- What an unverified page never shows ----------------------------------------------

SECRETS = (
    "1985",
    "14 July",
    "07700900982",
    "maya@example.org",
    "EX1 2AB",
    "Headaches since May",
    "Prefers Ms",
    "11am",
    "Follow-up",
)


async def a_visit_with_secrets(clinic):
    patient = await a_patient(clinic, date_of_birth=date(1985, 7, 14), phone="+447700900982")
    await change(
        Patient,
        patient,
        notes="Prefers Ms. Headaches since May",
        postcode="EX1 2AB",
        postcode_norm="EX12AB",
    )
    visit = await a_visit(clinic, "10:00", patient_id=patient)
    await change(Appointment, visit.id, patient_note="Headaches since May")
    other = await a_visit(clinic, "11:00", patient_id=patient)
    return visit, other


@pytest.mark.requirement("S0-22")
async def test_by_default_the_link_opens_the_page_straight():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    assert (await card_of(clinic, visit, visitor=visitor)).uid == visit.uid


@pytest.mark.requirement("S0-22")
async def test_an_unverified_page_shows_no_birth_date_address_notes_or_other_visits():
    clinic = await a_clinic()
    visit, other = await a_visit_with_secrets(clinic)
    visitor = await open_link(clinic, visit)
    shown = [
        await managing.manage_card(visitor=visitor, appointment_uid=visit.uid, now=NOW),
        await managing.cancel_card(visitor=visitor, appointment_uid=visit.uid, now=NOW),
    ]
    calendar = await managing.calendar_bytes(visitor=visitor, appointment_uid=visit.uid, now=NOW)
    texts = [repr(asdict(card)) for card in shown] + [calendar.decode()]
    for text in texts:
        for secret in (*SECRETS, other.uid):
            assert secret not in text


async def booked_by(clinic, visit, number=1):
    """Return the browser in which the visit was booked."""
    visitor = a_visitor(number)
    async with transaction() as tx:
        session_id = await visitor_sessions.ensure_session(
            tx, session_key=visitor.session_key, organization_id=clinic.organization_id, now=NOW
        )
        await rights.put_booker_grant(
            tx,
            visitor_session_id=session_id,
            appointment_id=visit.id,
            visit_ends_at=visit.ends_at,
            now=NOW,
        )
    return visitor


async def test_only_the_browser_that_booked_reads_where_the_mail_went():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    booker = await booked_by(clinic, visit)
    assert (await card_of(clinic, visit, visitor=booker)).sent_to == "maya@example.org"
    holder = await open_link(clinic, visit, a_visitor(2))
    assert (await card_of(clinic, visit, visitor=holder)).sent_to == ""


# --- Before a cancellation ------------------------------------------------------------


@pytest.mark.requirement("S0-17")
async def test_the_cancel_page_shows_which_appointment_it_is():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    card = await cancel_card_of(clinic, visit)
    assert card.slip.spoken_date == "Tuesday 3 March 2026"
    assert card.slip.time == "10am"
    assert card.slip.type_line == "Check-up"
    assert card.slip.with_line == "Dr Number 1"
    assert card.can_cancel


@pytest.mark.requirement("S0-17")
async def test_the_cancel_page_shows_the_policy_that_was_accepted():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    assert (await cancel_card_of(clinic, visit)).policy == "Tell us a day before."
    first = await the_row(PolicyVersion)
    async with transaction() as tx:
        await tx.execute(
            PolicyVersion.__table__.insert().values(
                {**first, "id": first["id"] + 1, "version": 2, "text": "Two days before."}
            )
        )
    await change_settings(clinic, policy_version=2)
    assert (await cancel_card_of(clinic, visit)).policy == "Two days before."
    await change(Appointment, visit.id, policy_version_accepted=1)
    assert (await cancel_card_of(clinic, visit)).policy == "Tell us a day before."


@pytest.mark.requirement("S0-4")
async def test_one_press_opens_the_cancel_page_and_changes_nothing():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    before = await everything()
    card = await managing.cancel_card(visitor=visitor, appointment_uid=visit.uid, now=NOW)
    assert card.can_cancel
    assert await everything() == before


@pytest.mark.requirement("S0-20")
@pytest.mark.parametrize(
    ("before_start", "is_late"), [(DAY, False), (DAY - SECOND, True), (SECOND, True)]
)
async def test_the_cancel_page_says_whether_it_would_be_late(before_start, is_late):
    clinic = await a_clinic()
    visit = await a_visit(clinic, now=NOW - DAY)
    card = await cancel_card_of(clinic, visit, now=visit.starts_at - before_start)
    assert card.is_late is is_late
    assert card.late_heading == ("This counts as a late cancellation." if is_late else "")
    assert bool(card.late_text) is is_late
    assert card.can_cancel


@pytest.mark.requirement("S0-20")
async def test_the_cancel_page_says_what_late_means():
    clinic = await a_clinic()
    visit = await a_visit(clinic, now=NOW - DAY)
    now = visit.starts_at - timedelta(hours=17, minutes=38)
    card = await cancel_card_of(clinic, visit, now=now)
    assert card.late_text == (
        "It is less than 24 hours before your visit, which is in 17 hours and 38 minutes."
        " We note this on your record."
    )


@pytest.mark.requirement("S0-20")
async def test_in_the_grace_after_booking_nothing_is_late():
    clinic = await a_clinic()
    visit = await a_visit(clinic, day=TODAY)
    assert not (await cancel_card_of(clinic, visit, now=NOW + 15 * MINUTE - SECOND)).is_late
    assert (await cancel_card_of(clinic, visit, now=NOW + 15 * MINUTE)).is_late


@pytest.mark.parametrize(
    ("setting", "asked", "required"),
    [("off", False, False), ("optional", True, False), ("required", True, True)],
)
async def test_the_clinic_decides_whether_a_reason_is_asked_for(setting, asked, required):
    clinic = await a_clinic(patient_reason=setting)
    card = await cancel_card_of(clinic, await a_visit(clinic))
    assert card.reason_asked is asked
    assert card.reason_required is required
    assert [row.label for row in card.reasons] == [
        "I feel better",
        "I cannot make this time",
        "I got help somewhere else",
        "Something else",
    ]
    assert {row.code for row in card.reasons} == cancelling.REASON_CODES


async def test_the_cancel_page_of_a_cancelled_visit_has_nothing_to_confirm():
    clinic = await a_clinic()
    visit = await a_visit(clinic, status=AppointmentStatus.CANCELLED)
    card = await cancel_card_of(clinic, visit)
    assert not card.can_cancel
    assert card.refusal == "This appointment can no longer be cancelled."
    assert not card.is_late


# --- Add to my calendar ---------------------------------------------------------------


async def calendar_of(clinic, visit, *, now=NOW):
    visitor = await open_link(clinic, visit)
    content = await managing.calendar_bytes(visitor=visitor, appointment_uid=visit.uid, now=now)
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


async def test_the_calendar_file_is_the_invites_event_without_its_invitation():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    await change(Appointment, visit.id, ics_uid="kept@old.example", ics_sequence=3)
    calendar, event = await calendar_of(clinic, visit)
    assert event["uid"] == "kept@old.example"
    assert event["sequence"] == 3
    assert event["dtstart"].dt == visit.starts_at
    assert event["dtend"].dt == visit.ends_at
    assert event["summary"] == "Appointment at Harbour Clinic"
    assert "method" not in calendar
    assert "attendee" not in event
    assert "organizer" not in event


@pytest.mark.requirement("K-5")
async def test_the_calendar_file_says_when_the_video_room_is_open():
    clinic = await a_clinic(modality="video", duration=20)
    visit = await a_visit(clinic, **VIDEO)
    _, event = await calendar_of(clinic, visit)
    assert "from 09:50 to 11:20 UK time (Europe/London)" in event["description"]


@pytest.mark.requirement("K-5")
async def test_the_calendar_file_goes_by_the_clinics_own_window():
    clinic = await a_clinic(modality="video", duration=20, join_opens_before=5, join_closes_after=0)
    _, event = await calendar_of(clinic, await a_visit(clinic, **VIDEO))
    assert "from 09:55 to 10:20 UK time" in event["description"]


@pytest.mark.requirement("K-5")
async def test_the_calendar_file_is_right_on_the_day_the_clocks_change():
    """Sunday 29 March 2026: at 01:00 the clocks in London go to 02:00."""
    clinic = await a_clinic(modality="video", duration=20)
    starts_at = datetime(2026, 3, 29, 1, 5, tzinfo=UTC)
    visit = await an_appointment(clinic, starts_at=starts_at, **VIDEO)
    _, event = await calendar_of(clinic, visit)
    assert "from 00:55 to 03:25 UK time" in event["description"]


@pytest.mark.requirement("K-5")
async def test_a_visit_at_the_clinic_has_no_window_in_its_calendar_file():
    clinic = await a_clinic()
    _, event = await calendar_of(clinic, await a_visit(clinic))
    assert "join" not in event["description"].lower()
    assert "video" not in event["description"].lower()


async def test_no_token_ever_stands_in_a_calendar_file():
    clinic = await a_clinic(modality="video")
    visit = await a_visit(clinic, **VIDEO)
    token = await a_link(clinic, visit)
    visitor = a_visitor()
    await access.exchange_manage_link(visitor=visitor, token=token, now=NOW)
    content = await managing.calendar_bytes(visitor=visitor, appointment_uid=visit.uid, now=NOW)
    unfolded = content.replace(b"\r\n ", b"")
    assert token.encode() not in unfolded
    assert b"/m/" not in unfolded


async def test_the_calendar_file_of_a_cancelled_visit_takes_it_out():
    clinic = await a_clinic()
    visit = await a_visit(clinic)
    visitor = await open_link(clinic, visit)
    await cancelling.cancel_by_patient(
        visitor=visitor, appointment_uid=visit.uid, reason_code="", message="", now=NOW
    )
    _, event = await calendar_of(clinic, visit)
    assert event["status"] == "CANCELLED"
    assert event["sequence"] == 1
