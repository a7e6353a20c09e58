"""Clinic policies: holds, cut-offs, late cancellations, the join window.

All comparisons are of elapsed time on UTC instants, and every interval is
half-open. Source: lifecycle 3.2 and 3.4.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

HOLD_EXTENSION = timedelta(minutes=5)
HOLD_EXTENDABLE_FROM = timedelta(minutes=2)
"""How much is left when a holder is first asked whether to keep the time."""
MAX_EXTENSIONS = 10
MAX_LIVE_HOLDS_PER_ADDRESS = 6
MAX_UNCONFIRMED_PER_PERSON_AND_DAY = 3
MAX_FAILED_LINK_OPENS = 20
FAILED_LINK_WINDOW = timedelta(minutes=10)
MANAGE_LINK_LASTS_AFTER_VISIT = timedelta(days=30)
DRAFT_LASTS_AFTER_HOLD = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """When a patient may change a visit online. ``None`` as cut-off means never online."""

    edit_cutoff: timedelta | None = timedelta(0)
    cancel_cutoff: timedelta | None = timedelta(0)
    late_cancel_window: timedelta = timedelta(hours=24)
    post_booking_grace: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class JoinWindow:
    """When the video room of one visit may be entered: ``[opens_at, closes_at)``."""

    opens_at: datetime
    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at


def join_window(
    starts_at: datetime, ends_at: datetime, *, opens_before: int = 10, closes_after: int = 60
) -> JoinWindow:
    """Return the join window; ``opens_before`` and ``closes_after`` are minutes."""
    return JoinWindow(
        starts_at - timedelta(minutes=opens_before), ends_at + timedelta(minutes=closes_after)
    )


def is_extension_due(expires_at: datetime, extensions: int, *, now: datetime) -> bool:
    """Tell whether a holder may press "Keep holding" now: near the end, while it can be extended.

    Exactly two minutes before the end is near.
    """
    left = expires_at - now
    return timedelta(0) < left <= HOLD_EXTENDABLE_FROM and extensions < MAX_EXTENSIONS


def is_in_grace(booked_at: datetime | None, policy: ChangePolicy, *, now: datetime) -> bool:
    """Tell whether a booking made online is so fresh that cut-offs do not bind yet."""
    return booked_at is not None and now < booked_at + policy.post_booking_grace


def is_outside_cutoff(starts_at: datetime, cutoff: timedelta | None, *, now: datetime) -> bool:
    """Tell whether enough time is left; exactly the cut-off is enough, None never is."""
    return cutoff is not None and starts_at - now >= cutoff


def is_late_cancellation(
    starts_at: datetime, booked_at: datetime | None, policy: ChangePolicy, *, now: datetime
) -> bool:
    """Tell whether cancelling at ``now`` counts as late.

    Exactly the window is in time still, and a visit booked online less than the
    grace ago is never cancelled late. Lateness does not block, it is noted.
    """
    if is_in_grace(booked_at, policy, now=now):
        return False
    return starts_at - now < policy.late_cancel_window


def manage_link_ends_at(visit_ends_at: datetime, expires_at: datetime | None) -> datetime:
    """Return when a manage link stops working: at its own end, else 30 days after the visit.

    The moment itself is outside. Without an end of its own a link follows the visit
    wherever it moves.
    """
    return expires_at or visit_ends_at + MANAGE_LINK_LASTS_AFTER_VISIT
