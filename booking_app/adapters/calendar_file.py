"""Calendar files: the invite that goes with a mail, and the copy a patient downloads.

One appointment is one event for life: the same UID in every file, and a SEQUENCE that
grows with each change, so that a calendar program replaces what it has instead of
adding to it. See docs/mechanisms/calendar-invites.md. Source: RFC 5545, RFC 5546.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from booking_app.domain.clean_text import clean_line, clean_text

PRODID = "-//booking_app//Appointments//EN"

Method = Literal["REQUEST", "CANCEL"]

_MAX_NAME = 100
_MAX_DESCRIPTION = 2000
_ADDRESS = re.compile(r'[^\s<>"@\x00-\x1f\x7f]+@[^\s<>"@\x00-\x1f\x7f]+')


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One appointment, as calendar programs are told of it.

    ``uid`` is the whole string, ``<uuid>@<host>``, kept since the confirmation so that
    it survives a change of address. ``sequence`` is 0 then and grows by one with every
    change and with the cancellation. ``organizer_email`` is the mailbox that sends, as
    in From; ``attendee_email`` is exactly the address in To. Texts may hold anything a
    person typed; an empty ``location`` or ``description`` is left out.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    modified_at: datetime
    summary: str
    organizer_email: str
    organizer_name: str
    attendee_email: str
    attendee_name: str = ""
    location: str = ""
    description: str = ""
    is_cancelled: bool = False
    alarm_before: timedelta | None = timedelta(hours=1)


def invite_method(event: CalendarEvent) -> Method:
    """Return the METHOD that the file and its MIME part both carry."""
    return "CANCEL" if event.is_cancelled else "REQUEST"


def invite(event: CalendarEvent, now: datetime) -> bytes:
    """Return the file that goes with a mail: METHOD, ORGANIZER, ATTENDEE.

    The patient has accepted by booking, so no answer is asked for.
    """
    entry = _event(event, now)
    entry["organizer"] = _person(event.organizer_email, event.organizer_name)
    attendee = _person(event.attendee_email, event.attendee_name)
    attendee.params["CUTYPE"] = "INDIVIDUAL"
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    entry["attendee"] = attendee
    return _calendar(entry, invite_method(event))


def own_copy(event: CalendarEvent, now: datetime) -> bytes:
    """Return the same event for "Add to my calendar": an entry of one's own, no invitation.

    Same UID and SEQUENCE as the invite, so that later mails change this entry too; no
    METHOD, ORGANIZER or ATTENDEE, with which some programs would ask whom to answer.
    """
    return _calendar(_event(event, now), None)


def _calendar(entry: Event, method: Method | None) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    if method is not None:
        calendar.add("method", method)
    calendar.add_component(entry)
    return calendar.to_ical()


def _event(event: CalendarEvent, now: datetime) -> Event:
    if event.starts_at >= event.ends_at:
        msg = f"event {event.uid} ends before it starts"
        raise ValueError(msg)
    entry = Event()
    entry.add("uid", _text(clean_line(event.uid)))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", _utc(now))
    entry.add("created", _utc(event.created_at))
    entry.add("last-modified", _utc(event.modified_at))
    entry.add("dtstart", _utc(event.starts_at))
    entry.add("dtend", _utc(event.ends_at))
    entry.add("summary", _text(clean_line(event.summary) or "Appointment"))
    for name, value in (
        ("location", clean_line(event.location)),
        ("description", clean_text(event.description, _MAX_DESCRIPTION)),
    ):
        if value:
            entry.add(name, _text(value))
    entry.add("class", "PRIVATE")
    entry.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    entry.add("transp", "TRANSPARENT" if event.is_cancelled else "OPAQUE")
    if event.alarm_before is not None and not event.is_cancelled:
        entry.add_component(_alarm(event.alarm_before))
    return entry


def _alarm(before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Reminder")
    alarm.add("trigger", -before)
    return alarm


def _person(address: str, name: str) -> vCalAddress:
    if _ADDRESS.fullmatch(address) is None:
        msg = "an address in a calendar file must be a plain mailbox"
        raise ValueError(msg)
    person = vCalAddress(f"mailto:{address}")
    shown = clean_line(name, _MAX_NAME).replace('"', "'")
    if shown:
        person.params["CN"] = shown
    return person


def _text(value: str) -> vText:
    # icalendar 7.3 takes a backslash and a capital N that somebody typed for a line break.
    return vText(value.replace("\\N", "\\n"))


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        msg = f"naive datetime {at!r} in a calendar file"
        raise ValueError(msg)
    return at.astimezone(UTC).replace(microsecond=0)
