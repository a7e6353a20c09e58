"""The appointment's life: six statuses and the moves between them.

Source: lifecycle T1-T13. Whatever is not listed is refused, also for forged events.
"""

from enum import StrEnum

from booking_app.domain.errors import InvalidTransition


class AppointmentStatus(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class SlotStatus(StrEnum):
    """Occupied time, in FHIR's words. Free time is computed and never stored."""

    BUSY = "busy"
    BUSY_TENTATIVE = "busy-tentative"
    RELEASED = "released"


class HoldPurpose(StrEnum):
    NEW = "new"
    RESCHEDULE = "reschedule"
    GROUP = "group"
    WAITLIST = "waitlist"
    DAY_OFF = "dayoff"
    STAFF = "staff"


class HoldRelease(StrEnum):
    """Why a hold ended without becoming an appointment."""

    TIMEOUT = "timeout"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Modality(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class BookedVia(StrEnum):
    PUBLIC = "public"
    BOOKING_LINK = "booking_link"
    PORTAL = "portal"
    WAITLIST = "waitlist"
    STAFF = "staff"
    API = "api"


class CancelledBy(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    STAFF = "staff"
    SYSTEM = "system"


_MOVES: dict[AppointmentStatus, frozenset[AppointmentStatus]] = {
    AppointmentStatus.HELD: frozenset(
        {AppointmentStatus.CONFIRMED, AppointmentStatus.EXPIRED, AppointmentStatus.CANCELLED}
    ),
    AppointmentStatus.CONFIRMED: frozenset(
        {AppointmentStatus.CANCELLED, AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW}
    ),
    # A wrong outcome may be corrected by staff (T12); nothing leads out of cancelled or expired (T13).
    AppointmentStatus.COMPLETED: frozenset({AppointmentStatus.NO_SHOW}),
    AppointmentStatus.NO_SHOW: frozenset({AppointmentStatus.COMPLETED}),
}


def may_move(current: AppointmentStatus, target: AppointmentStatus) -> bool:
    """Tell whether an appointment that is ``current`` may become ``target``."""
    return target in _MOVES.get(current, frozenset())


def require_move(current: AppointmentStatus, target: AppointmentStatus) -> None:
    """Raise InvalidTransition unless ``current`` may become ``target``."""
    if not may_move(current, target):
        raise InvalidTransition(current=current, target=target)
