"""Calendar files, read by three parsers that are not ours."""

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from booking_app.adapters.calendar_file import CalendarEvent, invite, invite_method, own_copy
from booking_app.domain.clean_text import clean_line, clean_text
from booking_app.domain.visit_words import (
    calendar_description,
    join_window_sentence,
)
from tests.support import libical

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 1, 12, 0, 30, 999, tzinfo=UTC)
START = datetime(2026, 7, 14, 9, 0, tzinfo=UTC)  # 10:00 in London
END = START + timedelta(minutes=20)
BOOKED = CalendarEvent(
    uid="1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed@book.marlow.example",
    sequence=0,
    starts_at=START,
    ends_at=END,
    created_at=NOW - timedelta(minutes=3),
    modified_at=NOW - timedelta(minutes=1),
    summary="Appointment at Marlow Street Clinic",
    location="Online",
    description=calendar_description(
        clinic_name="Marlow Street Clinic",
        join_sentence=join_window_sentence(START, END, LONDON),
    ),
    organizer_email="bookings@marlow.example",
    organizer_name="Marlow Street Clinic",
    attendee_email="priya.raman@example.org",
    attendee_name="Priya Raman",
)
CANCELLED = dataclasses.replace(BOOKED, sequence=1, is_cancelled=True)


def the_event(file: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(file).walk("VEVENT")
    return event


def test_the_invite_is_a_request_for_a_confirmed_private_event_in_utc():
    calendar = icalendar.Calendar.from_ical(invite(BOOKED, NOW))
    event = the_event(invite(BOOKED, NOW))
    assert calendar["METHOD"] == "REQUEST" == invite_method(BOOKED)
    assert event["UID"] == BOOKED.uid
    assert event["SEQUENCE"] == 0
    assert event["STATUS"] == "CONFIRMED"
    assert event["TRANSP"] == "OPAQUE"
    assert event["CLASS"] == "PRIVATE"
    assert b"DTSTART:20260714T090000Z\r\n" in invite(BOOKED, NOW)
    assert b"DTEND:20260714T092000Z\r\n" in invite(BOOKED, NOW)
    assert b"DTSTAMP:20260701T120030Z\r\n" in invite(BOOKED, NOW)
    assert b"CREATED:20260701T115730Z\r\n" in invite(BOOKED, NOW)
    assert b"LAST-MODIFIED:20260701T115930Z\r\n" in invite(BOOKED, NOW)


def test_the_organizer_is_the_sender_and_the_attendee_has_accepted_and_is_not_asked():
    event = the_event(invite(BOOKED, NOW))
    assert event["ORGANIZER"] == "mailto:bookings@marlow.example"
    assert event["ORGANIZER"].params["CN"] == "Marlow Street Clinic"
    assert event["ATTENDEE"] == "mailto:priya.raman@example.org"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


def test_the_calendar_reminds_an_hour_before():
    (alarm,) = icalendar.Calendar.from_ical(invite(BOOKED, NOW)).walk("VALARM")
    assert alarm["ACTION"] == "DISPLAY"
    assert alarm["TRIGGER"].dt == timedelta(hours=-1)
    without = dataclasses.replace(BOOKED, alarm_before=None)
    assert b"VALARM" not in invite(without, NOW)


def test_a_cancellation_takes_the_same_event_away_without_an_alarm():
    calendar = icalendar.Calendar.from_ical(invite(CANCELLED, NOW))
    event = the_event(invite(CANCELLED, NOW))
    assert calendar["METHOD"] == "CANCEL" == invite_method(CANCELLED)
    assert event["STATUS"] == "CANCELLED"
    assert event["TRANSP"] == "TRANSPARENT"
    assert event["SEQUENCE"] == 1
    before = the_event(invite(BOOKED, NOW))
    for name in ("UID", "ORGANIZER", "ATTENDEE", "CREATED"):
        assert event[name] == before[name]
    assert b"VALARM" not in invite(CANCELLED, NOW)


def test_the_copy_to_download_is_the_same_event_but_no_invitation():
    event, invited = the_event(own_copy(BOOKED, NOW)), the_event(invite(BOOKED, NOW))
    assert "METHOD" not in icalendar.Calendar.from_ical(own_copy(BOOKED, NOW))
    assert "ORGANIZER" not in event
    assert "ATTENDEE" not in event
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "CLASS"):
        assert event[name] == invited[name]


@pytest.mark.requirement("K-5")
def test_the_invite_of_a_visit_at_ten_says_0950_and_1120_with_the_zone():
    said = str(the_event(invite(BOOKED, NOW))["DESCRIPTION"])
    assert "You can join by video from 09:50 to 11:20 UK time (Europe/London)" in said


@pytest.mark.requirement("K-5")
def test_a_moved_visit_has_the_next_sequence_and_its_new_window():
    start = START + timedelta(days=1, hours=2)
    moved = dataclasses.replace(
        BOOKED,
        sequence=1,
        starts_at=start,
        ends_at=start + timedelta(minutes=20),
        description=calendar_description(
            clinic_name="Marlow Street Clinic",
            join_sentence=join_window_sentence(start, start + timedelta(minutes=20), LONDON),
        ),
    )
    event = the_event(invite(moved, NOW))
    assert event["UID"] == BOOKED.uid
    assert event["SEQUENCE"] == 1
    assert "from 11:50 to 13:20 UK time (Europe/London)" in event["DESCRIPTION"]


@pytest.mark.requirement("K-5")
def test_the_invite_of_a_visit_at_the_clinic_says_nothing_of_joining():
    words = calendar_description(clinic_name="Marlow Street Clinic")
    in_person = dataclasses.replace(BOOKED, location="12 Marlow Street", description=words)
    assert b"join" not in invite(in_person, NOW).lower()


@pytest.mark.parametrize(
    "file",
    [invite(BOOKED, NOW), invite(CANCELLED, NOW), own_copy(BOOKED, NOW), own_copy(CANCELLED, NOW)],
    ids=["request", "cancel", "own copy", "own copy of a cancelled visit"],
)
def test_libical_finds_every_file_allowed_for_its_method(file):
    verdict = libical.check(file)
    assert verdict.errors == ()
    assert verdict.is_allowed


def test_the_check_of_libical_can_fail():
    without_organizer = b"".join(
        line
        for line in invite(BOOKED, NOW).replace(b"\r\n ", b"").splitlines(keepends=True)
        if not line.startswith(b"ORGANIZER")
    )
    assert not libical.check(without_organizer).is_allowed
    request_for_a_cancelled = invite(CANCELLED, NOW).replace(b"METHOD:CANCEL", b"METHOD:REQUEST")
    assert not libical.check(request_for_a_cancelled).is_allowed
    empty = invite(BOOKED, NOW).replace(b"LOCATION:Online", b"LOCATION:")
    assert libical.check(empty).errors


def test_empty_texts_leave_no_empty_property():
    bare = dataclasses.replace(
        BOOKED, location=" \x00 ", description="", summary="\u2028", attendee_name="", sequence=3
    )
    event = the_event(invite(bare, NOW))
    assert "LOCATION" not in event
    assert "DESCRIPTION" not in event
    assert event["SUMMARY"] == "Appointment"
    assert "CN" not in event["ATTENDEE"].params
    verdict = libical.check(invite(bare, NOW))
    assert verdict.is_allowed
    assert verdict.errors == ()


SNIPPETS = (
    "\r\nATTENDEE:mailto:x@y.example",
    "\nEND:VEVENT\nBEGIN:VEVENT",
    "\rMETHOD:PUBLISH",
    "\u2028DTSTART:20200101T000000Z",
    "\u2029",
    "\x85X-EVIL:1",
    "\x0b",
    "\x0cURL:https://evil.example",
    "\x00",
    "\x1b[31m",
    "\x7f",
    "\ud800",
    "\\n",
    "\\N",
    "\\",
    "\\\\N",
    ";",
    ",",
    ":",
    '"',
    "^",
    "^n",
    "^'",
    "=",
    "{{manage_link}}",
    "<script>",
    "é",
    "漢字",
    "👩‍⚕️",
    "\u202e",
    "\u200f",
    "\t",
    "  ",
    "Priya",
    "a" * 80,
    "ä" * 40,
)
FIELDS = ("summary", "location", "description", "attendee_name", "organizer_name")


def hostile_texts(count: int) -> list[str]:
    chance = random.Random(20260714)
    return ["".join(chance.choices(SNIPPETS, k=chance.randint(1, 8))) for _ in range(count)]


def with_texts(text: str) -> CalendarEvent:
    """Put ``text`` wherever a person's words go; the dot keeps it from being empty."""
    return dataclasses.replace(BOOKED, **dict.fromkeys(FIELDS, text + "."))


def property_names(component: icalendar.cal.component.Component) -> list[str]:
    return sorted(name for name, _ in component.property_items(recursive=True))


def test_400_hostile_texts_in_every_field_add_no_property_for_any_parser():
    expected = invite(with_texts("x"), NOW)
    properties = property_names(icalendar.Calendar.from_ical(expected))
    lines = sorted(libical.check(expected).properties)
    contents = sorted({*the_event(expected), "VALARM"})
    for text in hostile_texts(400):
        file = invite(with_texts(text), NOW)
        assert property_names(icalendar.Calendar.from_ical(file)) == properties, text
        verdict = libical.check(file)
        assert verdict.is_allowed, text
        assert verdict.errors == (), text
        assert sorted(verdict.properties) == lines, text
        event = vobject.readOne(file.decode()).vevent
        assert sorted(name.upper() for name in event.contents) == contents, text
        assert max(len(line) for line in file.split(b"\r\n")) <= 75
        assert b"\r" not in file.replace(b"\r\n", b"")


def test_400_hostile_texts_are_read_as_the_same_words_by_both_parsers():
    for text in hostile_texts(400):
        file = invite(with_texts(text), NOW)
        line = clean_line(text + ".").replace("\\N", "\\n")
        several = clean_text(text + ".").replace("\\N", "\\n")
        by_icalendar, by_vobject = the_event(file), vobject.readOne(file.decode()).vevent
        assert str(by_icalendar["SUMMARY"]) == line
        assert str(by_icalendar["LOCATION"]) == line
        assert str(by_icalendar["DESCRIPTION"]) == several
        assert by_vobject.summary.value == line
        assert by_vobject.location.value == line
        assert by_vobject.description.value == several


@pytest.mark.parametrize(
    "address",
    ["", "no-at-sign", "a b@c.example", "a@b.example\r\nX-A:1", "<a@b.example>", 'a"@b.example'],
)
def test_an_address_that_is_no_plain_mailbox_is_a_bug(address):
    with pytest.raises(ValueError, match="plain mailbox"):
        invite(dataclasses.replace(BOOKED, attendee_email=address), NOW)


def test_a_naive_or_backward_time_is_a_bug():
    with pytest.raises(ValueError, match="naive"):
        own_copy(BOOKED, datetime(2026, 7, 1))  # noqa: DTZ001 — the point of the test
    with pytest.raises(ValueError, match="ends before it starts"):
        own_copy(dataclasses.replace(BOOKED, ends_at=START), NOW)
