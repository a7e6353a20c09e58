"""The clinic's rules for changes as sentences for the patient, one wording for every page."""

from datetime import datetime, timedelta

from booking_app.db.queries.visits import Visit
from booking_app.domain.eligibility import Reason
from booking_app.domain.policies import is_late_cancellation
from booking_app.domain.visit_words import duration_words
from booking_app.i18n import pgettext

_FLAGS_PATIENTS = frozenset({"both", "patient"})


def why_not_cancel_words(reason: Reason, visit: Visit) -> str:
    """Return why a visit cannot be cancelled online, and what to do instead."""
    notice = visit.rules.policy.cancel_cutoff or timedelta(0)
    return _why_not_cancel(reason).format(
        notice=duration_words(notice), clinic_phone=visit.clinic_phone
    )


def is_noted_as_late(visit: Visit, *, now: datetime) -> bool:
    """Tell whether the clinic notes it as late when the patient cancels at ``now``."""
    return visit.late_flag_for in _FLAGS_PATIENTS and is_late_cancellation(
        visit.starts_at, visit.booked_online_at, visit.rules.policy, now=now
    )


def late_heading() -> str:
    """Return the first sentence about a late cancellation, to be set in bold."""
    return pgettext("cancel.late", "This counts as a late cancellation.")


def late_words(visit: Visit, *, cost: str, now: datetime) -> str:
    """Return what a late cancellation means, for the page on which it can still be left alone.

    ``cost`` is the clinic's own sentence about money.
    """
    text = pgettext(
        "cancel.late_rest",
        "It is less than {late} before your visit, which is in {left}. We note this on your record.",
    )
    said = text.format(
        late=duration_words(visit.rules.policy.late_cancel_window),
        left=duration_words(visit.starts_at - now),
    )
    return f"{said} {cost}".rstrip()


def _why_not_cancel(reason: Reason) -> str:
    if reason is Reason.CUTOFF:
        return pgettext(
            "manage.too_late",
            "It is too late to change this online. Changes close {notice} before."
            " Please call {clinic_phone}.",
        )
    if reason is Reason.STARTED:
        return pgettext(
            "cancel.started",
            "This visit has started, so you cannot cancel it online. Please call {clinic_phone}.",
        )
    if reason is Reason.NOT_CONFIRMED:
        return pgettext("cancel.not_confirmed", "This appointment can no longer be cancelled.")
    return pgettext(
        "cancel.not_online",
        "You cannot cancel this appointment online. Please call {clinic_phone}.",
    )
