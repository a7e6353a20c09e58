"""The clinic's rules for changes as sentences for the patient, one wording for every page."""

from datetime import datetime, timedelta

from booking_app.domain.eligibility import ChangeRules, Reason
from booking_app.domain.visit_words import duration_words
from booking_app.i18n import pgettext


def why_not_cancel_words(reason: Reason, rules: ChangeRules, *, clinic_phone: str) -> str:
    """Return why a visit cannot be cancelled online, and what to do instead."""
    notice = rules.policy.cancel_cutoff
    if reason is Reason.CUTOFF and notice:
        text = pgettext(
            "manage.too_late",
            "It is too late to change this online. Changes close {notice} before."
            " Please call {clinic_phone}.",
        )
    elif reason is Reason.STARTED:
        text = pgettext(
            "cancel.started",
            "This visit has started, so you cannot cancel it online. Please call {clinic_phone}.",
        )
    elif reason is Reason.NOT_CONFIRMED:
        text = pgettext("cancel.not_confirmed", "This appointment can no longer be cancelled.")
    else:
        text = pgettext(
            "cancel.not_online",
            "You cannot cancel this appointment online. Please call {clinic_phone}.",
        )
    return text.format(notice=duration_words(notice or timedelta(0)), clinic_phone=clinic_phone)


def late_words(starts_at: datetime, rules: ChangeRules, *, cost: str, now: datetime) -> str:
    """Return what a late cancellation means, for the page on which it can still be left alone.

    ``cost`` is the clinic's own sentence about money.
    """
    text = pgettext(
        "cancel.late_rest",
        "It is less than {late} before your visit, which is in {left}. We note this on your record.",
    )
    said = text.format(
        late=duration_words(rules.policy.late_cancel_window), left=duration_words(starts_at - now)
    )
    return f"{said} {cost}".rstrip()


def late_heading() -> str:
    """Return the first sentence about a late cancellation, to be set in bold."""
    return pgettext("cancel.late", "This counts as a late cancellation.")
