"""One visit as calendar programs are told of it, the same in the mail and on the page.

A calendar is shared and synchronised, so nothing here tells what the visit is for, and
no link ever stands in it.
"""

from zoneinfo import ZoneInfo

from booking_app.adapters.calendar_file import CalendarEvent
from booking_app.db.queries.message_facts import MessageFacts
from booking_app.domain.lifecycle import AppointmentStatus, Modality
from booking_app.domain.visit_words import calendar_description, join_window_sentence
from booking_app.i18n import pgettext
from booking_app.settings import Settings


def calendar_event(facts: MessageFacts, settings: Settings) -> CalendarEvent:
    """Return the event of a visit, with its UID for life and its present SEQUENCE."""
    is_cancelled = facts.status == AppointmentStatus.CANCELLED
    return CalendarEvent(
        uid=facts.ics_uid or f"{facts.appointment_uid}@{settings.mail_from.rpartition('@')[2]}",
        sequence=facts.ics_sequence,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        created_at=facts.confirmed_at or facts.updated_at,
        modified_at=facts.updated_at,
        summary=pgettext("ics.summary", "Appointment at {clinic}").format(clinic=facts.clinic_name),
        organizer_email=settings.mail_from,
        organizer_name=facts.clinic_name,
        attendee_email=facts.patient_email,
        attendee_name=f"{facts.patient_first_name} {facts.patient_last_name}",
        location=_where(facts),
        description=_description(facts, is_cancelled=is_cancelled),
        is_cancelled=is_cancelled,
    )


def _description(facts: MessageFacts, *, is_cancelled: bool) -> str:
    if is_cancelled:
        return pgettext("ics.cancelled", "This appointment has been cancelled.")
    join = ""
    if facts.modality == Modality.VIDEO:
        join = join_window_sentence(
            facts.starts_at,
            facts.ends_at,
            ZoneInfo(facts.zone),
            opens_before=facts.join_opens_before,
            closes_after=facts.join_closes_after,
        )
    return calendar_description(
        clinic_name=facts.clinic_name, clinic_phone=facts.clinic_phone, join_sentence=join
    )


def _where(facts: MessageFacts) -> str:
    if facts.modality == Modality.VIDEO:
        return pgettext("ics.where.video", "Online, by video")
    if facts.modality == Modality.PHONE:
        return pgettext("ics.where.phone", "By phone")
    parts = (facts.location_name, facts.location_address, facts.location_postcode)
    return ", ".join(part for part in parts if part)
