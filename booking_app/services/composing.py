"""Compose a message at the moment it is sent, from what is true then.

A message that is not true any more (the visit was cancelled or has moved since) is not
composed at all; the outbox drops it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID
from zoneinfo import ZoneInfo

from booking_app import routes
from booking_app.adapters import calendar_file, mail_html, mail_message, mail_text, tokens
from booking_app.db.queries.delivery import LeasedItem
from booking_app.db.queries.message_facts import MessageFacts
from booking_app.domain import policies, visit_words
from booking_app.domain.clean_text import clean_line
from booking_app.domain.default_templates import HEADINGS, PREVIEWS
from booking_app.domain.lifecycle import AppointmentStatus, CancelledBy, Modality
from booking_app.domain.merge_fields import MANAGE_LINK, value_names
from booking_app.domain.message_events import CANCELLED, MessageEvent
from booking_app.domain.message_text import Values, lay_out, render, render_line
from booking_app.domain.zone_names import zone_words
from booking_app.i18n import pgettext
from booking_app.services.calendar_event import calendar_event
from booking_app.settings import Settings


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message is made from: the template, and the public id of the link it shows."""

    subject: str
    body: str
    link_uid: UUID | None


def reason_to_drop(item: LeasedItem, facts: MessageFacts | None, *, now: datetime) -> str | None:
    """Return why ``item`` must not be sent any more, or None when it is still true."""
    if facts is None or facts.patient_status != "active":
        return "patient_not_active"
    if not item.recipient:
        return "no_address"
    if MessageEvent(item.event) in CANCELLED:
        return None if facts.status == AppointmentStatus.CANCELLED else "not_cancelled"
    if facts.status != AppointmentStatus.CONFIRMED:
        return "not_confirmed"
    if item.starts_at is not None and item.starts_at != facts.starts_at:
        return "moved"
    if facts.starts_at <= now:
        return "started"
    if item.event == MessageEvent.REMINDER and not facts.reminders_wanted:
        return "not_wanted"
    return None


def compose(
    item: LeasedItem, facts: MessageFacts, wording: Wording, settings: Settings, *, now: datetime
) -> EmailMessage:
    """Return the whole mail. Calling it twice for one item gives the same Message-ID and Date."""
    event = MessageEvent(item.event)
    values = _values(event, facts, wording, settings, now=now)
    frame = _frame(event, facts, values)
    body = wording.body
    return mail_message.build_message(
        mail_message.Mail(
            message_id=item.message_id,
            dated_at=item.dated_at,
            from_name=facts.clinic_name,
            from_address=settings.mail_from,
            to_address=item.recipient,
            subject=render_line(wording.subject, values),
            text=mail_text.text_part(frame, render(body, values)),
            html=mail_html.html_part(frame, lay_out(body, values)),
            reply_to=facts.clinic_email,
            invite=_invite(item, event, facts, settings),
        )
    )


def _values(
    event: MessageEvent,
    facts: MessageFacts,
    wording: Wording,
    settings: Settings,
    *,
    now: datetime,
) -> dict[str, str | None]:
    """Return a value, or None for "does not apply", for every field this message may name."""
    zone = ZoneInfo(facts.zone)
    window = _join_window(facts)
    token = (
        tokens.link_token(settings, tokens.Purpose.MANAGE, wording.link_uid)
        if wording.link_uid
        else ""
    )
    late_from = facts.starts_at - timedelta(minutes=facts.late_cancel_window)
    known: dict[str, str | None] = _values_of_visit(facts, zone, settings) | {
        "appointment.join_from": (
            visit_words.time_on_day(window.opens_at, now, zone) if window else None
        ),
        "appointment.join_until": (
            visit_words.time_on_day(window.closes_at, now, zone) if window else None
        ),
        "cancel.reason": facts.cancel_reason_text,
        "cancel.by": _cancelled_by(facts),
        "cancel.late_note": (
            pgettext(
                "mail.cancel.late",
                "This was less than {window} before the visit, so we have noted it as a late"
                " cancellation.",
            ).format(window=visit_words.duration_words(timedelta(minutes=facts.late_cancel_window)))
            if facts.is_late_cancel
            else None
        ),
        "policy.cancellation": visit_words.change_of_plans_words(late_from, now, zone),
        MANAGE_LINK: settings.base_url + routes.manage_link(token) if token else None,
    }
    if event in CANCELLED:
        known[MANAGE_LINK] = None
    # What is not built yet does not apply to any message.
    return {name: known.get(name) for name in value_names(event)}


def _values_of_visit(
    facts: MessageFacts, zone: ZoneInfo, settings: Settings
) -> dict[str, str | None]:
    """Return who meets whom, where and when; these apply to every message."""
    is_here = facts.modality == Modality.IN_PERSON
    address = ", ".join(part for part in (facts.location_address, facts.location_postcode) if part)
    return {
        "patient.first_name": facts.patient_first_name,
        "patient.full_name": f"{facts.patient_first_name} {facts.patient_last_name}",
        "clinic.name": facts.clinic_name,
        "clinic.phone": facts.clinic_phone,
        "clinic.email": facts.clinic_email,
        "clinic.booking_page": (
            settings.base_url + routes.booking_page(facts.clinic_slug)
            if facts.online_booking_enabled
            else None
        ),
        "location.name": facts.location_name if is_here else None,
        "location.address": address if is_here else None,
        "location.directions": facts.location_directions if is_here else None,
        "clinician.name": facts.clinician_name,
        "appointment.type": facts.type_name,
        "appointment.date": visit_words.patient_day(facts.starts_at, zone),
        "appointment.time": visit_words.patient_time(facts.starts_at, zone),
        "appointment.timezone": zone_words(zone),
        "appointment.duration": visit_words.duration_words(facts.ends_at - facts.starts_at),
        "appointment.modality": visit_words.HOW_WORDS[facts.modality],
        "appointment.reference": visit_words.spaced_reference(facts.reference),
    }


def _frame(event: MessageEvent, facts: MessageFacts, values: Values) -> mail_html.MailFrame:
    zone = ZoneInfo(facts.zone)
    local = facts.starts_at.astimezone(zone)
    return mail_html.MailFrame(
        clinic_name=clean_line(facts.clinic_name),
        heading=render_line(HEADINGS[event], values),
        slip=mail_html.Slip(
            day=str(local.day),
            weekday=visit_words.weekday(facts.starts_at, zone),
            month=visit_words.month_words(local.date()),
            time=visit_words.time_range(facts.starts_at, facts.ends_at, zone),
            how=visit_words.how_line(facts.modality, zone),
            reference=visit_words.spaced_reference(facts.reference),
            is_cancelled=event in CANCELLED,
        ),
        preview=render_line(PREVIEWS[event], values),
        clinic_phone=facts.clinic_phone,
        clinic_address=", ".join(
            part for part in (facts.location_address, facts.location_postcode) if part
        ),
        holds_link=values.get(MANAGE_LINK) is not None,
    )


def _cancelled_by(facts: MessageFacts) -> str | None:
    if facts.cancelled_by is None:
        return None
    if facts.cancelled_by == CancelledBy.PATIENT:
        return f"{facts.patient_first_name} {facts.patient_last_name}"
    return facts.clinic_name


def _invite(
    item: LeasedItem, event: MessageEvent, facts: MessageFacts, settings: Settings
) -> mail_message.Invite | None:
    """Return the calendar file of a confirmation or cancellation; a reminder changes no calendar."""
    if event is MessageEvent.REMINDER or facts.ics_uid is None:
        return None
    sequence = facts.ics_sequence if item.ics_sequence is None else item.ics_sequence
    entry = replace(
        calendar_event(facts, settings), attendee_email=item.recipient, sequence=sequence
    )
    return mail_message.Invite(
        file=calendar_file.invite(entry, item.dated_at), method=calendar_file.invite_method(entry)
    )


def _join_window(facts: MessageFacts) -> policies.JoinWindow | None:
    if facts.modality != Modality.VIDEO:
        return None
    return policies.join_window(
        facts.starts_at,
        facts.ends_at,
        opens_before=facts.join_opens_before,
        closes_after=facts.join_closes_after,
    )
