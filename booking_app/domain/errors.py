"""Refusals: what a person may be told instead of getting what they asked for.

A refusal is an ordinary answer, not a bug: it has a ``kind`` that tests and the
wire know, and ``values`` from which the screen makes a sentence
(``booking_app.state.notices``). Bugs are built-in exceptions.
"""

from typing import ClassVar


class BookingRefused(Exception):
    """Base of every refusal. ``values`` are already formatted for the person."""

    kind: ClassVar[str] = "refused"

    def __init__(self, **values: str) -> None:
        super().__init__(self.kind)
        self.values = values


class SlotTaken(BookingRefused):
    """The time is not free any more, or was never offered; both read the same."""

    kind = "slot_taken"


class HoldExpired(BookingRefused):
    """The hold lapsed at or before ``now``; what was typed is kept."""

    kind = "hold_expired"


class HoldLimitReached(BookingRefused):
    """The hold was extended as often as it may be."""

    kind = "hold_limit"


class TooManyHolds(BookingRefused):
    """As many times are held as is allowed; ``scope`` says by whom: ``person`` or ``address``."""

    kind = "too_many_holds"


class TooManyTries(BookingRefused):
    """A counter that protects people is used up for now."""

    kind = "too_many_tries"


class BookingClosed(BookingRefused):
    """The clinic has switched online booking off."""

    kind = "booking_closed"


class DetailsInvalid(BookingRefused):
    """Something typed cannot be used. ``problems`` maps a field to a problem code."""

    kind = "details_invalid"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__()
        self.problems = problems


class LinkEnded(BookingRefused):
    """The link is unknown, damaged, over or revoked; nobody is told which."""

    kind = "link_ended"


class NotFound(BookingRefused):
    """There is no such thing for this person, whether or not it exists."""

    kind = "not_found"


class ChangeRefused(BookingRefused):
    """The patient may not do this online now. ``reason`` is an eligibility code."""

    kind = "change_refused"

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(**values)
        self.reason = reason


class AlreadyCancelled(BookingRefused):
    """It was cancelled before, here or elsewhere."""

    kind = "already_cancelled"


class AlreadyBooked(BookingRefused):
    """This browser has booked the same kind of visit for the same person and day already."""

    kind = "already_booked"


class InvalidTransition(BookingRefused):
    """The lifecycle has no such move from the present status."""

    kind = "invalid_transition"


class Conflict(BookingRefused):
    """Somebody else changed the record in between; look at it again."""

    kind = "conflict"


class TemplateInvalid(BookingRefused):
    """A template names fields that do not exist. ``names`` lists them."""

    kind = "template_invalid"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names=", ".join(names))
        self.names = names
