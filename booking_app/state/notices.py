"""From a refusal to the sentence a person reads.

A sentence with a place for something that is not known is never shown half filled: each
kind of refusal has its sentences from the most telling to the plainest, and the first
that can be filled is said.
"""

from collections.abc import Callable

from booking_app.domain.errors import (
    AlreadyBooked,
    AlreadyCancelled,
    BookingClosed,
    BookingRefused,
    ChangeRefused,
    Conflict,
    DetailsInvalid,
    HoldExpired,
    HoldLimitReached,
    InvalidTransition,
    LinkEnded,
    NotFound,
    SlotTaken,
    TooManyHolds,
    TooManyTries,
)
from booking_app.i18n import pgettext


def sentence(refusal: BookingRefused, **known: str) -> str:
    """Return what to tell the person.

    ``known`` are words for the places that the refusal itself does not fill, above all
    ``clinic_phone``. A refusal with a ``scope`` has sentences of its own for it.
    """
    values = {name: value for name, value in {**known, **refusal.values}.items() if value}
    texts = _SENTENCES.get(f"{refusal.kind}:{values.get('scope', '')}")
    for text in (texts or _SENTENCES.get(refusal.kind, _plain))():
        try:
            return text.format_map(values)
        except KeyError:
            continue
    return _plain()[0]


def _taken() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.taken",
            "Someone has just taken {time}. Please choose another time. The nearest is {other}.",
        ),
        pgettext(
            "sys.taken_no_other", "Someone has just taken {time}. Please choose another time."
        ),
        pgettext(
            "sys.taken_plain", "Someone has just taken that time. Please choose another time."
        ),
    )


def _hold_expired() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.hold_expired",
            "We could not hold your time any longer. What you typed is saved.",
        ),
    )


def _hold_limit() -> tuple[str, ...]:
    return (
        pgettext("hold.more_no", "We cannot hold it any longer. Please finish by {until}."),
        pgettext("hold.more_no_plain", "We cannot hold it any longer. Please finish soon."),
    )


def _too_many_holds() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.too_many_holds",
            "We cannot hold another time online at the moment. Please call {clinic_phone}.",
        ),
        pgettext(
            "sys.too_many_holds_plain",
            "We cannot hold another time online at the moment. Please call the clinic.",
        ),
    )


def _too_many_holds_of_person() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.too_many_holds_person",
            "You have tried to book several times today without finishing."
            " Please call {clinic_phone} and we will book for you.",
        ),
        pgettext(
            "sys.too_many_holds_person_plain",
            "You have tried to book several times today without finishing."
            " Please call the clinic and we will book for you.",
        ),
    )


def _too_many_holds_at_address() -> tuple[str, ...]:
    """Return what is true for everybody behind one address, whoever holds the times."""
    return (
        pgettext(
            "sys.too_many_holds_address",
            "Too many times are being held from this connection at the moment."
            " Please try again in 15 minutes, or call {clinic_phone}.",
        ),
        pgettext(
            "sys.too_many_holds_address_plain",
            "Too many times are being held from this connection at the moment."
            " Please try again in 15 minutes, or call the clinic.",
        ),
    )


def _too_many_tries() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.rate",
            "You have tried many times. Please wait {n} minutes or call {clinic_phone}.",
        ),
        pgettext("sys.rate_no_phone", "You have tried many times. Please wait {n} minutes."),
        pgettext("sys.rate_plain", "You have tried many times. Please wait a little."),
    )


def _closed() -> tuple[str, ...]:
    return (
        "{closed_message}",  # the clinic's own words
        pgettext("sys.closed", "Online booking is closed for now. Please call {clinic_phone}."),
        pgettext("sys.closed_plain", "Online booking is closed for now."),
    )


def _not_found() -> tuple[str, ...]:
    return (
        pgettext("sys.notfound", "We cannot find this page. Check the link, or go to the start."),
    )


def _link_ended() -> tuple[str, ...]:
    return (
        pgettext("sys.link_ended", "This link no longer works. Please call {clinic_phone}."),
        pgettext("sys.link_ended_plain", "This link no longer works. Please call the clinic."),
    )


def _change_refused() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.change_refused",
            "This cannot be changed online any more. Please call {clinic_phone}.",
        ),
        pgettext(
            "sys.change_refused_plain",
            "This cannot be changed online any more. Please call the clinic.",
        ),
    )


def _already_cancelled() -> tuple[str, ...]:
    return (pgettext("sys.already_cancelled", "This appointment is already cancelled."),)


def _already_booked() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.already",
            "You already have this appointment: {when}. To change it, use the link in your email"
            " or call {clinic_phone}.",
        ),
        pgettext("sys.already_plain", "You already have this appointment."),
    )


def _details_invalid() -> tuple[str, ...]:
    return (pgettext("err.summary", "There is a problem"),)


def _conflict() -> tuple[str, ...]:
    return (
        pgettext(
            "sys.conflict",
            "This has just been changed somewhere else. Have a look and try again.",
        ),
    )


def _plain() -> tuple[str, ...]:
    return (pgettext("sys.refused", "That is not possible right now. Please try again."),)


_SENTENCES: dict[str, Callable[[], tuple[str, ...]]] = {
    SlotTaken.kind: _taken,
    HoldExpired.kind: _hold_expired,
    HoldLimitReached.kind: _hold_limit,
    TooManyHolds.kind: _too_many_holds,
    f"{TooManyHolds.kind}:person": _too_many_holds_of_person,
    f"{TooManyHolds.kind}:address": _too_many_holds_at_address,
    TooManyTries.kind: _too_many_tries,
    BookingClosed.kind: _closed,
    DetailsInvalid.kind: _details_invalid,
    LinkEnded.kind: _link_ended,
    NotFound.kind: _not_found,
    ChangeRefused.kind: _change_refused,
    AlreadyBooked.kind: _already_booked,
    AlreadyCancelled.kind: _already_cancelled,
    InvalidTransition.kind: _conflict,
    Conflict.kind: _conflict,
}
