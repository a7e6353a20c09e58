"""What happens to an appointment that somebody is told about, by the names templates go under."""

from enum import StrEnum


class MessageEvent(StrEnum):
    """One kind of automatic message; the value is what the database keeps."""

    CONFIRMED = "appointment.confirmed"
    REMINDER = "reminder"
    RESCHEDULED_BY_PATIENT = "rescheduled_by_patient"
    RESCHEDULED_BY_STAFF = "rescheduled_by_staff"
    REALLOCATED = "reallocated"
    DETAILS_CHANGED = "details_changed"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_CLINIC = "cancelled_by_clinic"
    WAITLIST_OFFER = "waitlist.offer"
    ONE_TIME_CODE = "otp"


MOVED = frozenset(
    {
        MessageEvent.RESCHEDULED_BY_PATIENT,
        MessageEvent.RESCHEDULED_BY_STAFF,
        MessageEvent.REALLOCATED,
        MessageEvent.DETAILS_CHANGED,
    }
)
CANCELLED = frozenset({MessageEvent.CANCELLED_BY_PATIENT, MessageEvent.CANCELLED_BY_CLINIC})
STILL_TO_COME = frozenset({MessageEvent.CONFIRMED, MessageEvent.REMINDER}) | MOVED
"""Messages about a visit that can still be moved or cancelled."""
