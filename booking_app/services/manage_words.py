"""What the pages behind a manage link say, for every state a visit can be in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from booking_app.db.queries.visits import Visit
from booking_app.domain.eligibility import Reason
from booking_app.domain.lifecycle import AppointmentStatus, CancelledBy, Modality
from booking_app.domain.policies import JoinWindow
from booking_app.domain.visit_words import local_day, patient_day, patient_time, weekday
from booking_app.dto.manage import ReasonRow
from booking_app.i18n import pgettext
from booking_app.services.policy_words import why_not_cancel_words

SENDING = "sending"
SENT = "sent"
FAILED = "failed"

_DAYS_IN_WEEK = 7


def heading(visit: Visit) -> str:
    """Return the page's heading."""
    if visit.status is AppointmentStatus.CANCELLED:
        return pgettext("cancel.done.h1", "Your appointment is cancelled")
    return pgettext("manage.h1", "Your appointment")


def join_text(visit: Visit, window: JoinWindow | None, *, now: datetime) -> str:
    """Return when the video room opens, or that it is open. There is nothing to press yet."""
    if window is None:
        return ""
    zone = ZoneInfo(visit.zone)
    if now < window.opens_at:
        days = (local_day(window.opens_at, zone) - local_day(now, zone)).days
        day = weekday if days < _DAYS_IN_WEEK else patient_day
        return pgettext(
            "manage.join_not_yet",
            "Opens on {weekday} at {time}, {n} minutes before. This page will change by itself.",
        ).format(
            weekday=day(window.opens_at, zone),
            time=patient_time(window.opens_at, zone),
            n=int((visit.starts_at - window.opens_at).total_seconds()) // 60,
        )
    return pgettext(
        "manage.join_by_phone",
        "Your video visit is open until {time}. To be connected, call {clinic_phone}.",
    ).format(time=patient_time(window.closes_at, zone), clinic_phone=visit.clinic_phone)


def directions(visit: Visit) -> str:
    """Return how to find the clinic, or that it calls; empty for a video visit."""
    if visit.modality == Modality.PHONE:
        return pgettext("manage.by_phone", "We will call you on the number you gave us.")
    return visit.location_directions if visit.modality == Modality.IN_PERSON else ""


def cancel_text(visit: Visit, refusal: Reason | None) -> str:
    """Return what stands under "Cancel this appointment": a request, or why it is not possible."""
    if refusal is not None:
        return why_not_cancel_words(refusal, visit)
    return pgettext(
        "manage.cancel_hint", "Please tell us as early as you can, so someone else can have it"
    )


def notice(visit: Visit, mail_state: str = "") -> str:
    """Return what became of a visit about which nothing can be changed any more.

    ``mail_state`` is what became of the mail about its cancellation, "" where there is none.
    """
    if visit.status is AppointmentStatus.CANCELLED:
        return _cancelled_notice(visit, mail_state)
    if visit.status is AppointmentStatus.COMPLETED:
        return pgettext("manage.completed", "This visit has taken place.")
    text = pgettext(
        "manage.join_closed",
        "This visit has ended. If you missed it, please book again or call {clinic_phone}.",
    )
    return text.format(clinic_phone=visit.clinic_phone)


def _cancelled_notice(visit: Visit, mail_state: str) -> str:
    if visit.cancelled_by != CancelledBy.PATIENT:
        text = pgettext(
            "cancel.by_clinic_notice",
            "Sorry, we have had to cancel this appointment. Please book again or call {clinic_phone}.",
        )
        return text.format(clinic_phone=visit.clinic_phone)
    if mail_state == SENDING:
        return pgettext(
            "cancel.done.p_sending",
            "Thank you for telling us. Someone else can now have this time."
            " We are emailing you a note of this.",
        )
    if mail_state == SENT:
        return pgettext(
            "cancel.done.p",
            "Thank you for telling us. Someone else can now have this time."
            " We have emailed you a note of this.",
        )
    if mail_state == FAILED:
        return pgettext(
            "cancel.done.p_failed",
            "Thank you for telling us. Someone else can now have this time."
            " We could not send you an email about this.",
        )
    return pgettext(
        "cancel.done.p_no_mail", "Thank you for telling us. Someone else can now have this time."
    )


def outcome_word(status: AppointmentStatus) -> str:
    """Return one word for a visit that is over; patients read "Missed", never "no-show"."""
    if status is AppointmentStatus.COMPLETED:
        return pgettext("status.completed", "Completed")
    if status is AppointmentStatus.NO_SHOW:
        return pgettext("status.no_show", "Missed")
    return pgettext("status.past", "Past visit")


def cancel_reasons() -> list[ReasonRow]:
    """Return the answers to why somebody cancels, under HL7's codes for them.

    The last has the code of an online cancellation without a reason: it says no more.
    """
    return [
        ReasonRow("pat-fb", pgettext("cancel.why.better", "I feel better")),
        ReasonRow("pat", pgettext("cancel.why.cannot", "I cannot make this time")),
        ReasonRow("other", pgettext("cancel.why.elsewhere", "I got help somewhere else")),
        ReasonRow("pat-cpp", pgettext("cancel.why.other", "Something else")),
    ]
